import CHDF5
import VaelibNumerics

extension HDF5.Session {
  /// A chunk as it is stored, with `slack` zeros behind it; nil if it has not passed all filters, is larger than
  /// `limit`, or was never written: `read` knows what to make of those.
  func storedChunk(
    of dataset: HDF5.Object, at start: [hsize_t], limit: Int
  ) -> (bytes: ByteBuffer, count: Int)? {
    var byteCount: hsize_t = 0
    guard H5Dget_chunk_storage_size(dataset.id, start, &byteCount) >= 0, byteCount > 0,
      byteCount <= hsize_t(limit), let bytes = ByteBuffer(count: Int(byteCount))
    else { return nil }
    var skippedFilters: UInt32 = 0
    guard H5Dread_chunk(dataset.id, hid_t(H5P_DEFAULT), start, &skippedFilters, bytes.base) >= 0,
      skippedFilters == 0
    else { return nil }
    return (bytes, Int(byteCount))
  }

  /// Whether the numbers lie in the file as they do in memory.
  func isStored(_ dataset: HDF5.Object, as memoryType: hid_t) throws(StorageError) -> Bool {
    try scope { () throws(StorageError) in
      let type = try own(H5Dget_type(dataset.id), dataset.label, "read its type")
      return H5Tequal(type, memoryType) > 0
    }
  }
}
