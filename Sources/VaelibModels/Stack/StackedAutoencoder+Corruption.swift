import VaelibNumerics

extension StackedAutoencoder {
  /// The corrupted input of a layer as it would see it at `epoch`, [N, inputs]. With corruption_range data, the range
  /// is that of these examples. In the lowest layer, values are given back on the data's own scale.
  public func corrupt(
    _ examples: any ExampleSource, layer: Int, seed: UInt64, epoch: Int,
    corrupted: UnsafeMutablePointer<Float>, control: RunControl
  ) throws {
    if !layers.indices.contains(layer) { throw noSuchLayer(layer) }
    let range = try inputRange(layer, examples, isCancelled: control.isCancelled)
    let corruption = Corruption(layers[layer].configuration, layer: layer, inputRange: range)
    try forEachBlock(examples, upTo: layer, control: control) { block, workspace in
      let clean = workspace.encode(block.values, layers: layer)
      copy(clean, to: corrupted, from: block.first)
      forEachRow(.random, clean.rows, width: clean.columns) { row in
        corruption.corrupt(
          corrupted + (block.first + row) * clean.columns, count: clean.columns,
          stream: RandomPurpose.corruption.stream(seed: seed, epoch: epoch, example: block.place + row),
          touched: nil)
      }
      guard layer == 0 else { return }
      workspace.restore(
        MatrixView(base: corrupted + block.first * clean.columns, rows: clean.rows, columns: clean.columns))
    }
  }

  /// The least and the greatest input of a layer over all examples, if its corruption needs them.
  func inputRange(
    _ layer: Int, _ examples: any ExampleSource, isCancelled: @escaping () -> Bool
  ) throws -> ClosedRange<Float>? {
    if !layers[layer].configuration.needsInputRange { return nil }
    var (least, greatest) = (Float.infinity, -Float.infinity)
    try forEachBlock(
      examples, upTo: layer, control: RunControl(isCancelled: isCancelled),
      makeResults: { _ in ValueRange() },
      compute: { block, workspace, range in range.find(in: workspace.encode(block.values, layers: layer)) },
      collect: { _, range in (least, greatest) = (min(least, range.least), max(greatest, range.greatest)) })
    return least <= greatest ? least...greatest : nil  // nil: there are no examples
  }
}

/// The least and the greatest value of a block.
private final class ValueRange {
  private(set) var least = Float.infinity
  private(set) var greatest = -Float.infinity

  func find(in values: MatrixView) {
    (least, greatest) = (.infinity, -.infinity)
    for row in 0..<values.rows {
      for value in UnsafeBufferPointer(start: values.row(row), count: values.columns) {
        least = min(least, value)
        greatest = max(greatest, value)
      }
    }
  }
}
