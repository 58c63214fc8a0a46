import VaelibModels

/// What a file is, once all of it was read and found in order.
public struct FileReport: Sendable, Equatable {
  /// The kind of model that it holds, or "data".
  public var kind: String
  /// 0 for data.
  public var formatVersion: Int
  /// The library that wrote it; empty for data.
  public var libraryVersion: String
  public var byteCount: Int
  /// How many datasets were read.
  public var datasetsRead: Int
  /// How many there are besides: of types, filters or places that vaelib does not read.
  public var datasetsUnread: Int
}

/// Reads a whole file to find out whether it is in order.
public enum FileVerification {
  /// Throws what is wrong with the file; reads it in a child process if asked to.
  public static func verify(_ path: String, inChild: Bool) throws(StorageError) -> FileReport {
    guard inChild else { return try verify(try ReadableFile(path)) {} }
    let byteCount = try prepareForChild(path)
    let bytes = try ChildProcess.run(path, byteCount: byteCount) { (stepDone) throws(StorageError) in
      Self.encode(try verify(try ReadableFile(path), stepDone))
    }
    guard let report = decode(String(decoding: bytes, as: UTF8.self), byteCount) else {
      throw .format(path: path, object: nil, reason: "is damaged: reading it gave no result")
    }
    return report
  }

  /// Does what a child process should find done; returns the length of the file.
  private static func prepareForChild(_ path: String) throws(StorageError) -> Int {
    let file = try ReadableFile(path)
    if try UserBlock.begins(file) { try HDF5.prepare(for: path) }
    return file.byteCount
  }

  private static func verify(_ file: ReadableFile, _ stepDone: () -> Void) throws(StorageError)
    -> FileReport
  {
    let isModel = try UserBlock.begins(file)
    return isModel ? try verifyModel(file) : try verifyData(file, stepDone)
  }

  /// Reads a model or a checkpoint once, whole.
  private static func verifyModel(_ file: ReadableFile) throws(StorageError) -> FileReport {
    try ModelFile.read(file) { (reader) throws(StorageError) in
      let fields = ModelFields(file: reader, path: file.path)
      if try reader.has(CheckpointContents.Name.group) {
        _ = try CheckpointInfo.read(fields)
      } else {
        _ = try ModelFile.model(fields)
      }
      return FileReport(
        kind: try fields.kind().rawValue, formatVersion: try reader.formatVersion(),
        libraryVersion: try reader.text(ModelFile.Name.libraryVersion), byteCount: file.byteCount,
        datasetsRead: 0, datasetsUnread: 0)
    }
  }

  private static func verifyData(_ file: ReadableFile, _ stepDone: () -> Void) throws(StorageError)
    -> FileReport
  {
    let base = try Superblock.check(file)
    try UserBlock.refuseDamaged(file, base: base)
    let metadata = try MetadataFile(file, base: base)
    var report = FileReport(
      kind: "data", formatVersion: 0, libraryVersion: "", byteCount: file.byteCount, datasetsRead: 0,
      datasetsUnread: 0)
    var walk = ObjectWalk(metadata)
    while let (step, header) = try walk.next() {
      guard DatasetMetadata.isDataset(header) else { continue }
      let name = walk.shownPath(step)
      if let dataset = try readable(name, header, metadata) {
        // The values of a virtual dataset are those of others in the file.
        if dataset.sources == nil { try dataset.reader.readThrough(stepDone) }
        report.datasetsRead += 1
      } else {
        report.datasetsUnread += 1
      }
      stepDone()
    }
    return report
  }

  /// A dataset that vaelib reads; nil if it does not. Throws if that cannot be told.
  private static func readable(
    _ name: String, _ header: ObjectHeader, _ file: MetadataFile
  ) throws(StorageError) -> StoredDataset? {
    do throws(StorageError) {
      let dataset = try MetadataCheck.naming(name, file.file.path) { () throws(StorageError) in
        try DatasetMetadata(header, file)
      }
      guard DatasetForm.unsuitability(dataset) == nil, dataset.layout.isWritten else { return nil }
      let stored = try StoredDataset(dataset, name: name, file)
      let memory = ChunkMemory(memoryBudget: HDF5Source.defaultMemoryBudget, isResident: false)
      try stored.checkChunks(memory)
      return stored
    } catch .unread {
      return nil
    }
  }

  private static func encode(_ report: FileReport) -> [UInt8] {
    let numbers = [report.formatVersion, report.datasetsRead, report.datasetsUnread]
    return Array(
      ([report.kind, report.libraryVersion] + numbers.map(String.init)).joined(separator: "\0").utf8)
  }

  private static func decode(_ text: String, _ byteCount: Int) -> FileReport? {
    let fields = text.split(separator: "\0", omittingEmptySubsequences: false).map(String.init)
    let numbers = fields.dropFirst(2).compactMap { Int($0) }
    guard fields.count == 5, numbers.count == 3 else { return nil }
    return FileReport(
      kind: fields[0], formatVersion: numbers[0], libraryVersion: fields[1], byteCount: byteCount,
      datasetsRead: numbers[1], datasetsUnread: numbers[2])
  }
}
