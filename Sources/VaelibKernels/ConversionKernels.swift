/// Conversion of a run of numbers that may be unaligned: out = Float(Double(source) scale + shift).
public protocol ConversionKernels: Sendable {
  /// From UInt8.
  static func convertUInt8(
    _ source: UnsafeRawPointer, _ out: MutableFloats, _ count: Int, _ scale: Double, _ shift: Double)
  /// From Int8.
  static func convertInt8(
    _ source: UnsafeRawPointer, _ out: MutableFloats, _ count: Int, _ scale: Double, _ shift: Double)
  /// From Int16.
  static func convertInt16(
    _ source: UnsafeRawPointer, _ out: MutableFloats, _ count: Int, _ scale: Double, _ shift: Double)
  /// From Int32.
  static func convertInt32(
    _ source: UnsafeRawPointer, _ out: MutableFloats, _ count: Int, _ scale: Double, _ shift: Double)
  /// From Int64.
  static func convertInt64(
    _ source: UnsafeRawPointer, _ out: MutableFloats, _ count: Int, _ scale: Double, _ shift: Double)
  /// From Float32.
  static func convertFloat32(
    _ source: UnsafeRawPointer, _ out: MutableFloats, _ count: Int, _ scale: Double, _ shift: Double)
  /// From Float64.
  static func convertFloat64(
    _ source: UnsafeRawPointer, _ out: MutableFloats, _ count: Int, _ scale: Double, _ shift: Double)
}
