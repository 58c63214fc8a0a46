/// Whole numbers of 32 or 64 bits in someone else's memory, at any address.
public struct IndexList: @unchecked Sendable {
  public let base: UnsafeRawPointer
  /// Whether they have 64 bits.
  public let isWide: Bool

  public init(_ base: UnsafeRawPointer, isWide: Bool) {
    self.base = base
    self.isWide = isWide
  }

  /// Bytes of a number.
  public var byteCount: Int { isWide ? 8 : 4 }

  @inline(__always)
  public subscript(index: Int) -> Int {
    isWide
      ? Int(base.loadUnaligned(fromByteOffset: index &* 8, as: Int64.self))
      : Int(base.loadUnaligned(fromByteOffset: index &* 4, as: Int32.self))
  }

  /// The list from a number on.
  public func dropFirst(_ count: Int) -> IndexList { IndexList(base + count * byteCount, isWide: isWide) }
}
