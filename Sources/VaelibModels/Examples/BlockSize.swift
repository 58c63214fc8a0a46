/// How much of a set is read, and held in memory, at a time.
public enum BlockSize {
  /// What is read at once where rows are read from first to last.
  public static let spanBytes = 1 << 20
  /// What the blocks take together that are held in memory at a time, among which rows are shuffled. Twice as much is
  /// in memory, since the next ones are read meanwhile.
  public static let windowBytes = 32 << 20

  /// How many rows so many bytes hold; at least one.
  public static func rows(in bytes: Int, rowBytes: Int) -> Int { max(1, bytes / max(1, rowBytes)) }
}
