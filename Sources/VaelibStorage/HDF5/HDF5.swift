import CHDF5
import Glibc
import VaelibNumerics

/// The only door to libhdf5: every call of the library stands in this folder and runs inside `HDF5.locked`.
///
/// One lock surrounds all calls, because not every build of libhdf5 is thread-safe and the builds that are do the
/// same. `fork` waits for it, so that a child finds libhdf5 at rest.
enum HDF5 {
  /// Runs `body` as the only user of libhdf5 in this process, with its printing to standard error switched off.
  static func locked<Result>(
    _ body: () throws(StorageError) -> Result
  ) throws(StorageError) -> Result {
    _ = waitsInFork
    lock.lock()
    defer { lock.unlock() }
    _ = isStarted
    // The host program may use libhdf5 too: its printing is as it was when we leave.
    var printer: H5E_auto2_t?
    var printerData: UnsafeMutableRawPointer?
    let isKnown = H5Eget_auto2(hid_t(H5E_DEFAULT), &printer, &printerData) >= 0
    H5Eset_auto2(hid_t(H5E_DEFAULT), nil, nil)
    defer { if isKnown { H5Eset_auto2(hid_t(H5E_DEFAULT), printer, printerData) } }
    // A file must not have programs loaded from the folders that HDF5_PLUGIN_PATH names.
    var plugins: UInt32 = 0
    let arePluginsKnown = H5PLget_loading_state(&plugins) >= 0
    H5PLset_loading_state(0)
    defer { if arePluginsKnown { H5PLset_loading_state(plugins) } }
    return try body()
  }

  /// Runs `body` with a session on `path`, then closes whatever it opened; a close that fails is a failure.
  static func session<Result>(
    path: String, _ body: (Session) throws(StorageError) -> Result
  ) throws(StorageError) -> Result {
    try locked { () throws(StorageError) in
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

  /// H5dont_atexit must come before anything else: libhdf5's exit handler trips over what damaged files left behind.
  static let isStarted: Bool = {
    H5dont_atexit()
    return H5open() >= 0
  }()

  static let lock = ForkSafeLock()

  /// In the child the lock is free by itself.
  static let waitsInFork = pthread_atfork({ HDF5.lock.lock() }, { HDF5.lock.unlock() }, nil) == 0
}
