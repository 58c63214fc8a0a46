/// A matrix of numbers of any type in someone else's memory: element (r, c) is the number at
/// `base + r * rowStride + c * columnStride` (bytes), seen as `number * scale + shift`.
///
/// Strides may be zero or negative, addresses unaligned. The maker promises that every element lies in memory
/// that may be read and that outlives the array; nothing is checked here.
public struct StridedArray: @unchecked Sendable {
  /// The address of element (0, 0).
  public let base: UnsafeRawPointer
  /// The type of the stored numbers.
  public let elementType: ElementType
  /// The number of rows.
  public let rows: Int
  /// The number of columns.
  public let columns: Int
  /// Bytes from one row to the next.
  public let rowStride: Int
  /// Bytes from one column to the next.
  public let columnStride: Int
  /// What stored numbers are multiplied by.
  public let scale: Double
  /// What is added after that.
  public let shift: Double

  public init(
    base: UnsafeRawPointer, elementType: ElementType, rows: Int, columns: Int, rowStride: Int,
    columnStride: Int,
    scale: Double = 1, shift: Double = 0
  ) {
    self.base = base
    self.elementType = elementType
    self.rows = rows
    self.columns = columns
    self.rowStride = rowStride
    self.columnStride = columnStride
    self.scale = scale
    self.shift = shift
  }

  /// A row-major matrix without gaps.
  public static func dense(
    base: UnsafeRawPointer, elementType: ElementType, rows: Int, columns: Int, scale: Double = 1,
    shift: Double = 0
  ) -> StridedArray {
    let size = elementType.byteCount
    return StridedArray(
      base: base, elementType: elementType, rows: rows, columns: columns, rowStride: columns &* size,
      columnStride: size, scale: scale, shift: shift)
  }

  /// Row `row`, scaled, as `columns` floats.
  public func copyRow(_ row: Int, into out: UnsafeMutablePointer<Float>) {
    assert(row >= 0 && row < rows)
    let source = base + row * rowStride
    if columnStride == elementType.byteCount {
      copyRun(source, into: out)
    } else {
      copyStrided(source, into: out)
    }
  }

  /// The addresses of the memory that rows `range` lie in, and what is between them.
  public func addresses(_ range: Range<Int>) -> Range<UInt> {
    if range.isEmpty || columns == 0 { return 0..<0 }
    let start = Int(bitPattern: base) + range.lowerBound * rowStride
    let (height, width) = ((range.count - 1) * rowStride, (columns - 1) * columnStride)
    let first = start + min(height, 0) + min(width, 0)
    let last = start + max(height, 0) + max(width, 0)
    return UInt(bitPattern: first)..<UInt(bitPattern: last + elementType.byteCount)
  }

  /// The rows of `range` as they lie in memory, if they are floats in whole steps that `scale` and `shift` leave as they
  /// are. The view must not be written to.
  public func matrix(_ range: Range<Int>) -> MatrixView? {
    let size = MemoryLayout<Float>.size
    guard elementType == .float32, columnStride == size || columns <= 1, scale == 1, shift == 0,
      rowStride >= columns * size, rowStride % size == 0, rowStride / size <= Int32.max
    else { return nil }
    let start = base + range.lowerBound * rowStride
    guard Int(bitPattern: start) % MemoryLayout<Float>.alignment == 0 else { return nil }
    return MatrixView(
      base: UnsafeMutablePointer(mutating: start.assumingMemoryBound(to: Float.self)), rows: range.count,
      columns: columns, stride: rowStride / size)
  }

  /// The number of a one-column array of integers, as stored: without scale and shift. Nil for floats.
  public func integer(row: Int) -> Int64? {
    assert(row >= 0 && row < rows)
    let source = base + row * rowStride
    return switch elementType {
    case .uint8: Int64(source.loadUnaligned(as: UInt8.self))
    case .int8: Int64(source.loadUnaligned(as: Int8.self))
    case .int16: Int64(source.loadUnaligned(as: Int16.self))
    case .int32: Int64(source.loadUnaligned(as: Int32.self))
    case .int64: source.loadUnaligned(as: Int64.self)
    case .float32, .float64: nil
    }
  }

  private func copyRun(_ source: UnsafeRawPointer, into out: UnsafeMutablePointer<Float>) {
    switch elementType {
    case .uint8: kernels.convertUInt8(source, out, columns, scale, shift)
    case .int8: kernels.convertInt8(source, out, columns, scale, shift)
    case .int16: kernels.convertInt16(source, out, columns, scale, shift)
    case .int32: kernels.convertInt32(source, out, columns, scale, shift)
    case .int64: kernels.convertInt64(source, out, columns, scale, shift)
    case .float32: kernels.convertFloat32(source, out, columns, scale, shift)
    case .float64: kernels.convertFloat64(source, out, columns, scale, shift)
    }
  }

  private func copyStrided(_ source: UnsafeRawPointer, into out: UnsafeMutablePointer<Float>) {
    switch elementType {
    case .uint8: gather(source, out) { (number: UInt8) in Double(number) }
    case .int8: gather(source, out) { (number: Int8) in Double(number) }
    case .int16: gather(source, out) { (number: Int16) in Double(number) }
    case .int32: gather(source, out) { (number: Int32) in Double(number) }
    case .int64: gather(source, out) { (number: Int64) in Double(number) }
    case .float32: gather(source, out) { (number: Float) in Double(number) }
    case .float64: gather(source, out) { (number: Double) in number }
    }
  }

  private func gather<Number: BitwiseCopyable>(
    _ source: UnsafeRawPointer, _ out: UnsafeMutablePointer<Float>, _ double: (Number) -> Double
  ) {
    for column in 0..<columns {
      let number = (source + column * columnStride).loadUnaligned(as: Number.self)
      out[column] = Float(double(number) * scale + shift)
    }
  }
}
