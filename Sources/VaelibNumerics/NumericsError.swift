/// What can go wrong below the networks.
public enum NumericsError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The system cannot give `bytes` bytes; 0 if it refused small amounts, nil if the size does not even fit in an Int.
  case outOfMemory(bytes: Int?)

  public var description: String {
    switch self {
    case .outOfMemory(0): "memory ran short: the system refused even small amounts"
    case .outOfMemory(let bytes?): "\(bytes) bytes of memory are needed, which the system refused"
    case .outOfMemory(nil): "more memory is needed than can be addressed"
    }
  }
}
