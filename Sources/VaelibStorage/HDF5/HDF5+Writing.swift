import CHDF5
import VaelibNumerics

extension HDF5 {
  /// libhdf5's name for an element type in a file: little-endian.
  static func fileType(_ type: ElementType) -> hid_t {
    switch type {
    case .uint8: vaelib_h5t_uint8_le()
    case .int8: vaelib_h5t_int8_le()
    case .int16: vaelib_h5t_int16_le()
    case .int32: vaelib_h5t_int32_le()
    case .int64: vaelib_h5t_int64_le()
    case .float32: vaelib_h5t_float32_le()
    case .float64: vaelib_h5t_float64_le()
    }
  }
}

extension HDF5.Session {
  /// A dataset of no rows yet, whose first axis may grow, in compressed chunks that carry a checksum each; without
  /// times, so that equal contents give equal files.
  func createGrowingDataset(
    _ name: String, in file: HDF5.Object, rowShape: [Int], type: ElementType, chunkRows: Int, compression: Int
  ) throws(StorageError) -> HDF5.Object {
    let label = Self.label("dataset", file, name)
    let lengths = rowShape.map { hsize_t($0) }
    let space = try own(
      H5Screate_simple(Int32(lengths.count + 1), [0] + lengths, [hsize_t.max] + lengths), label, "create it")
    let creation = try own(H5Pcreate(vaelib_h5p_dataset_create()), label, "create it")
    try check(H5Pset_obj_track_times(creation, false), label, "create it")
    try check(H5Pset_fill_time(creation, H5D_FILL_TIME_NEVER), label, "create it")
    try check(
      H5Pset_chunk(creation, Int32(lengths.count + 1), [hsize_t(chunkRows)] + lengths), label, "create it")
    if compression > 0 {
      try check(H5Pset_shuffle(creation), label, "create it")
      try check(H5Pset_deflate(creation, UInt32(compression)), label, "create it")
    }
    try check(H5Pset_fletcher32(creation), label, "create it")
    let id = try own(
      H5Dcreate2(
        file.id, name, HDF5.fileType(type), space, try linkCreation(name), creation, hid_t(H5P_DEFAULT)),
      label, "create it")
    return HDF5.Object(id: id, name: HDF5.Session.join(file.name, name), label: label)
  }

  /// Writes `count` rows behind the `first` ones that a growing dataset has: a chunk, or the beginning of one.
  ///
  /// The chunk is written as it is, without libhdf5's filters: these call zlib, which the host may have replaced.
  func append(
    _ count: Int, rowsTo dataset: HDF5.Object, after first: Int, rowShape: [Int], chunk: ChunkEncoder.Chunk
  ) throws(StorageError) {
    let action = "write rows \(first) to \(first + count - 1)"
    let extent = [hsize_t(first + count)] + rowShape.map { hsize_t($0) }
    try check(H5Dset_extent(dataset.id, extent), dataset.label, action)
    let start = [hsize_t(first)] + rowShape.map { _ in 0 }
    try check(
      H5Dwrite_chunk(
        dataset.id, hid_t(H5P_DEFAULT), chunk.skipped, start, chunk.bytes.count, chunk.bytes.baseAddress),
      dataset.label, action)
  }
}
