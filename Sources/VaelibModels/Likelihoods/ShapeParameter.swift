import VaelibNetworks
import VaelibNumerics

/// A number above 0 that a likelihood has for each column beside the mean, kept as its logarithm, softly within bounds: one
/// that is learned for all examples, or an output of the decoder for each.
struct ShapeParameter: Sendable {
  /// How many times as fast as the networks it learns; see `LocationScale.logVariancePace`.
  private static let pace = LocationScale.logVariancePace

  let width: Int
  let lower: Float
  let upper: Float
  /// The raw logarithm of each column, if it is learned.
  let tensor: ParameterTensor?

  /// `name` is its tensor's.
  init(
    _ name: String, _ columns: LikelihoodColumns, lower: Float, upper: Float,
    layout: inout ParameterLayout
  ) throws(NetworkError) {
    width = columns.count
    (self.lower, self.upper) = (lower, upper)
    tensor =
      columns.options.variance == .predicted
      ? nil : try layout.append(columns.prefix + name, rows: 1, columns: width)
  }

  /// Throws if it is to be fixed.
  static func check(_ options: LikelihoodOptions, _ kind: LikelihoodKind) throws(ModelError) {
    if options.variance == .fixed {
      throw .invalidArgument(
        "variance is fixed, but likelihood \(kind.rawValue) needs learned (a number for each column) or predicted (by the "
          + "decoder)")
    }
  }

  var learned: [Optimizer.Pace] {
    tensor.map { [Optimizer.Pace(range: $0.range, factor: Self.pace)] } ?? []
  }
  /// Outputs of the decoder for each column.
  var outputsPerColumn: Int { tensor == nil ? 1 : 0 }
}

/// A shape parameter at work on rows. `outputs` are the decoder's outputs for it, if it is predicted.
final class ShapeRows {
  private let parameter: ShapeParameter
  private let width: Int
  /// Bounded logarithms: one row if learned, else [rows, D].
  private let logarithms: FloatBuffer
  /// Gradients at a learned one, [rows, D].
  private let gradients: FloatBuffer?

  init(_ parameter: ShapeParameter, rows: Int, forTraining: Bool) throws(NumericsError) {
    self.parameter = parameter
    width = parameter.width
    let isLearned = parameter.tensor != nil
    logarithms = try FloatBuffer(rows: isLearned ? 1 : rows, columns: width)
    gradients = isLearned && forTraining ? try FloatBuffer(rows: rows, columns: width) : nil
  }

  func begin(parameters: UnsafePointer<Float>) {
    if let tensor = parameter.tensor { bound(parameters + tensor.offset, into: logarithms.base) }
  }

  private func bound(_ raw: UnsafePointer<Float>, into out: UnsafeMutablePointer<Float>) {
    kernels.softClamp(raw, out, parameter.lower, parameter.upper, width)
  }

  /// The logarithm of each column, [D].
  func logarithm(_ row: Int, _ outputs: UnsafePointer<Float>) -> UnsafePointer<Float> {
    if parameter.tensor != nil { return UnsafePointer(logarithms.base) }
    let logarithm = logarithms.base + row * width
    bound(outputs, into: logarithm)
    return UnsafePointer(logarithm)
  }

  /// Where the gradient at the logarithms of a row goes; `outputGradient` is where that at the decoder's outputs is wanted.
  func gradient(
    _ row: Int, _ outputGradient: UnsafeMutablePointer<Float>
  ) -> UnsafeMutablePointer<Float> {
    gradients.map { $0.base + row * width } ?? outputGradient
  }

  /// Carries the gradient at the logarithms to the decoder's outputs, if they are predicted.
  func finish(_ outputGradient: UnsafeMutablePointer<Float>, _ outputs: UnsafePointer<Float>) {
    if parameter.tensor == nil {
      kernels.softClampBackward(outputGradient, outputs, parameter.lower, parameter.upper, width)
    }
  }

  /// Sums the gradients of the first `rows` rows at a learned one.
  func finishGradients(
    rows: Int, parameters: UnsafePointer<Float>, gradients: UnsafeMutablePointer<Float>
  ) {
    guard let tensor = parameter.tensor, let rowGradients = self.gradients else { return }
    let gradient = gradients + tensor.offset
    gradient.update(repeating: 0, count: width)
    for row in 0..<rows { kernels.addTo(gradient, rowGradients.base + row * width, width) }
    kernels.softClampBackward(
      gradient, parameters + tensor.offset, parameter.lower, parameter.upper, width)
  }
}
