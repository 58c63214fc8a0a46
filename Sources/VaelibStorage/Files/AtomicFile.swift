import Glibc

/// A file that appears complete or not at all.
///
/// The bytes go to a temporary file in the same folder, which `commit` forces to disk and renames. Until then the old
/// file, if there is one, stays as it is; `abandon`, or the last reference going away, removes the temporary file.
final class AtomicFile {
  /// The path as the caller gave it.
  let path: String
  /// The temporary file, open for reading and writing; nil once it is closed.
  private var file: FileDescriptor?
  private let target: String
  private let folder: String
  private let temporary: String
  /// A forked child must not take its parent's file away.
  private let process = getpid()

  /// Creates the temporary file, with the permissions of the file that it is to replace.
  init(_ path: String) throws(StorageError) {
    self.path = path
    let old: stat?
    (target, folder, old) = try Self.target(of: path)
    temporary = try Self.create(in: folder, path, &file)
    // Everything is set, so that whatever is thrown from here on runs deinit, which removes the file.
    if let old { try takeOver(old) }
  }

  deinit { abandon() }

  /// The number of the temporary file's descriptor; -1 once it is closed.
  var descriptor: Int32 {
    switch file {
    case .some(let file): file.number
    case .none: -1
    }
  }

  /// Writes bytes from `offset` on.
  func write(_ bytes: [UInt8], at offset: Int) throws(StorageError) {
    var done = 0
    while done < bytes.count {
      let written = bytes[done...].withUnsafeBytes {
        pwrite(descriptor, $0.baseAddress, $0.count, off_t(offset + done))
      }
      if written < 0 && errno == EINTR { continue }
      guard written > 0 else { throw failure("written", errno) }
      done += written
    }
  }

  /// Hands everything from `offset` on to `body`, a piece at a time.
  func readBack(from offset: Int, _ body: (UnsafeRawBufferPointer) -> Void) throws(StorageError) {
    var piece = [UInt8](repeating: 0, count: 1 << 18)
    var offset = offset
    while true {
      let count = piece.withUnsafeMutableBytes { pread(descriptor, $0.baseAddress, $0.count, off_t(offset)) }
      if count < 0 && errno == EINTR { continue }
      guard count >= 0 else { throw failure("read back", errno) }
      if count == 0 { return }
      piece.withUnsafeBytes { body(UnsafeRawBufferPointer(rebasing: $0[..<count])) }
      offset += count
    }
  }

  /// Forces the file to disk and puts it in place. Throws, and abandons it, if the system refuses.
  func commit() throws(StorageError) {
    do throws(StorageError) {
      guard fsync(descriptor) == 0 else { throw failure("forced to disk", errno) }
      TemporaryFiles.unlock(descriptor)
      guard file.take()?.close() == true else { throw failure("written", errno) }
      guard Self.rename(temporary, target) == 0 else { throw failure("put in place", errno) }
    } catch {
      discard()
      throw error
    }
    try synchroniseFolder()
  }

  /// Removes the temporary file, unless it was put in place.
  func abandon() {
    if file != nil { discard() }
  }

  /// An error about this file, in the operating system's words.
  func failure(_ action: String, _ number: Int32) -> StorageError {
    Self.failure(path, action, number)
  }

  private func discard() {
    file = nil
    if getpid() == process { _ = temporary.withSystemCString { unlink($0) } }
  }

  /// Forces the new name to disk. Folders that cannot be opened or synchronised are left to the file system.
  private func synchroniseFolder() throws(StorageError) {
    guard
      let descriptor = FileDescriptor(
        folder.withSystemCString { open($0, O_RDONLY | O_DIRECTORY | O_CLOEXEC) })
    else { return }
    guard fsync(descriptor.number) != 0, errno == EIO else { return }
    throw .file(
      path: path, reason: "was written, but its folder could not be forced to disk: \(systemErrorText(EIO))")
  }

  /// The file that `path` stands for, its folder, and what it is now; throws if it cannot be written.
  private static func target(
    of path: String
  ) throws(StorageError) -> (target: String, folder: String, old: stat?) {
    guard !path.utf8.contains(0) else {
      throw .file(path: path, reason: "cannot be written: its path contains a NUL byte")
    }
    let old = try status(of: path)
    // A link stays a link: the file it leads to is replaced.
    let target = old == nil ? path : resolved(path)
    let (folder, name) = split(target)
    guard !name.isEmpty else {
      throw .file(path: path, reason: "cannot be written: it names a directory")
    }
    return (target, folder, old)
  }

  /// What `path` is now; nil if nothing. Refuses all but regular files.
  private static func status(of path: String) throws(StorageError) -> stat? {
    var status = stat()
    guard path.withSystemCString({ stat($0, &status) }) == 0 else {
      guard errno == ENOENT else { throw failure(path, "written", errno) }
      return nil
    }
    switch status.st_mode & S_IFMT {
    case S_IFREG: return status
    case S_IFDIR: throw .file(path: path, reason: "cannot be written: it is a directory")
    default:
      throw .file(path: path, reason: "cannot be written: it is a device or a pipe, not a regular file")
    }
  }

  /// `path` with all symbolic links followed.
  private static func resolved(_ path: String) -> String {
    guard let resolved = path.withSystemCString({ realpath($0, nil) }) else { return path }
    defer { free(resolved) }
    return String(systemCString: resolved)
  }

  private static func split(_ path: String) -> (folder: String, name: String) {
    // By scalars: a character may be a slash with an accent.
    let scalars = path.unicodeScalars
    guard let slash = scalars.lastIndex(of: "/") else { return (".", path) }
    let folder = scalars[..<slash]
    return (folder.isEmpty ? "/" : String(folder), String(scalars[scalars.index(after: slash)...]))
  }

  private static func rename(_ old: String, _ new: String) -> Int32 {
    old.withSystemCString { old in new.withSystemCString { Glibc.rename(old, $0) } }
  }

  /// Creates and opens a temporary file; returns its path.
  private static func create(
    in folder: String, _ path: String, _ file: inout FileDescriptor?
  ) throws(StorageError) -> String {
    TemporaryFiles.removeAbandoned(in: folder)
    if let temporary = TemporaryFiles.create(in: folder, &file) { return temporary }
    guard errno == EEXIST else { throw failure(path, "created", errno) }
    throw .file(
      path: path, reason: "cannot be created: its folder is full of files .vaelib-*.tmp; delete them")
  }

  /// Gives the new file the owner and the permissions of the old one.
  private func takeOver(_ old: stat) throws(StorageError) {
    // Only root may give files away; for others the owner is the same or stays theirs.
    _ = fchown(descriptor, old.st_uid, old.st_gid)
    guard fchmod(descriptor, old.st_mode & 0o777) == 0 else { throw failure("written", errno) }
  }

  private static func failure(_ path: String, _ action: String, _ number: Int32) -> StorageError {
    // What is missing can only be the folder: the file itself need not be there.
    let place = number == ENOENT ? "its folder does not exist, " : ""
    return .file(path: path, reason: "cannot be \(action): \(place)\(systemErrorText(number))")
  }
}

extension AtomicFile {
  /// Whether there is anything at `path`; throws if that cannot be known.
  static func exists(_ path: String) throws(StorageError) -> Bool { try status(of: path) != nil }

  /// Throws if `write` would surely fail, because of the path or its folder.
  static func check(_ path: String) throws(StorageError) {
    let target = try target(of: path)
    guard target.folder.withSystemCString({ access($0, W_OK | X_OK) }) == 0 else {
      throw failure(path, "written", errno)
    }
  }
}
