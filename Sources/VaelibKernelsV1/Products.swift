import CKernels
import VaelibKernels

/// Rows of c in a tile of the registers, at most.
private let tileRows = Int(VAELIB_TILE_ROWS)
/// Columns of c in a vector of the registers.
private let vector = Int(VAELIB_VECTOR)
/// Vectors in a tile, at most; in one of few rows twice as many.
private let tileVectors = Int(VAELIB_TILE_VECTORS)
/// The terms of a sum that are added in one go: the columns of b that a tile needs then stay in the nearest cache but one,
/// and the rows of a in the nearest.
private let sliceDepth = 448
/// Rows of a between two preparations of the same columns of b; this part of a stays in the cache.
private let blockRows = 512
/// How many rows must use the columns of b for a dense copy to pay, if they come from so many floats that the nearest
/// cache does not hold them.
private let rowsThatPayForCopy = 48
private let floatsWorthCopying = 4096
/// Scratch memory for a tile that sticks out of c.
private let edgeCount = tileRows * tileVectors * vector
/// Scratch memory for the columns of b that a tile needs.
private let panelCount = sliceDepth * tileVectors * vector
/// Scratch memory for a block of a.
private let blockCount = 256 * sliceDepth

extension CompiledKernels {
  static var productScratch: Int { edgeCount + panelCount + blockCount }
  static var leastProductScratch: Int { 2 * edgeCount }

  @inline(never) static func matrixProduct(
    _ operands: ProductOperands, _ scratch: MutableFloats, _ scratchCount: Int
  ) {
    if operands.isOfOneRow { return multiplyRow(operands) }
    let product = BlockedProduct(operands, scratch, scratchCount)
    product.run()
  }

  /// Slices of terms, in each the panels of columns, in each the terms: a row of a panel is dense.
  @inline(never) static func packMatrix(
    _ b: Floats, _ bStep: Int, _ bColumn: Int, _ depth: Int, _ columns: Int, _ out: MutableFloats
  ) {
    let vectors = vectorCount(columns)
    var start = 0
    while start < depth {
      let terms = equalShare(depth - start, most: sliceDepth)
      var done = 0
      while done < vectors {
        let width = share(vectors - done, most: tileVectors)
        let column = done * vector
        let panel = Panel(
          source: b + start * bStep + column * bColumn, step: bStep, column: bColumn, depth: terms,
          columns: smaller(width * vector, columns - column), width: width * vector)
        panel.copy(to: out + start * vectors * vector + column * terms)
        done += width
      }
      start += terms
    }
  }

  static func packedCount(_ depth: Int, _ columns: Int) -> Int { depth * vectorCount(columns) * vector }
}

extension ProductOperands {
  /// Whether it is one row of dense elements times rows of them, a product that waits for memory alone.
  fileprivate var isOfOneRow: Bool {
    rows == 1 && aStep == 1 && bColumn == 1 && columns >= vector && !accumulate
  }
}

/// Runs of columns, each of all terms. The last vector begins where it ends with c, so some columns are computed twice.
@inline(__always) private func multiplyRow(_ operands: ProductOperands) {
  var column = 0
  while column < operands.columns {
    let whole = (operands.columns - column) / vector
    let vectors = whole == 0 ? 1 : share(whole, most: Int(VAELIB_ROW_VECTORS))
    if whole == 0 { column = operands.columns - vector }
    vaelib_multiply_row(
      Int32(truncatingIfNeeded: vectors), operands.a, operands.depth, operands.b + column, operands.bStep,
      operands.c + column)
    column += vectors * vector
  }
}

/// The columns of b that the tiles of a panel need.
private struct Panel {
  let source: Floats
  let step: Int
  let column: Int
  let depth: Int
  /// How many columns b has here.
  let columns: Int
  /// How many the copy has; those that b has not are 0.
  let width: Int

  @inline(__always) func copy(to panel: MutableFloats) {
    if column == 1 { copyRows(to: panel) } else { transpose(to: panel) }
  }

  @inline(__always) private func copyRows(to panel: MutableFloats) {
    for p in 0..<depth {
      let (from, to) = (source + p * step, panel + p * width)
      copyFloats(from, to, columns)
      for j in columns..<width { to[j] = 0 }
    }
  }

