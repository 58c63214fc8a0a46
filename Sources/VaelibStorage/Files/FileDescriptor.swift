import Glibc

/// A file descriptor that is closed exactly once: with its owner, or before by `close`.
///
/// A second close could hit a file or socket that another thread has opened under the same number meanwhile.
struct FileDescriptor: ~Copyable {
  /// The system's number for it, valid as long as the owner.
  let number: Int32

  /// Takes over what `open`, or a call like it, returned; nil for its failure, with errno as that call left it.
  init?(_ number: Int32) {
    guard number >= 0 else { return nil }
    self.number = number
  }

  deinit { Glibc.close(number) }

  /// Closes it now; false, with errno, if what was written may be lost.
  consuming func close() -> Bool {
    let number = number
    discard self
    return Glibc.close(number) == 0
  }
}
