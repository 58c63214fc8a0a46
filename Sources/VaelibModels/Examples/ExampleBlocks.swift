import VaelibNumerics

/// Walks a source from first row to last in blocks that fit a workspace, converted and checked.
struct ExampleBlocks {
  /// Rows of a block, at most; where several are worked on at once, a `BlockPlan` says how many.
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

  /// Calls `body` for each block, and tells the caller how far it is. All blocks but the last have the same height,
  /// however the source is stored, so results have the same bits.
  func forEachBlock(_ body: (Block) throws -> Void) throws {
    _ = try allSatisfy {
      try body($0)
      return true
    }
  }

  /// The same for blocks that are looked at until one does not satisfy; whether all did.
  func allSatisfy(_ satisfies: (Block) throws -> Bool) throws -> Bool {
    let height = min(Self.rows, source.rows)
    let buffer = try FloatBuffer(rows: height, columns: source.columns)
    let reader = SequentialReader(source, isCancelled: progress.isCancelled)
    for first in stride(from: 0, to: source.rows, by: height) {
      try progress.poll(done: first)
      let rows = min(height, source.rows - first)
      let block = Block(
        values: buffer.matrix(rows: rows, columns: source.columns), first: first,
        place: source.firstRow + first)
      try reader.read(into: block.values)
      try check?.check(block.values, places: (0..<rows).map { block.place + $0 })
      guard try satisfies(block) else { return false }
    }
    try progress.finish()
    return true
  }
}

extension VariationalAutoencoder {
  /// Examples as a query sees them: of the model's width, checked.
  func exampleBlocks(_ source: any ExampleSource, control: RunControl) throws -> ExampleBlocks {
    try ExampleCheck.shape(source, columns: configuration.dataDimension, what: "the examples")
    return ExampleBlocks(source: source, check: exampleCheck, control: control)
  }

  /// Latents as a query sees them: of the latent width, finite.
  func latentBlocks(_ source: any ExampleSource, control: RunControl) throws -> ExampleBlocks {
    try ExampleCheck.shape(source, columns: configuration.latentDimension, what: "the latents")
    return ExampleBlocks(source: source, check: ExampleCheck.finite, control: control)
  }
}
