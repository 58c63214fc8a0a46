import CKernels

// Scalar functions without branches or calls, so that a plain loop over them vectorises. Each agrees with the
// real function to a few units in the last place (the tests say how many) and carries NaN through: clamps are
// written so that a comparison with NaN keeps the NaN. Polynomials are minimax fits, made for these files.

/// a * b + c.
@inline(__always) func fma(_ a: Float, _ b: Float, _ c: Float) -> Float { vaelib_fma(a, b, c) }

/// exp(x) = 2^n exp(r) with |r| <= log(2) / 2.
private let log2OfE: Float = 1.442695
private let log2High: Float = 0.693145751953125
private let log2Low: Float = 1.4286068203094173e-06

/// Adding 1.5 * 2^23 rounds a small float to an integer, which then stands in the low bits.
private let rounder: Float = 12_582_912

/// (exp(r) - 1 - r) / r^2 for |r| <= log(2) / 2.
@inline(__always) private func expTail(_ r: Float) -> Float {
  var p: Float = 0.0013946581166237593
  p = fma(p, r, 0.008366659283638)
  p = fma(p, r, 0.04166628047823906)
  p = fma(p, r, 0.16666541993618011)
  return fma(p, r, 0.5)
}

/// x - n log(2), to twice the working precision.
@inline(__always) private func reduce(_ x: Float, _ n: Float) -> Float {
  fma(n, -log2Low, fma(n, -log2High, x))
}

/// exp(x): +inf above 88.72, gradually to 0 below -87.34.
@inline(__always) func exp(_ x: Float) -> Float {
  var clamped = x > 89 ? 89 : x
  clamped = clamped < -104 ? -104 : clamped
  // The bias of both halves of the exponent is added with the rounder.
  let biasedRounder = rounder + 254
  let shifted = fma(clamped, log2OfE, biasedRounder)
  let r = reduce(clamped, shifted - biasedRounder)
  let p = fma(r * r, expTail(r), r) + 1
  // 2^n may leave the range of floats where 2^n exp(r) does not, so it is applied in two halves.
  let half = shifted.bitPattern &>> 1
  let rest = shifted.bitPattern &- half
  return p * Float(bitPattern: half &<< 23) * Float(bitPattern: rest &<< 23)
}

/// exp(x) for x <= 0.
@inline(__always) func expOfNegative(_ x: Float) -> Float {
  let clamped = x < -104 ? -104 : x
  // 2^64 too much, so that the scale is never denormal.
  let biasedRounder = rounder + 191
  let shifted = fma(clamped, log2OfE, biasedRounder)
  let r = reduce(clamped, shifted - biasedRounder)
  let p = fma(r * r, expTail(r), r) + 1
  return p * Float(bitPattern: shifted.bitPattern &<< 23) * 0x1p-64
}

/// exp(x) - 1 for x <= 0, without cancellation near 0.
@inline(__always) func expMinusOneOfNegative(_ x: Float) -> Float {
  let clamped = x < -20 ? -20 : x
  let biasedRounder = rounder + 127
  let shifted = fma(clamped, log2OfE, biasedRounder)
  let r = reduce(clamped, shifted - biasedRounder)
  let scale = Float(bitPattern: shifted.bitPattern &<< 23)
  return fma(scale, fma(r * r, expTail(r), r), scale - 1)
}

/// exp(x) - 1, without cancellation near 0.
@inline(__always) func expMinusOne(_ x: Float) -> Float {
  var clamped = x > 89 ? 89 : x
  clamped = clamped < -20 ? -20 : clamped
  // Half the scale, since 2^128 is not a float.
  let biasedRounder = rounder + 126
  let shifted = fma(clamped, log2OfE, biasedRounder)
  let r = reduce(clamped, shifted - biasedRounder)
  let scale = Float(bitPattern: shifted.bitPattern &<< 23)
  return 2 * fma(scale, fma(r * r, expTail(r), r), scale - 0.5)
}

/// log(1 + e) for 0 <= e <= 1: 2 artanh(e / (2 + e)).
@inline(__always) func logOnePlus(_ e: Float) -> Float {
  let s = e / (2 + e)
  let s2 = s * s
  var p: Float = 0.2802445888519287
  p = fma(p, s2, 0.27999141812324524)
  p = fma(p, s2, 0.4002169966697693)
  p = fma(p, s2, 0.6666641235351562)
  return fma(s * s2, p, 2 * s)
}

/// 1 / (1 + exp(-x)).
@inline(__always) func logistic(_ x: Float) -> Float { 1 / (1 + exp(-x)) }

/// tanh(x) = -m / (2 + m) for x >= 0, m = exp(-2x) - 1.
@inline(__always) func tanh(_ x: Float) -> Float {
  let magnitude = Float(bitPattern: x.bitPattern & 0x7fff_ffff)
  let m = expMinusOneOfNegative(-2 * magnitude)
  let positive = -m / (2 + m)
  return Float(bitPattern: positive.bitPattern | (x.bitPattern & 0x8000_0000))
}

/// log(1 + exp(x)) = max(x, 0) + log(1 + exp(-|x|)).
@inline(__always) func softplus(_ x: Float) -> Float {
  let positive = x < 0 ? 0 : x
  return positive + logOnePlus(expOfNegative(-x.magnitude))
}

