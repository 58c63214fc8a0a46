import VaelibModels

/// One column of a training history, by the name it has in files.
struct HistoryColumn<Record: Sendable>: Sendable {
  let name: String
  let get: @Sendable (Record) -> Double
  /// False if the value cannot be right.
  let set: @Sendable (inout Record, Double) -> Bool

  init(_ name: String, _ path: any WritableKeyPath<Record, Double> & Sendable) {
    self.name = name
    get = { $0[keyPath: path] }
    set = {
      $0[keyPath: path] = $1
      return true
    }
  }

  /// A column of whole numbers, 0 and up.
  init(count name: String, _ path: any WritableKeyPath<Record, Int> & Sendable) {
    self.name = name
    get = { Double($0[keyPath: path]) }
    set = {
      guard let count = Int(exactly: $1), count >= 0 else { return false }
      $0[keyPath: path] = count
      return true
    }
  }

  init(
    _ name: String, get: @escaping @Sendable (Record) -> Double,
    set: @escaping @Sendable (inout Record, Double) -> Bool
  ) {
    self.name = name
    self.get = get
    self.set = set
  }
}
