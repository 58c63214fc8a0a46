/// Rows of numbers in memory, dense or sparse: each becomes a row of floats where it is used.
public enum RowArray: Sendable {
  case dense(StridedArray)
  case sparse(CompressedRows)

  public var rows: Int {
    switch self {
    case .dense(let array): array.rows
    case .sparse(let array): array.rows
    }
  }

  public var columns: Int {
    switch self {
    case .dense(let array): array.columns
    case .sparse(let array): array.columns
    }
  }

  public var elementType: ElementType {
    switch self {
    case .dense(let array): array.elementType
    case .sparse(let array): array.elementType
    }
  }

  /// What numbers are multiplied by, and what is added after that.
  public var scaling: (scale: Double, shift: Double) {
    switch self {
    case .dense(let array): (array.scale, array.shift)
    case .sparse(let array): (array.scale, array.shift)
    }
  }

  /// Row `row`, scaled, as `columns` floats.
  @inline(__always)
  public func copyRow(_ row: Int, into out: UnsafeMutablePointer<Float>) {
    switch self {
    case .dense(let array): array.copyRow(row, into: out)
    case .sparse(let array): array.copyRow(row, into: out)
    }
  }

  /// A view of neighbouring rows.
  public func rows(_ range: Range<Int>) -> RowArray {
    switch self {
    case .dense(let array): .dense(array.rows(range))
    case .sparse(let array): .sparse(array.rows(range))
    }
  }

  /// `count` windows of `length` rows, each `step` rows after the one before; nothing is copied, and dense rows must have
  /// no gaps.
  public func windows(_ count: Int, length: Int, step: Int) -> RowArray {
    switch self {
    case .dense(let array): .dense(array.windows(count, length: length, step: step))
    case .sparse(let array): .sparse(array.windows(count, length: length, step: step))
    }
  }

  /// The numbers as they are stored.
  public var unscaled: RowArray {
    switch self {
    case .dense(let array): .dense(array.unscaled)
    case .sparse(let array): .sparse(array.unscaled)
    }
  }

  /// The rows of `range` as they lie in memory, if they are floats in whole steps that scaling leaves as they are.
  public func matrix(_ range: Range<Int>) -> MatrixView? {
    if case .dense(let array) = self { array.matrix(range) } else { nil }
  }

  /// The addresses of the memory that neighbouring rows lie in, and perhaps what is between them.
  public func addresses(_ range: Range<Int>) -> [Range<UInt>] {
    switch self {
    case .dense(let array): [array.addresses(range)]
    case .sparse(let array): array.addresses(range)
    }
  }

  /// A copy of some rows, in this order, and what keeps it in memory.
  public func gathered(_ rows: some Collection<Int>) throws(NumericsError) -> (RowArray, ByteBuffer) {
    switch self {
    case .dense(let array):
      let (copy, buffer) = try array.gathered(rows)
      return (.dense(copy), buffer)
    case .sparse(let array):
      let (copy, buffer) = try array.gathered(rows)
      return (.sparse(copy), buffer)
    }
  }

  /// How much is stored of neighbouring rows.
  public func size(_ range: Range<Int>) -> StoredSize {
    switch self {
    case .dense(let array):
      .dense(rows: range.count, columns: array.columns, elementType: array.elementType)
    case .sparse(let array):
      .sparse(
        rows: range.count * array.length, entries: array.entries(range).count,
        elementType: array.elementType, indexBytes: array.indices.byteCount)
    }
  }
}

/// How much is stored of some rows.
public struct StoredSize: Sendable {
  public let isSparse: Bool
  /// Dense, rows x columns; of sparse rows the entries.
  public let numbers: Int
  /// Bytes that they take in memory.
  public let bytes: Int

  public static func dense(rows: Int, columns: Int, elementType: ElementType) -> StoredSize {
    let numbers = bounded(rows.multipliedReportingOverflow(by: columns))
    return StoredSize(
      isSparse: false, numbers: numbers,
      bytes: bounded(numbers.multipliedReportingOverflow(by: elementType.byteCount)))
  }

  /// Beside each number its column, and for each row where it begins.
  public static func sparse(
    rows: Int, entries: Int, elementType: ElementType, indexBytes: Int
  ) -> StoredSize {
    StoredSize(
      isSparse: true, numbers: entries,
      bytes: entries * (elementType.byteCount + indexBytes) + (rows + 1) * MemoryLayout<Int64>.size)
  }

  public static var zero: StoredSize { StoredSize(isSparse: false, numbers: 0, bytes: 0) }

  /// Of two sets together.
  public static func + (one: StoredSize, other: StoredSize) -> StoredSize {
    StoredSize(
      isSparse: one.isSparse || other.isSparse,
      numbers: bounded(one.numbers.addingReportingOverflow(other.numbers)),
      bytes: bounded(one.bytes.addingReportingOverflow(other.bytes)))
  }

  /// Views whose strides are 0 may have more numbers than memory.
  private static func bounded(_ sum: (partialValue: Int, overflow: Bool)) -> Int {
    sum.overflow ? .max : sum.partialValue
  }
}
