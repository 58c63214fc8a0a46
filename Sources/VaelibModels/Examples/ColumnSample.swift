import VaelibNumerics

/// Numbers of some columns from a bounded number of a set's rows, which come in their order: from all rows if they are few,
/// else from one row of each of as many equal parts of the set, drawn by the part's place alone. So they are the same
/// wherever the set lies, and however many threads there are.
final class ColumnSample {
  /// A number that was there, and the weight of its row.
  typealias Entry = (value: Float, weight: Double)

  private static let mostRows = 1 << 16
  /// 64 MiB of them.
  private static let mostNumbers = 1 << 24

  private let columns: [Range<Int>]
  private let width: Int
  /// How many rows the set has, and how many of them are taken.
  private let rows: Int
  private let parts: Int
  /// [parts, width], of which there are as many rows as weights.
  private let numbers: FloatBuffer
  private var weights: [Double] = []
  /// The part whose row is awaited, and that row.
  private var part = 0
  private var awaited: Int

  /// `columns` are runs of columns, in their order, of a set of so many rows.
  init(of columns: [Range<Int>], rows: Int) throws(NumericsError) {
    self.columns = columns
    self.rows = rows
    width = columns.reduce(0) { $0 + $1.count }
    parts = min(rows, Self.mostRows, max(1, Self.mostNumbers / max(1, width)))
    numbers = try FloatBuffer(rows: parts, columns: width)
    awaited = Self.drawnRow(of: 0, parts: parts, rows: rows)
  }

  private static func drawnRow(of part: Int, parts: Int, rows: Int) -> Int {
    let range = Partition.range(of: rows, part: part, parts: parts, multipleOf: 1)
    if range.count == 1 { return range.lowerBound }
    var draws = RandomIntegers(RandomPurpose.quantileSample.stream(seed: 0, example: part))
    return range.lowerBound + Int(draws.below(UInt64(range.count)))
  }

  /// Takes what is wanted of a block of rows, as they come: missing numbers are NaN. Rows of weight 0 are passed over.
  func add(_ block: ExampleBlocks.Block, weight: (_ row: Int) -> Double) {
    while width > 0, part < parts, awaited < block.first + block.values.rows {
      let row = awaited - block.first
      let weight = weight(row)
      if weight > 0 {
        take(block.values.row(row))
        weights.append(weight)
      }
      part += 1
      if part < parts { awaited = Self.drawnRow(of: part, parts: parts, rows: rows) }
    }
  }

  private func take(_ row: UnsafePointer<Float>) {
    var place = numbers.base + weights.count * width
    for range in columns {
      place.update(from: row + range.lowerBound, count: range.count)
      place += range.count
    }
  }

  /// What was taken of a column that was asked for, without missing numbers.
  func entries(_ column: Int) -> [Entry] {
    var place = 0
    for range in columns {
      if range.contains(column) {
        place += column - range.lowerBound
        break
      }
      place += range.count
    }
    return weights.indices.compactMap { row in
      let value = numbers.base[row * width + place]
      return value.isNaN ? nil : (value, weights[row])
    }
  }
}
