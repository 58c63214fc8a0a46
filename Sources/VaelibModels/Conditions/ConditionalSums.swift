import VaelibNetworks
import VaelibNumerics

/// b_d + sum_k W_kd c_k for rows of conditions c, as decoders see them. Most of these are 0, since categories are one-hot,
/// and take no time.
final class ConditionalSums {
  /// b, [D].
  private let constant: ParameterTensor
  /// W, [C, D].
  private let coefficients: ParameterTensor
  /// [rows, D].
  private let sums: FloatBuffer
  private var parameters: UnsafePointer<Float>?
  private var conditions: MatrixView?

  init(
    constant: ParameterTensor, coefficients: ParameterTensor, rows: Int
  ) throws(NumericsError) {
    (self.constant, self.coefficients) = (constant, coefficients)
    sums = try FloatBuffer(rows: rows, columns: constant.columns)
  }

  private var width: Int { constant.columns }

  func begin(parameters: UnsafePointer<Float>) { self.parameters = parameters }

  func take(_ given: GivenNumbers) { conditions = given.conditions }

  /// Computes the sums of a row, [D].
  func compute(_ row: Int) -> UnsafePointer<Float>? {
    guard let parameters else { return nil }
    let sum = sums.base + row * width
    sum.update(from: parameters + constant.offset, count: width)
    forEachCondition(row) { index, value in
      add(parameters + coefficients.offset + index * width, times: value, to: sum)
    }
    return UnsafePointer(sum)
  }

  /// Those that were computed last.
  func computed(_ row: Int) -> UnsafePointer<Float> { UnsafePointer(sums.base + row * width) }

  /// dL/dW_kd = sum over rows of c_k g_d, from the gradients g at the sums, [rows, D].
  func writeCoefficientGradients(
    _ rowGradients: FloatBuffer, rows: Int, into gradients: UnsafeMutablePointer<Float>
  ) {
    let gradient = gradients + coefficients.offset
    gradient.update(repeating: 0, count: coefficients.count)
    for row in 0..<rows {
      forEachCondition(row) { index, value in
        add(rowGradients.base + row * width, times: value, to: gradient + index * width)
      }
    }
  }

  private func forEachCondition(_ row: Int, _ body: (_ index: Int, _ value: Float) -> Void) {
    guard let conditions else { return }
    let values = conditions.row(row)
    for index in 0..<conditions.columns where values[index] != 0 { body(index, values[index]) }
  }

  private func add(_ x: UnsafePointer<Float>, times factor: Float, to y: UnsafeMutablePointer<Float>) {
    if factor == 1 { return kernels.addTo(y, x, width) }
    for column in 0..<width { y[column] += factor * x[column] }
  }
}
