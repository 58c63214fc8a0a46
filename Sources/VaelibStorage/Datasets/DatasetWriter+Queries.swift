public import VaelibModels
public import VaelibNumerics

extension DatasetWriter {
  /// A result of a query, float32 [rows, columns], and the dataset it goes to.
  public struct Output {
    public let name: String
    public let columns: Int

    public init(name: String, columns: Int) {
      self.name = name
      self.columns = columns
    }
  }

  /// Runs a query piece by piece over `examples` and appends its results to datasets, which are added unless they were.
  /// `query` fills one buffer for each of `outputs`. Memory is bounded, whatever the number of examples.
  ///
  /// What fails in the first piece leaves the writer as it was; later, the writer is given up.
  public func append(
    _ outputs: [Output], of examples: any ExampleSource, control: RunControl,
    query: (SliceSource, [FloatBuffer], RunControl) throws -> Void
  ) throws {
    var hasBegun = false
    do {
      try examples.forEachPiece(
        resultColumns: outputs.map(\.columns).max() ?? 1, control: control
      ) { piece, control in
        let buffers = try outputs.map { try FloatBuffer(rows: piece.rows, columns: $0.columns) }
        try query(piece, buffers, control)
        if !hasBegun { try prepare(outputs) }
        hasBegun = true
        for (output, buffer) in zip(outputs, buffers) {
          let array = StridedArray.dense(
            base: buffer.base, elementType: .float32, rows: piece.rows, columns: output.columns)
          try append(array, to: output.name, control: control)
        }
      }
    } catch {
      if hasBegun { fail("\(error)") }
      throw error
    }
  }

  /// Appends rows, some at a time: compressing takes long enough to look at cancelling in between.
  private func append(_ array: StridedArray, to name: String, control: RunControl) throws {
    let rows = max(1, Self.bytesBetweenChecks / array.rowStride)
    for first in stride(from: 0, to: array.rows, by: rows) {
      if control.isCancelled() { throw ModelError.cancelled }
      try append(array.rows(first..<min(first + rows, array.rows)), to: name)
    }
  }

  private static let bytesBetweenChecks = 256 << 10

  /// Adds the datasets that are not there, once those that are there are found to fit.
  private func prepare(_ outputs: [Output]) throws {
    for output in outputs {
      guard let layout = layout(of: output.name), layout.columns != output.columns else { continue }
      throw ModelError.data(
        "the results have \(output.columns) columns, but a row of dataset \"\(output.name)\" has \(layout.columns)"
      )
    }
    try add(
      try outputs.filter { layout(of: $0.name) == nil }.map {
        ($0.name, try DatasetLayout(elementType: .float32, rowShape: [$0.columns]))
      })
  }
}
