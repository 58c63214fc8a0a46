/// What can go wrong below the networks.
public enum NumericsError: Error, Equatable, Sendable {
  /// The system cannot give `bytes` bytes; nil if the size does not even fit in an Int.
  case outOfMemory(bytes: Int?)
}
