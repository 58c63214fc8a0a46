import VaelibNetworks
import VaelibNumerics

/// p(x|z) of a group of columns: what the decoder's outputs for a latent code say of an example x, column by column.
///
/// One file each. To add one: its file, a case of `LikelihoodKind` and of its `type`, and a kernel if it wants one.
protocol Likelihood: Sendable {
  /// Whether its variance says more than its mean.
  var hasVariance: Bool { get }
  /// For a distribution of 0 and 1 alone, the warning about values in between: they are probabilities, from which 0 or
  /// 1 is drawn at each use, or else give bounds that are not densities. nil for other likelihoods. `columns` says which
  /// of a table of several kinds hold them.
  func greyWarning(of columns: String?) -> String?
  /// Throws if a choice means nothing to it.
  static func check(_ options: LikelihoodOptions) throws(ModelError)
  /// The likelihood that is asked for; tensors of its own are added to the layout.
  init(_ columns: LikelihoodColumns, layout: inout ParameterLayout) throws(NetworkError)
  /// How many numbers the decoder puts out for its columns: first one for every column, then the second for every
  /// column, and so on.
  var outputs: Int { get }
  /// The tensors of its own that are learned, each with the pace at which it does.
  var learned: [Optimizer.Pace] { get }
  /// What becomes of columns before they come to the encoder.
  var inputs: InputTransform { get }
  /// Which values an example may hold.
  var domain: ExampleDomain { get }
  /// Memory for up to `rows` rows.
  func makeRows(_ rows: Int, forTraining: Bool) throws(NumericsError) -> any LikelihoodRows
}

extension Likelihood {
  func greyWarning(of columns: String?) -> String? { nil }
  static func check(_ options: LikelihoodOptions) throws(ModelError) {}
  var learned: [Optimizer.Pace] { [] }
  var inputs: InputTransform { .none }
}

/// A likelihood applied to the decoder's outputs for some rows.
///
/// Means, variances, samples and densities are those of the data, also where the examples that come are transformed.
///
/// `outputs` are the decoder's for one row of the group, `example` its D columns of the row. Functions of
/// a row touch memory of that row only, so different rows may be worked on by different threads.
protocol LikelihoodRows: AnyObject {
  /// How many columns there are, D.
  var width: Int { get }

  /// Must be called before rows are worked on, whenever parameters may have changed.
  func begin(parameters: UnsafePointer<Float>)

  /// Tells what is given of the rows that are worked on next; valid until it is told again. Called in models that have
  /// columns that are given.
  func take(_ given: GivenNumbers)

  /// Takes back what `gradient` left of a column of the row, which is missing: at its outputs, and at tensors of the
  /// likelihood's own.
  func clearGradient(_ row: Int, column: Int, in gradient: UnsafeMutablePointer<Float>)

  /// The gradients of the likelihood's own tensors, summed over the first `rows` rows and written to their places.
  func finishGradients(
    rows: Int, parameters: UnsafePointer<Float>, gradients: UnsafeMutablePointer<Float>)

  /// The mean of p(x|z), [D].
  func writeMean(_ row: Int, _ outputs: UnsafePointer<Float>, into mean: UnsafeMutablePointer<Float>)

  // The following are of rows that may lack numbers. What is missing has no part in the total of which counts are shares;
  // what is computed of a missing column is of the number in its place.

  /// log p(x|z) of one row in nats, all constants included.
  func logLikelihood(_ row: Int, _ outputs: UnsafePointer<Float>, of observed: ObservedExample) -> Double

  /// The share of each column in it, log p(x_d|z), [D].
  func writeColumnTerms(
    _ row: Int, _ outputs: UnsafePointer<Float>, of observed: ObservedExample,
    into terms: UnsafeMutablePointer<Double>)

  /// log p(x|z) of one row; writes the gradient of -weight * log p(x|z) at the outputs, and keeps that of tensors of
  /// the likelihood's own. Its parts at missing columns are taken back by `clearGradient`.
  func gradient(
    _ row: Int, _ outputs: UnsafePointer<Float>, of observed: ObservedExample, weight: Float,
    into gradient: UnsafeMutablePointer<Float>
  ) -> Double

  /// The mean for a row that is to be as large as an example.
  func writeMean(
    _ row: Int, _ outputs: UnsafePointer<Float>, of observed: ObservedExample,
    into mean: UnsafeMutablePointer<Float>)

