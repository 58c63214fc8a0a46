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
    if !source.isInMemory { arrangement = Int(Checksum.crc32(of: source.arrangement.map(Int64.init))) }
    content = try Self.content(of: source)
    self.labels = labels.map { Int(Checksum.crc32(of: $0.map(Int64.init))) } ?? -1
  }

  /// The checksum of the sampled rows as they are stored, converted to float: scaling is compared by itself.
  private static func content(of source: any ExampleSource) throws -> Int {
    let count = min(sampledRows, source.rows)
    // The last one is the last row; (rows - 1) / (count - 1) apart, so that no product can overflow.
    let last = source.rows - 1
    let sample = (0..<count).map { $0 == count - 1 ? last : $0 * (last / (count - 1)) }
    let values = try FloatBuffer(rows: count, columns: source.columns)
    try source.copyStored(sample, into: values.base)
    return Int(Checksum.crc32(UnsafeRawBufferPointer(values.elements)))
  }
}

extension Checksum {
  /// The checksum of numbers as they lie in memory, little-endian.
  fileprivate static func crc32(of numbers: [Int64]) -> UInt32 {
    numbers.map(\.littleEndian).withUnsafeBytes { crc32($0) }
  }
}
