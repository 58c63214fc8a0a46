import VaelibNetworks
import VaelibNumerics

extension StackedAutoencoder {
  func noSuchLayer(_ layer: Int) -> ModelError {
    .invalidArgument("layer is \(layer); the stack has layers 0 to \(layers.count - 1)")
  }

  /// The width of a layer's code; throws if there is no such layer.
  public func width(ofLayer layer: Int) throws -> Int {
    if !layers.indices.contains(layer) { throw noSuchLayer(layer) }
    return layers[layer].encoder.outputs
  }

  /// The width of a layer's input; throws if there is no such layer.
  public func inputWidth(ofLayer layer: Int) throws -> Int {
    if !layers.indices.contains(layer) { throw noSuchLayer(layer) }
    return layers[layer].encoder.inputs
  }

  /// Takes examples through the layers up to `layer`, several blocks at once. Examples may be noisy where nothing is
  /// compared with them, so finite values are enough unless `check` asks for more.
  ///
  /// - Parameters:
  ///   - makeResults: room for what is to be collected of a block of so many rows.
  ///   - compute: called on any thread.
  ///   - collect: called with the results on the calling thread, in order of the rows.
  func forEachBlock<Results>(
    _ examples: any ExampleSource, upTo layer: Int, decoding: Bool = false, check: ExampleCheck? = nil,
    control: RunControl, makeResults: (_ rows: Int) throws -> Results,
    compute: (ExampleBlocks.Block, StackWorkspace, Results) -> Void,
    collect: (ExampleBlocks.Block, Results) -> Void
  ) throws {
    if !layers.indices.contains(layer) { throw noSuchLayer(layer) }
    try ExampleCheck.shape(examples, columns: configuration.dataDimension, what: "the examples")
    let query = try StackQuery(self, rows: examples.rows, layers: layer + 1, decoding: decoding)
    let height = query.plan.height
    let check = check ?? ExampleCheck.finite.naming(record.columns)
    try ExampleBlocks(source: examples, check: check, control: control).forEachBlock(
      query.plan, changesRows: standardization != nil,
      makeWorkspace: { (stack: try StackWorkspace(query, rows: height), results: try makeResults(height)) },
      compute: { compute($0, $1.stack, $1.results) }, collect: { collect($0, $1.results) })
  }

  /// The same where `compute` puts each result where it belongs.
  func forEachBlock(
    _ examples: any ExampleSource, upTo layer: Int, decoding: Bool = false, control: RunControl,
    compute: (ExampleBlocks.Block, StackWorkspace) -> Void
  ) throws {
    try forEachBlock(
      examples, upTo: layer, decoding: decoding, control: control, makeResults: { _ in () },
      compute: { block, workspace, _ in compute(block, workspace) }, collect: { _, _ in })
  }

  /// Copies a block of results to its rows of an output [N, columns].
  func copy(_ values: MatrixView, to out: UnsafeMutablePointer<Float>, from first: Int) {
    for row in 0..<values.rows {
      (out + (first + row) * values.columns).update(from: values.row(row), count: values.columns)
    }
  }

  /// The clean code after a layer, [N, width].
  public func encode(
    _ examples: any ExampleSource, layer: Int, code: UnsafeMutablePointer<Float>, control: RunControl
  ) throws {
    try forEachBlock(examples, upTo: layer, control: control) { block, workspace in
      copy(workspace.encode(block.values, layers: layer + 1), to: code, from: block.first)
    }
  }

  /// Decodes codes of a layer, down to examples, [N, D].
  public func decode(
    _ codes: any ExampleSource, layer: Int, examples: UnsafeMutablePointer<Float>, control: RunControl
  ) throws {
    if !layers.indices.contains(layer) { throw noSuchLayer(layer) }
    try ExampleCheck.shape(codes, columns: layers[layer].encoder.outputs, what: "the codes")
    let query = try StackQuery(self, rows: codes.rows, layers: layer + 1, decoding: true)
    try ExampleBlocks(source: codes, check: ExampleCheck.finite, control: control).forEachBlock(
      query.plan, changesRows: false,
      makeWorkspace: { try StackWorkspace(query, rows: query.plan.height) }
    ) { block, workspace in
      copy(workspace.decode(block.values, from: layer), to: examples, from: block.first)
    }
  }

