import Synchronization
import Testing
import VaelibModels
import VaelibNetworks
import VaelibNumerics

/// Examples in memory, owned.
final class TestExamples {
  let buffer: FloatBuffer
  let source: ArraySource

  init(_ values: [Float], columns: Int) throws {
    buffer = try FloatBuffer(count: values.count)
    for (index, value) in values.enumerated() { buffer.base[index] = value }
    source = ArraySource(
      .dense(
        .dense(base: buffer.base, elementType: .float32, rows: values.count / columns, columns: columns)),
      owner: buffer)
  }

  /// Two kinds of binary patterns with some noise: something a small model can learn.
  static func patterns(rows: Int, columns: Int = 12) throws -> TestExamples {
    var random = RandomIntegers(RandomStream(seed: 5, purpose: 200, epoch: 0, example: 0))
    var values: [Float] = []
    for row in 0..<rows {
      for column in 0..<columns {
        let one = (column < columns / 2) == (row % 2 == 0)
        values.append(random.below(10) == 0 ? (one ? 0 : 1) : (one ? 1 : 0))
      }
    }
    return try TestExamples(values, columns: columns)
  }
}

/// A source that is read block by block, as a file is, and counts what it reads.
final class BlockSource: StoredExamples, @unchecked Sendable {
  private let whole: TestExamples
  private let lock = Mutex<[Range<Int>]>([])
  let blockRows: Int
  let windowRows: Int
  var failure: (any Error)?

  init(_ whole: TestExamples, blockRows: Int, windowBlocks: Int) {
    self.whole = whole
    self.blockRows = blockRows
    windowRows = blockRows * windowBlocks
  }

  var loads: [Range<Int>] { lock.withLock { $0 } }

  var rows: Int { whole.source.rows }
  var columns: Int { whole.source.columns }
  var scale: Double { 1 }
  var shift: Double { 0 }
  var resident: RowArray? { nil }

  func size(_ rows: RowIndices) -> StoredSize { whole.source.size(rows) }

  func load(_ rows: Range<Int>) throws -> LoadedRows {
    lock.withLock { $0.append(rows) }
    if let failure { throw failure }
    return try whole.source.load(rows)
  }
}

extension VariationalAutoencoder {
  static func small(_ change: (inout VAEConfiguration) -> Void = { _ in }) throws -> VariationalAutoencoder {
    var configuration = VAEConfiguration()
    configuration.dataDimension = 12
    configuration.latentDimension = 2
    configuration.hidden = [16]
    configuration.activation = .tanh
    configuration.likelihood = .bernoulli
    change(&configuration)
    return try VariationalAutoencoder(configuration)
  }

  var values: [Float] { (0..<parameters.count).map { parameters.base[$0] } }
}

extension TrainingConfiguration {
  static func small(_ change: (inout TrainingConfiguration) -> Void = { _ in }) -> TrainingConfiguration {
    var configuration = TrainingConfiguration()
    configuration.epochs = 10
    configuration.batchSize = 16
    configuration.learningRate = 0.01
    configuration.schedule = .constant
    configuration.gradientClipNorm = 0
    change(&configuration)
    return configuration
  }
}
