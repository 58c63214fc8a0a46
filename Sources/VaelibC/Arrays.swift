public import CVaelib
import VaelibNumerics

@_cdecl("vaelib_array_init") @implementation
public func vaelib_array_init(
  _ outArray: UnsafeMutablePointer<vaelib_array>?, _ buffer: UnsafeRawPointer?, _ dtype: vaelib_dtype,
  _ rows: Int, _ columns: Int
) -> vaelib_status {
  entryPoint {
    let type = try ElementType(dtype)
    let (rowBytes, overflow) = columns.multipliedReportingOverflow(by: type.byteCount)
    let (bytes, beyond) = rows.multipliedReportingOverflow(by: rowBytes)
    if rows < 0 || columns < 0 || overflow || beyond {
      throw BoundaryError.argument(
        "\(UInt(bitPattern: rows)) x \(UInt(bitPattern: columns)) numbers do not fit the address space")
    }
    var array = vaelib_array()
    array.buffer = buffer
    array.buffer_bytes = bytes
    array.dtype = dtype
    array.rows = rows
    array.columns = columns
    array.row_stride = rowBytes
    array.column_stride = type.byteCount
    array.scale = 1
    try SizedStruct.write(array, to: outArray, "out_array")
  }
}

extension ElementType {
  init(_ dtype: vaelib_dtype) throws {
    guard let type = ElementType(rawValue: dtype.rawValue) else {
      let known = ElementType.allCases.map { "\($0.rawValue) \($0.name)" }.joined(separator: ", ")
      throw BoundaryError.argument("dtype is \(dtype.rawValue); known: \(known)")
    }
    self = type
  }
}

extension StridedArray {
  /// A view of the caller's memory, proven to lie inside the stated buffer.
  init(_ pointer: UnsafePointer<vaelib_array>?, _ name: String) throws {
    let c = try SizedStruct.read(pointer, name)
    let type = try ElementType(c.dtype)
    guard let buffer = c.buffer else { throw BoundaryError.argument("\(name)->buffer is NULL") }
    for (field, value) in [("rows", c.rows), ("columns", c.columns)] where value < 1 {
      throw BoundaryError.argument("\(name)->\(field) is \(UInt(bitPattern: value)); it must be at least 1")
    }
    guard c.scale.isFinite, c.shift.isFinite, c.scale != 0 else {
      throw BoundaryError.argument(
        "\(name)->scale is \(c.scale) and shift \(c.shift); both must be finite, and scale not 0")
    }
    guard Self.fits(c, elementBytes: type.byteCount) else {
      throw BoundaryError.argument(
        "\(name): \(UInt(bitPattern: c.rows)) x \(UInt(bitPattern: c.columns)) \(type.name) numbers with strides "
          + "\(c.row_stride) and \(c.column_stride) from offset \(UInt(bitPattern: c.offset)) leave the buffer of "
          + "\(UInt(bitPattern: c.buffer_bytes)) bytes")
    }
    self.init(
      base: buffer + c.offset, elementType: type, rows: c.rows, columns: c.columns, rowStride: c.row_stride,
      columnStride: c.column_stride, scale: c.scale, shift: c.shift)
  }

  /// True if the lowest and the highest element lie inside the buffer.
  private static func fits(_ c: vaelib_array, elementBytes: Int) -> Bool {
    guard c.offset >= 0, c.buffer_bytes >= 0 else { return false }
    var low = c.offset
    var high = c.offset
    for (count, stride) in [(c.rows, c.row_stride), (c.columns, c.column_stride)] {
      let (reach, overflow) = (count - 1).multipliedReportingOverflow(by: stride)
      let (end, beyond) = (reach < 0 ? low : high).addingReportingOverflow(reach)
      if overflow || beyond { return false }
      if reach < 0 { low = end } else { high = end }
    }
    return low >= 0 && high <= c.buffer_bytes - elementBytes
  }
}
