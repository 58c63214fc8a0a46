/// What an attribute of a model file may hold at most: far beyond any model, and small enough that any file is harmless.
enum Limits {
  /// Bytes of one text attribute.
  static let textBytes = 4_096
  /// Numbers in one list attribute.
  static let listLength = 4_096
}
