/// Follows a path from the root to an object, through hard links and through soft links inside the file.
struct ObjectLookup {
  private let file: MetadataFile
  private var group: ObjectHeader
  /// What is left of the path, last first.
  private var rest: [ArraySlice<UInt8>]
  private var followed = 0
  /// The names that led to `group`, for messages.
  private var walked: [ArraySlice<UInt8>] = []

  /// The object that `path` leads to, names separated by "/"; nil if one of the names is not there, or not in a group.
  static func find(_ path: String, in file: MetadataFile) throws(StorageError) -> ObjectHeader? {
    var lookup = try ObjectLookup(path, file)
    return lookup.rest.isEmpty ? nil : try lookup.run()
  }

  private init(_ path: String, _ file: MetadataFile) throws(StorageError) {
    self.file = file
    rest = Self.names(ArraySlice(path.utf8))
    group = try file.header(at: file.root)
  }

  private mutating func run() throws(StorageError) -> ObjectHeader? {
    while let name = rest.popLast() {
      guard GroupLinks.isGroup(group), let link = try file.links(of: group).first(name) else { return nil }
      switch link.target {
      case .object:
        guard let address = link.address else { return nil }
        group = try file.header(at: address)
        walked.append(name)
      case .path(let target): try follow(target, name)
      case .otherFile:
        throw error(name, "is an external link, which vaelib does not follow; copy the dataset it leads to into this file")
      case .foreign:
        throw error(name, "is a link of a kind that only the program that wrote it can follow")
      }
    }
    return group
  }

  /// A soft link: a path from the group it stands in, or from the root.
  private mutating func follow(_ target: ArraySlice<UInt8>, _ name: ArraySlice<UInt8>) throws(StorageError) {
    followed += 1
    guard followed <= StructureBounds.softLinks else {
      throw error(
        name, "leads through more than \(StructureBounds.softLinks) soft links, or in circles; name the dataset itself")
    }
    if target.first == UInt8(ascii: "/") {
      group = try file.header(at: file.root)
      walked = []
    }
    rest += Self.names(target)
  }

  /// The names of a path, last first.
  private static func names(_ path: ArraySlice<UInt8>) -> [ArraySlice<UInt8>] {
    path.split(separator: UInt8(ascii: "/")).filter { !$0.elementsEqual([UInt8(ascii: ".")]) }.reversed()
  }

  private func error(_ name: ArraySlice<UInt8>, _ reason: String) -> StorageError {
    let path = (walked + [name]).joined(separator: [UInt8(ascii: "/")])
    return .format(
      path: file.file.path, object: "object \"\(String(decoding: Array(path), as: UTF8.self))\"", reason: reason)
  }
}
