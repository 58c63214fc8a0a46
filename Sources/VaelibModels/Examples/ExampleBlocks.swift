import VaelibNumerics

/// Walks a source from first row to last in blocks that fit a workspace, converted and checked.
struct ExampleBlocks {
  /// Rows worked on at a time by queries.
  static let rows = 512

  let source: any ExampleSource
  let check: ExampleCheck?
  let progress: QueryProgress

  init(source: any ExampleSource, check: ExampleCheck?, control: RunControl) {
    self.source = source
    self.check = check
    progress = QueryProgress(control, rows: source.rows)
  }

  /// A matrix of examples; row r is row `first + r` of the source, `place + r` of the set it was cut from.
  struct Block {
    let values: MatrixView
    let first: Int
    let place: Int
  }

  /// Calls `body` for each block, and tells the caller how far it is.
  func forEachBlock(_ body: (Block) throws -> Void) throws {
    let height = min(Self.rows, source.rows)
    let buffer = try FloatBuffer(rows: height, columns: source.columns)
    for start in stride(from: 0, to: source.rows, by: max(1, source.blockRows)) {
      let loaded = try source.block(start..<min(start + source.blockRows, source.rows))
      for row in stride(from: 0, to: loaded.array.rows, by: height) {
        let rows = row..<min(row + height, loaded.array.rows)
        try progress.poll(done: start + row)
        let block = Block(
          values: buffer.matrix(rows: rows.count, columns: source.columns), first: start + row,
          place: source.firstRow + start + row)
        try fill(block, from: loaded.array.rows(rows))
        try body(block)
      }
    }
    try progress.finish()
  }

  private func fill(_ block: Block, from array: StridedArray) throws(ModelError) {
    forEachRow(array.rows, width: array.columns) { array.copyRow($0, into: block.values.row($0)) }
    let places = (0..<array.rows).map { block.place + $0 }
    try check?.check(block.values, places: places)
  }
}

extension VariationalAutoencoder {
  /// Examples as a query sees them: of the model's width, checked.
  func exampleBlocks(_ source: any ExampleSource, control: RunControl) throws -> ExampleBlocks {
    try ExampleCheck.shape(source, columns: configuration.dataDimension, what: "the examples")
    return ExampleBlocks(source: source, check: ExampleCheck(configuration), control: control)
  }

  /// Latents as a query sees them: of the latent width, finite.
  func latentBlocks(_ source: any ExampleSource, control: RunControl) throws -> ExampleBlocks {
    try ExampleCheck.shape(source, columns: configuration.latentDimension, what: "the latents")
    return ExampleBlocks(source: source, check: ExampleCheck.finite, control: control)
  }
}
