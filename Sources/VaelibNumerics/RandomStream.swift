/// A stream of random numbers that depends on nothing but its name: (seed, purpose, epoch, example).
///
/// Numbers come from Philox 4x32-10 under the key (seed low, seed high) and the counter (block, example low
/// 32 bits, epoch, purpose << 24 | example bits 32 to 55). So any thread, process or resumed run finds the
/// same numbers at the same place. Value i of a stream comes from block i / 4; a call starts at the first
/// value of `firstBlock`.
public struct RandomStream: Sendable {
  let key0: UInt32
  let key1: UInt32
  let c1: UInt32
  let c2: UInt32
  let c3: UInt32

  /// Streams differ if any of the four differs (of `example`, the low 56 bits count).
  public init(seed: UInt64, purpose: UInt8, epoch: UInt32, example: UInt64) {
    key0 = UInt32(truncatingIfNeeded: seed)
    key1 = UInt32(truncatingIfNeeded: seed >> 32)
    c1 = UInt32(truncatingIfNeeded: example)
    c2 = epoch
    c3 = UInt32(purpose) << 24 | (UInt32(truncatingIfNeeded: example >> 32) & 0xff_ffff)
  }

  /// A stream of its own for part `number` of what this one is for; part 0 is this one. For streams of no epoch.
  public func part(_ number: Int) -> RandomStream { RandomStream(self, epoch: c2 &+ UInt32(number)) }

  private init(_ stream: RandomStream, epoch: UInt32) {
    (key0, key1, c1, c2, c3) = (stream.key0, stream.key1, stream.c1, epoch, stream.c3)
  }

  /// Numbers uniform in [0, 1), multiples of 2^-24.
  public func uniforms(into out: UnsafeMutablePointer<Float>, count: Int, firstBlock: UInt32 = 0) {
    kernels.uniforms(out, count, key0, key1, firstBlock, c1, c2, c3)
  }

  /// Numbers from N(0, 1).
  public func normals(into out: UnsafeMutablePointer<Float>, count: Int, firstBlock: UInt32 = 0) {
    kernels.normals(out, count, key0, key1, firstBlock, c1, c2, c3)
  }

  /// Replaces each probability p by 1 with probability p, else by 0: 1 where the uniform value is below p. NaN stays.
  public func bernoulliDraws(in values: UnsafeMutablePointer<Float>, count: Int, firstBlock: UInt32 = 0) {
    kernels.bernoulliDraws(values, count, key0, key1, firstBlock, c1, c2, c3)
  }

  /// The four random words of a block.
  func words(block: UInt32) -> (UInt32, UInt32, UInt32, UInt32) {
    withUnsafeTemporaryAllocation(of: UInt32.self, capacity: 8) { memory in
      guard let counter = memory.baseAddress else { return (0, 0, 0, 0) }
      (counter[0], counter[1], counter[2], counter[3]) = (block, c1, c2, c3)
      let out = counter + 4
      kernels.philoxBlock(counter, key0, key1, out)
      return (out[0], out[1], out[2], out[3])
    }
  }
}
