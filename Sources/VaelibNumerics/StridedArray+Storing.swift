extension StridedArray {
  /// Whether every number that the array can hold has a place in `type`, so that `storeRow` never refuses one.
  public func alwaysFits(_ type: ElementType) -> Bool {
    if type == .float64 { return elementType != .float64 || isUnscaled }
    guard isUnscaled else { return false }
    switch (elementType, type) {
    case (let from, let to) where from == to: return true
    case (_, .float32): return elementType.isInteger
    case (.uint8, .int16), (.uint8, .int32), (.uint8, .int64): return true
    case (.int8, .int16), (.int8, .int32), (.int8, .int64): return true
    case (.int16, .int32), (.int16, .int64), (.int32, .int64): return true
    default: return false
    }
  }

  /// Writes row `row`, scaled, as dense numbers of `type`. Floating-point numbers are rounded to the nearest; integers
  /// must be exact.
  ///
  /// Returns the column of the first number that `type` cannot hold, with `out` filled up to there; nil if all fit.
  public func storeRow(_ row: Int, as type: ElementType, into out: UnsafeMutableRawPointer) -> Int? {
    assert(row >= 0 && row < rows)
    let source = base + row * rowStride
    if type == elementType, isUnscaled, columnStride == type.byteCount {
      out.copyMemory(from: source, byteCount: columns * type.byteCount)
      return nil
    }
    if type == .float32, isUnscaled, elementType.isInteger, elementType != .int64 {
      copyRow(row, into: out.assumingMemoryBound(to: Float.self))
      return nil
    }
    if elementType == .int64, isUnscaled {
      // A double would round them.
      return storeIntegers(source, type, out)
    }
    switch elementType {
    case .uint8: return store(source, type, out) { (number: UInt8) in Double(number) }
    case .int8: return store(source, type, out) { (number: Int8) in Double(number) }
    case .int16: return store(source, type, out) { (number: Int16) in Double(number) }
    case .int32: return store(source, type, out) { (number: Int32) in Double(number) }
    case .int64: return store(source, type, out) { (number: Int64) in Double(number) }
    case .float32: return store(source, type, out) { (number: Float) in Double(number) }
    case .float64: return store(source, type, out) { (number: Double) in number }
    }
  }

  /// The number at a place, scaled, as text.
  public func text(row: Int, column: Int) -> String {
    let source = base + row * rowStride + column * columnStride
    var wide = 0.0
    let one = StridedArray(
      base: source, elementType: elementType, rows: 1, columns: 1, rowStride: 0, columnStride: 0,
      scale: scale,
      shift: shift)
    if elementType.isInteger, isUnscaled { return "\(one.integer(row: 0) ?? 0)" }
    _ = one.storeRow(0, as: .float64, into: &wide)
    return wide.isNaN ? "NaN" : "\(wide)"
  }

  private var isUnscaled: Bool { scale == 1 && shift == 0 }

  private func store<Number: BitwiseCopyable>(
    _ source: UnsafeRawPointer, _ type: ElementType, _ out: UnsafeMutableRawPointer,
    _ double: (Number) -> Double
  ) -> Int? {
    func scaled(_ number: Number) -> Double { double(number) * scale + shift }
    switch type {
    case .uint8: return fill(source, out) { UInt8(exactly: scaled($0)) }
    case .int8: return fill(source, out) { Int8(exactly: scaled($0)) }
    case .int16: return fill(source, out) { Int16(exactly: scaled($0)) }
    case .int32: return fill(source, out) { Int32(exactly: scaled($0)) }
    case .int64: return fill(source, out) { Int64(exactly: scaled($0)) }
    case .float32:
      return fill(source, out) { number -> Float? in
        let value = scaled(number)
        let rounded = Float(value)
        return rounded.isFinite || !value.isFinite ? rounded : nil
      }
    case .float64:
      return fill(source, out) { number -> Double? in
        let value = scaled(number)
        return value.isFinite || !double(number).isFinite ? value : nil
      }
    }
  }

  private func storeIntegers(
    _ source: UnsafeRawPointer, _ type: ElementType, _ out: UnsafeMutableRawPointer
  ) -> Int? {
    switch type {
    case .uint8: fill(source, out) { (number: Int64) in UInt8(exactly: number) }
    case .int8: fill(source, out) { (number: Int64) in Int8(exactly: number) }
    case .int16: fill(source, out) { (number: Int64) in Int16(exactly: number) }
    case .int32: fill(source, out) { (number: Int64) in Int32(exactly: number) }
    case .int64: fill(source, out) { (number: Int64) in number }
    case .float32: fill(source, out) { (number: Int64) in Float(number) }
    case .float64: fill(source, out) { (number: Int64) in Double(number) }
    }
  }

  /// Converts a row; returns the first column whose number `convert` refuses.
  private func fill<Number: BitwiseCopyable, Stored: BitwiseCopyable>(
    _ source: UnsafeRawPointer, _ out: UnsafeMutableRawPointer, _ convert: (Number) -> Stored?
  ) -> Int? {
    let size = MemoryLayout<Stored>.size
    for column in 0..<columns {
      let number = (source + column * columnStride).loadUnaligned(as: Number.self)
      guard let stored = convert(number) else { return column }
      (out + column * size).storeBytes(of: stored, as: Stored.self)
    }
    return nil
  }
}
