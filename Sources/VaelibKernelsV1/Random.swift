import VaelibKernels

/// Four words of Philox 4x32: a counter on the way in, random bits on the way out. Each stands in the low
/// half of a 64-bit number whose high half means nothing: vector units multiply just that half, so nothing is
/// ever moved.
private typealias Words = (UInt64, UInt64, UInt64, UInt64)

@inline(__always) private func low(_ word: UInt64) -> UInt32 { UInt32(truncatingIfNeeded: word) }

/// One round of Philox 4x32 (Salmon, Moraes, Dror & Shaw 2011, "Parallel random numbers: as easy as 1, 2,
/// 3").
@inline(__always) private func philoxRound(_ w: Words, _ key0: UInt32, _ key1: UInt32) -> Words {
  let product0 = (w.0 & 0xffff_ffff) &* 0xD251_1F53
  let product1 = (w.2 & 0xffff_ffff) &* 0xCD9E_8D57
  return (
    (product1 &>> 32) ^ w.1 ^ UInt64(key0), product1,
    (product0 &>> 32) ^ w.3 ^ UInt64(key1), product0
  )
}

/// Philox 4x32-10: ten rounds, the key advanced between them.
@inline(__always) private func philox(
  _ c0: UInt32, _ c1: UInt32, _ c2: UInt32, _ c3: UInt32, _ key0: UInt32, _ key1: UInt32
) -> Words {
  var words = (UInt64(c0), UInt64(c1), UInt64(c2), UInt64(c3))
  var k0 = key0
  var k1 = key1
  for _ in 0..<10 {
    words = philoxRound(words, k0, k1)
    k0 = k0 &+ 0x9E37_79B9
    k1 = k1 &+ 0xBB67_AE85
  }
  return words
}

private typealias Values = (Float, Float, Float, Float)

/// Writes `count` values: four a block, the last block perhaps in part.
@inline(__always) private func draw(
  _ out: MutableFloats, _ count: Int, _ key0: UInt32, _ key1: UInt32, _ firstBlock: UInt32, _ c1: UInt32,
  _ c2: UInt32, _ c3: UInt32, _ values: (Words) -> Values
) {
  let whole = count &>> 2
  for block in 0..<whole {
    let counter = firstBlock &+ UInt32(truncatingIfNeeded: block)
    let four = values(philox(counter, c1, c2, c3, key0, key1))
    let place = out + 4 &* block
    place[0] = four.0
    place[1] = four.1
    place[2] = four.2
    place[3] = four.3
  }
  let rest = count & 3
  guard rest > 0 else { return }
  let counter = firstBlock &+ UInt32(truncatingIfNeeded: whole)
  let four = values(philox(counter, c1, c2, c3, key0, key1))
  let place = out + 4 &* whole
  place[0] = four.0
  if rest > 1 { place[1] = four.1 }
  if rest > 2 { place[2] = four.2 }
}

@inline(__always) private func unit(_ word: UInt64) -> Float {
  Float(Int32(bitPattern: low(word) &>> 8)) * 0x1p-24
}

/// Two independent normal numbers from two words (Box & Muller 1958).
@inline(__always) private func boxMuller(_ a: UInt32, _ b: UInt32) -> (Float, Float) {
  let radius = (-2 * logOfFraction(a)).squareRoot()
  let direction = sineAndCosineOfTurn(b)
  return (radius * direction.cosine, radius * direction.sine)
}

extension CompiledKernels {
  @inline(never) static func philoxBlock(
    _ counter: UnsafePointer<UInt32>, _ key0: UInt32, _ key1: UInt32, _ out: UnsafeMutablePointer<UInt32>
  ) {
    let words = philox(counter[0], counter[1], counter[2], counter[3], key0, key1)
    (out[0], out[1], out[2], out[3]) = (low(words.0), low(words.1), low(words.2), low(words.3))
  }

  @inline(never) static func uniforms(
    _ out: MutableFloats, _ count: Int, _ key0: UInt32, _ key1: UInt32, _ firstBlock: UInt32, _ c1: UInt32,
    _ c2: UInt32, _ c3: UInt32
  ) {
    draw(out, count, key0, key1, firstBlock, c1, c2, c3) { (unit($0.0), unit($0.1), unit($0.2), unit($0.3)) }
  }

  @inline(never) static func normals(
    _ out: MutableFloats, _ count: Int, _ key0: UInt32, _ key1: UInt32, _ firstBlock: UInt32, _ c1: UInt32,
    _ c2: UInt32, _ c3: UInt32
  ) {
    draw(out, count, key0, key1, firstBlock, c1, c2, c3) { words in
      let first = boxMuller(low(words.0), low(words.1))
      let second = boxMuller(low(words.2), low(words.3))
      return (first.0, first.1, second.0, second.1)
    }
  }

  /// 1 with probability p, else 0; NaN stays.
  @inline(__always) private static func bernoulli(_ uniform: Float, _ p: Float) -> Float {
    uniform < p ? 1 : p - p
  }

  @inline(never) static func bernoulliDraws(
    _ values: MutableFloats, _ count: Int, _ key0: UInt32, _ key1: UInt32, _ firstBlock: UInt32, _ c1: UInt32,
    _ c2: UInt32, _ c3: UInt32
  ) {
    let whole = count &>> 2
    for block in 0..<whole {
      let counter = firstBlock &+ UInt32(truncatingIfNeeded: block)
      let words = philox(counter, c1, c2, c3, key0, key1)
      let place = values + 4 &* block
      place[0] = bernoulli(unit(words.0), place[0])
      place[1] = bernoulli(unit(words.1), place[1])
      place[2] = bernoulli(unit(words.2), place[2])
      place[3] = bernoulli(unit(words.3), place[3])
    }
    let rest = count & 3
    guard rest > 0 else { return }
    let counter = firstBlock &+ UInt32(truncatingIfNeeded: whole)
    let words = philox(counter, c1, c2, c3, key0, key1)
    let place = values + 4 &* whole
    place[0] = bernoulli(unit(words.0), place[0])
    if rest > 1 { place[1] = bernoulli(unit(words.1), place[1]) }
    if rest > 2 { place[2] = bernoulli(unit(words.2), place[2]) }
  }
}
