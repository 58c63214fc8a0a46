import CHDF5
import Glibc

/// How libhdf5 is opened: as a copy that is ours alone (CHDF5/include/private_library.h says why), at the first call
/// that needs it. Until that succeeds every such call tries again.
extension HDF5 {
  /// Opens libhdf5 if it is not open yet. Callers hold the lock.
  static func openLibrary(for path: String) throws(StorageError) {
    guard vaelib_hdf5_is_started() == 0 else { return }
    do throws(LibraryFailure) {
      try startCopy()
    } catch {
      let purpose = "libhdf5, with which vaelib reads models and writes files"
      throw .file(path: path, reason: "needs \(purpose), but \(error.reason)")
    }
  }

  /// Why libhdf5 could not be opened, and what to do about it.
  private struct LibraryFailure: Error {
    let reason: String
  }

  /// Finds the system's libhdf5, opens a copy and has it start.
  private static func startCopy() throws(LibraryFailure) {
    var (path, reason): (UnsafePointer<CChar>?, UnsafePointer<CChar>?)
    guard let system = vaelib_hdf5_find(&path, &reason), let path else {
      let reason = reason.map { String(systemCString: $0) } ?? ""
      let names = String(cString: vaelib_hdf5_names)
      throw LibraryFailure(
        reason: "the system has none of \(names) (\(reason)); please install it, on Debian and Ubuntu with: "
          + "apt-get install libhdf5-dev")
    }
    // It stays loaded meanwhile, so that the libraries that it needs are loaded only once.
    defer { dlclose(system) }
    let name = String(systemCString: path)
    let copy = try openCopy(of: name)
    var text = [CChar](repeating: 0, count: 256)
    guard vaelib_hdf5_start(copy, &text, text.count) != 0 else {
      dlclose(copy)
      let reason = text.withUnsafeBufferPointer { String(systemCString: $0.baseAddress!) }
      throw LibraryFailure(reason: "\(name) does not suit: \(reason); please compile vaelib with its header")
    }
  }

  /// Opens a copy in memory, or where that is forbidden in a file.
  private static func openCopy(of original: String) throws(LibraryFailure) -> UnsafeMutableRawPointer {
    do throws(LibraryFailure) {
      return try openInMemory(original)
    } catch let inMemory {
      do throws(LibraryFailure) {
        return try openInFile(original)
      } catch let inFile {
        let folder = ScratchFile.folder
        throw LibraryFailure(
          reason:
            "no copy of \(original) can be opened, neither in memory (\(inMemory.reason)) nor in the folder "
            + "\(folder) (\(inFile.reason)); if that forbids programs, please set TMPDIR to another")
      }
    }
  }

  /// Opens a copy in memory, which no folder's permissions concern.
  private static func openInMemory(_ original: String) throws(LibraryFailure) -> UnsafeMutableRawPointer {
    guard let copy = FileDescriptor(vaelib_memory_file()) else { throw systemFailure(errno) }
    try write(original, to: copy.number)
    return try openByNewName(copy.number)
  }

  /// Opens a copy in a temporary file, which is removed as soon as it is open.
  private static func openInFile(_ original: String) throws(LibraryFailure) -> UnsafeMutableRawPointer {
    var created: FileDescriptor?
    let path = TemporaryFiles.create(in: ScratchFile.folder, mode: 0o700, &created)
    guard let path, let copy = created.take() else { throw systemFailure(errno) }
    defer { _ = path.withSystemCString { unlink($0) } }
    try write(original, to: copy.number)
    return try open(path)
  }

  private static func write(_ original: String, to copy: Int32) throws(LibraryFailure) {
    switch original.withSystemCString({ vaelib_copy_private($0, copy) }) {
    case 0: break
    case -1: throw LibraryFailure(reason: "it is no shared library as vaelib knows them")
    case let number: throw systemFailure(number)
    }
  }

  /// Opens the descriptor's file by a path that the loader has not heard yet: it would return what it knows by that
  /// path without a look at the file. Nobody else writes the path like this, except another vaelib.
  private static func openByNewName(_ descriptor: Int32) throws(LibraryFailure) -> UnsafeMutableRawPointer {
    let path = "/proc/self/fd/./\(descriptor)"
    guard let known = dlopen(path, RTLD_LAZY | RTLD_NOLOAD) else { return try open(path) }
    dlclose(known)
    guard let next = FileDescriptor(fcntl(descriptor, F_DUPFD_CLOEXEC, descriptor + 1)) else {
      throw systemFailure(errno)
    }
    return try openByNewName(next.number)
  }

  private static func open(_ path: String) throws(LibraryFailure) -> UnsafeMutableRawPointer {
    guard let library = path.withSystemCString({ dlopen($0, RTLD_NOW | RTLD_LOCAL) }) else {
      throw LibraryFailure(reason: dlerror().map { String(systemCString: $0) } ?? "")
    }
    return library
  }

  private static func systemFailure(_ number: Int32) -> LibraryFailure {
    LibraryFailure(reason: systemErrorText(number))
  }
}
