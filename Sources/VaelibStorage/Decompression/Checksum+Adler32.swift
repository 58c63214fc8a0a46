extension Checksum {
  /// Adler-32 (RFC 1950, section 8.2): the sum of the bytes plus 1, and the sum of all its values on the way, both modulo
  /// 65521.
  static func adler32(_ bytes: UnsafeRawBufferPointer) -> UInt32 {
    let modulus: UInt32 = 65_521
    // As many bytes as the sums have room for, in groups that the compiler vectorises.
    let (group, groups) = (32, 173)
    var (low, high): (UInt32, UInt32) = (1, 0)
    var place = 0
    while bytes.count - place >= group {
      for _ in 0..<min(groups, (bytes.count - place) / group) {
        var (sum, weighted): (UInt32, UInt32) = (0, 0)
        for index in 0..<group {
          let byte = UInt32(bytes[place &+ index])
          sum &+= byte
          weighted &+= byte &* UInt32(truncatingIfNeeded: group &- index)
        }
        high &+= low &* UInt32(group) &+ weighted
        low &+= sum
        place += group
      }
      low %= modulus
      high %= modulus
    }
    for index in place..<bytes.count {
      low += UInt32(bytes[index])
      high += low
    }
    return (high % modulus) << 16 | low % modulus
  }
}
