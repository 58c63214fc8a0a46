/// Follows a path from the root to an object, through hard links and through soft links inside the file.
struct ObjectLookup {
  private let file: MetadataFile
  private var group: ObjectHeader
  /// What is left of the path, last first.
  private var rest: [ArraySlice<UInt8>]
  private var followed = 0
  /// The last soft link, what is said about it if it leads nowhere, and how much of the path was left behind it.
  private var softLink: (object: String, reason: String, left: Int)?
  /// The names that led to `group`, for messages.
  private var walked: [ArraySlice<UInt8>] = []

  /// The object that `path` leads to, names separated by "/"; nil if one of the names is not there, or not in a group.
  static func find(_ path: String, in file: MetadataFile) throws(StorageError) -> ObjectHeader? {
    var lookup = try ObjectLookup(path, file)
    return lookup.rest.isEmpty ? nil : try lookup.run()
  }

  private init(_ path: String, _ file: MetadataFile) throws(StorageError) {
    self.file = file
    rest = Self.names(path.systemBytes[...]).reversed()
    group = try file.header(at: file.root)
  }

  private mutating func run() throws(StorageError) -> ObjectHeader? {
    while let name = rest.popLast() {
      guard GroupLinks.isGroup(group), let link = try file.links(of: group).first(name) else {
        guard let softLink, rest.count >= softLink.left else { return nil }
        throw .format(path: file.file.path, object: softLink.object, reason: softLink.reason)
      }
      switch link.target {
      case .object:
        guard let address = link.address else { return nil }
        group = try file.header(at: address)
        walked.append(name)
      case .path(let target): try follow(target, name)
      case .otherFile(let value):
        throw error(
          name,
          "is an external link to \(Self.otherFile(value)), which vaelib does not follow; open that file, or copy the "
            + "dataset into this one")
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
        name,
        "leads through more than \(StructureBounds.softLinks) soft links, or in circles; name the dataset itself"
      )
    }
    let text = String(systemBytes: target)
    softLink = (object(name), "is a soft link to \"\(text)\", which is not there", rest.count)
    if target.first == UInt8(ascii: "/") {
      group = try file.header(at: file.root)
      walked = []
    }
    rest += Self.names(target).reversed()
  }

  /// The names of a path.
  static func names(_ path: ArraySlice<UInt8>) -> [ArraySlice<UInt8>] {
    path.split(separator: UInt8(ascii: "/")).filter { !$0.elementsEqual([UInt8(ascii: ".")]) }
  }

  /// The value of an external link: a version, the name of a file and a path in it.
  private static func otherFile(_ value: ArraySlice<UInt8>) -> String {
    let texts = value.dropFirst().split(separator: 0).map { "\"\(String(systemBytes: $0))\"" }
    return texts.count == 2 ? "\(texts[1]) in file \(texts[0])" : "another file"
  }

  private func error(_ name: ArraySlice<UInt8>, _ reason: String) -> StorageError {
    .unread(path: file.file.path, object: object(name), reason: reason)
  }

  /// What messages call a link of `group`.
  private func object(_ name: ArraySlice<UInt8>) -> String {
    let path = (walked + [name]).joined(separator: [UInt8(ascii: "/")])
    return "object \"\(String(systemBytes: Array(path)))\""
  }
}
