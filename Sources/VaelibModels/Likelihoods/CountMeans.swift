import Glibc
import VaelibNetworks
import VaelibNumerics

/// What likelihoods of counts have in common. The encoder sees log(1 + x), standardised; the decoder's first outputs are
/// logarithms of means, softly bounded and counted from the usual size of their column once examples were seen.
struct CountMeans: Sendable {
  let width: Int
  let standardization: Standardization?

  init(_ columns: LikelihoodColumns, layout: inout ParameterLayout) throws(NetworkError) {
    width = columns.count
    standardization =
      columns.options.standardize == 1
      ? try Standardization(columns: width, prefix: columns.prefix, layout: &layout) : nil
  }

  var inputs: InputTransform {
    InputTransform(
      function: .logarithmOfOnePlus, standardization: standardization, isOfLikelihoodToo: false)
  }

  static func domain(_ kind: LikelihoodKind) -> ExampleDomain {
    .counts(
      neededBy: "likelihood \(kind.rawValue)", alternative: "likelihood \(LikelihoodKind.gaussian.rawValue)")
  }
}

/// The means of counts at work on rows.
final class CountMeanRows {
  /// Of the decoder's outputs: softly, means are this far at most from the usual size of their column, as powers of e.
  private static let bounds: (lower: Float, upper: Float) = (-20, 20)
  /// A column that is nearly always 0 begins at this mean.
  private static let leastStart = 1e-3

  private let means: CountMeans
  private let width: Int
  private let standardizer: Standardizer?
  /// What is added to outputs, [D].
  private let offsets: FloatBuffer
  /// log m, [rows, D].
  private let logMeans: FloatBuffer

  init(_ means: CountMeans, rows: Int) throws(NumericsError) {
    self.means = means
    width = means.width
    if let standardization = means.standardization {
      standardizer = try Standardizer(standardization)
    } else {
      standardizer = nil
    }
    offsets = try FloatBuffer(count: width)
    logMeans = try FloatBuffer(rows: rows, columns: width)
  }

  func begin(parameters: UnsafePointer<Float>) {
    guard let standardizer, let mean = means.standardization?.mean else { return }
    if standardizer.begin(parameters: parameters), standardizer.isKnown {
      for column in 0..<width {
        // The count whose log(1 + x) is the mean of the column's.
        let usual = expm1(Double(parameters[mean.offset + column]))
        offsets.base[column] = Float(log(max(usual, Self.leastStart)))
      }
    }
  }

  /// log m of each column, [D].
  func logMean(_ row: Int, _ outputs: UnsafePointer<Float>) -> UnsafePointer<Float> {
    let logMean = logMeans.base + row * width
    kernels.boundLogVariance(outputs, logMean, Self.bounds.lower, Self.bounds.upper, width)
    kernels.addTo(logMean, offsets.base, width)
    return UnsafePointer(logMean)
  }

  /// m of each column, [D].
  func writeMean(
    _ row: Int, _ outputs: UnsafePointer<Float>, into mean: UnsafeMutablePointer<Float>
  ) {
    kernels.exponential(logMean(row, outputs), mean, 1, width)
  }

  /// A count whose mean is this: a whole number where it is to be one that occurs.
  static func estimate(mean: Double, isWhole: Bool) -> Float { Float(isWhole ? mean.rounded() : mean) }

  /// Carries the gradient at log m of a row to the outputs, in place.
  func finish(_ outputs: UnsafePointer<Float>, _ gradient: UnsafeMutablePointer<Float>) {
    kernels.boundLogVarianceBackward(gradient, outputs, Self.bounds.lower, Self.bounds.upper, width)
  }
}
