import CHDF5

extension HDF5.Session {
  /// Opens the session's file for reading. `ReadableFile.check` comes first.
  func openFile() throws(StorageError) -> HDF5.Object {
    let access = try own(H5Pcreate(vaelib_h5p_file_access()), nil, "prepare to open it")
    // ReadableFile looks for writers; a lock held by libhdf5 itself fails on file systems that have none.
    try check(H5Pset_file_locking(access, false, true), nil, "prepare to open it")
    let file = try own(H5Fopen(path, vaelib_h5f_read_only(), access), nil, "open it")
    return HDF5.Object(id: file, name: "", label: nil)
  }

  /// A new file in memory, in the format that the oldest versions of libhdf5 read.
  func createImage() throws(StorageError) -> HDF5.Object {
    let access = try own(H5Pcreate(vaelib_h5p_file_access()), nil, "prepare to build it")
    let growth = 1 << 20
    try check(H5Pset_fapl_core(access, growth, false), nil, "prepare to build it")
    try check(
      H5Pset_libver_bounds(access, H5F_LIBVER_EARLIEST, H5F_LIBVER_V18), nil, "prepare to build it")
    let file = try own(
      H5Fcreate(path, vaelib_h5f_truncate(), hid_t(H5P_DEFAULT), access), nil, "build it")
    return HDF5.Object(id: file, name: "", label: nil)
  }

  /// The bytes of a file made by `createImage`, as they belong on disk.
  func image(of file: HDF5.Object) throws(StorageError) -> [UInt8] {
    try check(H5Fflush(file.id, H5F_SCOPE_GLOBAL), nil, "finish it")
    let byteCount = try check(H5Fget_file_image(file.id, nil, 0), nil, "measure it")
    var copied = 0
    let bytes = [UInt8](unsafeUninitializedCapacity: byteCount) { buffer, count in
      copied = H5Fget_file_image(file.id, buffer.baseAddress, byteCount)
      count = max(copied, 0)
    }
    try check(copied, nil, "copy it out of memory")
    return bytes
  }
}
