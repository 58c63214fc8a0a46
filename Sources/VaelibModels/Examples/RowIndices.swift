public import VaelibNumerics

/// Row numbers: neighbouring ones, or a list.
public enum RowIndices: Sendable {
  case run(Range<Int>)
  case list([Int])

  public var count: Int {
    switch self {
    case .run(let rows): rows.count
    case .list(let rows): rows.count
    }
  }

  public subscript(index: Int) -> Int {
    switch self {
    case .run(let rows): rows.lowerBound + index
    case .list(let rows): rows[index]
    }
  }

  /// Those from `indices.lowerBound` to `indices.upperBound` - 1.
  subscript(indices: Range<Int>) -> RowIndices {
    switch self {
    case .run(let rows):
      .run(rows.lowerBound + indices.lowerBound..<rows.lowerBound + indices.upperBound)
    case .list(let rows): .list(Array(rows[indices]))
    }
  }

  /// Each number greater by `distance`.
  func shifted(by distance: Int) -> RowIndices {
    switch self {
    case .run(let rows): .run(rows.lowerBound + distance..<rows.upperBound + distance)
    case .list(let rows): .list(rows.map { $0 + distance })
    }
  }

  /// How much is stored of them, if `size` is how much is stored of neighbours.
  public func size(_ size: (Range<Int>) -> StoredSize) -> StoredSize {
    switch self {
    case .run(let rows): size(rows)
    case .list(let rows): rows.reduce(.zero) { $0 + size($1..<$1 + 1) }
    }
  }

  /// Whether they are neighbours in ascending order.
  var isRun: Bool {
    if case .run = self { true } else { false }
  }
}
