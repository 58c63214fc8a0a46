import CHDF5

extension HDF5 {
  /// Where and how a dataset's numbers are stored.
  enum Layout: Equatable {
    case compact
    /// One block of the file at `offset`; nil if nothing was ever written.
    case contiguous(offset: UInt64?)
    case chunked(shape: [Int])
    case virtual
    case external

    var isChunked: Bool {
      if case .chunked = self { true } else { false }
    }
  }

  /// All that is known of a dataset before any of its numbers is read.
  struct DatasetDescription {
    /// nil for a null dataspace, empty for a scalar.
    let shape: [Int]?
    let type: StoredType
    let layout: Layout
    /// The numbers of the filters that a reader has to undo.
    let filters: [Int]
    /// Bytes taken in the file.
    let storedByteCount: Int
  }
}

extension HDF5.Session {
  func describe(_ dataset: HDF5.Object) throws(StorageError) -> HDF5.DatasetDescription {
    try scope { () throws(StorageError) in
      let space = try own(H5Dget_space(dataset.id), dataset.label, "read its shape")
      let type = try own(H5Dget_type(dataset.id), dataset.label, "read its type")
      let creation = try own(H5Dget_create_plist(dataset.id), dataset.label, "read its layout")
      let layout = try layout(of: dataset, creation)
      // libhdf5 would look into other files for the size of a virtual dataset.
      let storedByteCount = layout == .virtual || layout == .external ? 0 : H5Dget_storage_size(dataset.id)
      guard let storedByteCount = Int(exactly: storedByteCount) else {
        throw error(dataset.label, "is damaged: it takes \(storedByteCount) bytes")
      }
      return HDF5.DatasetDescription(
        shape: try shape(of: space, dataset.label),
        type: try storedType(type, dataset.label), layout: layout,
        filters: try filters(creation, dataset.label),
        storedByteCount: storedByteCount)
    }
  }

  /// The lengths of a dataspace's axes; nil for a null dataspace, empty for a scalar.
  func shape(of space: hid_t, _ label: String?) throws(StorageError) -> [Int]? {
    switch H5Sget_simple_extent_type(space) {
    case H5S_NULL: return nil
    case H5S_SCALAR: return []
    case H5S_SIMPLE: break
    default: throw failure(label, "read its shape")
    }
    let rank = Int(try check(H5Sget_simple_extent_ndims(space), label, "read its shape"))
    guard rank <= Int(H5S_MAX_RANK) else { throw error(label, "is damaged: it has \(rank) axes") }
    var lengths = [hsize_t](repeating: 0, count: rank)
    try check(H5Sget_simple_extent_dims(space, &lengths, nil), label, "read its shape")
    return try lengths.map { length throws(StorageError) in
      guard let length = Int(exactly: length) else {
        throw error(label, "is damaged: one of its axes has the length \(length)")
      }
      return length
    }
  }

  private func layout(of dataset: HDF5.Object, _ creation: hid_t) throws(StorageError) -> HDF5.Layout {
    guard try check(H5Pget_external_count(creation), dataset.label, "read its layout") == 0 else {
      return .external
    }
    switch H5Pget_layout(creation) {
    case H5D_COMPACT: return .compact
    case H5D_CONTIGUOUS:
      let offset = H5Dget_offset(dataset.id)
      return .contiguous(offset: offset == .max ? nil : UInt64(offset))
    case H5D_CHUNKED:
      var lengths = [hsize_t](repeating: 0, count: Int(H5S_MAX_RANK))
      let rank = try check(
        H5Pget_chunk(creation, H5S_MAX_RANK, &lengths), dataset.label, "read its layout")
      return .chunked(shape: lengths.prefix(Int(rank)).map { Int(clamping: $0) })
    case H5D_VIRTUAL: return .virtual
    default: throw failure(dataset.label, "read its layout")
    }
  }

  private func filters(_ creation: hid_t, _ label: String?) throws(StorageError) -> [Int] {
    let count = try check(H5Pget_nfilters(creation), label, "read its filters")
    var filters: [Int] = []
    for index in 0..<UInt32(count) {
      var flags: UInt32 = 0
      var valueCount = 0
      var configuration: UInt32 = 0
      let filter = H5Pget_filter2(creation, index, &flags, &valueCount, nil, 0, nil, &configuration)
      filters.append(Int(try check(filter, label, "read its filters")))
    }
    return filters
  }

  /// Reads the whole dataset as values of `memoryType`, which `destination` has room for.
  func read(
    _ dataset: HDF5.Object, as memoryType: hid_t, into destination: UnsafeMutableRawPointer?
  ) throws(StorageError) {
    try check(
      H5Dread(dataset.id, memoryType, hid_t(H5S_ALL), hid_t(H5S_ALL), hid_t(H5P_DEFAULT), destination),
      dataset.label, "read its values")
  }

  /// Writes `values` as the dataset `name` of this shape, contiguous and without times, so that equal contents give
  /// equal files.
  func writeDataset(
    _ name: String, in group: HDF5.Object, shape: [Int], fileType: hid_t, memoryType: hid_t,
    values: UnsafeRawPointer?
  ) throws(StorageError) {
    try scope { () throws(StorageError) in
      let label = Self.label("dataset", group, name)
      let space = try own(
        H5Screate_simple(Int32(shape.count), shape.map { hsize_t($0) }, nil), label,
        "give it the shape \(shape)")
      let creation = try own(H5Pcreate(vaelib_h5p_dataset_create()), label, "create it")
      try check(H5Pset_obj_track_times(creation, false), label, "create it")
      try check(H5Pset_fill_time(creation, H5D_FILL_TIME_NEVER), label, "create it")
      let dataset = try own(
        H5Dcreate2(group.id, name, fileType, space, try linkCreation(name), creation, hid_t(H5P_DEFAULT)),
        label,
        "create it")
      guard let values, !shape.contains(0) else { return }
      try check(
        H5Dwrite(dataset, memoryType, hid_t(H5S_ALL), hid_t(H5S_ALL), hid_t(H5P_DEFAULT), values), label,
        "write its values")
    }
  }
}
