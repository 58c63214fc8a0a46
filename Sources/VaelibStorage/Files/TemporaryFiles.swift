import Glibc
import Synchronization

/// The temporary files of `AtomicFile`, `.vaelib-<process>-<number>.tmp`: made, and removed where a process was killed
/// before it could do so itself.
///
/// Whoever writes one holds a lock on it (flock), which the system gives up with the process. So a file that is not
/// locked, and whose process is gone, is nobody's: process numbers alone would not tell, since other machines and
/// containers that share the folder have numbers of their own.
enum TemporaryFiles {
  private static let prefix = ".vaelib-"
  private static let suffix = ".tmp"
  /// The highest number that this process has used.
  private static let counter = Atomic<UInt64>(0)

  /// Creates, locks and opens a file of a name nobody uses, and returns its path; nil, with errno, if that cannot be.
  /// The umask applies, as for any new file.
  static func create(in folder: String, mode: mode_t = 0o666, _ file: inout FileDescriptor?) -> String? {
    for _ in 0..<1_000 {
      let count = counter.wrappingAdd(1, ordering: .relaxed).newValue
      // The target's name is not part of it: with a suffix it could become too long.
      let path = "\(folder)/\(prefix)\(getpid())-\(count)\(suffix)"
      let number = path.withSystemCString { open($0, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, mode) }
      if let descriptor = FileDescriptor(number) {
        // Where the file system knows no locks, others know ours by its process only.
        flock(descriptor.number, LOCK_EX | LOCK_NB)
        file = consume descriptor
        return path
      }
      guard errno == EEXIST else { return nil }
    }
    return nil
  }

  /// To be called before the file is closed: a child of a fork would keep the lock, and with it readers away.
  static func unlock(_ descriptor: Int32) { flock(descriptor, LOCK_UN) }

  /// Removes the files in `folder` that processes left behind when they were killed.
  static func removeAbandoned(in folder: String) {
    guard let directory = folder.withSystemCString({ opendir($0) }) else { return }
    defer { closedir(directory) }
    while let entry = readdir(directory) {
      let name = name(entry)
      if isAbandoned(name) { removeUnlocked("\(folder)/\(name)") }
    }
  }

  private static func name(_ entry: UnsafeMutablePointer<dirent>) -> String {
    withUnsafePointer(to: &entry.pointee.d_name) {
      $0.withMemoryRebound(to: CChar.self, capacity: MemoryLayout.size(ofValue: $0.pointee)) {
        String(cString: $0)
      }
    }
  }

  /// True for the name of a temporary file whose process is gone.
  private static func isAbandoned(_ name: String) -> Bool {
    guard name.hasPrefix(prefix), name.hasSuffix(suffix) else { return false }
    let parts = name.dropFirst(prefix.count).dropLast(suffix.count).split(
      separator: "-", omittingEmptySubsequences: false)
    guard parts.count == 2, parts.allSatisfy({ $0.allSatisfy { ("0"..."9").contains($0) } }),
      let process = pid_t(parts[0]), process > 0, let number = UInt64(parts[1])
    else { return false }
    // Our own number with one that we have not come to: a process before us had it, as in containers.
    if process == getpid() { return number > counter.load(ordering: .relaxed) }
    return kill(process, 0) != 0 && errno == ESRCH
  }

  private static func removeUnlocked(_ path: String) {
    let number = path.withSystemCString { open($0, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK) }
    guard let descriptor = FileDescriptor(number) else { return }
    var status = stat()
    guard fstat(descriptor.number, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return }
    if flock(descriptor.number, LOCK_EX | LOCK_NB) == 0 { _ = path.withSystemCString { unlink($0) } }
  }
}
