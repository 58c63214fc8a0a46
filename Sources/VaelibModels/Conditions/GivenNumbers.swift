import Glibc
import VaelibNumerics

/// What is given of the rows that a decoder works on, for likelihoods that depend on more than its outputs.
struct GivenNumbers {
  /// What the decoder sees of conditions, [rows, C].
  let conditions: MatrixView
  /// log s of the size factors s, [rows, 1]; no columns where there are none.
  let logSizeFactors: MatrixView
}

/// log s of a size factor, as decoders are given it.
func logSizeFactor(_ size: Float) -> Float { Float(log(Double(size))) }
