import Glibc

/// A temporary file without a name: it disappears with its owner, or with the process, whichever way that ends.
final class ScratchFile: Sendable {
  /// Where it is: the folder that TMPDIR names, or /var/tmp, which is on a disk where /tmp may be in memory.
  static var folder: String {
    guard let folder = getenv("TMPDIR").map({ String(systemCString: $0) }), !folder.isEmpty else {
      return "/var/tmp"
    }
    return folder
  }

  /// So many bytes as messages say them: rounded up.
  static func mebibytes(_ bytes: Int) -> Int { bytes >> 20 + (bytes & (1 << 20 - 1) == 0 ? 0 : 1) }

  /// The system's number for an error.
  struct Failure: Error {
    let number: Int32
  }

  private let file: FileDescriptor
  /// What is still to be removed at the end, if the system refused at the beginning.
  private let name: String?
  /// A forked child must not take its parent's file away.
  private let process = getpid()

  /// A file of so many zeros, which take no room before they are written.
  init(byteCount: Int) throws(Failure) {
    let folder = Self.folder
    TemporaryFiles.removeAbandoned(in: folder)
    var created: FileDescriptor?
    let path = TemporaryFiles.create(in: folder, mode: 0o600, &created)
    guard let path, let file = created.take() else { throw Failure(number: errno) }
    self.file = file
    name = path.withSystemCString({ unlink($0) }) == 0 ? nil : path
    guard ftruncate(self.file.number, off_t(byteCount)) == 0 else { throw Failure(number: errno) }
  }

  deinit {
    if let name, getpid() == process { _ = name.withSystemCString { unlink($0) } }
  }

  /// Throws ENOSPC if the file system has no room for so many bytes more.
  func checkRoom(_ byteCount: Int) throws(Failure) {
    var system = statvfs()
    guard fstatvfs(file.number, &system) == 0 else { return }
    if UInt64(byteCount) / UInt64(max(1, system.f_frsize)) >= UInt64(system.f_bavail) {
      throw Failure(number: ENOSPC)
    }
  }

  func write(_ bytes: UnsafeRawPointer, count: Int, at offset: Int) throws(Failure) {
    var done = 0
    while done < count {
      let length = pwrite(file.number, bytes + done, count - done, off_t(offset + done))
      if length < 0 && errno == EINTR { continue }
      guard length > 0 else { throw Failure(number: length < 0 ? errno : ENOSPC) }
      done += length
    }
  }

  func read(_ bytes: UnsafeMutableRawPointer, count: Int, at offset: Int) throws(Failure) {
    var done = 0
    while done < count {
      let length = pread(file.number, bytes + done, count - done, off_t(offset + done))
      if length < 0 && errno == EINTR { continue }
      guard length > 0 else { throw Failure(number: length < 0 ? errno : EIO) }
      done += length
    }
  }
}
