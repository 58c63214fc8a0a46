/// The hash of a name by which the links of a large group are sorted: "lookup3" (Bob Jenkins, 2006), byte by byte, with 0
/// as the first value.
enum NameHash {
  static func hash(_ name: ArraySlice<UInt8>) -> UInt32 {
    var state = SIMD3<UInt32>(repeating: 0xdead_beef &+ UInt32(truncatingIfNeeded: name.count))
    var rest = name
    while rest.count > 12 {
      state &+= words(rest.prefix(12))
      mix(&state)
      rest = rest.dropFirst(12)
    }
    if rest.isEmpty { return state[2] }
    state &+= words(rest)
    return finish(state)
  }

  /// Up to 12 bytes as three little-endian numbers, missing ones as 0.
  private static func words(_ bytes: ArraySlice<UInt8>) -> SIMD3<UInt32> {
    var words = SIMD3<UInt32>.zero
    for (place, byte) in bytes.enumerated() { words[place / 4] |= UInt32(byte) << UInt32(8 * (place % 4)) }
    return words
  }

  private static func rotate(_ word: UInt32, _ count: UInt32) -> UInt32 {
    word << count | word >> (32 - count)
  }

  private static func mix(_ state: inout SIMD3<UInt32>) {
    var (a, b, c) = (state[0], state[1], state[2])
    func round(_ x: inout UInt32, _ y: inout UInt32, _ z: inout UInt32, _ count: UInt32) {
      x = (x &- z) ^ rotate(z, count)
      z = z &+ y
    }
    round(&a, &b, &c, 4)
    round(&b, &c, &a, 6)
    round(&c, &a, &b, 8)
    round(&a, &b, &c, 16)
    round(&b, &c, &a, 19)
    round(&c, &a, &b, 4)
    state = SIMD3(a, b, c)
  }

  private static func finish(_ state: SIMD3<UInt32>) -> UInt32 {
    var (a, b, c) = (state[0], state[1], state[2])
    func round(_ x: inout UInt32, _ y: UInt32, _ count: UInt32) { x = (x ^ y) &- rotate(y, count) }
    round(&c, b, 14)
    round(&a, c, 11)
    round(&b, a, 25)
    round(&c, b, 16)
    round(&a, c, 4)
    round(&b, a, 14)
    round(&c, b, 24)
    return c
  }
}
