import VaelibNumerics

/// Turns stored numbers of one type into stored numbers of another, as libhdf5 does: integers beyond the other's range
/// become its least or greatest number, real numbers lose what is behind the point where they become integers, and are
/// rounded to the nearest real number otherwise. NaN, for which integers have nothing, becomes 0.
struct NumberChange: Equatable {
  let source: StoredNumber
  let target: StoredNumber

  /// nil for types of numbers that are not turned into each other here: real ones other than float32 and float64, unless
  /// their numbers are those of the other type, too.
  init?(_ source: StoredNumber, _ target: StoredNumber) {
    (self.source, self.target) = (source, target)
    guard target.bits == 0..<8 * target.byteCount else { return nil }
    if isExact { return }
    if case .real(let layout) = target.kind, layout != .single, layout != .double { return nil }
  }

  /// Whether every number of the source is one of the target.
  var isExact: Bool {
    switch (source.kind, target.kind) {
    case (.unsigned, .unsigned), (.signed, .signed): source.bits.count <= target.bits.count
    case (.unsigned, .signed): source.bits.count < target.bits.count
    case (.signed, .unsigned), (.real, .unsigned), (.real, .signed): false
    case (.unsigned, .real(let layout)): layout.isWide(source.bits.count)
    case (.signed, .real(let layout)): layout.isWide(source.bits.count - 1)
    case (.real(let own), .real(let other)):
      own == other || (other == .double) || (other == .single && own.isNarrow)
    }
  }

  /// Whether numbers may go straight to this type in memory: there they become what those of the target's type would.
  func isDirect(_ conversion: ElementConversion) -> Bool {
    guard conversion.stored == target else { return false }
    switch (target.kind, conversion.memory) {
    case (.real(.single), .float32), (.real(.double), .float64): return true
    default: return isExact
    }
  }

  /// Turns `count` numbers that stand `sourceStep` bytes apart into others that follow each other.
  func convert(_ bytes: UnsafeRawPointer, sourceStep: Int, to place: UnsafeMutableRawPointer, count: Int) {
    let width = target.byteCount
    for index in 0..<count {
      let word = word(bytes + index * sourceStep)
      for byte in 0..<width {
        let shift = UInt64(8 * (target.isBigEndian ? width - 1 - byte : byte))
        place.storeBytes(
          of: UInt8(truncatingIfNeeded: word >> shift), toByteOffset: index * width + byte, as: UInt8.self)
      }
    }
  }

  /// The bits of the target's number.
  private func word(_ bytes: UnsafeRawPointer) -> UInt64 {
    switch source.kind {
    case .unsigned:
      var number: Int64 = 0
      convert(bytes, to: .int64, &number)
      return word(UInt64(bitPattern: number))
    case .signed:
      var number: Int64 = 0
      convert(bytes, to: .int64, &number)
      return word(number)
    case .real:
      var number: Double = 0
      convert(bytes, to: .float64, &number)
      return word(number)
    }
  }

  private func convert<Number>(_ bytes: UnsafeRawPointer, to type: ElementType, _ number: inout Number) {
    withUnsafeMutableBytes(of: &number) { number in
      guard let place = number.baseAddress else { return }
      ElementConversion(source, to: type).convert(bytes, sourceStep: 0, to: place, targetStep: 0, count: 1)
    }
  }

  private func word<Number: BinaryInteger>(_ number: Number) -> UInt64 {
    switch target.kind {
    case .unsigned: min(UInt64(clamping: number), UInt64.max >> UInt64(64 - target.bits.count))
    case .signed:
      UInt64(bitPattern: min(max(Int64(clamping: number), least), -1 - least))
    case .real(.single): UInt64(Float(number).bitPattern)
    case .real: Double(number).bitPattern
    }
  }

  /// The least signed number of the target.
  private var least: Int64 { Int64.min >> Int64(64 - target.bits.count) }

  private func word(_ number: Double) -> UInt64 {
    switch target.kind {
    case .unsigned:
      number.isNaN || number <= 0 ? 0 : word(number < 0x1p64 ? UInt64(number) : UInt64.max)
    case .signed:
      number.isNaN ? 0 : word(number < 0x1p63 ? (number > -0x1p63 ? Int64(number) : Int64.min) : Int64.max)
    case .real(.single): UInt64(Float(number).bitPattern)
    case .real: number.bitPattern
    }
  }
}

extension RealLayout {
  /// Whether integers of so many bits are among the numbers.
  fileprivate func isWide(_ bits: Int) -> Bool {
    bits <= mantissa.count + 1 && bias == 1 << (exponent.count - 1) - 1 && bits <= bias
  }

  /// Whether all numbers are also float32.
  fileprivate var isNarrow: Bool {
    mantissa.count <= 23 && (exponent.count < 8 && bias < 127 || exponent.count == 8 && bias == 127)
      && mantissa.count + bias <= 149
  }
}
