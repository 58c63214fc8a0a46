import Glibc
import VaelibNumerics

/// The work of copying columns as rows: what is in the file, and what comes next. For one thread at a time.
final class TransposingWork {
  let file: ScratchFile
  private let stored: SparseMatrix
  private let buckets: RowBuckets
  /// The first column that was not distributed.
  private var nextColumn = 0
  /// How many records each bucket has.
  private var recordCounts: [Int]
  private var sortedBuckets = 0
  private let process = getpid()

  /// `stored` is the transposed matrix.
  init(_ stored: SparseMatrix, _ buckets: RowBuckets, _ file: ScratchFile) {
    (self.stored, self.buckets, self.file) = (stored, buckets, file)
    recordCounts = [Int](repeating: 0, count: buckets.count)
  }

  var isDone: Bool { sortedBuckets == buckets.count }
  /// Whether no other process writes to the file.
  var isOwn: Bool { isDone || getpid() == process }

  /// Does what comes next.
  func step() throws {
    if nextColumn < stored.rows {
      let columns = stored.piece(from: nextColumn, to: stored.rows)
      try distribute(columns)
      nextColumn = columns.upperBound
      if nextColumn == stored.rows { stored.forget() }
    } else {
      try sort(sortedBuckets)
      sortedBuckets += 1
    }
  }

  /// Appends the entries of some columns to the buckets of their rows.
  private func distribute(_ columns: Range<Int>) throws {
    let loaded = try stored.read(columns, scale: 1, shift: 0)
    // Where the next record of each bucket goes, in memory.
    var next = [Int](repeating: 0, count: buckets.count + 1)
    loaded.array.forEachEntry(firstRow: 0) { _, row, _ in next[buckets.bucket(of: row) + 1] += 1 }
    for bucket in 0..<buckets.count { next[bucket + 1] += next[bucket] }
    let begins = next
    let (recordBytes, elementBytes) = (buckets.recordBytes, buckets.elementBytes)
    let records = try memory(loaded.array.entries.count * recordBytes)
    loaded.array.forEachEntry(firstRow: columns.lowerBound) { column, row, value in
      let bucket = buckets.bucket(of: row)
      let record = records.base + next[bucket] * recordBytes
      next[bucket] += 1
      record.storeBytes(of: Int32(truncatingIfNeeded: row), as: Int32.self)
      record.storeBytes(of: Int32(truncatingIfNeeded: column), toByteOffset: sparseIndexBytes, as: Int32.self)
      (record + 2 * sparseIndexBytes).copyMemory(from: value, byteCount: elementBytes)
    }
    try withExtendedLifetime((loaded.owner, records)) {
      for bucket in 0..<buckets.count where next[bucket] > begins[bucket] {
        let count = next[bucket] - begins[bucket]
        guard recordCounts[bucket] + count <= buckets.entries(of: bucket).count else { throw stored.changed }
        try file.write(
          records.base + begins[bucket] * recordBytes, count: count * recordBytes,
          at: buckets.place(of: bucket, record: recordCounts[bucket]))
        recordCounts[bucket] += count
      }
    }
  }

  /// Brings the entries of a bucket into the order of its rows; within a row they stay in that of the columns.
  private func sort(_ bucket: Int) throws {
    let (rows, entries) = (buckets.rows(of: bucket), buckets.entries(of: bucket))
    if entries.isEmpty { return }
    let (recordBytes, elementBytes) = (buckets.recordBytes, buckets.elementBytes)
    let records = try memory(entries.count * recordBytes)
    try file.read(records.base, count: entries.count * recordBytes, at: buckets.place(of: bucket))
    // Where the next entry of each row goes.
    var next = rows.map { buckets.offsets[$0] - entries.lowerBound }
    let byteCount = entries.count * (sparseIndexBytes + elementBytes)
    let sorted = try memory(byteCount)
    let values = sorted.base + entries.count * sparseIndexBytes
    for index in 0..<entries.count {
      let record = records.base + index * recordBytes
      let row = Int(record.loadUnaligned(as: Int32.self)) - rows.lowerBound
      let place = next[row]
      guard entries.lowerBound + place < buckets.offsets[rows.lowerBound + row + 1] else {
        throw stored.changed
      }
      next[row] += 1
      (sorted.base + place * sparseIndexBytes).copyMemory(
        from: record + sparseIndexBytes, byteCount: sparseIndexBytes)
      (values + place * elementBytes).copyMemory(
        from: record + 2 * sparseIndexBytes, byteCount: elementBytes)
    }
    try withExtendedLifetime((records, sorted)) {
      try file.write(sorted.base, count: byteCount, at: buckets.place(of: bucket))
    }
  }

  private func memory(_ byteCount: Int) throws(StorageError) -> ByteBuffer {
    guard let buffer = ByteBuffer(count: byteCount) else {
      throw .memory(path: stored.path, byteCount: byteCount)
    }
    return buffer
  }
}
