import VaelibNumerics

/// What the blocks of a query of a stack share.
struct StackQuery {
  /// The weights of each layer as products of many rows read them.
  struct PackedWeights {
    fileprivate(set) var encoders: [PackedMatrix] = []
    /// Empty unless decoding.
    fileprivate(set) var decoders: [PackedMatrix] = []
  }

  let stack: StackedAutoencoder
  /// How many layers, from the bottom.
  let layers: Int
  /// Whether the decoders are needed too.
  let decoding: Bool
  let plan: BlockPlan
  let packed: PackedWeights?

  init(_ stack: StackedAutoencoder, rows: Int, layers: Int, decoding: Bool) throws(NumericsError) {
    (self.stack, self.layers, self.decoding) = (stack, layers, decoding)
    let used = stack.layers[..<layers]
    let flops = used.reduce(0) { $0 + 2 * $1.encoder.inputs * $1.encoder.outputs }
    plan = BlockPlan(rows: rows, flops: decoding ? 2 * flops : flops)
    var weights = PackedWeights()
    if plan.packs {
      try profiled(.packing) { () throws(NumericsError) in
        for layer in used {
          weights.encoders.append(try PackedMatrix(layer.encoder.weight(in: stack.parameters.base)))
          if decoding { weights.decoders.append(try layer.packedDecoder(stack.parameters.base)) }
        }
      }
    }
    packed = plan.packs ? weights : nil
  }
}
