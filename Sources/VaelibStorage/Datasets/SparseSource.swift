import VaelibModels
import VaelibNumerics

/// Examples in a sparse matrix of an HDF5 file: held in memory, sparse, if they fit the budget, else read block by block.
final class SparseSource: StoredExamples {
  private let matrix: any SparseRows
  let scale: Double
  let shift: Double
  let blockRows: Int
  let spanRows: Int
  let windowRows: Int
  /// What callers should know.
  let hints: [String]
  /// All rows, if they are held in memory.
  private let held: LoadedEntries?

  init(
    _ matrix: any SparseRows, memoryBudget: Int, scale: Double, shift: Double, isStopped: () -> Bool
  ) throws(StorageError) {
    (self.matrix, self.scale, self.shift) = (matrix, scale, shift)
    let isSmall = matrix.isResident(memoryBudget: memoryBudget)
    let plan = SparsePlan(matrix, memoryBudget: memoryBudget)
    (blockRows, spanRows, windowRows) = (plan.blockRows, plan.spanRows, plan.windowRows)
    held = isSmall ? try matrix.readAll(scale: scale, shift: shift, isStopped: isStopped) : nil
    hints = isSmall ? [] : [plan.hint(matrix)].compactMap(\.self)
  }

  var rows: Int { matrix.rows }
  var columns: Int { matrix.columns }
  var elementType: ElementType { matrix.elementType }
  var resident: RowArray? { held.map { .sparse($0.array) } }

  func size(_ rows: RowIndices) -> StoredSize { rows.size { matrix.size($0) } }

  func prepare(_ rows: RowIndices, _ order: ReadingOrder, isCancelled: () -> Bool) throws {
    guard rows.count > 0, held == nil else { return }
    guard try matrix.prepare(isCancelled: isCancelled) else { throw ModelError.cancelled }
  }

  func load(_ rows: Range<Int>) throws -> LoadedRows {
    let loaded = try matrix.read(rows, scale: scale, shift: shift)
    return LoadedRows(array: .sparse(loaded.array), owner: Owner(matrix: matrix, entries: loaded.owner))
  }

  /// What keeps the entries of rows in memory, and where they begin.
  private final class Owner: Sendable {
    let matrix: any SparseRows
    let entries: ByteBuffer

    init(matrix: any SparseRows, entries: ByteBuffer) {
      self.matrix = matrix
      self.entries = entries
    }
  }
}
