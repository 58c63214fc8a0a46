import VaelibNetworks
import VaelibNumerics

/// The likelihood of whole examples: those of groups of columns, one after another, independent of each other given z.
struct ColumnLikelihoods: Sendable {
  /// A group: its columns of an example, its numbers of what the encoder sees, its outputs of the decoder.
  struct Part: Sendable {
    let columns: Range<Int>
    let inputs: Range<Int>
    let outputs: Range<Int>
    let likelihood: any Likelihood
    let role: ColumnRole
  }

  let parts: [Part]
  /// nil where no columns are given.
  let conditions: ConditionLayout?
  /// What the encoder sees of an example.
  let inputs: InputLayout
  /// Which values an example may hold.
  let check: ExampleCheck

  /// Tensors of the likelihoods' own are added to the layout. The likelihoods must be decided.
  init(_ configuration: VAEConfiguration, layout: inout ParameterLayout) throws {
    var parts: [Part] = []
    for (index, group) in configuration.decidedGroups.enumerated() {
      guard let role = group.role else { continue }
      let columns = LikelihoodColumns(
        count: group.columns, options: group.options, kind: group.likelihood, classes: group.classes,
        prefix: configuration.groups.isEmpty ? "" : "columns/\(index)/",
        conditions: configuration.conditionWidth, hasSizeFactor: configuration.hasSizeFactor)
      let likelihood = try role.type.init(columns, layout: &layout)
      let (column, input, output) = (
        parts.last?.columns.upperBound ?? 0, parts.last?.inputs.upperBound ?? 0,
        parts.last?.outputs.upperBound ?? 0
      )
      parts.append(
        Part(
          columns: column..<column + group.columns,
          inputs: input..<input + group.columns * likelihood.inputs.function.results,
          outputs: output..<output + likelihood.outputs, likelihood: likelihood, role: role))
    }
    self.parts = parts
    conditions = ConditionLayout(parts)
    inputs = InputLayout(
      parts.map {
        InputLayout.Part(columns: $0.columns, inputs: $0.inputs, transform: $0.likelihood.inputs)
      }, missing: configuration.missing)
    check = ExampleCheck(
      parts.map {
        ColumnDomain(columns: $0.columns, domain: $0.likelihood.domain, isGiven: $0.role.isGiven)
      },
      missing: configuration.missing)
  }

  /// What the decoder puts out for an example.
  var outputs: Int { parts.last?.outputs.upperBound ?? 0 }
  /// Whether a variance says more than a mean.
  var hasVariance: Bool { parts.contains { $0.likelihood.hasVariance } }
  /// The tensors of its own that are learned.
  var learned: [Optimizer.Pace] { parts.flatMap(\.likelihood.learned) }

  /// How many columns are modelled.
  var modelledColumns: Int { parts.reduce(0) { $0 + ($1.role.isGiven ? 0 : $1.columns.count) } }

  /// Draws 0 or 1 for each value of an example, which is its probability of 1; conditions stay as they are.
  func binarize(_ example: UnsafeMutablePointer<Float>, _ stream: RandomStream) {
    guard conditions != nil else {
      return stream.bernoulliDraws(in: example, count: parts.last?.columns.upperBound ?? 0)
    }
    var block = 0
    for part in parts where !part.role.isGiven {
      let count = part.columns.count
      stream.bernoulliDraws(in: example + part.columns.lowerBound, count: count, firstBlock: UInt32(block))
      block += (count + 3) / 4
    }
  }

  func makeRows(_ rows: Int, forTraining: Bool) throws(NumericsError) -> ColumnLikelihoodRows {
    try ColumnLikelihoodRows(self, rows: rows, forTraining: forTraining)
  }
}

/// Likelihoods of groups of columns at work on rows. Columns that an example lacks are left out: they have no share in its
/// likelihood, and no gradient.
final class ColumnLikelihoodRows {
  private struct Part {
    let columns: Range<Int>
    let output: Int
    let rows: any LikelihoodRows
  }

  private let parts: [Part]

  init(_ likelihoods: ColumnLikelihoods, rows: Int, forTraining: Bool) throws(NumericsError) {
    var parts: [Part] = []
    for part in likelihoods.parts {
      parts.append(
        Part(
          columns: part.columns, output: part.outputs.lowerBound,
          rows: try part.likelihood.makeRows(rows, forTraining: forTraining)))
    }
    self.parts = parts
  }

  func begin(parameters: UnsafePointer<Float>) {
    for part in parts { part.rows.begin(parameters: parameters) }
  }

  func take(_ given: GivenNumbers) {
    for part in parts { part.rows.take(given) }
  }

  func logLikelihood(
    _ row: Int, _ outputs: UnsafePointer<Float>, of example: UnsafePointer<Float>, missing: MissingColumns
  ) -> Double {
    var sum = 0.0
    forEachPart(example, missing) { part, observed in
      let outputs = outputs + part.output
      sum +=
        observed.missing.isEmpty
        ? part.rows.logLikelihood(row, outputs, of: observed)
        : observedLogLikelihood(part, row, outputs, of: observed)
    }
    return sum
  }

  /// log p(x|z) of a row that was completed: of all columns, but counts are shares of the total of those that were not
  /// `missing`.
  func completedLogLikelihood(
    _ row: Int, _ outputs: UnsafePointer<Float>, of example: UnsafePointer<Float>, missing: MissingColumns
  ) -> Double {
    var sum = 0.0
    forEachPart(example, missing) { part, observed in
      sum += part.rows.logLikelihood(row, outputs + part.output, of: observed)
    }
    return sum
  }

