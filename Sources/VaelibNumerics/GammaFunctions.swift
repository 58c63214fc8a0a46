import Glibc

/// log Gamma(x), x > 0.
public func logGamma(_ x: Double) -> Double {
  var sign: Int32 = 0
  return lgamma_r(x, &sign)
}

/// The derivative of log Gamma at x > 0: steps up to 10, then the asymptotic series (Abramowitz & Stegun, 6.3.5 and
/// 6.3.18), which leaves less than 1e-15 there.
public func digamma(_ x: Double) -> Double {
  var (x, steps) = (x, 0.0)
  while x < 10 {
    steps += 1 / x
    x += 1
  }
  let r = 1 / (x * x)
  let series =
    r
    * (1 / 12.0 - r * (1 / 120.0 - r * (1 / 252.0 - r * (1 / 240.0 - r * (1 / 132.0 - r * (691 / 32760.0))))))
  return log(x) - 0.5 / x - series - steps
}
