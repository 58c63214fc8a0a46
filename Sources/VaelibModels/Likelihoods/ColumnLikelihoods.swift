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
  }

  let parts: [Part]
  /// What the encoder sees of an example.
  let inputs: InputLayout
  /// Which values an example may hold.
  let check: ExampleCheck

  /// Tensors of the likelihoods' own are added to the layout. The likelihoods must be decided.
  init(_ configuration: VAEConfiguration, layout: inout ParameterLayout) throws {
    var parts: [Part] = []
    for (index, group) in configuration.decidedGroups.enumerated() {
      guard let kind = group.likelihood else { continue }
      let columns = LikelihoodColumns(
        count: group.columns, options: group.options, classes: group.classes,
        prefix: configuration.groups.isEmpty ? "" : "columns/\(index)/")
      let likelihood = try kind.type.init(columns, layout: &layout)
      let (column, input, output) = (
        parts.last?.columns.upperBound ?? 0, parts.last?.inputs.upperBound ?? 0,
        parts.last?.outputs.upperBound ?? 0
      )
      parts.append(
        Part(
          columns: column..<column + group.columns,
          inputs: input..<input + group.columns * likelihood.inputs.function.results,
          outputs: output..<output + likelihood.outputs, likelihood: likelihood))
    }
    self.parts = parts
    inputs = InputLayout(
      parts.map {
        InputLayout.Part(columns: $0.columns, inputs: $0.inputs, transform: $0.likelihood.inputs)
      })
    check = ExampleCheck(parts.map { ColumnDomain(columns: $0.columns, domain: $0.likelihood.domain) })
  }

  /// What the decoder puts out for an example.
  var outputs: Int { parts.last?.outputs.upperBound ?? 0 }
  /// Whether a variance says more than a mean.
  var hasVariance: Bool { parts.contains { $0.likelihood.hasVariance } }
  /// The tensors of its own that are learned.
  var learned: [Optimizer.Pace] { parts.flatMap(\.likelihood.learned) }

  func makeRows(_ rows: Int, forTraining: Bool) throws(NumericsError) -> ColumnLikelihoodRows {
    try ColumnLikelihoodRows(self, rows: rows, forTraining: forTraining)
  }
}

/// Likelihoods of groups of columns at work on rows.
final class ColumnLikelihoodRows {
  private struct Part {
    let column: Int
    let output: Int
    let rows: any LikelihoodRows
  }

  private let parts: [Part]

  init(_ likelihoods: ColumnLikelihoods, rows: Int, forTraining: Bool) throws(NumericsError) {
    var parts: [Part] = []
    for part in likelihoods.parts {
      parts.append(
        Part(
          column: part.columns.lowerBound, output: part.outputs.lowerBound,
          rows: try part.likelihood.makeRows(rows, forTraining: forTraining)))
    }
    self.parts = parts
  }

  func begin(parameters: UnsafePointer<Float>) {
    for part in parts { part.rows.begin(parameters: parameters) }
  }

  func logLikelihood(
    _ row: Int, _ outputs: UnsafePointer<Float>, of example: UnsafePointer<Float>
  ) -> Double {
    var sum = 0.0
    for part in parts {
      sum += part.rows.logLikelihood(row, outputs + part.output, of: example + part.column)
    }
    return sum
  }

  func writeColumnTerms(
    _ row: Int, _ outputs: UnsafePointer<Float>, of example: UnsafePointer<Float>,
    into terms: UnsafeMutablePointer<Double>
  ) {
    for part in parts {
      part.rows.writeColumnTerms(
        row, outputs + part.output, of: example + part.column, into: terms + part.column)
    }
  }

  func gradient(
    _ row: Int, _ outputs: UnsafePointer<Float>, of example: UnsafePointer<Float>, weight: Float,
    into gradient: UnsafeMutablePointer<Float>
  ) -> Double {
    var sum = 0.0
    for part in parts {
      sum += part.rows.gradient(
        row, outputs + part.output, of: example + part.column, weight: weight, into: gradient + part.output)
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
    for part in parts { part.rows.writeMean(row, outputs + part.output, into: mean + part.column) }
  }

  func writeVariance(
    _ row: Int, _ outputs: UnsafePointer<Float>, into variance: UnsafeMutablePointer<Float>
  ) {
    for part in parts { part.rows.writeVariance(row, outputs + part.output, into: variance + part.column) }
  }

  func writeSample(
    _ row: Int, _ outputs: UnsafePointer<Float>, stream: RandomStream,
    into sample: UnsafeMutablePointer<Float>
  ) {
    for (index, part) in parts.enumerated() {
      part.rows.writeSample(
        row, outputs + part.output, stream: stream.part(index), into: sample + part.column)
    }
  }
}
