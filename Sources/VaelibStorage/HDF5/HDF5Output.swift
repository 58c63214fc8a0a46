import CHDF5
import Glibc

/// A new HDF5 file, which libhdf5 writes straight to an `AtomicFile`, so that its size costs no memory.
///
/// libhdf5 writes through a driver of ours (CHDF5/descriptor_driver.c), which remembers what the system refuses. Whoever
/// has called `close` commits the file; one that goes away before leaves nothing behind. Used by one caller at a time.
final class HDF5Output {
  let file: AtomicFile
  private let session: HDF5.Session
  private let root: HDF5.Object
  private let target: UnsafeMutablePointer<vaelib_h5fd_target>

  /// Creates the file, with `userBlock` bytes before the HDF5 part, which are zero. Throws `.file` if it cannot be
  /// created where `path` says.
  init(_ path: String, userBlock: Int = 0) throws(StorageError) {
    try HDF5.prepare(for: path)
    file = try AtomicFile(path)
    session = HDF5.Session(path: path)
    target = UnsafeMutablePointer<vaelib_h5fd_target>.allocate(capacity: 1)
    target.initialize(to: vaelib_h5fd_target(descriptor: file.descriptor, error: 0))
    let (session, target) = (session, target)
    do throws(StorageError) {
      root = try HDF5.locked(path) { () throws(StorageError) in
        try session.createFile(target, userBlock: userBlock)
      }
    } catch {
      try? HDF5.locked(path) { _ = session.close() }
      target.deallocate()
      throw error
    }
  }

  deinit {
    abandon()
    target.deallocate()
  }

  /// Lets `body` write to the file's root. Throws what the system refused rather than what libhdf5 made of it.
  func write(
    _ body: (HDF5.Session, HDF5.Object) throws(StorageError) -> Void
  ) throws(StorageError) {
    try HDF5.locked(session.path) { () throws(StorageError) in
      do throws(StorageError) {
        try body(session, root)
      } catch {
        try checkTarget()
        throw error
      }
      try checkTarget()
    }
  }

  /// Completes the HDF5 part.
  func close() throws(StorageError) {
    try HDF5.locked(session.path) { () throws(StorageError) in
      let isClean = session.close()
      try checkTarget()
      guard isClean else { throw session.error(nil, "cannot be written: libhdf5 could not close it") }
    }
  }

  /// Removes the file, unless it was committed; what libhdf5 still writes while it closes is discarded.
  func abandon() {
    if target.pointee.error == 0 { target.pointee.error = ECANCELED }
    try? HDF5.locked(session.path) { _ = session.close() }
    file.abandon()
  }

  /// Throws what the system refused, if it refused anything.
  private func checkTarget() throws(StorageError) {
    guard target.pointee.error == 0 else { throw file.failure("written", target.pointee.error) }
  }
}
