import VaelibModels
import VaelibNumerics

/// Reads a matrix as labels: row n, which is 1 in column k and 0 elsewhere, has the label k.
struct OneHotLabels {
  private let dataset: StoredDataset
  private let rows: Int
  private let classes: Int
  /// Rows that are read at a time, and all their numbers.
  private let step: Int

  /// Bytes of numbers that are read at a time, or rows that are stored together, up to the most; or one row.
  private static let stepBytes = 1 << 20
  private static let mostBytes = 64 << 20

  /// nil unless the dataset is a matrix of numbers, or of truth values, with `rows` rows, nil for any number above 1, and
  /// several columns.
  init?(_ dataset: StoredDataset, rows: Int?) {
    let form = dataset.form
    guard form.storedShape.count == 2, form.storedShape[1] > 1,
      rows == nil ? form.storedShape[0] > 1 : form.storedShape[0] == rows,
      form.rowAxis == 0, form.element.numbers.count == 1, !form.element.haveAxis
    else { return nil }
    self.dataset = dataset
    (self.rows, classes) = (form.storedShape[0], form.storedShape[1])
    let rowBytes = product([MemoryLayout<Double>.stride, classes]) ?? .max
    let fitting = max(1, Self.stepBytes / rowBytes)
    let band = form.storedChunkShape?[0] ?? 1
    step = min(self.rows, max(1, fitting / band) * band, max(1, Self.mostBytes / rowBytes))
  }

  func read() throws(StorageError) -> Labels {
    let path = dataset.reader.file.path
    try LabelReader.requireMemory(rows, path)
    guard let count = product([step, classes]),
      let byteCount = product([count, MemoryLayout<Double>.stride]),
      let buffer = ByteBuffer(count: byteCount)
    else { throw .memory(path: path, byteCount: product([step, classes, 8]) ?? .max) }
    var labels: [Int64] = []
    labels.reserveCapacity(rows)
    for first in stride(from: 0, to: rows, by: step) {
      let part = first..<min(rows, first + step)
      try dataset.read([part, 0..<classes], as: .float64, into: buffer.base)
      let numbers = UnsafeRawBufferPointer(start: buffer.base, count: byteCount).bindMemory(to: Double.self)
      for row in part {
        labels.append(
          Int64(try column(of: numbers[(row - first) * classes..<(row - first + 1) * classes], row)))
      }
    }
    return Labels(labels, .values)
  }

  /// The column of a row's only 1.
  private func column(of numbers: Slice<UnsafeBufferPointer<Double>>, _ row: Int) throws(StorageError) -> Int
  {
    var found: Int?
    for (column, number) in numbers.enumerated() where number != 0 {
      guard number == 1 else { throw unsuitable(row, "\(number) in column \(column)") }
      if let found { throw unsuitable(row, "a 1 in columns \(found) and \(column)") }
      found = column
    }
    guard let found else { throw unsuitable(row, "no 1") }
    return found
  }

  private func unsuitable(_ row: Int, _ finding: String) -> StorageError {
    .format(
      path: dataset.reader.file.path, object: dataset.label,
      reason:
        "cannot serve as labels: it has \(classes) columns, and row \(row) has \(finding). A matrix of labels has a "
        + "single 1 in each row, and 0 elsewhere; several labels of a row are targets")
  }
}
