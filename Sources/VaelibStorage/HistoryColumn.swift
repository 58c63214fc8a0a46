import VaelibModels

/// One column of a training history, by the name it has in files.
struct HistoryColumn<Record: Sendable>: Sendable {
  let name: String
  let get: @Sendable (Record) -> Double
  let set: @Sendable (inout Record, Double) -> Void

  init(_ name: String, _ path: any WritableKeyPath<Record, Double> & Sendable) {
    self.name = name
    get = { $0[keyPath: path] }
    set = { $0[keyPath: path] = $1 }
  }

  /// A column of whole numbers; what does not fit an Int is read as 0.
  init(count name: String, _ path: any WritableKeyPath<Record, Int> & Sendable) {
    self.name = name
    get = { Double($0[keyPath: path]) }
    set = { $0[keyPath: path] = Int(exactly: $1) ?? 0 }
  }

  init(
    _ name: String, get: @escaping @Sendable (Record) -> Double,
    set: @escaping @Sendable (inout Record, Double) -> Void
  ) {
    self.name = name
    self.get = get
    self.set = set
  }
}