/// The softplus and the logistic function of x together, sharing one exponential.
@inline(__always) func softplusAndLogistic(_ x: Float) -> (softplus: Float, logistic: Float) {
  let e = expOfNegative(-x.magnitude)
  let positive = x < 0 ? 0 : x
  let numerator = x < 0 ? e : 1
  return (positive + logOnePlus(e), numerator / (1 + e))
}

/// The distribution function Phi and the density phi of N(0, 1), both with full relative precision.
@inline(__always) func standardNormal(_ x: Float) -> (distribution: Float, density: Float) {
  var a = x.magnitude
  a = a > 20 ? 20 : a
  let square = a * a
  let error = vaelib_product_error(a, a, square)
  let e = expOfNegative(-0.5 * square)
  let bell = fma(e, -0.5 * error, e)
  // The upper tail is exp(-a^2/2) t P(t), t = 1 / (1 + 0.24 a).
  let t = 1 / fma(0.24, a, 1)
  var p: Float = 0.025517968460917473
  p = fma(p, t, -0.12458957731723785)
  p = fma(p, t, 0.20535780489444733)
  p = fma(p, t, -0.14409226179122925)
  p = fma(p, t, 0.14128758013248444)
  p = fma(p, t, 0.028252217918634415)
  p = fma(p, t, 0.08772487938404083)
  p = fma(p, t, 0.08894313126802444)
  p = fma(p, t, 0.09585613012313843)
  p = fma(p, t, 0.0957421362400055)
  let tail = bell * t * p
  return (x > 0 ? 1 - tail : tail, 0.3989422804014327 * bell)
}

/// The bits of sqrt(1/2).
private let rootHalf: UInt32 = 0x3f35_04f3

/// log(2^k (1 + f)) + small for 1 + f between sqrt(1/2) and sqrt(2).
@inline(__always) private func logarithm(of f: Float, _ k: Float, _ small: Float) -> Float {
  var p: Float = -0.07634497433900833
  p = fma(p, f, 0.1276157796382904)
  p = fma(p, f, -0.13160182535648346)
  p = fma(p, f, 0.14201757311820984)
  p = fma(p, f, -0.16623356938362122)
  p = fma(p, f, 0.20001226663589478)
  p = fma(p, f, -0.2500081956386566)
  p = fma(p, f, 0.3333333134651184)
  let f2 = f * f
  let tail = fma(f2 * f, p, fma(-0.5, f2, fma(k, log2Low, small)))
  return fma(k, log2High, f + tail)
}

/// log((word + 1/2) / 2^32), with full relative precision near 1 too.
@inline(__always) func logOfFraction(_ word: UInt32) -> Float {
  let fraction = (Float(word) + 0.5) * 0x1p-32
  // fraction = 2^k m with m between sqrt(1/2) and sqrt(2).
  let bits = fraction.bitPattern &+ (Float(1).bitPattern &- rootHalf)
  let k = Float(Int32(bitPattern: bits &>> 23) &- 127)
  let m = Float(bitPattern: (bits & 0x7f_ffff) &+ rootHalf)
  // Above sqrt(1/2), k is 0 and 1 - fraction is known more exactly from the integer.
  let f = word >= 0xB504_F334 ? (Float(~word) + 0.5) * -0x1p-32 : m - 1
  return logarithm(of: f, k, 0)
}

/// log(z) + small for z > 0 and no denormal.
@inline(__always) private func logarithm(_ z: Float, _ small: Float) -> Float {
  let bits = z.bitPattern &+ (Float(1).bitPattern &- rootHalf)
  let k = Float(Int32(bitPattern: bits &>> 23) &- 127)
  let m = Float(bitPattern: (bits & 0x7f_ffff) &+ rootHalf)
  let value = logarithm(of: m - 1, k, small)
  return z == z ? value : z
}

/// log(z) for z > 0 and no denormal.
@inline(__always) func log(_ z: Float) -> Float { logarithm(z, 0) }

/// log(1 + q) for q > -1, with full relative precision near 0; log(1e38) for all that is larger.
@inline(__always) func logOfOnePlus(_ q: Float) -> Float {
  let bounded = q > 1e38 ? 1e38 : q
  let sum = 1 + bounded
  let rest = sum - 1
  let lost = (1 - (sum - rest)) + (bounded - rest)
  return logarithm(sum, lost / sum)
}

/// The sine and cosine of 2 pi word / 2^32. The reduction to an eighth of a turn is exact, in integers.
@inline(__always) func sineAndCosineOfTurn(_ word: UInt32) -> (sine: Float, cosine: Float) {
  let quadrant = (word &+ 0x2000_0000) &>> 30
  let rest = Int32(bitPattern: word &- (quadrant &<< 30))
  let a = Float(rest) * 1.4629180792671596e-09
  let a2 = a * a
  var s: Float = -0.00019516977772582322
  s = fma(s, a2, 0.008332176133990288)
  s = fma(s, a2, -0.16666655242443085)
  s = fma(s, a2 * a, a)
  var c: Float = 2.4438089894829318e-05
  c = fma(c, a2, -0.0013887364184483886)
  c = fma(c, a2, 0.04166664555668831)
  c = fma(c, a2 * a2, fma(-0.5, a2, 1))
  let isOdd = quadrant & 1 != 0
  let sine = (isOdd ? c : s).bitPattern ^ ((quadrant & 2) &<< 30)
  let cosine = (isOdd ? s : c).bitPattern ^ (((quadrant &+ 1) & 2) &<< 30)
  return (Float(bitPattern: sine), Float(bitPattern: cosine))
}
