extension LikelihoodOptions {
  /// Every option, by the names that the header, files and bindings use.
  static let parameters: [Parameter<LikelihoodOptions>] = [
    .choice(
      "variance", \.variance,
      "Real values: fixed is noise_stddev squared, learned is one per dimension, predicted comes from the decoder. Beta and "
        + "negative binomials: learned or predicted is their concentration or dispersion; by_condition, in a model with "
        + "conditions, is one that is learned for each dimension and depends on them."
    ),
    .choice(
      "mean_activation", \.meanActivation,
      "Real values only: the mean of p(x|z) as the decoder's output, or through a sigmoid for data in [0, 1]."
    ),
    .real(
      "noise_stddev", \.noiseStddev, "1e-9 to 1e9",
      "Real values with fixed variance: the standard deviation of p(x|z), of student_t its scale, of log_normal that of log x.",
      accepts: (1e-9...1e9).contains),
    .real(
      "stddev_floor", \.stddevFloor, "1e-9 to 1e3",
      "Real values with learned or predicted variance: the standard deviation, or the scale of student_t, never falls "
        + "below this; where columns are standardised, in units of a column's.",
      accepts: (1e-9...1e3).contains),
    .real(
      "degrees_of_freedom", orAutomatic: \.degreesOfFreedom, "1 to 1e6",
      "Likelihood student_t: how heavy the tails are, 1 for the heaviest; auto: one number learned per dimension.",
      accepts: (1...1e6).contains
    ).added(earlier: .real(Double(automaticNumber))),
    .flag(
      "standardize", \.standardize,
      "Real values with mean_activation identity, and counts: 1 brings each column, of counts log(1 + x), to mean 0 and "
        + "deviation 1 inside the model; a smaller deviation of log(1 + x) stays."
    ).added(earlier: .count(0)),
    .choice(
      "count_mean", \.countMean,
      "Counts: column is a mean from the decoder for each column; share is the row's total, of which the decoder gives each "
        + "column a share, for rows that are comparable but for how much was counted; needs standardize 1. With a column "
        + "that is the size_factor, shares are of that."
    ).added(earlier: .text(CountMean.column.rawValue)),
    .choice(
      "standardize_by", \.standardizeBy,
      "What standardize brings columns to one scale by: moments, their mean and deviation; or quantiles, for gaussian, "
        + "student_t and laplace with learned or predicted variance: their normal scores, for columns with heavy tails, several "
        + "modes, or one value that is frequent."
    ).added(earlier: .text(ColumnScale.moments.rawValue)),
  ]
}
