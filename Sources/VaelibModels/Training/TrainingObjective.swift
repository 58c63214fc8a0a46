import VaelibNetworks
import VaelibNumerics

/// What a trainer minimises: a function from a batch and the parameters to a loss, reported by its terms, and its
/// gradient.
///
/// Workspaces are sized once, for a number of rows.
protocol TrainingObjective: AnyObject {
  /// The flat parameter array of the model.
  var parameters: FloatBuffer { get }
  /// The tensors of it that are trained.
  var trained: [Range<Int>] { get }
  /// Those of these that learn at a pace of their own.
  var paces: [Optimizer.Pace] { get }

  /// Overwrites the trained parts of `gradients` with the gradient of the loss on `batch`; returns what the loss is made
  /// of, as means over the batch's rows.
  func compute(
    _ batch: Batch, gradients: UnsafeMutablePointer<Float>
  ) throws(ModelError) -> MetricValues
}

extension TrainingObjective {
  var paces: [Optimizer.Pace] { [] }
}
