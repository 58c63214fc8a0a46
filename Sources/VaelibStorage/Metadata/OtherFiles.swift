/// The files that a virtual dataset leads to, each opened and parsed once.
final class OtherFiles {
  /// How many are open at a time.
  private static let openFiles = 16

  private let pool = DescriptorPool(limit: openFiles)
  private var known: [String: MetadataFile] = [:]

  /// The structure of the file at `path`, which has no symbolic links in it.
  func file(at path: String) throws(StorageError) -> MetadataFile {
    if let file = known[path] { return file }
    let readable = try ReadableFile(path, pool)
    let file = try MetadataFile(readable, base: try Superblock.check(readable))
    known[path] = file
    return file
  }
}
