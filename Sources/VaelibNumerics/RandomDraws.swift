import Glibc

/// Random numbers one after another, of distributions whose draws take more or fewer of them. The same stream gives the
/// same draws.
public struct RandomDraws {
  private let stream: RandomStream
  private var block: UInt32 = 0
  /// The second half of the last block.
  private var kept: (UInt32, UInt32)?

  public init(_ stream: RandomStream) { self.stream = stream }

  /// Uniform between 0 and 1, never either: odd multiples of 2^-53.
  public mutating func uniform() -> Double {
    let (high, low): (UInt32, UInt32)
    if let kept {
      (high, low) = kept
      self.kept = nil
    } else {
      let words = stream.words(block: block)
      block &+= 1
      (high, low) = (words.0, words.1)
      kept = (words.2, words.3)
    }
    return (Double(high >> 6) * 0x1p26 + Double(low >> 6) + 0.5) * 0x1p-52
  }

  /// From N(0, 1) (Box & Muller 1958).
  public mutating func normal() -> Double {
    let radius = (-2 * log(uniform())).squareRoot()
    return radius * cos(2 * .pi * uniform())
  }

  /// From Gamma(shape, 1).
  public mutating func gamma(shape: Double) -> Double { exp(logGamma(shape: shape)) }

  /// The logarithm of a draw from Gamma(shape, 1), which for a small shape may be nearer to 0 than any number.
  public mutating func logGamma(shape: Double) -> Double {
    // Shapes below 1 by way of one more.
    if shape < 1 { return log(largeGamma(shape: shape + 1)) + log(uniform()) / shape }
    return log(largeGamma(shape: shape))
  }

  /// From Gamma(shape, 1), shape at least 1 (Marsaglia & Tsang 2000).
  private mutating func largeGamma(shape: Double) -> Double {
    let d = shape - 1 / 3.0
    let c = 1 / (9 * d).squareRoot()
    while true {
      let x = normal()
      let root = 1 + c * x
      if root <= 0 { continue }
      let v = root * root * root
      if log(uniform()) < x * x / 2 + d - d * v + d * log(v) { return d * v }
    }
  }

  /// From Poisson(mean): by the inverse of the distribution function for small means, else by transformed rejection
  /// (Hörmann 1993, algorithm PTRS).
  public mutating func poisson(mean: Double) -> Double {
    if mean < 10 { return smallPoisson(mean: mean) }
    let b = 0.931 + 2.53 * mean.squareRoot()
    let a = -0.059 + 0.02483 * b
    let inverseAlpha = 1.1239 + 1.1328 / (b - 3.4)
    let squeeze = 0.9277 - 3.6224 / (b - 2)
    while true {
      let (u, v) = (uniform() - 0.5, uniform())
      let distance = 0.5 - abs(u)
      let count = ((2 * a / distance + b) * u + mean + 0.43).rounded(.down)
      if distance >= 0.07, v <= squeeze { return count }
      if count < 0 || (distance < 0.013 && v > distance) { continue }
      let bound = log(v * inverseAlpha / (a / (distance * distance) + b))
      if bound <= count * log(mean) - mean - VaelibNumerics.logGamma(count + 1) { return count }
    }
  }

  private mutating func smallPoisson(mean: Double) -> Double {
    let u = uniform()
    var (count, probability) = (0.0, exp(-mean))
    var sum = probability
    // Rounding may keep the sum below u; what is left then is less than any probability that matters.
    while u > sum, probability > 0x1p-60 {
      count += 1
      probability *= mean / count
      sum += probability
    }
    return count
  }
}
