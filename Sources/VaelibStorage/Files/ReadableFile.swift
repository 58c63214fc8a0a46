import Glibc

/// A file open for reading, looked at before libhdf5 does: its own messages for the common mistakes say little, and
/// opening a pipe blocks.
final class ReadableFile {
  let path: String
  let byteCount: Int
  /// nil where the bytes are in memory, and where the file is one of a pool.
  private let descriptor: FileDescriptor?
  private let memory: UnsafeRawBufferPointer?
  private let pooled: (file: DescriptorPool.File, pool: DescriptorPool)?

  /// Opens a regular file that is not empty and that nobody is writing; with a pool it is closed while others are read.
  init(_ path: String, _ pool: DescriptorPool? = nil) throws(StorageError) {
    self.path = path
    memory = nil
    let file = try Self.open(path)
    byteCount = try Self.size(of: file.number, path)
    try Self.checkUnlocked(file.number, path)
    if let pool {
      pooled = (try pool.add(consume file, path), pool)
      descriptor = nil
    } else {
      pooled = nil
      descriptor = consume file
    }
    guard byteCount > 0 else { throw error("is empty; an HDF5 file was expected") }
  }

  /// The bytes of a file that are in memory, and stay there as long as this object; messages call it `name`.
  init(_ bytes: UnsafeRawBufferPointer, name: String) throws(StorageError) {
    path = name
    memory = bytes
    descriptor = nil
    pooled = nil
    byteCount = bytes.count
    if bytes.isEmpty { throw error("is empty; the bytes of a model file were expected") }
  }

  /// Up to `count` bytes from `offset` on; fewer at the end of the file.
  func read(at offset: Int, count: Int) throws(StorageError) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    let length = try bytes.withUnsafeMutableBufferPointer { (buffer) throws(StorageError) in
      try read(at: offset, into: UnsafeMutableRawBufferPointer(buffer))
    }
    return Array(bytes.prefix(length))
  }

  /// Reads everything from `offset` on into memory, which `body` may use until it returns.
  func withBytes<Result>(
    from offset: Int, _ body: (UnsafeRawBufferPointer) throws(StorageError) -> Result
  ) throws(StorageError) -> Result {
    if let memory { return try body(UnsafeRawBufferPointer(rebasing: memory[min(offset, byteCount)...])) }
    let count = byteCount - offset
    guard let memory = malloc(max(count, 1)) else { throw .memory(path: path, byteCount: count) }
    defer { free(memory) }
    let buffer = UnsafeMutableRawBufferPointer(start: memory, count: count)
    guard try read(at: offset, into: buffer) == count else {
      throw error("became shorter while it was read")
    }
    return try body(UnsafeRawBufferPointer(buffer))
  }

  /// Fills `buffer` with what stands from `offset` on, which was in the file when it was opened.
  func fill(_ buffer: UnsafeMutableRawBufferPointer, at offset: Int) throws(StorageError) {
    guard try read(at: offset, into: buffer) == buffer.count else {
      throw error("became shorter while it was read")
    }
  }

  /// An error about this file as a whole.
  func error(_ reason: String) -> StorageError {
    .format(path: path, object: nil, reason: reason)
  }

  /// Fills `buffer`, as far as the file reaches; returns how many bytes that was.
  private func read(
    at offset: Int, into buffer: UnsafeMutableRawBufferPointer
  ) throws(StorageError) -> Int {
    guard let base = buffer.baseAddress else { return 0 }
    if let memory {
      let bytes = memory.dropFirst(offset).prefix(buffer.count)
      buffer.copyBytes(from: bytes)
      return bytes.count
    }
    if let pooled {
      return try pooled.pool.withDescriptor(pooled.file) { (number) throws(StorageError) in
        try read(number, at: offset, base, buffer.count)
      }
    }
    return try read(descriptorNumber, at: offset, base, buffer.count)
  }

  private func read(
    _ number: Int32, at offset: Int, _ base: UnsafeMutableRawPointer, _ count: Int
  ) throws(StorageError) -> Int {
    var done = 0
    while done < count {
      let length = pread(number, base + done, count - done, off_t(offset + done))
      if length < 0 && errno == EINTR { continue }
      guard length >= 0 else {
        throw .file(path: path, reason: "cannot be read: \(systemErrorText(errno))")
      }
      guard length > 0 else { break }
      done += length
    }
    return done
  }

  private var descriptorNumber: Int32 {
    switch descriptor {
    case .some(let file): file.number
    case .none: -1
    }
  }

  static func open(_ path: String) throws(StorageError) -> FileDescriptor {
    guard !path.utf8.contains(0) else {
      throw .file(path: path, reason: "cannot exist: its path contains a NUL byte")
    }
    // O_NONBLOCK: opening a pipe returns at once, to be refused below.
    guard
      let descriptor = FileDescriptor(
        path.withSystemCString { Glibc.open($0, O_RDONLY | O_CLOEXEC | O_NONBLOCK) })
    else {
      throw .file(path: path, reason: "cannot be opened: \(systemErrorText(errno))")
    }
    return descriptor
  }

  private static func size(of descriptor: Int32, _ path: String) throws(StorageError) -> Int {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else {
      throw .file(path: path, reason: "cannot be examined: \(systemErrorText(errno))")
    }
    switch status.st_mode & S_IFMT {
    case S_IFREG: return Int(status.st_size)
    case S_IFDIR: throw .file(path: path, reason: "cannot be read: it is \(directory(path))")
    default: throw .file(path: path, reason: "cannot be read: it is a device or a pipe, not a regular file")
    }
  }

  /// What a directory is, and what to do.
  private static func directory(_ path: String) -> String {
    let isZarr = [".zgroup", ".zarray", "zarr.json"].contains { name in
      "\(path)/\(name)".withSystemCString { access($0, F_OK) } == 0
    }
    return isZarr
      ? "a Zarr store; read it with zarr.open in Python, and write its arrays with vaelib.DatasetWriter"
      : "a directory; name a file inside it"
  }

  /// A program that writes HDF5 holds an exclusive lock; what it has written so far is no file yet.
  private static func checkUnlocked(_ descriptor: Int32, _ path: String) throws(StorageError) {
    if let setting = getenv("HDF5_USE_FILE_LOCKING").map({ String(cString: $0) }),
      ["FALSE", "0"].contains(setting)
    {
      return
    }
    // Other failures mean a file system without locks.
    guard flock(descriptor, LOCK_SH | LOCK_NB) != 0, errno == EWOULDBLOCK else {
      // A stream that stays open must not keep others from writing.
      flock(descriptor, LOCK_UN)
      return
    }
    throw .file(
      path: path, reason: "cannot be read: another program has it open for writing; close it there first")
  }
}

/// The operating system's words for an error number, in lower case to fit into a sentence.
func systemErrorText(_ number: Int32) -> String {
  let text = String(cString: strerror(number))
  return text.prefix(1).lowercased() + text.dropFirst()
}
