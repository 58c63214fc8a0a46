import VaelibNumerics

/// y = A(x W + b), with W [inputs, outputs] and b [outputs] somewhere in a flat parameter array.
///
/// Work is cut into tiles by shape alone, never by the number of threads, so results do not depend on it.
public struct DenseLayer: Sendable {
  public let inputs: Int
  public let outputs: Int
  public let activation: Activation
  public let weight: ParameterTensor
  public let bias: ParameterTensor

  init(
    _ name: String, inputs: Int, outputs: Int, activation: Activation, layout: inout ParameterLayout
  ) throws(NetworkError) {
    self.inputs = inputs
    self.outputs = outputs
    self.activation = activation
    weight = try layout.append("\(name)/weight", rows: inputs, columns: outputs)
    bias = try layout.append("\(name)/bias", rows: 1, columns: outputs)
  }

  /// The weight matrix inside a parameter or gradient array.
  func weight(in array: UnsafeMutablePointer<Float>) -> MatrixView {
    MatrixView(base: array + weight.offset, rows: inputs, columns: outputs)
  }

  /// output = A(input W + b). `preActivation` [batch, outputs] is used if the activation keeps it.
  func forward(
    parameters: UnsafeMutablePointer<Float>, input: MatrixView, output: MatrixView, preActivation: MatrixView?
  ) {
    let weight = weight(in: parameters)
    let bias = parameters + bias.offset
    let sums = preActivation ?? output
    let parts = Partition.parts(flops: 2 * input.rows * inputs * outputs)
    WorkerPool.shared.run(parts: parts) { part in
      let columns = Partition.range(of: outputs, part: part, parts: parts)
      if columns.isEmpty { return }
      let tile = sums.columns(columns)
      BLAS.multiply(input, weight.columns(columns), into: tile)
      for row in 0..<tile.rows {
        activation.addBiasAndActivate(tile.row(row), bias: bias + columns.lowerBound, count: columns.count)
        if activation.keepsPreActivation {
          activation.activate(
            tile.row(row), into: output.row(row) + columns.lowerBound, count: columns.count)
        }
      }
    }
  }

  /// From the gradient at the pre-activation to the gradients of W and b (overwritten) and of the input.
  ///
  /// - Parameters:
  ///   - gradient: dL/d(x W + b), [batch, outputs].
  ///   - inputGradient: receives dL/dx, [batch, inputs], times the derivative of `below`; nil if not needed.
  ///   - below: the activation that produced the input, and what its derivative is computed from.
  func backward(
    parameters: UnsafeMutablePointer<Float>, gradients: UnsafeMutablePointer<Float>, input: MatrixView,
    gradient: MatrixView, inputGradient: MatrixView?, below: (activation: Activation, saved: MatrixView)?
  ) {
    let flops = 2 * input.rows * inputs * outputs
    let weightParts = Partition.parts(flops: flops)
    let inputParts = inputGradient == nil ? 0 : weightParts
    WorkerPool.shared.run(parts: weightParts + inputParts + 1) { part in
      if part < weightParts {
        weightGradient(
          gradients, input: input, gradient: gradient,
          rows: Partition.range(of: inputs, part: part, parts: weightParts))
      } else if let inputGradient, part < weightParts + inputParts {
        self.inputGradient(
          parameters, gradient: gradient, into: inputGradient, below: below,
          columns: Partition.range(of: inputs, part: part - weightParts, parts: inputParts))
      } else {
        biasGradient(gradients + bias.offset, gradient: gradient)
      }
    }
  }

  private func weightGradient(
    _ gradients: UnsafeMutablePointer<Float>, input: MatrixView, gradient: MatrixView, rows: Range<Int>
  ) {
    if rows.isEmpty { return }
    BLAS.multiply(
      input.columns(rows), transposeA: true, gradient, into: weight(in: gradients).rows(rows))
  }

  private func inputGradient(
    _ parameters: UnsafeMutablePointer<Float>, gradient: MatrixView, into inputGradient: MatrixView,
    below: (activation: Activation, saved: MatrixView)?, columns: Range<Int>
  ) {
    if columns.isEmpty { return }
    let tile = inputGradient.columns(columns)
    BLAS.multiply(gradient, weight(in: parameters).rows(columns), transposeB: true, into: tile)
    guard let below, below.activation != .identity else { return }
    for row in 0..<tile.rows {
      below.activation.multiplyDerivative(
        into: tile.row(row), saved: below.saved.row(row) + columns.lowerBound, count: columns.count)
    }
  }

  private func biasGradient(_ sums: UnsafeMutablePointer<Float>, gradient: MatrixView) {
    sums.update(repeating: 0, count: outputs)
    for row in 0..<gradient.rows { kernels.addTo(sums, gradient.row(row), outputs) }
  }
}
