// What the Gamma function adds to simpler ones, so that no digits are lost between large terms: log Gamma and its
// derivative themselves never occur. As in Elementary.swift, without branches or calls.

let halfLogOfTwoPi: Float = 0.9189385

/// log Gamma(z + 1) - ((z + 1/2) log z - z + log(2 pi) / 2), the error of Stirling's formula, for z > 0 (Loader 2000).
@inline(__always) func stirlingError(_ z: Float) -> Float {
  // Below 6, by way of Gamma(z + 7) = Gamma(z + 1) (z + 1) ... (z + 6).
  let isSmall = z < 6
  let w = isSmall ? z + 6 : z
  let r = 1 / (w * w)
  let series = fma(fma(7.936508e-4, r, -2.7777778e-3), r, 0.083333336) / w
  let small = z < 6 ? z : 6
  let product =
    (small + 1) * (small + 2) * (small + 3) * ((small + 4) * (small + 5) * (small + 6))
  let shifted = fma(small + 6.5, log(small + 6), -6) - log(product)
  return isSmall ? series + (shifted - (small + 0.5) * log(small)) : series
}

/// digamma(z) - log z for z > 0.
@inline(__always) func digammaRest(_ z: Float) -> Float {
  let isSmall = z < 6
  let w = isSmall ? z + 6 : z
  let r = 1 / (w * w)
  let series = -fma(fma(fma(3.968254e-3, r, -8.333334e-3), r, 0.083333336), r, 0.5 / w)
  let small = z < 6 ? z : 6
  let steps =
    (1 / small + 1 / (small + 1)) + (1 / (small + 2) + 1 / (small + 3)) + (1 / (small + 4) + 1 / (small + 5))
  return isSmall ? series - steps + logOfOnePlus(6 / small) : series
}

/// log r of a ratio r > 0 that is known as u = r - 1 too, where that has more digits.
@inline(__always) func logOfRatio(_ r: Float, _ u: Float) -> Float {
  let isNear = u.magnitude < 0.5
  return isNear ? logOfOnePlus(isNear ? u : 0) : log(r)
}

/// p log(p / q) - excess, excess = p - q; no ratio of the two is beyond all numbers.
@inline(__always) func relativeEntropy(_ p: Float, _ q: Float, _ excess: Float) -> Float {
  fma(p, logOfRatio(p / q, excess / q), -excess)
}

/// r log r - u, u = r - 1: what a count costs that is r times the expected one.
@inline(__always) func deviance(_ r: Float, _ u: Float) -> Float { fma(r, logOfRatio(r, u), -u) }
