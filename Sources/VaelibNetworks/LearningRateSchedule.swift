import Glibc

/// The learning rate as a function of the epochs elapsed, a real number.
public struct LearningRateSchedule: Sendable {
  public enum Shape: String, CaseIterable, Sendable {
    case constant
    /// factor^floor(t / epochs).
    case step
    /// factor^t.
    case exponential
    /// From 1 to factor along half a cosine over the whole training (Loshchilov & Hutter 2017).
    case cosine
  }

  public var shape: Shape
  public var baseRate: Double
  /// The period of `.step`.
  public var stepEpochs: Double
  public var factor: Double
  /// Linear growth from 0 over this many epochs, times the shape.
  public var warmupEpochs: Double
  /// The length of the whole training, for `.cosine`.
  public var totalEpochs: Double

  public init(
    shape: Shape, baseRate: Double, stepEpochs: Double, factor: Double, warmupEpochs: Double,
    totalEpochs: Double
  ) {
    self.shape = shape
    self.baseRate = baseRate
    self.stepEpochs = stepEpochs
    self.factor = factor
    self.warmupEpochs = warmupEpochs
    self.totalEpochs = totalEpochs
  }

  /// The rate of a step that begins at epoch time `start` and ends at `end`.
  public func rate(from start: Double, to end: Double) -> Double {
    let warmup = warmupEpochs > 0 ? min(1, end / warmupEpochs) : 1
    return baseRate * warmup * shapeFactor(start)
  }

  private func shapeFactor(_ time: Double) -> Double {
    switch shape {
    case .constant: 1
    case .step: pow(factor, (time / stepEpochs).rounded(.down))
    case .exponential: pow(factor, time)
    case .cosine: factor + (1 - factor) * (1 + cos(Double.pi * min(1, time / totalEpochs))) / 2
    }
  }
}
