import VaelibModels
import VaelibNumerics

extension DataIdentity {
  /// Rows of a set whose values are looked at.
  private static let sampledRows = 64

  /// What a set is known by, with its labels or targets, and weights.
  ///
  /// Reads up to 64 rows, evenly spaced, first and last among them.
  init(of examples: LabeledExamples) throws {
    self.init()
    let source = examples.source
    rows = source.rows
    columns = source.columns
    scale = source.scale
    shift = source.shift
    firstRow = source.firstRow
    if !source.isInMemory { arrangement = Int(Checksum.crc32(of: source.arrangement.map(Int64.init))) }
    content = try Self.content(of: source)
    if let labels = examples.labels { self.labels = Int(Checksum.crc32(of: labels.map(Int64.init))) }
    if let targets = examples.targets { labels = Self.checksum(targets) }
    if let weights = examples.weights {
      self.weights = Int(Checksum.crc32(of: weights.values.map { Int64($0.bitPattern) }))
    }
  }

  /// The checksum of their number in a row and their bits.
  private static func checksum(_ targets: Targets) -> Int {
    var numbers = [Int64(targets.columns)]
    targets.forEach { numbers.append(Int64($0.bitPattern)) }
    return Int(Checksum.crc32(of: numbers))
  }

  /// The checksum of the sampled rows as they are stored, converted to float: scaling is compared by itself. Of further
  /// columns, which are in memory, all rows are looked at.
  private static func content(of source: any ExampleSource) throws -> Int {
    let count = min(sampledRows, source.rows)
    // The last one is the last row; (rows - 1) / (count - 1) apart, so that no product can overflow.
    let last = source.rows - 1
    let sample = (0..<count).map { $0 == count - 1 ? last : $0 * (last / (count - 1)) }
    let values = try FloatBuffer(rows: count, columns: source.columns)
    try source.copyStored(sample, into: values.base)
    let sampled = Int(Checksum.crc32(UnsafeRawBufferPointer(values.elements)))
    var added: [Int64] = []
    source.forEachAdded { added.append(Int64($0.bitPattern)) }
    return added.isEmpty ? sampled : Int(Checksum.crc32(of: [Int64(sampled)] + added))
  }
}

extension Checksum {
  /// The checksum of numbers as they lie in memory, little-endian.
  fileprivate static func crc32(of numbers: [Int64]) -> UInt32 {
    numbers.map(\.littleEndian).withUnsafeBytes { crc32($0) }
  }
}
