/// Finds the datasets of a file: all of them, or some for the error message that a name is not among them.
struct DatasetList {
  private static let shownLimit = 20
  private static let visitedLimit = 1_000
  private static let namesLimit = 10_000
  private static let depthLimit = 8

  private let session: HDF5.Session
  private var found: [(name: String, lengths: String)] = []
  private var foundLimit = Self.shownLimit
  private var visitedLimit = Self.visitedLimit
  private var visited = 0

  init(_ session: HDF5.Session) {
    self.session = session
  }

  /// All names, in order.
  func names(_ file: HDF5.Object) -> [String] {
    var list = self
    list.foundLimit = Self.namesLimit
    list.visitedLimit = 2 * Self.namesLimit
    list.visit(file, depth: 1)
    return list.found.prefix(Self.namesLimit).map(\.name)
  }

  /// "it has x_train (60000 x 784), y_train (60000)".
  func sentence(_ file: HDF5.Object) throws(StorageError) -> String {
    var list = self
    list.visit(file, depth: 1)
    guard !list.found.isEmpty else { return "it has no datasets" }
    let isCut = list.found.count > Self.shownLimit
    let shown = list.found.prefix(Self.shownLimit).map { "\($0.name) (\($0.lengths))" }
    return "it has " + shown.joined(separator: ", ")
      + (isCut ? " and others" : "")
  }

  /// What cannot be opened is left out: the list is a help, and the error it helps with is already there.
  private mutating func visit(_ group: HDF5.Object, depth: Int) {
    guard depth <= Self.depthLimit, let links = try? session.links(of: group, limit: visitedLimit) else {
      return
    }
    for link in links where link.kind == .hard {
      visited += 1
      guard visited <= visitedLimit, found.count <= foundLimit else { return }
      try? session.scope { () throws(StorageError) in
        let (object, kind) = try session.openObject(link.name, in: group)
        switch kind {
        case .group: visit(object, depth: depth + 1)
        case .dataset: found.append((object.name, try lengths(of: object)))
        case .other: break
        }
      }
    }
  }

  private func lengths(of dataset: HDF5.Object) throws(StorageError) -> String {
    let shape = try session.shape(of: dataset)
    return switch shape {
    case nil: "no values"
    case []: "one value"
    case let shape?: shape.map(String.init).joined(separator: " x ")
    }
  }
}
