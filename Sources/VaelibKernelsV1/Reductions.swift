import CKernels
import VaelibKernels

/// The sum of term(i) for i < count. Single-precision partial sums, one a vector lane, are flushed into a
/// double every 512 terms, so that rounding does not grow with `count`; the order is fixed at compile time.
@inline(__always) func sum(_ count: Int, _ term: (Int) -> Float) -> Double {
  var total = 0.0
  var start = 0
  while start < count {
    let end = count &- start < 512 ? count : start &+ 512
    var partial: Float = 0
    for i in start..<end { partial = vaelib_addf(partial, term(i)) }
    total += Double(partial)
    start = end
  }
  return total
}

/// The bits of a float as an integer that orders like the float; its own inverse.
@inline(__always) private func ordered(_ bits: Int32) -> Int32 { bits ^ ((bits &>> 31) & Int32.max) }

extension CompiledKernels {
  @inline(never) static func sumOfSquares(_ x: Floats, _ count: Int) -> Double {
    var sum = 0.0
    for i in 0..<count {
      let value = Double(x[i])
      sum = vaelib_add(sum, value * value)
    }
    return sum
  }

  @inline(never) static func finiteRange(
    _ values: Floats, _ count: Int, _ outLow: MutableFloats, _ outHigh: MutableFloats
  ) -> Int32 {
    // Floats compare like their bits read as integers once those of negative numbers are turned round; minima
    // of integers vectorise, those of floats do not because of NaN. Masks, since branches would not vectorise
    // either.
    let infinity = Int32(bitPattern: Float.infinity.bitPattern)
    var low = infinity
    var high = ~infinity
    var finite: Int32 = -1
    for i in 0..<count {
      let bits = Int32(bitPattern: values[i].bitPattern)
      let isFinite = ((bits & Int32.max) &- infinity) &>> 31
      let key = ordered(bits)
      let lowKey = (key & isFinite) | (infinity & ~isFinite)
      let highKey = (key & isFinite) | (~infinity & ~isFinite)
      low = lowKey < low ? lowKey : low
      high = highKey > high ? highKey : high
      finite &= isFinite
    }
    outLow.pointee = Float(bitPattern: UInt32(bitPattern: ordered(low)))
    outHigh.pointee = Float(bitPattern: UInt32(bitPattern: ordered(high)))
    return finite & 1
  }
}
