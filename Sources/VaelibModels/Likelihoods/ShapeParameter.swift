import VaelibNetworks
import VaelibNumerics

/// A number above 0 that a likelihood has for each column beside the mean, kept as its logarithm l_d, softly within bounds.
/// What is bounded is learned for all examples, b_d; or b_d + sum_k W_kd c_k, of what the decoder sees of conditions c; or
/// an output of the decoder for each.
struct ShapeParameter: Sendable {
  /// How many times as fast as the networks it learns; see `LocationScale.logVariancePace`.
  private static let pace = LocationScale.logVariancePace

  let width: Int
  let lower: Float
  let upper: Float
  /// b, [D], if it is learned.
  let constant: ParameterTensor?
  /// W, [C, D], if it depends on conditions.
  let coefficients: ParameterTensor?

  /// `name` is its tensor's, or what the names of the two begin with.
  init(
    _ name: String, _ columns: LikelihoodColumns, lower: Float, upper: Float,
    layout: inout ParameterLayout
  ) throws(NetworkError) {
    width = columns.count
    (self.lower, self.upper) = (lower, upper)
    let name = columns.prefix + name
    switch columns.options.variance {
    case .learned, .fixed:
      constant = try layout.append(name, rows: 1, columns: width)
      coefficients = nil
    case .byCondition:
      coefficients = try layout.append("\(name)/weight", rows: columns.conditions, columns: width)
      constant = try layout.append("\(name)/bias", rows: 1, columns: width)
    case .predicted: (constant, coefficients) = (nil, nil)
    }
  }

  /// Throws if it is to be fixed.
  static func check(_ options: LikelihoodOptions, _ kind: LikelihoodKind) throws(ModelError) {
    if options.variance == .fixed {
      throw .invalidArgument(
        "variance is fixed, but likelihood \(kind.rawValue) needs learned (a number for each column), by_condition (one that "
          + "depends on conditions) or predicted (by the decoder)")
    }
  }

  var learned: [Optimizer.Pace] {
    [coefficients, constant].compactMap { tensor in
      tensor.map { Optimizer.Pace(range: $0.range, factor: Self.pace) }
    }
  }
  /// Outputs of the decoder for each column.
  var outputsPerColumn: Int { constant == nil ? 1 : 0 }
  /// Whether it is the same in all rows.
  var isConstant: Bool { constant != nil && coefficients == nil }
}

/// A shape parameter at work on rows. `outputs` are the decoder's outputs for it, if it is predicted.
final class ShapeRows {
  private let parameter: ShapeParameter
  private let width: Int
  /// Bounded logarithms: one row if constant, else [rows, D].
  private let logarithms: FloatBuffer
  /// Gradients at a learned one, [rows, D].
  private let gradients: FloatBuffer?
  /// What is bounded, where it depends on conditions.
  private let sums: ConditionalSums?

  init(_ parameter: ShapeParameter, rows: Int, forTraining: Bool) throws(NumericsError) {
    self.parameter = parameter
    width = parameter.width
    logarithms = try FloatBuffer(rows: parameter.isConstant ? 1 : rows, columns: width)
    gradients =
      parameter.constant != nil && forTraining ? try FloatBuffer(rows: rows, columns: width) : nil
    if let constant = parameter.constant, let coefficients = parameter.coefficients {
      sums = try ConditionalSums(constant: constant, coefficients: coefficients, rows: rows)
    } else {
      sums = nil
    }
  }

  func begin(parameters: UnsafePointer<Float>) {
    if let sums {
      sums.begin(parameters: parameters)
    } else if let constant = parameter.constant {
      bound(parameters + constant.offset, into: logarithms.base)
    }
  }

  func take(_ given: GivenNumbers) { sums?.take(given) }

  private func bound(_ raw: UnsafePointer<Float>, into out: UnsafeMutablePointer<Float>) {
    kernels.softClamp(raw, out, parameter.lower, parameter.upper, width)
  }

  /// The logarithm of each column, [D].
  func logarithm(_ row: Int, _ outputs: UnsafePointer<Float>) -> UnsafePointer<Float> {
    if parameter.isConstant { return UnsafePointer(logarithms.base) }
    let logarithm = logarithms.base + row * width
    bound(sums?.compute(row) ?? outputs, into: logarithm)
    return UnsafePointer(logarithm)
  }

  /// Where the gradient at the logarithms of a row goes; `outputGradient` is where that at the decoder's outputs is wanted.
  func gradient(
    _ row: Int, _ outputGradient: UnsafeMutablePointer<Float>
  ) -> UnsafeMutablePointer<Float> {
    gradients.map { $0.base + row * width } ?? outputGradient
  }

  /// Carries the gradient at the logarithms of a row to the decoder's outputs, if they are predicted, or to the sums that
  /// depend on conditions.
  func finish(
    _ row: Int, _ outputGradient: UnsafeMutablePointer<Float>, _ outputs: UnsafePointer<Float>
  ) {
    if parameter.isConstant { return }
    kernels.softClampBackward(
      gradient(row, outputGradient), sums?.computed(row) ?? outputs, parameter.lower, parameter.upper, width)
  }

  /// Sums the gradients of the first `rows` rows at a learned one.
  func finishGradients(
    rows: Int, parameters: UnsafePointer<Float>, gradients: UnsafeMutablePointer<Float>
  ) {
    guard let constant = parameter.constant, let rowGradients = self.gradients else { return }
    let gradient = gradients + constant.offset
    gradient.update(repeating: 0, count: width)
    for row in 0..<rows { kernels.addTo(gradient, rowGradients.base + row * width, width) }
    if let sums {
      sums.writeCoefficientGradients(rowGradients, rows: rows, into: gradients)
    } else {
      kernels.softClampBackward(
        gradient, parameters + constant.offset, parameter.lower, parameter.upper, width)
    }
  }
}
