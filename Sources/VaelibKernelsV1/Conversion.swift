import VaelibKernels

/// Float(Double(source) * scale + shift) over a run at any address.
///
/// Multiplied and added without fusing, so that all variants give the same bits.
@inline(__always) private func convert<Number>(
  _ source: UnsafeRawPointer, _ out: MutableFloats, _ count: Int, _ scale: Double, _ shift: Double,
  _ double: (Number) -> Double
) {
  for i in 0..<count {
    let number = source.loadUnaligned(fromByteOffset: i &* MemoryLayout<Number>.size, as: Number.self)
    out[i] = Float(double(number) * scale + shift)
  }
}

extension CompiledKernels {
  @inline(never) static func convertUInt8(
    _ source: UnsafeRawPointer, _ out: MutableFloats, _ count: Int, _ scale: Double, _ shift: Double
  ) {
    convert(source, out, count, scale, shift) { (number: UInt8) in Double(number) }
  }

  @inline(never) static func convertInt8(
    _ source: UnsafeRawPointer, _ out: MutableFloats, _ count: Int, _ scale: Double, _ shift: Double
  ) {
    convert(source, out, count, scale, shift) { (number: Int8) in Double(number) }
  }

  @inline(never) static func convertInt16(
    _ source: UnsafeRawPointer, _ out: MutableFloats, _ count: Int, _ scale: Double, _ shift: Double
  ) {
    convert(source, out, count, scale, shift) { (number: Int16) in Double(number) }
  }

  @inline(never) static func convertInt32(
    _ source: UnsafeRawPointer, _ out: MutableFloats, _ count: Int, _ scale: Double, _ shift: Double
  ) {
    convert(source, out, count, scale, shift) { (number: Int32) in Double(number) }
  }

  @inline(never) static func convertInt64(
    _ source: UnsafeRawPointer, _ out: MutableFloats, _ count: Int, _ scale: Double, _ shift: Double
  ) {
    convert(source, out, count, scale, shift) { (number: Int64) in Double(number) }
  }

  @inline(never) static func convertFloat32(
    _ source: UnsafeRawPointer, _ out: MutableFloats, _ count: Int, _ scale: Double, _ shift: Double
  ) {
    convert(source, out, count, scale, shift) { (number: Float) in Double(number) }
  }

  @inline(never) static func convertFloat64(
    _ source: UnsafeRawPointer, _ out: MutableFloats, _ count: Int, _ scale: Double, _ shift: Double
  ) {
    convert(source, out, count, scale, shift) { (number: Double) in Double(number) }
  }
}
