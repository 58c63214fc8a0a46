/// A matrix in compressed sparse row format (CSR) in someone else's memory. Entry e is the number `values[e]` at column
/// `indices[e]`; entries `offsets[r]` to `offsets[r + 1] - 1` are those of stored row r, in any order, and what has no
/// entry is 0. Numbers are seen as `number * scale + shift`, zeros too.
///
/// Row i of the matrix is stored row i, or `length` stored rows from `i step` on, one after another.
///
/// The maker promises that the memory may be read and outlives the matrix, and has looked for flaws (`checkOffsets`,
/// `checkEntries`). Should it change afterwards, rows may be wrong, but nothing beyond them is read or written.
public struct CompressedRows: @unchecked Sendable {
  public let offsets: IndexList
  /// The columns of the entries `entries`, and their numbers.
  public let indices: IndexList
  public let values: UnsafeRawPointer
  /// The entries that are in memory: the first of them is where `indices` and `values` begin.
  public let entries: Range<Int>
  public let elementType: ElementType
  public let rows: Int
  /// The columns of a stored row.
  public let width: Int
  public let length: Int
  public let step: Int
  public let scale: Double
  public let shift: Double

  public init(
    offsets: IndexList, indices: IndexList, values: UnsafeRawPointer, entries: Range<Int>,
    elementType: ElementType, rows: Int, width: Int, length: Int = 1, step: Int = 1, scale: Double = 1,
    shift: Double = 0
  ) {
    self.offsets = offsets
    self.indices = indices
    self.values = values
    self.entries = entries
    self.elementType = elementType
    self.rows = rows
    self.width = width
    self.length = length
    self.step = step
    self.scale = scale
    self.shift = shift
  }

  public var columns: Int { width * length }

  /// Row `row`, scaled, as `columns` floats.
  public func copyRow(_ row: Int, into out: UnsafeMutablePointer<Float>) {
    assert(row >= 0 && row < rows)
    out.update(repeating: Float(0 * scale + shift), count: columns)
    switch elementType {
    case .uint8: scatter(row, out) { (number: UInt8) in Double(number) }
    case .int8: scatter(row, out) { (number: Int8) in Double(number) }
    case .int16: scatter(row, out) { (number: Int16) in Double(number) }
    case .int32: scatter(row, out) { (number: Int32) in Double(number) }
    case .int64: scatter(row, out) { (number: Int64) in Double(number) }
    case .float32: scatter(row, out) { (number: Float) in Double(number) }
    case .float64: scatter(row, out) { (number: Double) in number }
    }
  }

  @inline(__always)
  private func scatter<Number: BitwiseCopyable>(
    _ row: Int, _ out: UnsafeMutablePointer<Float>, _ double: (Number) -> Double
  ) {
    let size = MemoryLayout<Number>.size
    for part in 0..<length {
      let target = out + part * width
      for entry in entries(ofStored: row * step + part) {
        let place = entry &- entries.lowerBound
        let column = indices[place]
        guard column >= 0, column < width else { continue }
        let number = values.loadUnaligned(fromByteOffset: place &* size, as: Number.self)
        target[column] = Float(double(number) * scale + shift)
      }
    }
  }

  /// The entries of a stored row.
  private func entries(ofStored row: Int) -> Range<Int> {
    let begin = min(max(offsets[row], entries.lowerBound), entries.upperBound)
    return begin..<max(begin, min(offsets[row + 1], entries.upperBound))
  }

  /// The entries of neighbouring rows, and of stored rows between them.
  public func entries(_ range: Range<Int>) -> Range<Int> {
    if range.isEmpty { return entries.lowerBound..<entries.lowerBound }
    let stored = range.lowerBound * step..<(range.upperBound - 1) * step + length
    let begin = entries(ofStored: stored.lowerBound).lowerBound
    return begin..<max(begin, entries(ofStored: stored.upperBound - 1).upperBound)
  }
}

// MARK: Views

extension CompressedRows {
  /// A view of neighbouring rows.
  public func rows(_ range: Range<Int>) -> CompressedRows {
    view(offsets: offsets.dropFirst(range.lowerBound * step), rows: range.count)
  }

  /// `count` windows of `length` rows, each `step` rows after the one before; rows must be stored rows.
  public func windows(_ count: Int, length: Int, step: Int) -> CompressedRows {
    view(rows: count, length: length, step: step)
  }

  /// The numbers as they are stored.
  public var unscaled: CompressedRows { view(scale: 1, shift: 0) }

  private func view(
    offsets: IndexList? = nil, rows: Int? = nil, length: Int? = nil, step: Int? = nil, scale: Double? = nil,
    shift: Double? = nil
  ) -> CompressedRows {
    CompressedRows(
      offsets: offsets ?? self.offsets, indices: indices, values: values, entries: entries,
      elementType: elementType, rows: rows ?? self.rows, width: width, length: length ?? self.length,
      step: step ?? self.step, scale: scale ?? self.scale, shift: shift ?? self.shift)
  }

  /// The addresses of the memory that neighbouring rows lie in.
  public func addresses(_ range: Range<Int>) -> [Range<UInt>] {
    if range.isEmpty { return [] }
    let found = entries(range)
    let first = found.lowerBound - entries.lowerBound
    func memory(_ base: UnsafeRawPointer, _ first: Int, _ count: Int, _ size: Int) -> Range<UInt> {
      let start = UInt(bitPattern: base + first * size)
      return start..<start + UInt(count * size)
    }
    return [
      memory(
        offsets.base, range.lowerBound * step, (range.count - 1) * step + length + 1, offsets.byteCount),
      memory(indices.base, first, found.count, indices.byteCount),
      memory(values, first, found.count, elementType.byteCount),
    ]
  }

  /// A copy of some rows, in this order, and what keeps it in memory.
  public func gathered(_ rows: some Collection<Int>) throws(NumericsError) -> (CompressedRows, ByteBuffer) {
    let stored = rows.flatMap { row in (0..<length).map { row * step + $0 } }
    let count = stored.reduce(0) { $0 + entries(ofStored: $1).count }
    let offsetBytes = (stored.count + 1) * MemoryLayout<Int64>.size
    let (indexBytes, size) = (indices.byteCount, elementType.byteCount)
    let bytes = offsetBytes + count * (indexBytes + size)
    guard let buffer = ByteBuffer(count: bytes) else { throw .outOfMemory(bytes: bytes) }
    let newIndices = buffer.base + offsetBytes
    let newValues = newIndices + count * indexBytes
    var filled = 0
    for (place, row) in stored.enumerated() {
      buffer.base.storeBytes(of: Int64(filled), toByteOffset: place * 8, as: Int64.self)
      let found = entries(ofStored: row)
      // Should the memory have changed since they were counted.
      let taken = min(found.count, count - filled)
      let first = found.lowerBound - entries.lowerBound
      (newIndices + filled * indexBytes).copyMemory(
        from: indices.base + first * indexBytes, byteCount: taken * indexBytes)
      (newValues + filled * size).copyMemory(from: values + first * size, byteCount: taken * size)
      filled += taken
    }
    buffer.base.storeBytes(of: Int64(filled), toByteOffset: stored.count * 8, as: Int64.self)
    let copy = CompressedRows(
      offsets: IndexList(buffer.base, isWide: true), indices: IndexList(newIndices, isWide: indices.isWide),
      values: newValues, entries: 0..<filled, elementType: elementType, rows: rows.count, width: width,
      length: length, step: length, scale: scale, shift: shift)
    return (copy, buffer)
  }
}
