import CHDF5

extension HDF5.Session {
  /// What libhdf5 calls an image. It wants a name that is not empty and by which no file exists: inside a regular file
  /// there is none.
  private var imageName: String { path + "/content" }

  /// Opens the HDF5 part of a file from memory for reading. libhdf5 works on `bytes` themselves, which must outlive the
  /// session, and looks at no file.
  func openImage(_ bytes: UnsafeRawBufferPointer) throws(StorageError) -> HDF5.Object {
    let access = try own(H5Pcreate(vaelib_h5p_file_access()), nil, "prepare to open it")
    try check(H5Pset_fapl_core(access, 1, false), nil, "prepare to open it")
    // Wherever libhdf5 would copy the image it gets the image itself, which it never changes or frees.
    let memory = UnsafeMutableRawPointer(mutating: bytes.baseAddress)
    var sharing = H5FD_file_image_callbacks_t(
      image_malloc: { _, _, memory in memory }, image_memcpy: { memory, _, _, _, _ in memory },
      image_realloc: { _, _, _, _ in nil }, image_free: { _, _, _ in 0 }, udata_copy: { memory in memory },
      udata_free: { _ in 0 }, udata: memory)
    try check(H5Pset_file_image_callbacks(access, &sharing), nil, "prepare to open it")
    try check(H5Pset_file_image(access, memory, bytes.count), nil, "prepare to open it")
    let file = try own(H5Fopen(imageName, vaelib_h5f_read_only(), access), nil, "open it")
    return HDF5.Object(id: file, name: "", label: nil)
  }

  /// A new file in memory with a user block.
  func createImage() throws(StorageError) -> HDF5.Object {
    let access = try own(H5Pcreate(vaelib_h5p_file_access()), nil, "prepare to build it")
    let growth = 1 << 20
    try check(H5Pset_fapl_core(access, growth, false), nil, "prepare to build it")
    return try create(imageName, access, userBlock: UserBlock.byteCount)
  }

  /// A new file, written to `target`, with a user block of so many bytes.
  func createFile(
    _ target: UnsafeMutablePointer<vaelib_h5fd_target>, userBlock: Int
  ) throws(StorageError) -> HDF5.Object {
    try create(
      path, try own(vaelib_h5fd_access_list(target), nil, "prepare to write it"), userBlock: userBlock)
  }

  /// A new file in the format that the oldest versions of libhdf5 read.
  private func create(_ name: String, _ access: hid_t, userBlock: Int) throws(StorageError) -> HDF5.Object {
    try check(
      H5Pset_libver_bounds(access, H5F_LIBVER_EARLIEST, H5F_LIBVER_V18), nil, "prepare to write it")
    let creation = try own(H5Pcreate(vaelib_h5p_file_create()), nil, "prepare to write it")
    try check(H5Pset_userblock(creation, hsize_t(userBlock)), nil, "prepare to write it")
    let file = try own(H5Fcreate(name, vaelib_h5f_truncate(), creation, access), nil, "create it")
    return HDF5.Object(id: file, name: "", label: nil)
  }

  /// The bytes of a file made by `createImage`, as they belong on disk; its user block is still all zero.
  func image(of file: HDF5.Object) throws(StorageError) -> [UInt8] {
    try check(H5Fflush(file.id, H5F_SCOPE_GLOBAL), nil, "finish it")
    // Of a file with a user block libhdf5 copies only what follows the block.
    let byteCount = try check(H5Fget_file_image(file.id, nil, 0), nil, "measure it")
    var bytes = [UInt8](repeating: 0, count: UserBlock.byteCount + byteCount)
    let copied = bytes.withUnsafeMutableBytes { buffer in
      H5Fget_file_image(file.id, buffer.baseAddress.map { $0 + UserBlock.byteCount }, byteCount)
    }
    try check(copied, nil, "copy it out of memory")
    return bytes
  }
}
