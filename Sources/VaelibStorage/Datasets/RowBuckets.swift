import VaelibNumerics

/// How the entries of a sparse matrix lie in a temporary file: neighbouring rows in buckets, one after another.
///
/// At first a bucket has records, each a row, a column and a value, in any order. Once it is sorted it has, in the same
/// place, the columns of its entries, row by row, and behind them their values.
struct RowBuckets {
  let offsets: IndexList
  let elementBytes: Int
  /// The first row of each, and behind them the number of rows.
  private let firstRows: [Int]
  /// Rows whose first entries have numbers that are equal but for so many bits are in one bucket.
  private let shift: Int

  /// A bucket has at most `bucketEntries` entries, and those of one row more.
  init(offsets: IndexList, rows: Int, elementBytes: Int, bucketEntries: Int) {
    (self.offsets, self.elementBytes) = (offsets, elementBytes)
    let shift = Int.bitWidth - 1 - bucketEntries.leadingZeroBitCount
    var firstRows = [0]
    for row in 0..<rows {
      while firstRows.count <= offsets[row] >> shift { firstRows.append(row) }
    }
    while firstRows.count <= offsets[rows] >> shift + 1 { firstRows.append(rows) }
    (self.firstRows, self.shift) = (firstRows, shift)
  }

  var count: Int { firstRows.count - 1 }
  /// Bytes of a record.
  var recordBytes: Int { 2 * sparseIndexBytes + elementBytes }
  var byteCount: Int { offsets[firstRows[count]] * recordBytes }

  func bucket(of row: Int) -> Int { offsets[row] >> shift }

  func rows(of bucket: Int) -> Range<Int> { firstRows[bucket]..<firstRows[bucket + 1] }

  func entries(of bucket: Int) -> Range<Int> {
    offsets[firstRows[bucket]]..<offsets[firstRows[bucket + 1]]
  }

  /// Where a record of a bucket is in the file.
  func place(of bucket: Int, record: Int = 0) -> Int {
    (offsets[firstRows[bucket]] + record) * recordBytes
  }

  /// Reads the entries of neighbouring rows, of buckets that are sorted.
  func read(
    _ rows: Range<Int>, from file: ScratchFile, into memory: EntryMemory
  ) throws(ScratchFile.Failure) {
    let wanted = offsets[rows.lowerBound]..<offsets[rows.upperBound]
    if wanted.isEmpty { return }
    for bucket in bucket(of: rows.lowerBound)...bucket(of: rows.upperBound - 1) {
      let held = entries(of: bucket)
      let part = wanted.clamped(to: held)
      if part.isEmpty { continue }
      let (source, target) = (part.lowerBound - held.lowerBound, part.lowerBound - wanted.lowerBound)
      let place = place(of: bucket)
      try file.read(
        memory.indices + target * sparseIndexBytes, count: part.count * sparseIndexBytes,
        at: place + source * sparseIndexBytes)
      try file.read(
        memory.values + target * elementBytes, count: part.count * elementBytes,
        at: place + held.count * sparseIndexBytes + source * elementBytes)
    }
  }
}