  /// For elements of a row that lie `column` apart.
  @inline(__always) private func transpose(to panel: MutableFloats) {
    var first = 0
    while first + vector <= columns {
      let (from, to) = (source + first * column, panel + first)
      var p = 0
      while p + 4 <= depth {
        vaelib_transpose_block(from + p, column, to + p * width, width)
        p += 4
      }
      while p < depth {
        let row = to + p * width
        for j in 0..<vector { row[j] = from[j * column + p] }
        p += 1
      }
      first += vector
    }
    for j in first..<width {
      let from = source + j * column
      for p in 0..<depth { panel[p * width + j] = j < columns ? from[p] : 0 }
    }
  }
}

/// A product cut for the caches, as Goto and van de Geijn do ("Anatomy of high-performance matrix multiplication", ACM
/// Transactions on Mathematical Software 34, 2008): slices of the sums, blocks of rows, panels of columns, and tiles
/// of both whose sums stay in registers. All cuts leave each sum in the order of its terms.
private struct BlockedProduct {
  private let operands: ProductOperands
  /// Whether b was packed beforehand.
  private let isPacked: Bool
  /// How many vectors of columns a panel has, at most.
  private let panelVectors: Int
  /// How many terms a slice has, at most.
  private let depthLimit: Int
  /// Where a tile is formed that sticks out of c.
  private let edge: MutableFloats
  /// A dense copy of the columns of b that the tiles of a panel need.
  private let panel: MutableFloats
  /// A copy of the rows of a block, tile by tile, or nil if a is used where it is.
  private let block: MutableFloats?
  /// How many rows a block has, at most.
  private let rowLimit: Int

  init(_ operands: ProductOperands, _ scratch: MutableFloats, _ scratchCount: Int) {
    self.operands = operands
    isPacked = operands.bStep == 0 && operands.bColumn == 0
    panelVectors = !isPacked && operands.rows * 2 <= tileRows ? 2 * tileVectors : tileVectors
    edge = scratch
    panel = scratch + edgeCount
    let hasRoom = scratchCount >= CompiledKernels.productScratch
    let room = hasRoom ? panelCount : scratchCount - edgeCount
    depthLimit = isPacked ? sliceDepth : room / (panelVectors * vector)
    // Rows of a that lie far apart are copied if several panels use them.
    let copiesBlock =
      hasRoom && operands.aStep != 1 && operands.rows > tileRows && operands.columns > panelVectors * vector
    block = copiesBlock ? panel + panelCount : nil
    let depth = smaller(operands.depth, depthLimit)
    rowLimit = copiesBlock ? blockCount / (depth > 0 ? depth : 1) / tileRows * tileRows : blockRows
  }

  func run() {
    var start = 0
    repeat {
      let depth = equalShare(operands.depth - start, most: depthLimit)
      var row = 0
      while row < operands.rows {
        let rows = smaller(operands.rows - row, rowLimit)
        multiplyBlock(row, rows, start, depth)
        row += rows
      }
      start += depth
    } while start < operands.depth
  }

  /// Adds `depth` terms from term `start` on to `rows` rows from `row` on.
  @inline(__always) private func multiplyBlock(_ row: Int, _ rows: Int, _ start: Int, _ depth: Int) {
    if let block { copyBlock(row, rows, start, depth, to: block) }
    let vectors = vectorCount(operands.columns)
    var done = 0
    while done < vectors {
      let width = share(vectors - done, most: panelVectors)
      multiplyPanel(row, rows, start, depth, done * vector, width)
      done += width
    }
  }

