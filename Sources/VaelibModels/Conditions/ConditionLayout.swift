/// Which columns of examples are conditions, and what networks see of them: the decoder sees behind z what the encoder
/// sees of them, group after group.
struct ConditionLayout: Sendable {
  /// A run of columns that are given: where they are in an example, in a row of conditions alone, and among what the
  /// encoder sees and what the decoder sees behind z.
  struct Run: Sendable {
    let columns: Range<Int>
    let places: Range<Int>
    let encoderInputs: Range<Int>
    let decoderInputs: Range<Int>
    /// How the columns are seen.
    let kind: LikelihoodKind
  }

  let runs: [Run]
  /// What networks see of a row of conditions alone.
  let inputs: InputLayout
  /// What the values of conditions alone must be.
  private let check: ExampleCheck

  /// nil if no part is of conditions.
  init?(_ parts: [ColumnLikelihoods.Part]) {
    var (runs, layouts, domains) = ([Run](), [InputLayout.Part](), [ColumnDomain]())
    for part in parts {
      guard let kind = part.givenAs else { continue }
      let (place, input) = (runs.last?.places.upperBound ?? 0, runs.last?.decoderInputs.upperBound ?? 0)
      let run = Run(
        columns: part.columns, places: place..<place + part.columns.count, encoderInputs: part.inputs,
        decoderInputs: input..<input + part.inputs.count, kind: kind)
      runs.append(run)
      layouts.append(
        InputLayout.Part(
          columns: run.places, inputs: run.decoderInputs, transform: part.likelihood.inputs))
      domains.append(ColumnDomain(columns: run.places, domain: part.likelihood.domain, isGiven: true))
    }
    if runs.isEmpty { return nil }
    self.runs = runs
    inputs = InputLayout(layouts, missing: .refuse)
    check = ExampleCheck(domains, what: "the conditions")
  }

  /// What the values of conditions alone must be, of examples whose columns have names.
  func check(naming names: ColumnNames) -> ExampleCheck { check.naming(names.ofColumns(runs.map(\.columns))) }

  /// How many columns are conditions, K.
  var columns: Int { runs[runs.count - 1].places.upperBound }
  /// How many numbers the decoder sees of them, C.
  var width: Int { inputs.width }

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
