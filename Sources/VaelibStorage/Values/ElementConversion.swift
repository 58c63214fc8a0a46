import Glibc
import VaelibNumerics

/// Turns numbers as they are stored into numbers as they are in memory.
struct ElementConversion: Equatable {
  let stored: StoredNumber
  let memory: ElementType
  /// Whether the bytes stay as they are.
  let isIdentity: Bool

  init(_ stored: StoredNumber, to memory: ElementType) {
    self.stored = stored
    self.memory = memory
    let isOrdered = !stored.isBigEndian || stored.byteCount == 1
    let isWhole = stored.bits == 0..<8 * stored.byteCount
    isIdentity =
      isOrdered && isWhole && 1.littleEndian == 1
      && (Self.same(stored) == memory || memory == .uint8 && stored.kind == .signed && stored.byteCount == 1)
  }

  /// The type in memory that is like the stored one but for the order of its bytes; nil if there is none.
  private static func same(_ stored: StoredNumber) -> ElementType? {
    switch (stored.kind, stored.byteCount) {
    case (.unsigned, 1): .uint8
    case (.signed, 1): .int8
    case (.signed, 2): .int16
    case (.signed, 4): .int32
    case (.signed, 8): .int64
    case (.real(.single), 4): .float32
    case (.real(.double), 8): .float64
    default: nil
    }
  }

  /// Converts `count` numbers that stand `sourceStep` bytes apart, to places that are `targetStep` bytes apart.
  func convert(
    _ source: UnsafeRawPointer, sourceStep: Int, to target: UnsafeMutableRawPointer, targetStep: Int,
    count: Int
  ) {
    let run = Run(
      source: source, sourceStep: sourceStep, target: target, targetStep: targetStep, count: count)
    if isIdentity, sourceStep == stored.byteCount, targetStep == stored.byteCount {
      memcpy(target, source, count * stored.byteCount)
      return
    }
    guard stored.bits == 0..<8 * stored.byteCount else { return convertBits(run) }
    switch (stored.kind, stored.byteCount) {
    case (.unsigned, 1): convertIntegers(run, UInt8.self)
    case (.unsigned, 2): convertIntegers(run, UInt16.self)
    case (.unsigned, 4): convertIntegers(run, UInt32.self)
    case (.unsigned, 8): convertIntegers(run, UInt64.self)
    case (.signed, 1): convertIntegers(run, Int8.self)
    case (.signed, 2): convertIntegers(run, Int16.self)
    case (.signed, 4): convertIntegers(run, Int32.self)
    case (.signed, 8): convertIntegers(run, Int64.self)
    case (.real(.half), 2): convertReals(run, UInt16.self) { Float(half: $0) }
    // As integers: the processor may be set to take the least numbers for zero.
    case (.real(.single), 4) where memory == .float32: convertBits(run, UInt32.self)
    case (.real(.double), 8) where memory == .float64: convertBits(run, UInt64.self)
    case (.real(.single), 4): convertReals(run, UInt32.self) { Float(bitPattern: $0) }
    case (.real(.double), 8): convertReals(run, UInt64.self) { Double(bitPattern: $0) }
    default: convertBits(run)
    }
  }

  /// Numbers at even distances, and where they go.
  private struct Run {
    let source: UnsafeRawPointer
    let sourceStep: Int
    let target: UnsafeMutableRawPointer
    let targetStep: Int
    let count: Int

    @inline(__always)
    func map<Stored: FixedWidthInteger & BitwiseCopyable, Memory: BitwiseCopyable>(
      _ body: (Stored) -> Memory
    ) {
      let (from, to) = (MemoryLayout<Stored>.size, MemoryLayout<Memory>.size)
      if sourceStep == from, targetStep == to {
        // The compiler makes vector code of constant distances.
        for index in 0..<count {
          let value = (source + index &* from).loadUnaligned(as: Stored.self)
          (target + index &* to).storeBytes(of: body(value), as: Memory.self)
        }
      } else {
        for index in 0..<count {
          let value = (source + index &* sourceStep).loadUnaligned(as: Stored.self)
          (target + index &* targetStep).storeBytes(of: body(value), as: Memory.self)
        }
      }
    }
  }

  @inline(__always)
  private func convertIntegers<Stored: FixedWidthInteger & BitwiseCopyable>(_ run: Run, _: Stored.Type) {
    if stored.isBigEndian {
      convertIntegers(run) { (value: Stored) in Stored(bigEndian: value) }
    } else {
      convertIntegers(run) { (value: Stored) in Stored(littleEndian: value) }
    }
  }

  @inline(__always)
  private func convertIntegers<Stored: FixedWidthInteger & BitwiseCopyable>(
    _ run: Run, _ ordered: (Stored) -> Stored
  ) {
    switch memory {
    case .uint8: run.map { UInt8(truncatingIfNeeded: ordered($0)) }
    case .int8: run.map { Int8(truncatingIfNeeded: ordered($0)) }
    case .int16: run.map { Int16(truncatingIfNeeded: ordered($0)) }
    case .int32: run.map { Int32(truncatingIfNeeded: ordered($0)) }
    case .int64: run.map { Int64(truncatingIfNeeded: ordered($0)) }
    case .float32: run.map { Float(ordered($0)) }
    case .float64: run.map { Double(ordered($0)) }
    }
  }

