/// A part of the columns of a dataset that is cut along the borders of its chunks.
///
/// The columns are the flattened axes after the first; a box is a range of each of these axes.
struct ColumnBox: Equatable {
  let ranges: [Range<Int>]
  /// How many columns the boxes before this one have.
  let columnsBefore: Int

  var columns: Int { ranges.reduce(1) { $0 * $1.count } }

  /// Cuts rows of shape `rowShape` into boxes of whole chunks with at most `most` columns, or of one chunk.
  static func cut(_ rowShape: [Int], chunkShape: [Int], most: Int) -> [ColumnBox] {
    let lengths = lengths(rowShape, chunkShape, most)
    var boxes: [ColumnBox] = []
    var start = [Int](repeating: 0, count: rowShape.count)
    var before = 0
    while true {
      let ranges = start.indices.map { start[$0]..<min(start[$0] + lengths[$0], rowShape[$0]) }
      let box = ColumnBox(ranges: ranges, columnsBefore: before)
      boxes.append(box)
      before += box.columns
      guard let axis = start.indices.last(where: { start[$0] + lengths[$0] < rowShape[$0] }) else {
        return boxes
      }
      start[axis] += lengths[axis]
      for inner in start.indices where inner > axis { start[inner] = 0 }
    }
  }

  /// The lengths of a box: the first axes are shortened first, which leaves neighbouring columns together.
  private static func lengths(_ rowShape: [Int], _ chunkShape: [Int], _ most: Int) -> [Int] {
    var lengths = rowShape
    for axis in rowShape.indices {
      let others = lengths.enumerated().reduce(1) { $1.offset == axis ? $0 : $0 * $1.element }
      if others * lengths[axis] <= most { break }
      let chunk = min(chunkShape[axis], rowShape[axis])
      lengths[axis] = min(lengths[axis], max(1, most / others / chunk) * chunk)
    }
    return lengths
  }

  /// Calls `body` for each run of neighbouring columns: where it is in a row, where in a row of the box, how long.
  func forEachRun(of rowShape: [Int], _ body: (_ column: Int, _ place: Int, _ count: Int) -> Void) {
    // The last axes that are whole make one run with the axis before them.
    var inner = rowShape.count
    var count = 1
    while inner > 0 {
      inner -= 1
      count *= ranges[inner].count
      if ranges[inner].count < rowShape[inner] { break }
    }
    for run in 0..<columns / count {
      let place = run * count
      body(column(at: place, of: rowShape), place, count)
    }
  }

  /// The column of a row behind column `place` of a row of the box.
  private func column(at place: Int, of rowShape: [Int]) -> Int {
    var (rest, stride, column) = (place, 1, 0)
    for axis in rowShape.indices.reversed() {
      column += (ranges[axis].lowerBound + rest % ranges[axis].count) * stride
      rest /= ranges[axis].count
      stride *= rowShape[axis]
    }
    return column
  }
}
