import CHDF5
import VaelibNumerics

extension HDF5.Session {
  /// What a text takes in memory beside its own bytes, and as a member of a set, about.
  private static let bytesOfText = 128

  /// Writes a dataset of fixed-length UTF-8 texts, as long as the longest, padded with NUL.
  func writeTexts(_ name: String, in group: HDF5.Object, _ texts: [String]) throws(StorageError) {
    try scope { () throws(StorageError) in
      let label = Self.label("dataset", group, name)
      // HDF5 has no strings of length zero.
      let width = max(1, texts.map(\.utf8.count).max() ?? 0)
      guard let byteCount = product([texts.count, width]) else {
        throw error(label, "cannot be written: \(texts.count) texts of \(width) bytes are too many")
      }
      try requireMemory(byteCount)
      var bytes = [UInt8](repeating: 0, count: byteCount)
      for (index, text) in texts.enumerated() {
        for (place, byte) in text.utf8.enumerated() { bytes[index * width + place] = byte }
      }
      let type = try textType(width, label)
      try writeDataset(
        name, in: group, shape: [texts.count], fileType: type, memoryType: type, values: bytes)
    }
  }

  /// Throws if the system would refuse so many bytes.
  private func requireMemory(_ byteCount: Int) throws(StorageError) {
    do { try MemoryReserve.require(byteCount, bytes: 1) } catch {
      throw .memory(path: path, byteCount: byteCount)
    }
  }

  /// UTF-8 texts of so many bytes, padded with NUL; to be used within a `scope`.
  func textType(_ byteCount: Int, _ label: String?) throws(StorageError) -> hid_t {
    let type = try own(H5Tcopy(vaelib_h5t_c_string()), label, "make its type")
    try check(H5Tset_size(type, byteCount), label, "make its type")
    try check(H5Tset_strpad(type, H5T_STR_NULLPAD), label, "make its type")
    try check(H5Tset_cset(type, H5T_CSET_UTF8), label, "make its type")
    return type
  }

  /// Reads a dataset of `count` fixed-length texts of `byteCount` bytes, which has been checked to be one.
  func readTexts(
    _ dataset: HDF5.Object, count: Int, byteCount: Int
  ) throws(StorageError) -> [String] {
    try scope { () throws(StorageError) in
      let type = try own(H5Dget_type(dataset.id), dataset.label, "read its type")
      let padding = H5Tget_strpad(type)
      // The bytes, and the texts made of them, which are to be compared with each other.
      try requireMemory(product([count, byteCount + Self.bytesOfText]) ?? .max)
      var bytes = [UInt8](repeating: 0, count: count * byteCount)
      try bytes.withUnsafeMutableBufferPointer { (buffer) throws(StorageError) in
        try read(dataset, as: type, into: UnsafeMutableRawPointer(buffer.baseAddress))
      }
      return try (0..<count).map { index throws(StorageError) in
        let stored = bytes[index * byteCount..<(index + 1) * byteCount]
        guard let text = Self.text(stored, padding) else {
          throw error(dataset.label, "holds at place \(index) what is not UTF-8 text")
        }
        return text
      }
    }
  }

  /// A fixed-length text without its padding; nil if it is not UTF-8.
  static func text(_ stored: ArraySlice<UInt8>, _ padding: H5T_str_t) -> String? {
    var text = stored.prefix { $0 != 0 }
    if padding == H5T_STR_SPACEPAD {
      while text.last == UInt8(ascii: " ") { text.removeLast() }
    }
    return String(validating: text, as: UTF8.self)
  }
}
