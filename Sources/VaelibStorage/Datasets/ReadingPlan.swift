import VaelibModels

/// How the rows of a dataset that stays in its file are brought into memory: how many at a time, and whether through a
/// temporary copy, from which few rows can be read.
///
/// Training holds two windows in memory, each with many blocks from everywhere in the file. A block is whole bands: the
/// rows of a band are stored in chunks together, so that its rows cannot be had without the others. Where a window of
/// the memory budget holds too few bands to mix examples that are sorted, the dataset is copied.
struct ReadingPlan: Equatable {
  let blockRows: Int
  let spanRows: Int
  let windowRows: Int
  /// What a window takes at most; two of them are in memory.
  let windowBytes: Int
  /// Whether rows that are shuffled come from a copy.
  let needsCopy: Bool
  /// Whether rows that are read from first to last come from a copy, too: bands are too large for memory.
  let needsCopyInOrder: Bool

  /// A window has at least so many bytes, however small the budget.
  static let leastWindowBytes = 256 << 10
  /// How many blocks a window has at least, unless rows are larger than that.
  static let leastBlocks = 32
  /// How many bands a window has where the budget allows it.
  private static let wantedBands = 128
  /// Blocks become no smaller than a window divided by this.
  private static let mostBlocks = 512
  /// What a block read through libhdf5 has where the window is large enough, so that reading it pays.
  private static let fileBlockBytes = 16 << 10
  /// The same for a block read from a copy.
  private static let copyBlockBytes = 4 << 10
  /// Into how many blocks a dataset is divided where the window is large enough: their order is in memory.
  private static let listedBlocks = 1 << 20
  /// What the order of the rows takes in memory for each row of a window, beside the row itself.
  private static let orderBytes = 8

  /// - Parameter bandRows: how many neighbouring rows are stored together, 1 if each can be read by itself.
  init(rows: Int, rowBytes: Int, bandRows: Int, memoryBudget: Int) {
    let limit = max(Self.leastWindowBytes, memoryBudget / 2)
    let rowBytes = rowBytes + Self.orderBytes
    let bandBytes = product([bandRows, rowBytes]) ?? .max
    let wanted = max(BlockSize.windowBytes, product([bandBytes, Self.wantedBands]) ?? .max)
    needsCopy = bandRows > 1 && bandBytes > min(limit, wanted) / Self.leastBlocks
    windowBytes = min(limit, needsCopy ? BlockSize.windowBytes : wanted)
    needsCopyInOrder = needsCopy && bandBytes > windowBytes
    let unit = needsCopy ? 1 : bandRows
    let most = windowBytes / Self.leastBlocks
    let least = max(
      needsCopy ? Self.copyBlockBytes : Self.fileBlockBytes,
      (product([rows, rowBytes]) ?? .max) / Self.listedBlocks)
    let block = min(most, max(windowBytes / Self.mostBlocks, least))
    blockRows = min(rows, max(1, block / rowBytes / unit) * unit)
    windowRows = max(1, windowBytes / rowBytes - blockRows)
    let spanUnit = needsCopy && !needsCopyInOrder ? bandRows : blockRows
    let units = min(BlockSize.spanBytes, windowBytes) / rowBytes / spanUnit
    spanRows = min(rows, max(1, units) * spanUnit)
  }

  /// How many neighbouring rows may be stored together without need for a copy, at least 1.
  static func greatestBand(rowBytes: Int, memoryBudget: Int) -> Int {
    max(1, max(leastWindowBytes, memoryBudget / 2) / leastBlocks / (rowBytes + orderBytes))
  }

  /// Whether several chunks fit the memory that is there for the copying.
  func isSmall(chunkBytes: Int) -> Bool { chunkBytes <= windowBytes / 4 }

  /// The least budget with which bands are read without a copy.
  static func budgetWithoutCopy(bandRows: Int, rowBytes: Int) -> Int {
    product([bandRows, rowBytes + orderBytes, 2 * leastBlocks]) ?? .max
  }
}
