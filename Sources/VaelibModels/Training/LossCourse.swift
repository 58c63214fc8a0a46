/// How the losses of a phase went, epoch by epoch, and what a caller should know of it.
struct LossCourse {
  /// A share of what was gained, below which losses are as good as equal.
  private static let margin = 0.01
  /// How many times the usual change from epoch to epoch counts as more than noise: for the last of few epochs, for the
  /// means of windows, and for the last of many epochs, of which the lowest is far off by chance.
  private static let noiseFactor = 4.0
  private static let noiseFactorOfWindows = 6.0
  private static let noiseFactorOfMany = 20.0
  /// Fewer epochs tell nothing about where the losses go.
  private static let fewestEpochs = 20
  /// The last tenth of the epochs is compared with the tenth before.
  private static let windowShare = 10
  /// What of the gain the last tenth may still bring at the end of a training.
  private static let steepestEnd = 0.02

  let losses: [Double]
  /// The number of the epoch that came before the first loss.
  private let epochsBefore: Int

  /// `losses` of epochs that can be compared with each other.
  init(_ losses: [Double], epochsBefore: Int) {
    self.losses = losses
    self.epochsBefore = epochsBefore
  }

  /// The lowest loss; infinity if there is none.
  var least: Double { losses.min() ?? .infinity }

  /// What the losses were measured by: the gain, or their own size.
  private var scale: Double {
    max(abs(least), losses[0] - least)
  }

  /// The median change from one epoch to the next.
  private var noise: Double {
    let changes = zip(losses, losses.dropFirst()).map { abs($1 - $0) }.sorted()
    return changes[changes.count / 2]
  }

  /// A twentieth of the epochs; 1 where they are few.
  private var windowWidth: Int { max(1, losses.count / Self.fewestEpochs) }

  /// Means over windows, the last of which ends with the last epoch: of many epochs, the lowest loss is one of chance.
  private var windowMeans: [Double] {
    let width = windowWidth
    return stride(from: losses.count % width, to: losses.count, by: width).map {
      mean(losses[$0..<$0 + width])
    }
  }

  /// Whether the training ended well above its best epochs, or above `limit`.
  private func hasRisen(above limit: Double) -> Bool {
    let means = windowMeans
    guard losses.count > 1, let lowest = means.min(), let end = means.last, let last = losses.last else {
      return false
    }
    let noise = noise
    func isFar(_ rise: Double, _ noise: Double) -> Bool { rise > max(Self.margin * scale, noise) }
    let factor = windowWidth > 1 ? Self.noiseFactorOfWindows : Self.noiseFactor
    return end > limit || isFar(end - lowest, factor * noise / Double(windowWidth).squareRoot())
      || isFar(last - least, Self.noiseFactorOfMany * noise)
  }

  /// A sentence if the training ended well above its best epochs, or above `limit`; nil if it did not.
  func rise(above limit: Double) -> String? {
    guard hasRisen(above: limit), let last = losses.last,
      let index = losses.indices.min(by: { losses[$0] < losses[$1] })
    else { return nil }
    let epoch = epochsBefore + index + 1
    return
      "the training ended worse than it was: the loss of epoch \(epoch) was \(Float(least)), that of the last one, "
      + "\(epochsBefore + losses.count), is \(Float(last)); the weights after epoch \(epoch) were kept. A lower "
      + "learning_rate usually helps"
  }

  /// A sentence if the loss was still falling at the end; nil if it was not.
  var fall: String? {
    guard losses.count >= Self.fewestEpochs else { return nil }
    let window = losses.count / Self.windowShare
    let (end, before) = (mean(losses.suffix(window)), mean(losses.suffix(2 * window).dropLast(window)))
    let gain = losses[0] - end
    guard before - end > max(Self.steepestEnd * gain, noise / Double(window).squareRoot()), gain > 0 else {
      return nil
    }
    return
      "the training has not converged: in the last \(window) of \(losses.count) epochs the loss fell from "
      + "\(Float(before)) to \(Float(end)). More epochs, or a higher learning_rate, may improve the model"
  }

  private func mean(_ values: ArraySlice<Double>) -> Double { values.reduce(0, +) / Double(values.count) }
}