  @inline(__always)
  private func convertReals<Bits: FixedWidthInteger & BitwiseCopyable, Real: BinaryFloatingPoint>(
    _ run: Run, _: Bits.Type, _ real: (Bits) -> Real
  ) {
    let isSwapped = stored.isBigEndian
    func ordered(_ bits: Bits) -> Bits {
      isSwapped ? Bits(bigEndian: bits) : Bits(littleEndian: bits)
    }
    if memory == .float32 {
      run.map { Float(real(ordered($0))) }
    } else {
      run.map { Double(real(ordered($0))) }
    }
  }

  /// Only the order of the bytes changes.
  @inline(__always)
  private func convertBits<Bits: FixedWidthInteger & BitwiseCopyable>(_ run: Run, _: Bits.Type) {
    let isSwapped = stored.isBigEndian
    run.map { (bits: Bits) in isSwapped ? Bits(bigEndian: bits) : Bits(littleEndian: bits) }
  }

  // MARK: Numbers of any bits

  private func convertBits(_ run: Run) {
    for index in 0..<run.count {
      let word = word(run.source + index * run.sourceStep)
      let target = run.target + index * run.targetStep
      switch stored.kind {
      case .real(let layout): store(layout.value(word), at: target)
      case .unsigned: store(field(word, stored.bits), at: target)
      case .signed:
        let unused = 64 - stored.bits.count
        store(Int64(bitPattern: field(word, stored.bits) << unused) >> unused, at: target)
      }
    }
  }

  /// The bytes of an element as one number.
  private func word(_ bytes: UnsafeRawPointer) -> UInt64 {
    var word: UInt64 = 0
    for index in 0..<stored.byteCount {
      let place = stored.isBigEndian ? index : stored.byteCount - 1 - index
      word = word << 8 | UInt64(bytes.load(fromByteOffset: place, as: UInt8.self))
    }
    return word
  }

  private func store<Number: BinaryInteger>(_ number: Number, at target: UnsafeMutableRawPointer) {
    switch memory {
    case .uint8: target.storeBytes(of: UInt8(truncatingIfNeeded: number), as: UInt8.self)
    case .int8: target.storeBytes(of: Int8(truncatingIfNeeded: number), as: Int8.self)
    case .int16: target.storeBytes(of: Int16(truncatingIfNeeded: number), as: Int16.self)
    case .int32: target.storeBytes(of: Int32(truncatingIfNeeded: number), as: Int32.self)
    case .int64: target.storeBytes(of: Int64(truncatingIfNeeded: number), as: Int64.self)
    case .float32: target.storeBytes(of: Float(number), as: Float.self)
    case .float64: target.storeBytes(of: Double(number), as: Double.self)
    }
  }

  private func store(_ number: Double, at target: UnsafeMutableRawPointer) {
    if memory == .float32 {
      target.storeBytes(of: Float(number), as: Float.self)
    } else {
      target.storeBytes(of: number, as: Double.self)
    }
  }
}

extension Float {
  /// The number that 16 bits stand for, computed without numbers that are too small for a leading 1.
  fileprivate init(half bits: UInt16) {
    let exponent = UInt32(bits >> 10 & 0x1F)
    let fraction = UInt32(bits & 0x3FF)
    let magnitude: UInt32 =
      switch exponent {
      case 0: (Float(fraction) * 0x1p-24).bitPattern
      case 0x1F: 0x7F80_0000 | fraction << 13
      default: (exponent + 112) << 23 | fraction << 13
      }
    self.init(bitPattern: magnitude | UInt32(bits & 0x8000) << 16)
  }
}

/// Some bits of a word, as a number.
private func field(_ word: UInt64, _ bits: Range<Int>) -> UInt64 {
  let below = word >> UInt64(bits.lowerBound)
  return bits.count == 64 ? below : below & (1 << UInt64(bits.count) - 1)
}

extension RealLayout {
  /// The number whose bits are in `word`.
  func value(_ word: UInt64) -> Double {
    let fraction =
      Double(field(word, mantissa)) * Double(sign: .plus, exponent: -mantissa.count, significand: 1)
    let stored = field(word, exponent)
    let isGreatest = stored == 1 << UInt64(exponent.count) - 1
    let magnitude =
      if isGreatest {
        fraction == 0 ? Double.infinity : Double.nan
      } else if stored == 0 {
        Double(sign: .plus, exponent: 1 - bias, significand: 1) * fraction
      } else {
        Double(sign: .plus, exponent: Int(stored) - bias, significand: 1) * (1 + fraction)
      }
    return word >> UInt64(sign) & 1 == 0 ? magnitude : -magnitude
  }
}
