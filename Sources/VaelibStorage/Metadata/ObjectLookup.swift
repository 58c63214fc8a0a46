/// Follows a path from the root to an object: through hard links, soft links inside the file, and external links into
/// folders that the caller allows.
struct ObjectLookup {
  private let folders: ExternalFolders
  private let others: OtherFiles?
  private var file: MetadataFile
  private var group: ObjectHeader
  /// What is left of the path, last first.
  private var rest: [ArraySlice<UInt8>]
  private var followed = 0
  /// The last soft or external link: its file, what is said about it if it leads nowhere, and how much of the path was
  /// left behind it.
  private var softLink: (path: String, object: String, reason: String, left: Int)?
  /// The names that led to `group`, for messages.
  private var walked: [ArraySlice<UInt8>] = []

  /// The object that `path` leads to, names separated by "/"; nil if one of the names is not there, or not in a group.
  /// Other files are those of `others`, if they are kept.
  static func find(
    _ path: String, in file: MetadataFile, _ folders: ExternalFolders, _ others: OtherFiles? = nil
  ) throws(StorageError) -> (file: MetadataFile, header: ObjectHeader)? {
    var lookup = try ObjectLookup(path, file, folders, others)
    guard !lookup.rest.isEmpty, let header = try lookup.run() else { return nil }
    return (lookup.file, header)
  }

  private init(
    _ path: String, _ file: MetadataFile, _ folders: ExternalFolders, _ others: OtherFiles?
  ) throws(StorageError) {
    self.folders = folders
    self.others = others
    self.file = file
    rest = Self.names(path.systemBytes[...]).reversed()
    group = try file.header(at: file.root)
  }

  private mutating func run() throws(StorageError) -> ObjectHeader? {
    while let name = rest.popLast() {
      guard GroupLinks.isGroup(group), let link = try file.link(name, of: group) else {
        guard let softLink, rest.count >= softLink.left else { return nil }
        throw .format(path: softLink.path, object: softLink.object, reason: softLink.reason)
      }
      switch link.target {
      case .object:
        guard let address = link.address else { return nil }
        group = try file.header(at: address)
        walked.append(name)
      case .path(let target): try follow(target, name)
      case .otherFile(let value): try followExternal(value, name)
      case .foreign:
        throw error(name, "is a link of a kind that only the program that wrote it can follow")
      }
    }
    return group
  }

  /// A soft link: a path from the group it stands in, or from the root.
  private mutating func follow(_ target: ArraySlice<UInt8>, _ name: ArraySlice<UInt8>) throws(StorageError) {
    try count(name)
    guard file.follow(target.count) else {
      throw error(name, "is one of so many long soft links that they take more than the file explains")
    }
    softLink = (
      file.file.path, object(name),
      "is a soft link to \"\(String(systemBytes: target))\", which is not there", rest.count
    )
    if target.first == UInt8(ascii: "/") {
      group = try file.header(at: file.root)
      walked = []
    }
    rest += Self.names(target).reversed()
  }

  /// An external link: a version, the name of a file, a path from its root.
  private mutating func followExternal(
    _ value: ArraySlice<UInt8>, _ name: ArraySlice<UInt8>
  ) throws(StorageError) {
    let texts = value.dropFirst().split(separator: 0, maxSplits: 2, omittingEmptySubsequences: false)
    guard texts.count == 3, value.first == 0, !texts[0].isEmpty else {
      throw error(name, "is an external link of a kind that vaelib does not know")
    }
    let (target, path) = (String(systemBytes: texts[0]), String(systemBytes: texts[1]))
    guard !folders.isEmpty else {
      throw error(
        name,
        "is an external link to \"\(path)\" in file \"\(target)\"; external links are followed only into folders that "
          + "you name: external_folders=[\"FOLDER\"] in Python, vaelib_dataset_options.external_folders in C")
    }
    try count(name)
    softLink = (
      file.file.path, object(name),
      "is an external link to \"\(path)\" in file \"\(target)\", which is not there", rest.count
    )
    let place = try folders.file(target, of: file.file.path)
    if let others {
      file = try others.file(at: place)
    } else {
      let other = try ReadableFile(place)
      file = try MetadataFile(other, base: try Superblock.check(other))
    }
    group = try file.header(at: file.root)
    walked = []
    rest += Self.names(texts[1]).reversed()
  }

  private mutating func count(_ name: ArraySlice<UInt8>) throws(StorageError) {
    followed += 1
    guard followed <= StructureBounds.softLinks else {
      throw error(
        name,
        "leads through more than \(StructureBounds.softLinks) soft links, or in circles; name the dataset itself"
      )
    }
  }

  /// The names of a path.
  static func names(_ path: ArraySlice<UInt8>) -> [ArraySlice<UInt8>] {
    path.split(separator: UInt8(ascii: "/")).filter { !$0.elementsEqual([UInt8(ascii: ".")]) }
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
