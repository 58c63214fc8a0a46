import CHDF5
import VaelibNumerics

extension HDF5 {
  /// An open file, group, dataset or attribute, and what error messages call it.
  struct Object {
    let id: hid_t
    /// The full path inside the file, "" for the root.
    let name: String
    /// For example `dataset "x/train"`; nil for the file as a whole.
    let label: String?
  }

  /// The identifiers opened for one file. Whatever a session opens it closes, on every path.
  ///
  /// Used only inside `HDF5.locked`.
  final class Session {
    let path: String
    private var identifiers: [hid_t] = []

    init(path: String) {
      self.path = path
    }

    /// Runs `body` and closes what it opened, last first.
    func scope<Result>(_ body: () throws(StorageError) -> Result) throws(StorageError) -> Result {
      let mark = identifiers.count
      let result: Result
      do {
        result = try body()
      } catch {
        _ = close(downTo: mark)
        throw error
      }
      guard close(downTo: mark) else {
        throw error(nil, "is damaged: it could be read but not closed again")
      }
      return result
    }

    /// Closes everything, last first; false if libhdf5 refused one.
    @discardableResult
    func close() -> Bool {
      close(downTo: 0)
    }

    /// Takes over an identifier that libhdf5 has just returned; a negative one is a failure to do `action`.
    func own(_ id: hid_t, _ label: String?, _ action: @autoclosure () -> String) throws(StorageError) -> hid_t
    {
      guard id >= 0 else { throw failure(label, action()) }
      identifiers.append(id)
      return id
    }

    /// Passes on what libhdf5 returned, unless it is negative: a failure to do `action`.
    @discardableResult
    func check<Number: SignedInteger>(
      _ result: Number, _ label: String?, _ action: @autoclosure () -> String
    ) throws(StorageError) -> Number {
      guard result >= 0 else { throw failure(label, action()) }
      return result
    }

    /// An error about this file that libhdf5 found.
    func failure(_ label: String?, _ action: String) -> StorageError {
      if let bytes = MemoryReserve.refusedBytes { return .memory(path: path, byteCount: bytes) }
      let text = HDF5.errorText()
      return error(
        label, "is damaged or unsuitable: cannot \(action)\(text.isEmpty ? "" : " (libhdf5: \(text))")")
    }

    /// An error about this file that we found.
    func error(_ label: String?, _ reason: String) -> StorageError {
      .format(path: path, object: label, reason: reason)
    }

    private func close(downTo mark: Int) -> Bool {
      var isClean = true
      while identifiers.count > mark {
        let id = identifiers.removeLast()
        isClean = Self.close(id) >= 0 && isClean
      }
      return isClean
    }

    private static func close(_ id: hid_t) -> herr_t {
      switch H5Iget_type(id) {
      case H5I_FILE: H5Fclose(id)
      case H5I_GROUP: H5Gclose(id)
      case H5I_DATASET: H5Dclose(id)
      case H5I_DATATYPE: H5Tclose(id)
      case H5I_DATASPACE: H5Sclose(id)
      case H5I_ATTR: H5Aclose(id)
      case H5I_GENPROP_LST: H5Pclose(id)
      default: -1
      }
    }
  }
}
