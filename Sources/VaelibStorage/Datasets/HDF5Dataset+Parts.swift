import VaelibNumerics

/// Reading a dataset chunk by chunk, each chunk once, however few rows fit into memory.
extension HDF5Dataset {
  /// How many neighbouring rows are stored together; see `DatasetForm.bandRows`.
  var bandRows: Int { form.bandRows }

  /// The boxes of columns in which a band of rows is read, so that each takes `bufferBytes`, or one chunk.
  func columnBoxes(bufferBytes: Int) -> [ColumnBox] {
    let rowShape = Array(form.shape.dropFirst())
    guard bandRows > 1 else { return ColumnBox.cut(rowShape, chunkShape: rowShape, most: .max) }
    let chunk = form.chunkShape.map { Array($0.dropFirst()) } ?? rowShape
    let chunkBytes = product(chunk + [bandRows, elementType.byteCount]) ?? .max
    let most = plan.isSmall(chunkBytes: chunkBytes) ? bufferBytes / elementType.byteCount / bandRows : 1
    return ColumnBox.cut(rowShape, chunkShape: chunk, most: most)
  }

  /// Reads `rows`, whole bands, of a box and calls `body` with the rows of each part, dense. With filters there is one
  /// part; else as many as keep each within `bufferBytes`.
  func forEachPart(
    of rows: Range<Int>, _ box: ColumnBox, bufferBytes: Int,
    _ body: (Range<Int>, UnsafeMutableRawPointer) throws(StorageError) -> Void
  ) throws(StorageError) {
    let width = box.columns * elementType.byteCount
    let step = form.hasFilters ? rows.count : min(rows.count, max(1, bufferBytes / width))
    guard let bytes = product([step, width]), let buffer = ByteBuffer(count: bytes) else {
      throw .memory(path: path, byteCount: width)
    }
    for first in stride(from: rows.lowerBound, to: rows.upperBound, by: step) {
      let part = first..<min(first + step, rows.upperBound)
      try read([part] + box.ranges, into: buffer.base)
      try body(part, buffer.base)
    }
  }
}
