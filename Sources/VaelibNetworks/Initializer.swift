public import VaelibNumerics

/// The distribution that initial weights are drawn from; biases start at zero.
public enum Initializer: String, CaseIterable, Sendable {
  /// N(0, stddev^2).
  case normal
  /// U(+-sqrt(6 / (inputs + outputs))) (Glorot & Bengio 2010, eq. 16).
  case glorotUniform = "glorot_uniform"
  /// N(0, 2 / (inputs + outputs)).
  case glorotNormal = "glorot_normal"
  /// U(+-sqrt(6 / inputs)) (He et al. 2015).
  case heUniform = "he_uniform"
  /// N(0, 2 / inputs).
  case heNormal = "he_normal"
  /// U(+-sqrt(3 / inputs)) (LeCun et al. 1998, section 4.6).
  case lecunUniform = "lecun_uniform"
  /// N(0, 1 / inputs).
  case lecunNormal = "lecun_normal"

  /// Fills the weights of a layer.
  ///
  /// - Parameters:
  ///   - stddev: the standard deviation of `.normal`.
  ///   - stream: random numbers of this tensor.
  public func fill(
    _ weights: UnsafeMutablePointer<Float>, inputs: Int, outputs: Int, stddev: Double, stream: RandomStream
  ) {
    let count = inputs * outputs
    let fanIn = Double(inputs)
    let fanSum = Double(inputs) + Double(outputs)
    switch self {
    case .normal: fillNormal(weights, count, stddev, stream)
    case .glorotNormal: fillNormal(weights, count, (2 / fanSum).squareRoot(), stream)
    case .heNormal: fillNormal(weights, count, (2 / fanIn).squareRoot(), stream)
    case .lecunNormal: fillNormal(weights, count, (1 / fanIn).squareRoot(), stream)
    case .glorotUniform: fillUniform(weights, count, (6 / fanSum).squareRoot(), stream)
    case .heUniform: fillUniform(weights, count, (6 / fanIn).squareRoot(), stream)
    case .lecunUniform: fillUniform(weights, count, (3 / fanIn).squareRoot(), stream)
    }
  }

  private func fillNormal(
    _ weights: UnsafeMutablePointer<Float>, _ count: Int, _ stddev: Double, _ stream: RandomStream
  ) {
    stream.normals(into: weights, count: count)
    kernels.scale(weights, Float(stddev), count)
  }

  private func fillUniform(
    _ weights: UnsafeMutablePointer<Float>, _ count: Int, _ limit: Double, _ stream: RandomStream
  ) {
    stream.uniforms(into: weights, count: count)
    for index in 0..<count { weights[index] = (2 * weights[index] - 1) * Float(limit) }
  }
}