  /// Calls `body` with each group and its columns of an example, counted from where the group begins.
  private func forEachPart(
    _ example: UnsafePointer<Float>, _ missing: MissingColumns, _ body: (Part, ObservedExample) -> Void
  ) {
    var rest = missing
    for part in parts {
      let missing = rest.takeColumns(before: part.columns.upperBound).counted(from: part.columns.lowerBound)
      body(part, ObservedExample(values: example + part.columns.lowerBound, missing: missing))
    }
  }

  /// Of the columns of a group that are not missing. `outputs` are those of the group.
  private func observedLogLikelihood(
    _ part: Part, _ row: Int, _ outputs: UnsafePointer<Float>, of observed: ObservedExample
  ) -> Double {
    withUnsafeTemporaryAllocation(of: Double.self, capacity: part.columns.count) { terms in
      guard let base = terms.baseAddress else { return 0 }
      part.rows.writeColumnTerms(row, outputs, of: observed, into: base)
      observed.missing.forEach { terms[$0] = 0 }
      return terms.reduce(0, +)
    }
  }

  func writeColumnTerms(
    _ row: Int, _ outputs: UnsafePointer<Float>, of example: UnsafePointer<Float>, missing: MissingColumns,
    into terms: UnsafeMutablePointer<Double>
  ) {
    forEachPart(example, missing) { part, observed in
      part.rows.writeColumnTerms(
        row, outputs + part.output, of: observed, into: terms + part.columns.lowerBound)
    }
    missing.forEach { terms[$0] = 0 }
  }

  func gradient(
    _ row: Int, _ outputs: UnsafePointer<Float>, of example: UnsafePointer<Float>, missing: MissingColumns,
    weight: Float, into gradient: UnsafeMutablePointer<Float>
  ) -> Double {
    var sum = 0.0
    forEachPart(example, missing) { part, observed in
      let (outputs, gradient) = (outputs + part.output, gradient + part.output)
      let value = part.rows.gradient(row, outputs, of: observed, weight: weight, into: gradient)
      observed.missing.forEach { part.rows.clearGradient(row, column: $0, in: gradient) }
      sum +=
        observed.missing.isEmpty
        ? value : observedLogLikelihood(part, row, outputs, of: observed)
    }
    return sum
  }

  func finishGradients(
    rows: Int, parameters: UnsafePointer<Float>, gradients: UnsafeMutablePointer<Float>
  ) {
    for part in parts {
      part.rows.finishGradients(rows: rows, parameters: parameters, gradients: gradients)
    }
  }

  func writeMean(_ row: Int, _ outputs: UnsafePointer<Float>, into mean: UnsafeMutablePointer<Float>) {
    for part in parts {
      part.rows.writeMean(row, outputs + part.output, into: mean + part.columns.lowerBound)
    }
  }

  func writeMean(
    _ row: Int, _ outputs: UnsafePointer<Float>, of example: UnsafePointer<Float>, missing: MissingColumns,
    into mean: UnsafeMutablePointer<Float>
  ) {
    forEachPart(example, missing) { part, observed in
      part.rows.writeMean(row, outputs + part.output, of: observed, into: mean + part.columns.lowerBound)
    }
  }

  /// How many numbers `writeStatistics` has for an example.
  var statisticCount: Int { parts.reduce(0) { $0 + $1.rows.statisticCount } }

  func writeStatistics(
    _ row: Int, _ outputs: UnsafePointer<Float>, of example: UnsafePointer<Float>, missing: MissingColumns,
    into statistics: UnsafeMutablePointer<Float>
  ) {
    var place = statistics
    forEachPart(example, missing) { part, observed in
      part.rows.writeStatistics(row, outputs + part.output, of: observed, into: place)
      place += part.rows.statisticCount
    }
  }

  /// Writes the estimate of each missing column from averaged statistics to its place in `example`.
  func writeEstimates(
    of missing: MissingColumns, from statistics: UnsafePointer<Double>, mostProbable: Bool,
    into example: UnsafeMutablePointer<Float>
  ) {
    var (place, rest) = (statistics, missing)
    for part in parts {
      rest.takeColumns(before: part.columns.upperBound).forEach { column in
        example[column] = part.rows.estimate(
          column - part.columns.lowerBound, from: place, mostProbable: mostProbable)
      }
      place += part.rows.statisticCount
    }
  }

  func writeVariance(
    _ row: Int, _ outputs: UnsafePointer<Float>, into variance: UnsafeMutablePointer<Float>
  ) {
    for part in parts {
      part.rows.writeVariance(row, outputs + part.output, into: variance + part.columns.lowerBound)
    }
  }

  func writeSample(
    _ row: Int, _ outputs: UnsafePointer<Float>, stream: RandomStream,
    into sample: UnsafeMutablePointer<Float>
  ) {
    for (index, part) in parts.enumerated() {
      part.rows.writeSample(
        row, outputs + part.output, stream: stream.part(index), into: sample + part.columns.lowerBound)
    }
  }
  /// A sample for a row that is to be as large as an example.
  func writeSample(
    _ row: Int, _ outputs: UnsafePointer<Float>, of example: UnsafePointer<Float>, missing: MissingColumns,
    stream: RandomStream, into sample: UnsafeMutablePointer<Float>
  ) {
    var index = 0
    forEachPart(example, missing) { part, observed in
      part.rows.writeSample(
        row, outputs + part.output, of: observed, stream: stream.part(index),
        into: sample + part.columns.lowerBound)
      index += 1
    }
  }
}
