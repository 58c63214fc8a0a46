/// What stops a model's work, in a sentence for the person who called.
public enum ModelError: Error, CustomStringConvertible, Equatable {
  /// A parameter out of its range, of the wrong size, or in conflict with another.
  case invalidArgument(String)
  /// Examples that do not fit: width, NaN, range.
  case data(String)
  /// The computation produced numbers that are not finite.
  case numerical(String)
  /// Stopped by the caller.
  case cancelled

  public var description: String {
    switch self {
    case .invalidArgument(let text), .data(let text), .numerical(let text): text
    case .cancelled: "the call was cancelled; the model is usable"
    }
  }
}

extension ModelError {
  /// True if training that ends with this error keeps what it learned.
  var keepsProgress: Bool {
    switch self {
    case .cancelled, .numerical: true
    case .data, .invalidArgument: false
    }
  }
}
