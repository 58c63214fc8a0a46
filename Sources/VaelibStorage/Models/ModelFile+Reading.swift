extension ModelFile {
  /// Opens a model file for `body`, trusting nothing in it: libhdf5 gets to see it only when it is as long as its user
  /// block says, has the checksum that stands there and makes sense, and gets exactly the bytes that were checked.
  static func read<Result>(
    _ path: String, _ body: (ModelReader) throws(StorageError) -> Result
  ) throws(StorageError) -> Result {
    try read(try ReadableFile(path), body)
  }

  /// The same of the bytes of a model file.
  static func read<Result>(
    _ bytes: UnsafeRawBufferPointer, _ body: (ModelReader) throws(StorageError) -> Result
  ) throws(StorageError) -> Result {
    try read(try ReadableFile(bytes, name: inMemory), body)
  }

  /// What messages call a model that is read from memory, or written there.
  static let inMemory = "model in memory"

  /// The same of an open file.
  static func read<Result>(
    _ file: ReadableFile, _ body: (ModelReader) throws(StorageError) -> Result
  ) throws(StorageError) -> Result {
    let block = try UserBlock(of: file)
    return try file.withBytes(from: UserBlock.byteCount) { (content) throws(StorageError) in
      try block.check(content, of: file)
      try MetadataCheck.checkAll(try MetadataFile(file, base: UserBlock.byteCount, content: content))
      return try HDF5.session(path: file.path) { (session) throws(StorageError) in
        let reader = ModelReader(
          session: session, root: try session.openImage(content), byteCount: content.count)
        try reader.checkFormat()
        return try body(reader)
      }
    }
  }
}
