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

  /// Whether they are neighbours in ascending order.
  var isRun: Bool {
    if case .run = self { true } else { false }
  }
}
