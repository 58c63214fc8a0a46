/// The norm beyond which gradients are scaled down.
///
/// Where it is left to the library it is a multiple of the norms that the training has: limit = 5 s, where s is at
/// first the first norm, and then the moving average of norms after clipping. The usual norms of models and data differ
/// by orders of magnitude, so a fixed limit binds in good trainings, or lets through what ruins bad ones.
struct GradientLimit: Sendable {
  /// How many times the usual norm a norm may be.
  static let multiple = 5.0
  /// The weight of a step in the moving average.
  private static let newest = 0.01

  /// `gradient_clip_norm`.
  private let setting: Double
  /// s; 0 before the first step.
  var usualNorm = 0.0

  init(_ setting: Double) { self.setting = setting }

  /// Whether gradients are limited at all.
  var isLimited: Bool { setting != 0 }

  /// What gradients of this norm, a finite number, are to be multiplied by; takes account of the norm.
  mutating func scale(norm: Double) -> Double {
    guard setting < 0 else { return setting > 0 && norm > setting ? setting / norm : 1 }
    if usualNorm == 0 {
      usualNorm = norm
      return 1
    }
    let kept = min(norm, Self.multiple * usualNorm)
    usualNorm += Self.newest * (kept - usualNorm)
    return kept < norm ? kept / norm : 1
  }
}
