import VaelibNumerics

/// y = A(x), applied to every unit of a layer.
///
/// All but silu and gelu have a derivative that follows from the output alone, so their layers overwrite the
/// pre-activation; silu and gelu keep it.
public enum Activation: String, CaseIterable, Sendable {
  case sigmoid
  case tanh
  case relu
  /// x for x > 0, else x / 100.
  case leakyRelu = "leaky_relu"
  /// x for x > 0, else exp(x) - 1.
  case elu
  /// log(1 + exp(x)).
  case softplus
  /// x sigmoid(x).
  case silu
  /// x Phi(x) with the exact normal distribution function.
  case gelu
  case identity

  /// True if the derivative needs the pre-activation, not the output.
  public var keepsPreActivation: Bool { self == .silu || self == .gelu }

  /// values = A(values + bias), in place; only for activations that keep no pre-activation.
  func addBiasAndActivate(_ values: UnsafeMutablePointer<Float>, bias: UnsafePointer<Float>, count: Int) {
    switch self {
    case .sigmoid: kernels.biasSigmoid(values, bias, count)
    case .tanh: kernels.biasTanh(values, bias, count)
    case .relu: kernels.biasRelu(values, bias, count)
    case .leakyRelu: kernels.biasLeakyRelu(values, bias, count)
    case .elu: kernels.biasElu(values, bias, count)
    case .softplus: kernels.biasSoftplus(values, bias, count)
    case .identity, .silu, .gelu: kernels.addBias(values, bias, count)
    }
  }

  /// output = A(preActivation); only for activations that keep their pre-activation.
  func activate(_ preActivation: UnsafePointer<Float>, into output: UnsafeMutablePointer<Float>, count: Int) {
    if self == .gelu {
      kernels.gelu(preActivation, output, count)
    } else {
      kernels.silu(preActivation, output, count)
    }
  }

  /// gradient *= A', in place; `saved` is the pre-activation if it is kept, else the output.
  public func multiplyDerivative(
    into gradient: UnsafeMutablePointer<Float>, saved: UnsafePointer<Float>, count: Int
  ) {
    switch self {
    case .sigmoid: kernels.sigmoidBackward(gradient, saved, count)
    case .tanh: kernels.tanhBackward(gradient, saved, count)
    case .relu: kernels.reluBackward(gradient, saved, count)
    case .leakyRelu: kernels.leakyReluBackward(gradient, saved, count)
    case .elu: kernels.eluBackward(gradient, saved, count)
    case .softplus: kernels.softplusBackward(gradient, saved, count)
    case .silu: kernels.siluBackward(gradient, saved, count)
    case .gelu: kernels.geluBackward(gradient, saved, count)
    case .identity: break
    }
  }
}
