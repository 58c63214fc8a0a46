/// Which columns of examples are given, and what networks see of them: the decoder sees behind z what the encoder sees of
/// them, group after group; of a size factor nothing.
struct ConditionLayout: Sendable {
  /// A run of columns that are given: where they are in an example, in a row of conditions alone, and among what the
  /// encoder sees and what the decoder sees behind z.
  struct Run: Sendable {
    let columns: Range<Int>
    let places: Range<Int>
    let encoderInputs: Range<Int>
    let decoderInputs: Range<Int>
    /// How the columns are seen; nil for a size factor.
    let kind: LikelihoodKind?
  }

  let runs: [Run]
  /// Where the size factor is, if there is one.
  let sizeFactor: Run?
  /// What networks see of a row of conditions alone.
  let inputs: InputLayout
  /// What the values of conditions alone must be.
  private let check: ExampleCheck

  /// nil if no part is given.
  init?(_ parts: [ColumnLikelihoods.Part]) {
    var (runs, layouts, domains) = ([Run](), [InputLayout.Part](), [ColumnDomain]())
    for part in parts {
      guard part.role.isGiven else { continue }
      let (place, input) = (runs.last?.places.upperBound ?? 0, runs.last?.decoderInputs.upperBound ?? 0)
      let run = Run(
        columns: part.columns, places: place..<place + part.columns.count, encoderInputs: part.inputs,
        decoderInputs: input..<input + part.inputs.count, kind: part.role.seenAs)
      runs.append(run)
      layouts.append(
        InputLayout.Part(
          columns: run.places, inputs: run.decoderInputs, transform: part.likelihood.inputs))
      domains.append(ColumnDomain(columns: run.places, domain: part.likelihood.domain, isGiven: true))
    }
    if runs.isEmpty { return nil }
    self.runs = runs
    sizeFactor = runs.first { $0.kind == nil }
    inputs = InputLayout(layouts, missing: .refuse)
    check = ExampleCheck(domains, what: "the conditions")
  }

  /// What the values of conditions alone must be, of examples whose columns have names.
  func check(naming names: ColumnNames) -> ExampleCheck { check.naming(names.ofColumns(runs.map(\.columns))) }

  /// How many columns are given, K.
  var columns: Int { runs[runs.count - 1].places.upperBound }
  /// How many numbers the decoder sees of them, C.
  var width: Int { inputs.width }
  /// How many numbers there are behind z: those that the decoder sees, then log s of the size factor, which it does not.
  var numbers: Int { width + (sizeFactor == nil ? 0 : 1) }

  /// Takes what the decoder sees from what the encoder sees of an example.
  func copyInputs(_ encoderInputs: UnsafePointer<Float>, into out: UnsafeMutablePointer<Float>) {
    for run in runs {
      (out + run.decoderInputs.lowerBound).update(
        from: encoderInputs + run.encoderInputs.lowerBound, count: run.encoderInputs.count)
    }
  }

  /// Takes the conditions, [K], from an example.
  func copyConditions(of example: UnsafePointer<Float>, into out: UnsafeMutablePointer<Float>) {
    for run in runs {
      (out + run.places.lowerBound).update(from: example + run.columns.lowerBound, count: run.columns.count)
    }
  }

  /// Writes conditions, [K], to their columns of an example.
  func write(_ conditions: UnsafePointer<Float>, into example: UnsafeMutablePointer<Float>) {
    for run in runs {
      (example + run.columns.lowerBound).update(
        from: conditions + run.places.lowerBound, count: run.columns.count)
    }
  }
}
