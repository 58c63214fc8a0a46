import Glibc

/// Looks at a file before libhdf5 does: its own messages for the common mistakes say little, and opening a pipe blocks.
enum ReadableFile {
  /// Checks that `path` is a complete HDF5 file that nobody is writing; returns its size in bytes.
  static func check(_ path: String) throws(StorageError) -> Int {
    let descriptor = try open(path)
    defer { close(descriptor) }
    let byteCount = try size(of: descriptor, path)
    try checkUnlocked(descriptor, path)
    guard byteCount > 0 else {
      throw .format(path: path, object: nil, reason: "is empty; an HDF5 file was expected")
    }
    try Superblock.check(descriptor, path, byteCount)
    return byteCount
  }

  private static func open(_ path: String) throws(StorageError) -> Int32 {
    guard !path.utf8.contains(0) else {
      throw .file(path: path, reason: "cannot exist: its path contains a NUL byte")
    }
    // O_NONBLOCK: opening a pipe returns at once, to be refused below.
    let descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else {
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
    case S_IFDIR: throw .file(path: path, reason: "cannot be read: it is a directory; name a file inside it")
    default: throw .file(path: path, reason: "cannot be read: it is a device or a pipe, not a regular file")
    }
  }

  /// A program that writes HDF5 holds an exclusive lock; what it has written so far is no file yet.
  private static func checkUnlocked(_ descriptor: Int32, _ path: String) throws(StorageError) {
    if let setting = getenv("HDF5_USE_FILE_LOCKING").map({ String(cString: $0) }),
      ["FALSE", "0"].contains(setting)
    {
      return
    }
    // Other failures mean a file system without locks.
    guard flock(descriptor, LOCK_SH | LOCK_NB) != 0, errno == EWOULDBLOCK else { return }
    throw .file(
      path: path, reason: "cannot be read: another program has it open for writing; close it there first")
  }

}

/// The operating system's words for an error number, in lower case to fit into a sentence.
func systemErrorText(_ number: Int32) -> String {
  let text = String(cString: strerror(number))
  return text.prefix(1).lowercased() + text.dropFirst()
}
