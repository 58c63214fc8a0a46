import VaelibModels
import VaelibNumerics

/// How the rows of a sparse matrix that stays in its file are brought into memory: as `ReadingPlan` has it for dense rows
/// that take as many bytes as the sparse ones do on average.
///
/// There is no copy of rows that are stored one after another: where compressed chunks hold too many to mix them within
/// the budget, blocks are parts of chunks. The blocks of a window are read in the order of the file, and the chunk that
/// was decoded last is kept (`EntryReader`), so each chunk is decompressed once for a window that has rows of it.
struct SparsePlan {
  let blockRows: Int
  let spanRows: Int
  let windowRows: Int
  /// How often a chunk is decompressed in an epoch.
  private let repetitions: Int
  private let bandRows: Int
  private let rowBytes: Int

  /// Into how many parts a window is divided at least, however unequal rows are.
  private static let leastParts = 8
  /// Chunks that are decompressed so often are worth a word.
  private static let manyRepetitions = 4

  init(_ matrix: any SparseRows, memoryBudget: Int) {
    let bytes = matrix.entries * matrix.entryBytes
    rowBytes = max(1, (bytes + matrix.rows - 1) / matrix.rows)
    bandRows = max(1, Int(Double(matrix.bandEntries) * Double(matrix.entryBytes) / Double(rowBytes)))
    let most = ReadingPlan.greatestBand(rowBytes: rowBytes, memoryBudget: memoryBudget)
    let plan = ReadingPlan(
      rows: matrix.rows, rowBytes: rowBytes, bandRows: min(bandRows, most, matrix.rows),
      memoryBudget: memoryBudget)
    let entries = plan.windowBytes / Self.leastParts / matrix.entryBytes
    blockRows = Self.limited(plan.blockRows, matrix, entries)
    spanRows = Self.limited(plan.spanRows, matrix, entries)
    windowRows = plan.windowRows
    let windows = (matrix.rows + windowRows - 1) / windowRows
    repetitions = min(min(bandRows, matrix.rows) / blockRows, windows)
  }

  /// Fewer rows, if there are neighbours whose entries are so many more than on average that they would take a large part
  /// of a window.
  private static func limited(_ rows: Int, _ matrix: any SparseRows, _ most: Int) -> Int {
    var rows = rows
    while rows > 1, greatest(rows, matrix) > most { rows /= 2 }
    return rows
  }

  /// The entries that a block of so many rows has at most.
  private static func greatest(_ rows: Int, _ matrix: any SparseRows) -> Int {
    var greatest = 0
    for first in stride(from: 0, to: matrix.rows, by: rows) {
      let end = min(first + rows, matrix.rows)
      greatest = max(greatest, matrix.offsets[end] - matrix.offsets[first])
    }
    return greatest
  }

  /// What callers should know: how reading would be faster.
  func hint(_ matrix: any SparseRows) -> String? {
    guard repetitions >= Self.manyRepetitions else { return nil }
    let budget = ReadingPlan.budgetWithoutCopy(bandRows: bandRows, rowBytes: rowBytes)
    let whole = matrix.entries * matrix.entryBytes + matrix.rows * MemoryLayout<Int64>.size
    return
      "\(matrix.label) is compressed in chunks of \(matrix.bandEntries) entries, and with this memory budget each is "
      + "decompressed about \(repetitions) times in an epoch; a budget of \((min(budget, whole) >> 20) + 1) MiB, or smaller "
      + "chunks, avoids that"
  }
}
