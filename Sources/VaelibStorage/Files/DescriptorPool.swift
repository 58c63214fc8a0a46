import Glibc
import VaelibNumerics

/// Files of which only so many are open at a time: that which was used longest ago is closed for another, and opened again
/// when it is read. All methods may be called from any thread.
final class DescriptorPool: @unchecked Sendable {
  /// A file of the pool, which must stay the same.
  struct File: Hashable {
    let path: String
    fileprivate let number: Int
    fileprivate let identity: FileIdentity
  }

  /// An open file: it stays open as long as somebody reads it, even if its place in the pool is taken meanwhile.
  private final class Open {
    let descriptor: FileDescriptor
    init(_ descriptor: consuming FileDescriptor) { self.descriptor = descriptor }
  }

  /// Used only while `lock` is held; what was used longest ago comes first.
  private var files: [(number: Int, open: Open)] = []
  private var count = 0
  private let lock = ForkSafeLock()
  private let limit: Int

  init(limit: Int) { self.limit = limit }

  /// Takes a file that was opened.
  func add(_ descriptor: consuming FileDescriptor, _ path: String) throws(StorageError) -> File {
    guard let identity = FileIdentity(descriptor.number) else {
      throw .file(path: path, reason: "cannot be examined: \(systemErrorText(errno))")
    }
    let open = Open(descriptor)
    return lock.withLock {
      count += 1
      keep(open, count)
      return File(path: path, number: count, identity: identity)
    }
  }

  /// Calls `body` with the descriptor of a file; throws if it is another file by now.
  func withDescriptor<Result>(
    _ file: File, _ body: (Int32) throws(StorageError) -> Result
  ) throws(StorageError) -> Result {
    let known = lock.withLock { () -> Open? in
      guard let place = files.lastIndex(where: { $0.number == file.number }) else { return nil }
      let open = files[place].open
      if place < files.count - 1 {
        files.remove(at: place)
        files.append((file.number, open))
      }
      return open
    }
    if let known { return try body(known.descriptor.number) }
    let open = Open(try ReadableFile.open(file.path))
    guard FileIdentity(open.descriptor.number) == file.identity else {
      throw .file(path: file.path, reason: "was changed while it was read; open the dataset again")
    }
    lock.withLock { keep(open, file.number) }
    return try body(open.descriptor.number)
  }

  private func keep(_ open: Open, _ number: Int) {
    if files.count >= limit { files.removeFirst() }
    files.append((number, open))
  }
}

/// By what a file is known that is closed and opened again.
private struct FileIdentity: Hashable {
  private let numbers: [Int]

  /// nil, with errno, if the system does not tell.
  init?(_ descriptor: Int32) {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { return nil }
    numbers = [
      Int(truncatingIfNeeded: status.st_dev), Int(truncatingIfNeeded: status.st_ino), Int(status.st_size),
      status.st_mtim.tv_sec, status.st_mtim.tv_nsec,
    ]
  }
}