  /// Statistics for a row that is to be as large as an example.
  func writeStatistics(
    _ row: Int, _ outputs: UnsafePointer<Float>, of observed: ObservedExample,
    into statistics: UnsafeMutablePointer<Float>)

  /// A sample for a row that is to be as large as an example.
  func writeSample(
    _ row: Int, _ outputs: UnsafePointer<Float>, of observed: ObservedExample, stream: RandomStream,
    into sample: UnsafeMutablePointer<Float>)

  /// The variance of p(x|z), [D], where `hasVariance`.
  func writeVariance(_ row: Int, _ outputs: UnsafePointer<Float>, into variance: UnsafeMutablePointer<Float>)

  /// How many numbers `writeStatistics` has for the columns: as many for each.
  var statisticCount: Int { get }
  /// The means, given z, of what estimates of missing columns are made of, once they are averaged over z: of the value
  /// of a column, or of the indicator of each category.
  func writeStatistics(
    _ row: Int, _ outputs: UnsafePointer<Float>, into statistics: UnsafeMutablePointer<Float>)
  /// The estimate of a column from all averaged statistics: its mean, or its most probable value.
  func estimate(_ column: Int, from statistics: UnsafePointer<Double>, mostProbable: Bool) -> Float

  /// A sample of p(x|z), [D].
  func writeSample(
    _ row: Int, _ outputs: UnsafePointer<Float>, stream: RandomStream,
    into sample: UnsafeMutablePointer<Float>)
}

extension LikelihoodRows {
  func begin(parameters: UnsafePointer<Float>) {}
  func take(_ given: GivenNumbers) {}
  func writeMean(
    _ row: Int, _ outputs: UnsafePointer<Float>, of observed: ObservedExample,
    into mean: UnsafeMutablePointer<Float>
  ) {
    writeMean(row, outputs, into: mean)
  }
  func writeStatistics(
    _ row: Int, _ outputs: UnsafePointer<Float>, of observed: ObservedExample,
    into statistics: UnsafeMutablePointer<Float>
  ) {
    writeStatistics(row, outputs, into: statistics)
  }
  func writeSample(
    _ row: Int, _ outputs: UnsafePointer<Float>, of observed: ObservedExample, stream: RandomStream,
    into sample: UnsafeMutablePointer<Float>
  ) {
    writeSample(row, outputs, stream: stream, into: sample)
  }
  var statisticCount: Int { width }
  func writeStatistics(
    _ row: Int, _ outputs: UnsafePointer<Float>, into statistics: UnsafeMutablePointer<Float>
  ) {
    writeMean(row, outputs, into: statistics)
  }
  func estimate(_ column: Int, from statistics: UnsafePointer<Double>, mostProbable: Bool) -> Float {
    Float(statistics[column])
  }
  func finishGradients(
    rows: Int, parameters: UnsafePointer<Float>, gradients: UnsafeMutablePointer<Float>
  ) {}
}

/// A likelihood of which each column depends on its own number alone, so that numbers that a row lacks change nothing.
protocol ColumnwiseRows: LikelihoodRows {
  /// As `LikelihoodRows` has them, of all columns.
  func logLikelihood(_ row: Int, _ outputs: UnsafePointer<Float>, of example: UnsafePointer<Float>) -> Double
  func writeColumnTerms(
    _ row: Int, _ outputs: UnsafePointer<Float>, of example: UnsafePointer<Float>,
    into terms: UnsafeMutablePointer<Double>)
  func gradient(
    _ row: Int, _ outputs: UnsafePointer<Float>, of example: UnsafePointer<Float>, weight: Float,
    into gradient: UnsafeMutablePointer<Float>
  ) -> Double
}

extension ColumnwiseRows {
  func logLikelihood(
    _ row: Int, _ outputs: UnsafePointer<Float>, of observed: ObservedExample
  ) -> Double {
    logLikelihood(row, outputs, of: observed.values)
  }
  func writeColumnTerms(
    _ row: Int, _ outputs: UnsafePointer<Float>, of observed: ObservedExample,
    into terms: UnsafeMutablePointer<Double>
  ) {
    writeColumnTerms(row, outputs, of: observed.values, into: terms)
  }
  func gradient(
    _ row: Int, _ outputs: UnsafePointer<Float>, of observed: ObservedExample, weight: Float,
    into gradient: UnsafeMutablePointer<Float>
  ) -> Double {
    self.gradient(row, outputs, of: observed.values, weight: weight, into: gradient)
  }
}
