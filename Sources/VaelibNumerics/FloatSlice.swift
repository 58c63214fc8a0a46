/// Neighbouring elements of a buffer, which it keeps alive: values that are read from where they lie.
///
/// What is written to the buffer is seen here; whoever shares it between threads keeps writers and readers apart.
public struct FloatSlice: Sendable, Equatable {
  private let buffer: FloatBuffer
  private let range: Range<Int>

  /// The elements of this range, as far as the buffer has them.
  public init(_ buffer: FloatBuffer, _ range: Range<Int>) {
    self.buffer = buffer
    self.range = range.clamped(to: 0..<buffer.count)
  }

  public var count: Int { range.count }

  /// Calls `body` with the elements, which may not be used after it.
  public func withElements<Result, Failure: Error>(
    _ body: (UnsafeBufferPointer<Float>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try withExtendedLifetime(buffer) { () throws(Failure) in
      try body(UnsafeBufferPointer(rebasing: UnsafeBufferPointer(buffer.elements)[range]))
    }
  }

  /// Equal values; NaN equals nothing.
  public static func == (left: Self, right: Self) -> Bool {
    left.withElements { left in right.withElements { left.elementsEqual($0) } }
  }
}
