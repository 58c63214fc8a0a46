/// What becomes of numbers that examples lack, which are NaN in them.
public enum MissingValues: String, CaseIterable, Sendable {
  /// They are an error.
  case refuse
  /// p(x|z) is of the other columns alone, and the encoder sees 0 in their place, which is the mean of a standardised
  /// column.
  case ignore
  /// The same; the encoder sees for each column, too, whether it is missing: 1 or 0.
  case indicate
}