  /// The same for `vectors` vectors of columns from `column` on, of which the last may have columns that c has not.
  @inline(__always) private func multiplyPanel(
    _ row: Int, _ rows: Int, _ start: Int, _ depth: Int, _ column: Int, _ vectors: Int
  ) {
    let width = vectors * vector
    let columns = smaller(width, operands.columns - column)
    var tile = vaelib_tile()
    tile.depth = depth
    if isPacked {
      tile.b = operands.b + start * vectorCount(operands.columns) * vector + column * depth
      tile.b_row = width
    } else {
      let needed = Panel(
        source: operands.b + start * operands.bStep + column * operands.bColumn, step: operands.bStep,
        column: operands.bColumn, depth: depth, columns: columns, width: width)
      let paysOff = rows >= rowsThatPayForCopy && depth * operands.bStep > floatsWorthCopying
      if operands.bColumn != 1 || columns < width || paysOff {
        needed.copy(to: panel)
        tile.b = UnsafePointer(panel)
        tile.b_row = width
      } else {
        tile.b = needed.source
        tile.b_row = operands.bStep
      }
    }
    tile.accumulate = operands.accumulate || start > 0 ? 1 : 0
    multiplyTiles(&tile, row, rows, start, column, columns, vectors)
  }

  /// The same, tile by tile.
  @inline(__always) private func multiplyTiles(
    _ tile: inout vaelib_tile, _ row: Int, _ rows: Int, _ start: Int, _ column: Int, _ columns: Int,
    _ vectors: Int
  ) {
    let width = vectors * vector
    var done = 0
    while done < rows {
      let count = share(rows - done, most: tileRows)
      if let block {
        tile.a = UnsafePointer(block + done * tile.depth)
        (tile.a_row, tile.a_step) = (1, count)
      } else {
        tile.a = operands.a + (row + done) * operands.aRow + start * operands.aStep
        (tile.a_row, tile.a_step) = (operands.aRow, operands.aStep)
      }
      let place = operands.c + (row + done) * operands.cRow + column
      if columns == width {
        (tile.c, tile.c_row) = (place, operands.cRow)
        vaelib_multiply_tile(Int32(truncatingIfNeeded: count), Int32(truncatingIfNeeded: vectors), &tile)
      } else {
        (tile.c, tile.c_row) = (edge, width)
        multiplyEdge(&tile, count, vectors, place, columns)
      }
      done += count
    }
  }

  /// Computes a tile in memory of its own, of which `columns` columns belong to c.
  @inline(__always) private func multiplyEdge(
    _ tile: inout vaelib_tile, _ rows: Int, _ vectors: Int, _ place: MutableFloats, _ columns: Int
  ) {
    let width = vectors * vector
    if tile.accumulate != 0 {
      for i in 0..<rows { copyFloats(place + i * operands.cRow, edge + i * width, columns) }
    }
    vaelib_multiply_tile(Int32(truncatingIfNeeded: rows), Int32(truncatingIfNeeded: vectors), &tile)
    for i in 0..<rows { copyFloats(edge + i * width, place + i * operands.cRow, columns) }
  }

  /// Copies a block of a whose rows are neighbours: the rows of each tile densely, term after term.
  @inline(__always) private func copyBlock(
    _ row: Int, _ rows: Int, _ start: Int, _ depth: Int, to block: MutableFloats
  ) {
    var done = 0
    while done < rows {
      let count = share(rows - done, most: tileRows)
      let from = operands.a + row + done + start * operands.aStep
      let to = block + done * depth
      if count == tileRows {
        vaelib_pack_columns(from, operands.aStep, to, depth)
      } else {
        for p in 0..<depth {
          for i in 0..<count { to[p * count + i] = from[p * operands.aStep + i] }
        }
      }
      done += count
    }
  }
}

/// How many vectors so many columns take.
@inline(__always) private func vectorCount(_ columns: Int) -> Int { (columns + vector - 1) / vector }

/// How many of `left` come next if at most `most` may: the last two shares are equal, or nearly so.
@inline(__always) private func share(_ left: Int, most: Int) -> Int {
  if left <= most { return left }
  return left < 2 * most ? (left + 1) / 2 : most
}

/// How many of `left` come next if all shares are to be equal, and none greater than `most`.
@inline(__always) private func equalShare(_ left: Int, most: Int) -> Int {
  if left <= most { return left }
  let shares = (left + most - 1) / most
  return (left + shares - 1) / shares
}

@inline(__always) private func smaller(_ a: Int, _ b: Int) -> Int { a < b ? a : b }

@inline(__always) private func copyFloats(_ from: Floats, _ to: MutableFloats, _ count: Int) {
  for i in 0..<count { to[i] = from[i] }
}
