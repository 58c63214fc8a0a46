import VaelibModels
import VaelibNumerics

extension DataIdentity {
  /// Rows of a set whose values are looked at.
  private static let sampledRows = 64

  /// What `source` is known by; `labels` are those that are learned from it.
  ///
  /// Reads up to 64 rows, evenly spaced, first and last among them.
  init(of source: any ExampleSource, labels: [Int]?) throws {
    self.init()
    rows = source.rows
    columns = source.columns
    scale = source.scale
    shift = source.shift
    firstRow = source.firstRow
    blockRows = source.blockRows
    // Windows reach to the last block at most.
    windowBlocks = min(source.windowBlocks, (rows + blockRows - 1) / max(blockRows, 1))
    content = try Self.content(of: source)
    self.labels = labels.map { Int(Checksum.crc32(of: $0.map(Int64.init))) } ?? -1
  }

  /// The checksum of the sampled rows as they are stored, converted to float: scaling is compared by itself.
  private static func content(of source: any ExampleSource) throws -> Int {
    let count = min(sampledRows, source.rows)
    let columns = source.columns
    let values = try FloatBuffer(rows: count, columns: columns)
    for index in 0..<count {
      // The last one is the last row; (rows - 1) / (count - 1) apart, so that no product can overflow.
      let row = index == count - 1 ? source.rows - 1 : index * ((source.rows - 1) / (count - 1))
      let loaded = try source.resident == nil ? source.load(row..<row + 1) : nil
      guard let array = loaded?.array ?? source.resident?.rows(row..<row + 1) else { continue }
      withExtendedLifetime(loaded) {
        StridedArray(
          base: array.base, elementType: array.elementType, rows: 1, columns: columns,
          rowStride: array.rowStride, columnStride: array.columnStride
        ).copyRow(0, into: values.base + index * columns)
      }
    }
    return Int(Checksum.crc32(UnsafeRawBufferPointer(values.elements)))
  }
}

extension Checksum {
  /// The checksum of numbers as they lie in memory, little-endian.
  fileprivate static func crc32(of numbers: [Int64]) -> UInt32 {
    numbers.map(\.littleEndian).withUnsafeBytes { crc32($0) }
  }
}
