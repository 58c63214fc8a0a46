import Glibc
import VaelibNumerics

/// How stored numbers are meant by the conventions of netCDF (the Users' Guide, appendix A): missing values,
/// `number * scale_factor + add_offset`, integers that are unsigned although their type is not.
struct Packing: Equatable {
  /// Stored numbers that stand for no value; in memory they are NaN.
  let missing: [Double]
  let factor: Double
  let offset: Double
  /// Whether integers are unsigned, as an attribute says; nil if none does.
  let isUnsigned: Bool?
  /// For messages: "_FillValue -999 as NaN, number * 0.1 + 5".
  let sentence: String

  /// nil if the attributes say nothing of this.
  init?(_ attributes: DatasetAttributes, _ number: StoredNumber) {
    var unsigned: Bool?
    if case .text(let text) = attributes["_Unsigned"], number.kind == .signed || number.kind == .unsigned {
      let isUnsigned = text.lowercased() == "true"
      if isUnsigned != (number.kind == .unsigned) { unsigned = isUnsigned }
    }
    isUnsigned = unsigned
    let range = Double(sign: .plus, exponent: number.bits.count, significand: 1)
    var missing: [Double] = []
    var parts: [String] = []
    for name in ["_FillValue", "missing_value"] {
      guard let numbers = attributes.numbers(name) else { continue }
      // A fill value of the stored type is seen as the numbers are.
      let seen = numbers.map { value -> Double in
        switch unsigned {
        case true? where value < 0: value + range
        case false? where value >= range / 2: value - range
        default: value
        }
      }
      missing += seen.filter { !$0.isNaN && !missing.contains($0) }
      let list = seen.map(Self.text).joined(separator: ", ")
      if !seen.allSatisfy(\.isNaN) { parts.append("\(name) \(list) as NaN") }
    }
    self.missing = missing
    factor = attributes.numbers("scale_factor")?.first ?? 1
    offset = attributes.numbers("add_offset")?.first ?? 0
    if let unsigned { parts.append(unsigned ? "integers as unsigned" : "integers as signed") }
    if factor != 1 || offset != 0 {
      parts.append("number * \(Self.text(factor)) + \(Self.text(offset))")
    }
    guard !parts.isEmpty else { return nil }
    sentence = parts.joined(separator: ", ")
  }

  /// Whether numbers change, so that integers become real.
  var isReal: Bool { !missing.isEmpty || factor != 1 || offset != 0 }

  private static func text(_ number: Double) -> String {
    Int64(exactly: number).map(String.init) ?? "\(number)"
  }

  /// Turns numbers of float32 or float64, as they are stored, into those that they mean.
  func apply(_ type: ElementType, _ memory: UnsafeMutableRawPointer, count: Int) {
    guard isReal else { return }
    if type == .float32 {
      apply(memory.assumingMemoryBound(to: Float.self), count, missing.map { Float($0) }, .nan) {
        Float(Double($0) * factor + offset)
      }
    } else {
      apply(memory.assumingMemoryBound(to: Double.self), count, missing, .nan) { $0 * factor + offset }
    }
  }

  @inline(__always)
  private func apply<Real: BinaryFloatingPoint>(
    _ values: UnsafeMutablePointer<Real>, _ count: Int, _ missing: [Real], _ none: Real,
    _ unpack: (Real) -> Real
  ) {
    for index in 0..<count {
      let value = values[index]
      values[index] = missing.contains(value) ? none : unpack(value)
    }
  }
}
