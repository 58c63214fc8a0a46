/// What a model file may hold at most: far beyond any model, and small enough that a hostile file costs nothing.
enum Limits {
  /// Groups and datasets together.
  static let objects = 10_000
  /// Groups inside groups.
  static let depth = 16
  /// Attributes of one group.
  static let attributes = 1_000
  /// Bytes of one text attribute.
  static let textBytes = 4_096
  /// Numbers in one list attribute.
  static let listLength = 4_096
}
