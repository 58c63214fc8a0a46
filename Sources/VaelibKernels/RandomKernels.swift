/// Random numbers: Philox 4x32-10 under the key (key0, key1).
public protocol RandomKernels: Sendable {
  /// out = the four words of the block at a counter of four words.
  static func philoxBlock(
    _ counter: UnsafePointer<UInt32>, _ key0: UInt32, _ key1: UInt32, _ out: UnsafeMutablePointer<UInt32>)
  /// Value 4 b + i is (word i of block (firstBlock + b, c1, c2, c3) >> 8) 2^-24, in [0, 1).
  static func uniforms(
    _ out: MutableFloats, _ count: Int, _ key0: UInt32, _ key1: UInt32, _ firstBlock: UInt32, _ c1: UInt32,
    _ c2: UInt32, _ c3: UInt32)
  /// N(0, 1) by Box and Muller (1958): words (a, b) = (0, 1), then (2, 3), of a block give r cos t, r sin t with r =
  /// sqrt(-2 log((a + 1/2) 2^-32)), t = 2 pi b 2^-32.
  static func normals(
    _ out: MutableFloats, _ count: Int, _ key0: UInt32, _ key1: UInt32, _ firstBlock: UInt32, _ c1: UInt32,
    _ c2: UInt32, _ c3: UInt32)
  /// In place, probabilities in, draws out: 1 where the uniform value is below the probability, else 0. NaN
  /// stays.
  static func bernoulliDraws(
    _ values: MutableFloats, _ count: Int, _ key0: UInt32, _ key1: UInt32, _ firstBlock: UInt32,
    _ c1: UInt32, _ c2: UInt32, _ c3: UInt32)
}
