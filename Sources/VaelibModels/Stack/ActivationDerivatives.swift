import Glibc
import VaelibNetworks

extension Activation {
  /// A' and A'' from the output y and, where it is kept, the pre-activation x.
  func derivatives(output y: Float, preActivation x: Float) -> (first: Float, second: Float) {
    switch self {
    case .sigmoid:
      let first = y * (1 - y)
      return (first, first * (1 - 2 * y))
    case .tanh:
      let first = 1 - y * y
      return (first, -2 * y * first)
    case .relu: return (y > 0 ? 1 : 0, 0)
    case .leakyRelu: return (y > 0 ? 1 : 0.01, 0)
    case .elu: return y > 0 ? (1, 0) : (y + 1, y + 1)
    case .softplus:
      let first = -expm1f(-y)
      return (first, first * (1 - first))
    case .silu:
      let s = 1 / (1 + expf(-x))
      let slope = s * (1 - s)
      return (s + x * slope, slope * (2 + x * (1 - 2 * s)))
    case .gelu:
      let density = expf(-x * x / 2) * 0.398942280401432678
      let distribution = 0.5 * erfcf(-x * 0.707106781186547524)
      return (distribution + x * density, density * (2 - x * x))
    case .identity: return (1, 0)
    }
  }
}
