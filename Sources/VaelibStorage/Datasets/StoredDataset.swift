import VaelibNumerics

/// A dataset that was found in a file, checked, and is ready to be read.
struct StoredDataset {
  /// Its full name inside the file.
  let name: String
  let form: DatasetForm
  let reader: any ElementReader
  /// Bytes of its values that are stored.
  let storedByteCount: Int
  /// The datasets that a virtual one consists of; nil for others.
  let sources: [StoredDataset]?

  /// What messages call it.
  var label: String { Self.label(name) }
  static func label(_ name: String) -> String { "dataset \"\(name)\"" }

  /// Throws unless the set is one that vaelib reads and all that leads to its values makes sense.
  /// `asLabels`: it may also hold texts. `folders`: where the sources of a virtual dataset may be.
  init(
    _ dataset: DatasetMetadata, name: String, _ file: MetadataFile,
    _ selection: DatasetSelection = DatasetSelection(), _ folders: ExternalFolders = ExternalFolders(),
    asLabels: Bool = false
  ) throws(StorageError) {
    self.name = name
    if case .virtual(.some) = dataset.layout, dataset.shape?.isEmpty == false {
      let set = try VirtualSet(dataset, name, file, folders, rowAxis: selection.rowAxis ?? 0)
      var dataset = dataset
      dataset.shape = set.shape
      form = try DatasetForm(dataset, file, Self.label(name), selection, asLabels: asLabels, virtual: set)
      (reader, sources, storedByteCount) = (set.reader, set.sources, set.storedByteCount)
    } else {
      form = try DatasetForm(dataset, file, Self.label(name), selection, asLabels: asLabels)
      let (grid, chunks) = try Self.places(of: form, dataset, file, name)
      (sources, storedByteCount) = (nil, chunks.storedByteCount)
      reader = ValueReader(file, dataset, grid, chunks, label: Self.label(name))
    }
    try checkSize(dataset, file)
  }

  /// Throws unless all that leads to the values of a set that vaelib reads makes sense.
  static func checkPlaces(
    _ dataset: DatasetMetadata, _ name: String, _ file: MetadataFile
  ) throws(StorageError) {
    _ = try places(of: try DatasetForm(dataset, file, label(name)), dataset, file, name)
  }

  /// Reads a range of rows, dense and row-major; the range is not empty.
  func read(_ rows: Range<Int>, into destination: UnsafeMutableRawPointer) throws(StorageError) {
    try read([rows] + form.shape.dropFirst().map { 0..<$0 }, into: destination)
  }

  /// Reads a range of each axis of the form, dense and row-major; none is empty, and that of the numbers of an element is
  /// whole.
  func read(_ box: [Range<Int>], into destination: UnsafeMutableRawPointer) throws(StorageError) {
    let lengths = box.map(\.count)
    var axes = Array(box.prefix(form.storedShape.count))
    var strides = rowMajorStrides(lengths, elementBytes: form.elementType.byteCount)
    strides = Array(strides.prefix(axes.count))
    axes.insert(axes.remove(at: 0), at: form.rowAxis)
    strides.insert(strides.remove(at: 0), at: form.rowAxis)
    try reader.read(axes, Arrangement(base: destination, strides: strides, fields: form.element.fields))
    form.packing?.apply(form.elementType, destination, count: lengths.reduce(1, *))
  }

  /// Reads a range of each axis in the file of a set with one number in an element, as numbers of this type; of texts,
  /// which are none, their bytes.
  func read(
    _ box: [Range<Int>], as type: ElementType, into destination: UnsafeMutableRawPointer
  ) throws(StorageError) {
    let field: ElementField =
      if let number = form.element.numbers.first {
        ElementField(ElementConversion(number.number, to: type))
      } else {
        ElementField(bytes: reader.elementBytes)
      }
    try reader.read(box, .dense(box.map(\.count), field, at: destination))
  }

  private static func places(
    of form: DatasetForm, _ dataset: DatasetMetadata, _ file: MetadataFile, _ name: String
  ) throws(StorageError) -> (ChunkGrid, ChunkTable) {
    guard let grid = ChunkGrid(shape: form.storedShape, chunkShape: form.storedChunkShape ?? form.storedShape)
    else {
      throw .format(
        path: file.file.path, object: label(name), reason: "is damaged: its chunks do not fit it")
    }
    return (grid, try chunks(dataset, grid, file, name))
  }

  /// Where the values are.
  private static func chunks(
    _ dataset: DatasetMetadata, _ grid: ChunkGrid, _ file: MetadataFile, _ name: String
  ) throws(StorageError) -> ChunkTable {
    try MetadataCheck.naming(name, file.file.path) { () throws(StorageError) in
      switch dataset.layout {
      case .chunked(let layout):
        return try file.chunks(of: dataset.address) { () throws(StorageError) in
          try ChunkIndex.read(
            layout, grid, greatestShape: dataset.greatestShape, isFiltered: !dataset.filters.isEmpty, file)
        }
      case .contiguous(let address?, let stated):
        let byteCount = grid.shape.reduce(dataset.elementBytes, *)
        guard byteCount <= stated ?? byteCount, byteCount <= file.byteCount,
          address <= file.byteCount - byteCount
        else { throw file.damaged("its values lie beyond the end of the file") }
        let block = StoredChunk(number: 0, address: address, byteCount: byteCount, skippedFilters: 0)
        return ChunkTable([block], limit: file.byteCount) ?? .empty
      case .compact(let bytes):
        guard bytes.count >= grid.shape.reduce(dataset.elementBytes, *) else {
          throw file.damaged("its values lie beyond the end of its header")
        }
        return .empty
      case .contiguous, .virtual, .external: return .empty
      }
    }
  }

  /// Throws if a chunk of it, or of a source, is too large.
  func checkChunks(_ memory: ChunkMemory) throws(StorageError) {
    for source in sources ?? [self] { try source.form.checkChunks(memory, source) }
  }

  /// Refuses sizes that the file cannot hold, unless they are small.
  private func checkSize(_ dataset: DatasetMetadata, _ file: MetadataFile) throws(StorageError) {
    let shape = form.storedShape
    let declared = shape.reduce(dataset.elementBytes, *)
    if case .compact = dataset.layout { return }
    guard
      declared <= DatasetForm.unwrittenByteLimit && shape[0] <= DatasetForm.unwrittenRowLimit
        || declared / DatasetForm.compressionLimit <= storedByteCount
    else {
      throw .format(
        path: file.file.path, object: label,
        reason: "is incomplete or damaged: it has \(HDF5.Session.describe(shape)), but only "
          + "\(storedByteCount) bytes are stored")
    }
  }
}
