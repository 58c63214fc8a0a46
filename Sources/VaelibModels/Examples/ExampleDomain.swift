/// Which values the examples of a model may hold.
enum ExampleDomain: Sendable {
  /// Any finite number.
  case real
  /// From 0 to 1. For messages: what asks for it, such as "loss cross_entropy", and what does not.
  case unitInterval(neededBy: String, alternative: String)
}
