import Glibc
import VaelibNumerics

/// The values that some columns of examples may hold; those of all columns where none are named.
struct ColumnDomain: Sendable {
  let columns: Range<Int>?
  let domain: ExampleDomain
  /// Whether they are given, so that none may be missing.
  var isGiven = false
}

/// Which values the examples of a model may hold. For messages: what asks for it, such as "loss cross_entropy", and
/// what does not.
enum ExampleDomain: Sendable {
  /// Any finite number.
  case real
  /// From 0 to 1.
  case unitInterval(neededBy: String, alternative: String)
  /// Above 0 and below 1.
  case openUnitInterval(neededBy: String, alternative: String)
  /// Above 0.
  case positive(neededBy: String, alternative: String)
  /// Whole numbers from 0 to a billion.
  case counts(neededBy: String, alternative: String)
  /// Whole numbers from 0 on, below a number of categories.
  case classes(Int, neededBy: String)
  /// From a billionth to a billion.
  case sizeFactors

  /// True if all values of a row are allowed.
  func accepts(_ values: UnsafePointer<Float>, count: Int) -> Bool {
    var (low, high): (Float, Float) = (0, 0)
    guard kernels.finiteRange(values, count, &low, &high) == 1 else { return false }
    switch self {
    case .real: return true
    case .unitInterval: return low >= 0 && high <= 1
    case .openUnitInterval: return low > 0 && high < 1
    case .positive: return low > 0
    case .counts: return low >= 0 && high <= Self.greatestCount && Self.areWhole(values, count)
    case .classes(let classes, _):
      return low >= 0 && high < Float(classes) && Self.areWhole(values, count)
    case .sizeFactors: return low >= Self.leastSizeFactor && high <= Self.greatestCount
    }
  }

  func accepts(_ value: Float) -> Bool { withUnsafePointer(to: value) { accepts($0, count: 1) } }

  /// Beyond it, numbers are no counts of anything, and their probabilities have no digits left.
  static let greatestCount: Float = 1e9
  /// Beside less, shares of a size factor leave the range of float32.
  private static let leastSizeFactor: Float = 1e-9

  /// Counts instead of stopping at the first fraction, for which the compiler has instructions.
  private static func areWhole(_ values: UnsafePointer<Float>, _ count: Int) -> Bool {
    var others: Int32 = 0
    for index in 0..<count { others &+= values[index] == values[index].rounded(.down) ? 0 : 1 }
    return others == 0
  }

  /// A number that is allowed.
  var substitute: Float {
    switch self {
    case .real, .unitInterval, .counts, .classes: 0
    case .openUnitInterval: 0.5
    case .positive, .sizeFactors: 1
    }
  }

  /// What a finite value that is not allowed should have been, and what to do.
  var expectation: String {
    switch self {
    case .real: "every value must be finite"
    case .unitInterval(let reason, let alternative):
      "\(reason) needs values in [0, 1]: scale the data (grey levels of 0 to 255 by 1/255), or use \(alternative)"
    case .openUnitInterval(let reason, let alternative):
      "\(reason) needs values above 0 and below 1: move others a little inwards, or use \(alternative)"
    case .positive(let reason, let alternative):
      "\(reason) needs values above 0: move the data, or use \(alternative)"
    case .counts(let reason, let alternative):
      "\(reason) needs counts, whole numbers from 0 to 1e9: round the data, or use \(alternative)"
    case .classes(let classes, let reason):
      "\(reason) with \(classes) classes needs whole numbers from 0 to \(classes - 1)"
    case .sizeFactors:
      "a size factor must be from 1e-9 to 1e9, the total that is expected of the row's counts: leave rows out that "
        + "have none"
    }
  }
}
