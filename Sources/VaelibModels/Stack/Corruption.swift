import VaelibNumerics

/// Draws corrupted versions of examples: fresh noise for each seed, epoch, layer and example, whatever the thread.
struct Corruption {
  let kind: CorruptionKind
  let level: Double
  let low: Float
  let high: Float
  /// Layers draw from parts of a stream of their own.
  let layer: Int

  /// `inputRange` is that of all inputs, for layers that need it.
  init(_ configuration: LayerConfiguration, layer: Int, inputRange: ClosedRange<Float>? = nil) {
    kind = configuration.corruption
    level = configuration.corruptionLevel
    low = inputRange?.lowerBound ?? Float(configuration.corruptionLow)
    high = inputRange?.upperBound ?? Float(configuration.corruptionHigh)
    self.layer = layer
  }

  /// Blocks of random numbers between the streams of two layers: room for the widest layer, twice.
  static let blocksPerLayer = 2 * maximumWidth / 4

  /// Corrupts one example in place.
  ///
  /// - Parameter touched: receives 1 for each corrupted component and 0 for the others, if not nil.
  func corrupt(
    _ values: UnsafeMutablePointer<Float>, count: Int, stream: RandomStream,
    touched: UnsafeMutablePointer<Float>?
  ) {
    touched?.update(repeating: kind == .gaussian ? 1 : 0, count: count)
    if level == 0 { return }
    let firstBlock = UInt32(layer * Self.blocksPerLayer)
    withUnsafeTemporaryAllocation(of: Float.self, capacity: 2 * count) { scratch in
      guard let draws = scratch.baseAddress else { return }
      if kind == .gaussian {
        stream.normals(into: draws, count: count, firstBlock: firstBlock)
        for index in 0..<count { values[index] += Float(level) * draws[index] }
        return
      }
      let coins = draws + count
      stream.uniforms(into: draws, count: count, firstBlock: firstBlock)
      if kind == .saltAndPepper {
        stream.uniforms(into: coins, count: count, firstBlock: firstBlock + UInt32((count + 3) / 4))
      }
      forEachChosen(draws, count: count) { index in
        values[index] = kind == .saltAndPepper ? (coins[index] < 0.5 ? low : high) : 0
        touched?[index] = 1
      }
    }
  }

  /// How many of `count` components a proportion is: at least one of several, else the few columns of a narrow table
  /// would all be left as they are.
  private func wanted(of count: Int) -> Int {
    max(Int((level * Double(count)).rounded()), level > 0 && count > 1 ? 1 : 0)
  }

  /// Each component with probability level, or exactly so many of them, every set equally likely (selection sampling:
  /// Knuth, volume 2, section 3.4.2, algorithm S).
  private func forEachChosen(_ uniforms: UnsafePointer<Float>, count: Int, _ body: (Int) -> Void) {
    if kind == .independentMasking {
      for index in 0..<count where uniforms[index] < Float(level) { body(index) }
      return
    }
    var wanted = wanted(of: count)
    for index in 0..<count where wanted > 0 {
      if Double(uniforms[index]) * Double(count - index) < Double(wanted) {
        body(index)
        wanted -= 1
      }
    }
  }
}
