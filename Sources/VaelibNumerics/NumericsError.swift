/// What can go wrong below the networks.
public enum NumericsError: Error, Equatable, Sendable {
  /// The system has no `bytes` bytes to give; nil if the size does not even fit in an Int.
  case outOfMemory(bytes: Int?)
}
