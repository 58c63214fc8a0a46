import VaelibModels

extension ModelFile {
  /// Writes a model of any kind to a file, which appears complete or not at all; `libraryVersion` is noted in it.
  public static func save(
    _ model: any CheckpointedModel, to path: String, libraryVersion: String
  ) throws(StorageError) {
    try write(model.contents(libraryVersion: libraryVersion), to: path)
  }

  /// The bytes of that file.
  public static func bytes(of model: any CheckpointedModel, libraryVersion: String) throws(StorageError)
    -> [UInt8]
  {
    try bytes(of: model.contents(libraryVersion: libraryVersion))
  }

  /// Reads a model file of either kind. Everything in it is checked; the error names the file and what was wrong in it.
  /// With `checkInChild` a child process does so first.
  public static func load(
    from path: String, checkInChild: Bool = false
  ) throws(StorageError) -> any CheckpointedModel {
    if checkInChild {
      try ChildProcess.check(path) { () throws(StorageError) in _ = try load(from: path) }
    }
    return try read(path) { (file) throws(StorageError) in
      try model(ModelFields(file: file, path: path))
    }
  }

  /// The same of the bytes of such a file, which must stay as they are until this returns.
  public static func load(from bytes: UnsafeRawBufferPointer) throws(StorageError) -> any CheckpointedModel {
    try read(bytes) { (file) throws(StorageError) in
      try model(ModelFields(file: file, path: inMemory))
    }
  }

  /// The model in an open file.
  static func model(_ fields: ModelFields) throws(StorageError) -> any CheckpointedModel {
    switch try fields.kind() {
    case .vae: try VariationalAutoencoder.read(fields)
    case .stack: try StackedAutoencoder.read(fields)
    }
  }
}
