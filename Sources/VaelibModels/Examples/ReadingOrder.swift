/// In which order the rows of a set are read, which tells how many neighbours are best read at once.
public enum ReadingOrder: Sendable {
  /// From everywhere, a few at a time.
  case shuffled
  /// From first to last, as they are stored.
  case stored
}
