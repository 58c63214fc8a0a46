import Glibc

extension StridedArray {
  /// A view of neighbouring rows.
  public func rows(_ range: Range<Int>) -> StridedArray {
    StridedArray(
      base: base + range.lowerBound * rowStride, elementType: elementType, rows: range.count,
      columns: columns, rowStride: rowStride, columnStride: columnStride, scale: scale, shift: shift)
  }

  /// `count` windows of `length` rows, each `step` rows after the one before, of rows without gaps.
  public func windows(_ count: Int, length: Int, step: Int) -> StridedArray {
    StridedArray(
      base: base, elementType: elementType, rows: count, columns: length * columns,
      rowStride: step * rowStride, columnStride: columnStride, scale: scale, shift: shift)
  }

  /// The numbers as they are stored.
  public var unscaled: StridedArray {
    StridedArray(
      base: base, elementType: elementType, rows: rows, columns: columns, rowStride: rowStride,
      columnStride: columnStride)
  }

  /// A dense copy of some rows, in this order, and what keeps it in memory.
  public func gathered(_ rows: some Collection<Int>) throws(NumericsError) -> (StridedArray, ByteBuffer) {
    let size = elementType.byteCount
    let rowBytes = columns * size
    guard let buffer = ByteBuffer(count: rows.count * rowBytes) else {
      throw NumericsError.outOfMemory(bytes: rows.count * rowBytes)
    }
    for (index, row) in rows.enumerated() {
      let source = base + row * rowStride
      let target = buffer.base + index * rowBytes
      if columnStride == size {
        memcpy(target, source, rowBytes)
      } else {
        for column in 0..<columns {
          memcpy(target + column * size, source + column * columnStride, size)
        }
      }
    }
    let copy = StridedArray.dense(
      base: buffer.base, elementType: elementType, rows: rows.count, columns: columns, scale: scale,
      shift: shift)
    return (copy, buffer)
  }
}
