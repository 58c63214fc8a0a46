extension ModelFile {
  /// Reads a model file, trusting nothing in it: every size is compared with what the file can hold before anything of
  /// that size is read. Attributes, tensors and columns come in ascending order of their names.
  public static func read(_ path: String) throws(StorageError) -> ModelContents {
    let byteCount = try ReadableFile.check(path)
    return try HDF5.session(path: path) { (session) throws(StorageError) in
      var reader = ModelReader(session: session, root: try session.openFile(), byteCount: byteCount)
      return try reader.read()
    }
  }
}
