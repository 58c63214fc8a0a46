import Glibc
import VaelibNetworks
import VaelibNumerics

/// What a layer's loss adds to the reconstruction, and its gradients.
extension DenoisingLayer {
  /// sparsity_weight * sum_j KL(rho || mean over the batch of y_j, by the examples' weights), added to the code's gradient.
  func addSparsity(_ code: MatrixView, _ batch: Batch, codeGradient: MatrixView) -> Double {
    let weight = configuration.sparsityWeight
    if weight == 0 { return 0 }
    let weightSum = batch.weightSum
    // No example has a part in the mean.
    if weightSum == 0 { return 0 }
    let target = configuration.sparsityTarget
    var penalty = 0.0
    for unit in 0..<code.columns {
      let sum = (0..<code.rows).reduce(0.0) {
        $0 + Double(batch.weight(of: $1)) * Double(code.row($1)[unit])
      }
      let mean = min(max(sum / weightSum, 1e-6), 1 - 1e-6)
      penalty += target * log(target / mean) + (1 - target) * log((1 - target) / (1 - mean))
      let gradient = Float(weight * (-target / mean + (1 - target) / (1 - mean)) / weightSum)
      for row in 0..<code.rows { codeGradient.row(row)[unit] += batch.weight(of: row) * gradient }
    }
    return weight * penalty
  }

  /// contraction_weight * mean over the batch of w sum_j A'_j^2 |W_j|^2 (Rifai et al. 2011, eq. 5), with the weight w of
  /// the example, if it has one; added to the gradients of W and of the pre-activation.
  func addContraction(
    _ code: MatrixView, preActivation: MatrixView?, _ batch: Batch,
    parameters: UnsafeMutablePointer<Float>,
    gradients: UnsafeMutablePointer<Float>, preActivationGradient: MatrixView
  ) -> Double {
    let weight = configuration.contractionWeight
    if weight == 0 { return 0 }
    let share = Float(weight * batch.share / Double(code.rows))
    let matrix = encoder.weight(in: parameters)
    let norms = squaredColumnNorms(matrix)
    var slopes = [Double](repeating: 0, count: code.columns)
    for row in 0..<code.rows {
      let rowWeight = batch.weight(of: row)
      for unit in 0..<code.columns {
        let slope = configuration.activation.derivatives(
          output: code.row(row)[unit], preActivation: preActivation?.row(row)[unit] ?? 0)
        slopes[unit] += Double(rowWeight) * Double(slope.first) * Double(slope.first)
        preActivationGradient.row(row)[unit] +=
          rowWeight * share * 2 * slope.first * slope.second * Float(norms[unit])
      }
    }
    let gradient = encoder.weight(in: gradients)
    for input in 0..<matrix.rows {
      for unit in 0..<matrix.columns {
        gradient.row(input)[unit] += share * 2 * matrix.row(input)[unit] * Float(slopes[unit])
      }
    }
    return weight / Double(code.rows) * zip(slopes, norms).reduce(0) { $0 + $1.0 * $1.1 }
  }

  private func squaredColumnNorms(_ matrix: MatrixView) -> [Double] {
    var norms = [Double](repeating: 0, count: matrix.columns)
    for row in 0..<matrix.rows {
      for column in 0..<matrix.columns {
        norms[column] += Double(matrix.row(row)[column]) * Double(matrix.row(row)[column])
      }
    }
    return norms
  }

  /// weight_l1 * sum |W| + weight_l2 / 2 * sum W^2 over all weights of the layer, added to their gradients as far as the
  /// batch is the whole one.
  func addWeightPenalty(
    share: Double, parameters: UnsafeMutablePointer<Float>, gradients: UnsafeMutablePointer<Float>
  ) -> Double {
    let (l1, l2) = (configuration.weightL1, configuration.weightL2)
    if l1 == 0, l2 == 0 { return 0 }
    var penalty = 0.0
    for tensor in [encoder.weight, decoderWeight].compactMap({ $0 }) {
      for index in tensor.range {
        let w = parameters[index]
        penalty += l1 * Double(abs(w)) + l2 / 2 * Double(w) * Double(w)
        gradients[index] += Float(l1 * share) * (w > 0 ? 1 : w < 0 ? -1 : 0) + Float(l2 * share) * w
      }
    }
    return penalty
  }
}
