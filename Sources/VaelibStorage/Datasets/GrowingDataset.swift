import Glibc
import VaelibModels
import VaelibNumerics

/// One dataset of a file that is being written: rows are collected to whole chunks.
final class GrowingDataset {
  let name: String
  let layout: DatasetLayout
  private let path: String
  /// The dataset in the file, and what makes its chunks.
  private struct Created {
    let dataset: HDF5.Object
    let encoder: ChunkEncoder
    let chunkRows: Int
  }

  /// Created with the first chunk.
  private var created: Created?
  private var buffer: UnsafeMutableRawPointer?
  private var bufferedRows = 0
  private var writtenRows = 0

  init(name: String, layout: DatasetLayout, path: String) {
    self.name = name
    self.layout = layout
    self.path = path
  }

  deinit { free(buffer) }

  var rows: Int { writtenRows + bufferedRows }

  /// Throws `data` unless the array has the dataset's width and all its numbers have a place in the stored type.
  func check(_ array: StridedArray) throws {
    guard array.columns == layout.columns else {
      throw ModelError.data(
        "the array has \(array.columns) columns, but a row of dataset \"\(name)\" has \(layout.columns)")
    }
    if array.alwaysFits(layout.elementType) { return }
    let scratch = try allocate(layout.rowByteCount)
    defer { free(scratch) }
    for row in 0..<array.rows {
      guard let column = array.storeRow(row, as: layout.elementType, into: scratch) else { continue }
      throw ModelError.data(
        "the array holds \(array.text(row: row, column: column)) at row \(row), column \(column) (counted from 0), "
          + "which dataset \"\(name)\" cannot store as \(layout.elementType.name)")
    }
  }

  /// Appends the rows of an array that passed `check`; `write` is told of each full chunk.
  func append(
    _ array: StridedArray, _ write: (GrowingDataset) throws(StorageError) -> Void
  ) throws(StorageError) {
    if buffer == nil { buffer = try allocate(layout.chunkRows * layout.rowByteCount) }
    guard let buffer else { return }
    for row in 0..<array.rows {
      _ = array.storeRow(
        row, as: layout.elementType, into: buffer + bufferedRows * layout.rowByteCount)
      bufferedRows += 1
      if bufferedRows == layout.chunkRows { try write(self) }
    }
  }

  /// Writes what is buffered. To be called inside `HDF5.locked`.
  func flush(_ session: HDF5.Session, _ file: HDF5.Object) throws(StorageError) {
    guard bufferedRows > 0, let buffer else { return }
    let set: Created
    if let created { set = created } else { set = try create(session, file) }
    created = set
    let missingRows = set.chunkRows - bufferedRows
    memset(buffer + bufferedRows * layout.rowByteCount, 0, missingRows * layout.rowByteCount)
    try session.append(
      bufferedRows, rowsTo: set.dataset, after: writtenRows, rowShape: layout.rowShape,
      chunk: set.encoder.encode(buffer))
    writtenRows += bufferedRows
    bufferedRows = 0
  }

  private func create(_ session: HDF5.Session, _ file: HDF5.Object) throws(StorageError) -> Created {
    // A set that is smaller than a chunk gets a chunk of its own size, unless the caller chose one.
    let chunkRows = layout.chosenChunkRows ?? bufferedRows
    let chunkBytes = chunkRows * layout.rowByteCount
    let encoder = ChunkEncoder(
      level: layout.compression, chunkBytes: chunkBytes, elementBytes: layout.elementType.byteCount)
    guard let encoder else { throw .memory(path: path, byteCount: 2 * chunkBytes) }
    let dataset = try session.createGrowingDataset(
      name, in: file, rowShape: layout.rowShape, type: layout.elementType, chunkRows: chunkRows,
      compression: layout.compression)
    return Created(dataset: dataset, encoder: encoder, chunkRows: chunkRows)
  }

  private func allocate(_ byteCount: Int) throws(StorageError) -> UnsafeMutableRawPointer {
    guard let memory = malloc(max(1, byteCount)) else { throw .memory(path: path, byteCount: byteCount) }
    return memory
  }
}
