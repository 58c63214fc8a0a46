public import VaelibNumerics

/// y = A(x W + b), with W [inputs, outputs] and b [outputs] somewhere in a flat parameter array.
///
/// Work is cut into tiles by shape alone, never by the number of threads, so results do not depend on it.
public struct DenseLayer: Sendable {
  public let name: String
  public let inputs: Int
  public let outputs: Int
  public let activation: Activation
  public let weight: ParameterTensor
  public let bias: ParameterTensor

  /// Appends the layer's tensors, "name/weight" and "name/bias", to the layout.
  public init(
    _ name: String, inputs: Int, outputs: Int, activation: Activation, layout: inout ParameterLayout
  ) throws(NetworkError) {
    self.name = name
    self.inputs = inputs
    self.outputs = outputs
    self.activation = activation
    weight = try layout.append("\(name)/weight", rows: inputs, columns: outputs)
    bias = try layout.append("\(name)/bias", rows: 1, columns: outputs)
  }

  /// Where its weights and its biases lie among the parameters.
  public var tensors: [Range<Int>] { [weight.range, bias.range] }

  /// The layer without its outputs from `outputs` on, which shares its tensors. For forward passes alone.
  func keeping(outputs: Int) -> DenseLayer { DenseLayer(self, outputs: outputs) }

  private init(_ layer: DenseLayer, outputs: Int) {
    (name, inputs, activation) = (layer.name, layer.inputs, layer.activation)
    (weight, bias) = (layer.weight, layer.bias)
    self.outputs = outputs
  }

  /// The weight matrix inside a parameter or gradient array.
  public func weight(in array: UnsafeMutablePointer<Float>) -> MatrixView {
    MatrixView(base: array + weight.offset, rows: inputs, columns: outputs, stride: weight.columns)
  }

  /// The weights of one input.
  public func weights(
    ofInput input: Int, in array: UnsafeMutablePointer<Float>
  ) -> UnsafeMutableBufferPointer<Float> {
    UnsafeMutableBufferPointer(start: weight(in: array).row(input), count: outputs)
  }

  /// output = A(input W + b).
  ///
  /// - Parameters:
  ///   - preActivation: [batch, outputs], used if the activation keeps it.
  ///   - packed: W as products read it; all then runs on the calling thread.
  public func forward(
    parameters: UnsafeMutablePointer<Float>, input: MatrixView, output: MatrixView,
    preActivation: MatrixView?, packed: PackedMatrix? = nil
  ) {
    let bias = parameters + bias.offset
    let sums = preActivation ?? output
    let activate = { (tile: MatrixView, columns: Range<Int>) in
      profiled(.activations) {
        for row in 0..<tile.rows {
          activation.addBiasAndActivate(tile.row(row), bias: bias + columns.lowerBound, count: columns.count)
          if activation.keepsPreActivation {
            activation.activate(
              tile.row(row), into: output.row(row) + columns.lowerBound, count: columns.count)
          }
        }
      }
    }
    profiled(.products(name, .forward)) {
      if let packed {
        multiply(input, packed, into: sums)
        activate(sums, 0..<outputs)
      } else {
        multiplyInTiles(input, weight(in: parameters), into: sums, finish: activate)
      }
    }
  }

  /// From the gradient at the pre-activation to the gradients of W and b (overwritten) and of the input.
  ///
  /// - Parameters:
  ///   - gradient: dL/d(x W + b), [batch, outputs].
  ///   - inputGradient: receives dL/dx, [batch, inputs], times the derivative of `below`; of as many of the first inputs as
  ///     it has columns; nil if not needed.
  ///   - below: the activation that produced the input, and what its derivative is computed from.
  ///   - accumulate: adds to the gradient of W, for weights that are used twice.
  public func backward(
    parameters: UnsafeMutablePointer<Float>, gradients: UnsafeMutablePointer<Float>, input: MatrixView,
    gradient: MatrixView, inputGradient: MatrixView?, below: (activation: Activation, saved: MatrixView)?,
    accumulate: Bool = false
  ) {
    let weightParts = Partition.parts(flops: 2 * input.rows * inputs * outputs)
    // Next to each other, so that mostly one thread does them, are parts that use the same rows of W.
    let partsOfRows = inputGradient == nil ? 1 : 2
    profiled(.products(name, .backward)) {
      WorkerPool.shared.run(parts: weightParts * partsOfRows + 1) { part in
        let (rowsPart, kind) = part.quotientAndRemainder(dividingBy: partsOfRows)
        if rowsPart == weightParts {
          return profiled(.activations) { sumRows(gradient, into: gradients + bias.offset) }
        }
        let rows = Partition.range(of: inputs, part: rowsPart, parts: weightParts)
        if kind == 0 {
          weightGradient(gradients, input: input, gradient: gradient, rows: rows, accumulate: accumulate)
        } else if let inputGradient {
          self.inputGradient(
            parameters, gradient: gradient, into: inputGradient, below: below, columns: rows)
        }
      }
    }
  }

  private func weightGradient(
    _ gradients: UnsafeMutablePointer<Float>, input: MatrixView, gradient: MatrixView, rows: Range<Int>,
    accumulate: Bool
  ) {
    if rows.isEmpty { return }
    multiply(
      input.columns(rows), transposeA: true, gradient, into: weight(in: gradients).rows(rows),
      accumulate: accumulate)
  }

  private func inputGradient(
    _ parameters: UnsafeMutablePointer<Float>, gradient: MatrixView, into inputGradient: MatrixView,
    below: (activation: Activation, saved: MatrixView)?, columns: Range<Int>
  ) {
    let columns = columns.clamped(to: 0..<inputGradient.columns)
    if columns.isEmpty { return }
    let tile = inputGradient.columns(columns)
    multiply(gradient, weight(in: parameters).rows(columns), transposeB: true, into: tile)
    guard let below, below.activation != .identity else { return }
    profiled(.activations) {
      for row in 0..<tile.rows {
        below.activation.multiplyDerivative(
          into: tile.row(row), saved: below.saved.row(row) + columns.lowerBound, count: columns.count)
      }
    }
  }
}
