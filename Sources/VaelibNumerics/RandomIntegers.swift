/// Random integers drawn one after another from a stream, two words each.
///
/// A stream holds 2^33 draws, then begins again.
public struct RandomIntegers: Sendable {
  private let stream: RandomStream
  private var nextBlock: UInt32 = 0
  /// The second half of the block that the last draw came from, if it is not used up.
  private var pending: UInt64?

  /// Starts at the stream's first block.
  public init(_ stream: RandomStream) { self.stream = stream }

  /// 64 random bits.
  public mutating func next() -> UInt64 {
    if let value = pending {
      pending = nil
      return value
    }
    let words = stream.words(block: nextBlock)
    nextBlock &+= 1
    pending = UInt64(words.2) | UInt64(words.3) << 32
    return UInt64(words.0) | UInt64(words.1) << 32
  }

  /// An integer uniform in 0..<n, without bias; 0 if n is 0.
  ///
  /// Lemire 2019, "Fast random integer generation in an interval".
  public mutating func below(_ n: UInt64) -> UInt64 {
    guard n > 0 else { return 0 }
    var product = next().multipliedFullWidth(by: n)
    if product.low < n {
      let threshold = (0 &- n) % n
      while product.low < threshold { product = next().multipliedFullWidth(by: n) }
    }
    return product.high
  }

  /// Puts the elements in an order drawn uniformly from all orders (Fisher & Yates).
  @inlinable
  public mutating func shuffle<Element>(_ elements: inout [Element]) {
    elements.withUnsafeMutableBufferPointer { shuffle($0) }
  }

  /// Puts the elements in an order drawn uniformly from all orders (Fisher & Yates).
  @inlinable
  public mutating func shuffle<Element>(_ elements: UnsafeMutableBufferPointer<Element>) {
    var remaining = elements.count
    while remaining > 1 {
      let chosen = Int(truncatingIfNeeded: below(UInt64(truncatingIfNeeded: remaining)))
      remaining -= 1
      elements.swapAt(chosen, remaining)
    }
  }
}
