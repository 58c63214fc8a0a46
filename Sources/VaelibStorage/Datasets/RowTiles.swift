/// How the temporary copy of a dataset is laid out: group after group of neighbouring rows, in each group box after box
/// of columns, in each box row after row.
///
/// So the part of a group that a chunk holds is written at once, and all of a group is read at once. With one box the
/// copy is simply row after row.
struct RowTiles {
  /// The lengths of the axes after the first.
  let rowShape: [Int]
  let boxes: [ColumnBox]
  private let rows: Int
  private let groupRows: Int
  private let elementBytes: Int
  private let rowBytes: Int

  init(rows: Int, rowShape: [Int], boxes: [ColumnBox], groupRows: Int, elementBytes: Int) {
    self.rows = rows
    self.rowShape = rowShape
    self.boxes = boxes
    self.groupRows = groupRows
    self.elementBytes = elementBytes
    rowBytes = rowShape.reduce(elementBytes, *)
  }

  /// Writes `rows` of a box, which are dense in memory.
  func write(
    _ rows: Range<Int>, of box: ColumnBox, from bytes: UnsafeRawPointer, to file: ScratchFile
  ) throws(ScratchFile.Failure) {
    let width = box.columns * elementBytes
    var first = rows.lowerBound
    while first < rows.upperBound {
      let group = self.group(of: first)
      // Of full width, groups follow each other without a gap.
      let end = boxes.count == 1 ? rows.upperBound : min(group.upperBound, rows.upperBound)
      try file.write(
        bytes + (first - rows.lowerBound) * width, count: (end - first) * width,
        at: offset(of: box, in: group) + (first - group.lowerBound) * width)
      first = end
    }
  }

  /// Reads `rows`, dense and row-major.
  func read(
    _ rows: Range<Int>, from file: ScratchFile, into destination: UnsafeMutableRawPointer,
    scratch: UnsafeMutableRawPointer
  ) throws(ScratchFile.Failure) {
    if boxes.count == 1 {
      return try file.read(destination, count: rows.count * rowBytes, at: rows.lowerBound * rowBytes)
    }
    var first = rows.lowerBound
    while first < rows.upperBound {
      let group = self.group(of: first)
      try file.read(scratch, count: group.count * rowBytes, at: group.lowerBound * rowBytes)
      let wanted = rows.clamped(to: group)
      copy(wanted, of: group, from: scratch, to: destination + (first - rows.lowerBound) * rowBytes)
      first = wanted.upperBound
    }
  }

  /// What `read` needs for itself.
  var scratchBytes: Int { boxes.count == 1 ? 0 : groupRows * rowBytes }

  private func group(of row: Int) -> Range<Int> {
    let first = row / groupRows * groupRows
    return first..<min(first + groupRows, rows)
  }

  private func offset(of box: ColumnBox, in group: Range<Int>) -> Int {
    group.lowerBound * rowBytes + group.count * box.columnsBefore * elementBytes
  }

  /// Puts rows of a group together from its boxes.
  private func copy(
    _ rows: Range<Int>, of group: Range<Int>, from tiles: UnsafeRawPointer,
    to destination: UnsafeMutableRawPointer
  ) {
    for box in boxes {
      let width = box.columns * elementBytes
      let tile =
        tiles + group.count * box.columnsBefore * elementBytes + (rows.lowerBound - group.lowerBound) * width
      box.forEachRun(of: rowShape) { column, place, count in
        for row in 0..<rows.count {
          (destination + row * rowBytes + column * elementBytes)
            .copyMemory(from: tile + row * width + place * elementBytes, byteCount: count * elementBytes)
        }
      }
    }
  }
}
