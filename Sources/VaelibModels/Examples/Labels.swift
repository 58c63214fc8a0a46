/// One label for each row of a set, as a file or a program has them.
public struct Labels: Sendable, Equatable {
  /// What the numbers stand for.
  public enum Meaning: Sendable, Equatable {
    /// They are classes, counted from 0.
    case classNumbers
    /// Each is the name of its class: whole numbers from any base, with gaps or without.
    case values
    /// They number these names, of which some may not occur; -1 stands for a row without a label.
    case named(ClassNames)
  }

  public let numbers: [Int64]
  public let meaning: Meaning

  public init(_ numbers: [Int64], _ meaning: Meaning) {
    self.numbers = numbers
    self.meaning = meaning
  }
}
