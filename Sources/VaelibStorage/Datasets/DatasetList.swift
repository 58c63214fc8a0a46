/// Finds the datasets of a file: all of them, or as many as an error message shows where a name is not among them.
struct DatasetList {
  private static let shownLimit = 20
  private static let visitedLimit = 1_000
  private static let depthLimit = 8

  private let file: MetadataFile
  private var found: [(name: String, header: ObjectHeader)] = []
  private var visited = 0

  /// The first datasets. What cannot be read is left out: the list is a help, and the error it helps with is there.
  init(_ file: MetadataFile) {
    self.file = file
    if let root = try? ObjectHeader(file, at: file.root) { visit(root, "", depth: 1) }
  }

  /// "it has x_train (60000 x 784), y_train (60000)".
  var sentence: String {
    let texts = found.compactMap { name, header -> String? in
      do throws(StorageError) {
        return "\(name) (\(Self.text(try DatasetMetadata.shape(header, file))))"
      } catch {
        return nil
      }
    }
    guard !texts.isEmpty else { return "it has no datasets" }
    let isCut = texts.count > Self.shownLimit
    return "it has " + texts.prefix(Self.shownLimit).joined(separator: ", ") + (isCut ? " and others" : "")
  }

  private mutating func visit(_ group: ObjectHeader, _ path: String, depth: Int) {
    guard depth <= Self.depthLimit, let links = try? GroupLinks.read(group, file) else { return }
    for link in links.sorted(by: { $0.name < $1.name }) {
      guard let address = link.address else { continue }
      visited += 1
      guard visited <= Self.visitedLimit, found.count <= Self.shownLimit else { return }
      guard let header = try? ObjectHeader(file, at: address) else { continue }
      let name = HDF5.Session.join(path, link.name)
      if GroupLinks.isGroup(header) {
        visit(header, name, depth: depth + 1)
      } else if DatasetMetadata.isDataset(header) {
        found.append((name, header))
      }
    }
  }

  private static func text(_ shape: [Int]?) -> String {
    switch shape {
    case nil: "no values"
    case []: "one value"
    case let shape?: shape.map(String.init).joined(separator: " x ")
    }
  }

  /// All datasets in the order of their names, each once, by the first of them that leads to it; throws where something on
  /// the way makes no sense. `visit` is shown every object.
  static func all(
    _ file: MetadataFile, visiting visit: (ObjectHeader) throws(StorageError) -> Void = { _ in }
  ) throws(StorageError) -> [(name: String, header: ObjectHeader)] {
    var found: [(name: String, header: ObjectHeader)] = []
    var seen: Set<Int> = []
    var pending = [(path: "", address: file.root)]
    while let (path, address) = pending.popLast() {
      guard seen.insert(address).inserted else { continue }
      let header = try ObjectHeader(file, at: address)
      try visit(header)
      if GroupLinks.isGroup(header) {
        for link in try GroupLinks.read(header, file).sorted(by: { $0.name > $1.name }) {
          guard let target = link.address else { continue }
          pending.append((HDF5.Session.join(path, link.name), target))
        }
      } else if DatasetMetadata.isDataset(header) {
        found.append((path, header))
      }
    }
    return found
  }
}