  /// Encodes up to a layer and decodes again, [N, D]; noisy examples are denoised.
  public func reconstruct(
    _ examples: any ExampleSource, layer: Int, reconstruction: UnsafeMutablePointer<Float>,
    control: RunControl
  ) throws {
    try forEachBlock(examples, upTo: layer, decoding: true, control: control) { block, workspace in
      let code = workspace.encode(block.values, layers: layer + 1)
      copy(workspace.decode(code, from: layer), to: reconstruction, from: block.first)
    }
  }

  /// The loss of each example's reconstruction, by the lowest layer's loss, without emphasis or penalties; where
  /// columns are standardised, of standardised values.
  public func reconstructionErrors(
    _ examples: any ExampleSource, layer: Int, control: RunControl, receive: (_ row: Int, Double) -> Void
  ) throws {
    let ones = try FloatBuffer(count: configuration.dataDimension)
    ones.base.update(repeating: 1, count: ones.count)
    try forEachBlock(
      examples, upTo: layer, decoding: true, check: exampleCheck, control: control,
      makeResults: { try RowLosses(rows: $0, columns: ones.count) },
      compute: { block, workspace, losses in
        let code = workspace.encode(block.values, layers: layer + 1)
        let output = workspace.decode(code, from: layer, rawOutput: true)
        for row in 0..<output.rows {
          losses.values[row] = layers[0].loss(
            output: output.row(row), of: block.values.row(row), emphasis: ones.base,
            gradient: losses.gradient.base, weight: 1)
        }
      },
      collect: { block, losses in
        for row in 0..<block.values.rows { receive(block.first + row, losses.values[row]) }
      })
  }

  /// What each unit of a layer looks for in an example: the product of the weights up to it, [width, D].
  public func filters(layer: Int, into filters: UnsafeMutablePointer<Float>) throws {
    if !layers.indices.contains(layer) { throw noSuchLayer(layer) }
    let rows = configuration.dataDimension
    var product = layers[0].encoder.weight(in: parameters.base)
    var memory: [FloatBuffer] = []
    for index in 0..<layer {
      let next = layers[index + 1].encoder
      let buffer = try FloatBuffer(rows: rows, columns: next.outputs)
      memory.append(buffer)
      let result = buffer.matrix(rows: rows, columns: next.outputs)
      multiplyInTiles(product, next.weight(in: parameters.base), into: result)
      product = result
    }
    for unit in 0..<product.columns {
      for input in 0..<rows { filters[unit * rows + input] = product.row(input)[unit] }
    }
  }

  /// New examples, top down (Vincent et al. 2010, section 7): the topmost code of each given example, its units
  /// switched on or off with their activation as probability, decoded, and so on down to the mean of the example, [N,
  /// D].
  public func sample(
    _ examples: any ExampleSource, seed: UInt64, samples: UnsafeMutablePointer<Float>, control: RunControl
  ) throws {
    if let index = layers.firstIndex(where: { $0.encoder.activation != .sigmoid }) {
      throw ModelError.invalidArgument(
        "layer \(index) has activation \(layers[index].encoder.activation.rawValue); sampling needs sigmoid codes"
      )
    }
    if let index = layers.indices.first(where: { $0 > 0 && layers[$0].loss == .squaredError }) {
      throw ModelError.invalidArgument(
        "layer \(index) has loss squared_error; sampling needs cross_entropy above the lowest layer")
    }
    let top = layers.count - 1
    try forEachBlock(examples, upTo: top, decoding: true, control: control) { block, workspace in
      var code = workspace.encode(block.values, layers: top + 1)
      for layer in stride(from: top, through: 0, by: -1) {
        switchUnits(code, layer: layer, seed: seed, place: block.place)
        let output = workspace.output(layer, rows: code.rows)
        workspace.decode(code, layer: layer, into: output)
        layers[layer].activateOutput(output)
        code = output
      }
      workspace.restore(code)
      copy(code, to: samples, from: block.first)
    }
  }

  private func switchUnits(_ code: MatrixView, layer: Int, seed: UInt64, place: Int) {
    forEachRow(.random, code.rows, width: code.columns) { row in
      RandomPurpose.topDownSample.stream(seed: seed, example: place + row)
        .bernoulliDraws(
          in: code.row(row), count: code.columns, firstBlock: UInt32(layer * Corruption.blocksPerLayer))
    }
  }
}

/// The losses of a block's rows, and room for a gradient that nobody needs.
private final class RowLosses {
  var values: [Double]
  let gradient: FloatBuffer

  init(rows: Int, columns: Int) throws(NumericsError) {
    values = Array(repeating: 0, count: rows)
    gradient = try FloatBuffer(count: columns)
  }
}
