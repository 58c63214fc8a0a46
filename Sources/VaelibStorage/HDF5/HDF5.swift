import CHDF5
import Glibc
import VaelibNumerics

/// The only door to libhdf5: every call of the library stands in this folder and runs inside `HDF5.locked`.
///
/// One lock surrounds all calls, because not every build of libhdf5 is thread-safe and the builds that are do the
/// same. `fork` waits for it, so that a child finds libhdf5 at rest.
enum HDF5 {
  /// Runs `body` as the only user of our libhdf5, with its printing to standard error switched off. Opens libhdf5 if
  /// this is its first use; an error of that names `path`, the file that it was wanted for.
  static func locked<Result>(
    _ path: String, _ body: () throws(StorageError) -> Result
  ) throws(StorageError) -> Result {
    _ = waitsInFork
    lock.lock()
    defer { lock.unlock() }
    try openLibrary(for: path)
    // Each thread has a setting of its own.
    H5Eset_auto2(hid_t(H5E_DEFAULT), nil, nil)
    return try body()
  }

  /// Opens libhdf5, for a call that needs it later: in a child of a fork, or once it has begun to write.
  static func prepare(for path: String) throws(StorageError) {
    try locked(path) {}
  }

  /// Runs `body` with a session on `path`, then closes whatever it opened; a close that fails is a failure.
  static func session<Result>(
    path: String, _ body: (Session) throws(StorageError) -> Result
  ) throws(StorageError) -> Result {
    try locked(path) { () throws(StorageError) in
      let session = Session(path: path)
      return try session.scope { () throws(StorageError) in try body(session) }
    }
  }

  /// libhdf5's own words about the call that has just failed, the innermost reason first; empty if it gave none.
  static func errorText() -> String {
    var texts: [String] = []
    withUnsafeMutablePointer(to: &texts) { pointer in
      _ = H5Ewalk2(
        hid_t(H5E_DEFAULT), H5E_WALK_UPWARD,
        { _, entry, context in
          guard let description = entry?.pointee.desc,
            let texts = context?.assumingMemoryBound(to: [String].self)
          else { return 0 }
          texts.pointee.append(String(cString: description))
          return 0
        }, pointer)
    }
    return texts.prefix(2).joined(separator: "; ")
  }

  static let lock = ForkSafeLock()

  /// In the child the lock is free by itself.
  static let waitsInFork = pthread_atfork({ HDF5.lock.lock() }, { HDF5.lock.unlock() }, nil) == 0
}
