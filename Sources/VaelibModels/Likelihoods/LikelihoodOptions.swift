/// What may be chosen of a likelihood. The initial values are the defaults, defined here only.
public struct LikelihoodOptions: Sendable, Equatable {
  public var variance = VarianceKind.learned
  public var meanActivation = MeanActivation.identity
  public var noiseStddev = 1.0
  public var stddevFloor = 1e-3
  public var degreesOfFreedom = Double(automaticNumber)
  public var standardize = 1
  public var countMean = CountMean.column
  public var standardizeBy = ColumnScale.moments

  public init() {}
}

/// Where the variance of a p(x|z) of location and scale comes from, or what other likelihoods have beside a mean.
public enum VarianceKind: String, CaseIterable, Sendable {
  /// One constant for all: minus the log-likelihood is a squared error.
  case fixed
  /// One learned constant for each dimension.
  case learned
  /// From the decoder, for each example and dimension.
  case predicted
  /// One for each dimension, whose logarithm is linear in the conditions, with learned coefficients.
  case byCondition = "by_condition"
}

/// How the mean of a p(x|z) of location and scale follows from the decoder's output.
public enum MeanActivation: String, CaseIterable, Sendable {
  case identity
  case sigmoid
}

/// What real values are brought to one scale by.
public enum ColumnScale: String, CaseIterable, Sendable {
  /// The mean and the deviation of a column.
  case moments
  /// All of its quantiles: it becomes its normal scores.
  case quantiles
}

/// What the mean of a count follows from.
public enum CountMean: String, CaseIterable, Sendable {
  /// The column's output of the decoder alone.
  case column
  /// The row's total, or its size factor, of which the decoder gives each column a share (Lopez et al. 2018).
  case share
}

/// The columns that a likelihood is of: how many, what was chosen for them, and how its tensors are called.
struct LikelihoodColumns {
  let count: Int
  let options: LikelihoodOptions
  /// Of columns that are given: how they are seen; nil for those that no network sees.
  let kind: LikelihoodKind?
  /// Of categories: how many there are in each column.
  var classes = 0
  /// What the names of tensors begin with where a model has several likelihoods.
  var prefix = ""
  /// How many numbers the decoder sees of conditions.
  var conditions = 0
  /// Whether a column has the size factors of rows.
  var hasSizeFactor = false
}
