import VaelibNumerics

extension VariationalAutoencoder {
  /// The examples with what they lack estimated from what they have, [N, M, D]; M is the number of imputations.
  ///
  /// - Throws: `ModelError.invalidArgument` for a model whose examples may not lack numbers.
  public func impute(
    _ examples: any ExampleSource, _ imputation: ImputationConfiguration,
    into completed: UnsafeMutablePointer<Float>, control: RunControl = RunControl()
  ) throws {
    try imputation.validate()
    if configuration.missing == .refuse {
      throw ModelError.invalidArgument(
        "the model was made for examples that lack no numbers; make it with missing ignore or indicate, and train it again"
      )
    }
    try ExampleCheck.shape(examples, columns: dataDimension, what: "the examples")
    switch (imputation.method, imputation.estimate) {
    case (.markovChain, _): try runChains(examples, imputation, into: completed, control: control)
    case (.importance, .sample):
      try weigh(examples, imputation, into: completed, control: control) { rows, _ in
        try ImportanceSamples(imputation, self, rows: rows)
      }
    case (.importance, .mean), (.importance, .mode):
      try weigh(examples, imputation, into: completed, control: control) { rows, decoder in
        try ImportanceEstimates(imputation, width: self.dataDimension, rows: rows, decoder: decoder)
      }
    }
  }

  private func weigh(
    _ examples: any ExampleSource, _ imputation: ImputationConfiguration,
    into completed: UnsafeMutablePointer<Float>, control: RunControl,
    makeCollector: (_ rows: Int, DecoderPass) throws -> some ImputationCollector
  ) throws {
    var evaluation = EvaluationConfiguration()
    (evaluation.samples, evaluation.seed) = (imputation.samples, imputation.seed)
    let count = imputation.imputations
    try Evaluator.forEachExample(
      of: self, examples, evaluation, control: control, makeCollector: makeCollector
    ) { row, example in
      for index in 0..<count {
        (completed + (row * count + index) * dataDimension).update(
          from: example.collector.result(example.rowOfBlock, imputation: index), count: dataDimension)
      }
    }
  }

  private func runChains(
    _ examples: any ExampleSource, _ imputation: ImputationConfiguration,
    into completed: UnsafeMutablePointer<Float>, control: RunControl
  ) throws {
    let blocks = try exampleBlocks(examples, control: control)
    let (flops, overflow) = (encoder.flops + decoder.flops).multipliedReportingOverflow(
      by: imputation.samples)
    let plan = BlockPlan(rows: examples.rows, flops: overflow ? Int.max : flops, most: 64)
    let (encoder, decoder) = (try EncoderQuery(self, plan), try DecoderQuery(self, plan))
    let rowValues = imputation.imputations * dataDimension
    try blocks.forEachBlock(
      plan, changesRows: false,
      makeWorkspace: {
        (
          try ImputationChain(imputation, encoder, decoder, rows: plan.height),
          try FloatBuffer(rows: plan.height, columns: rowValues)
        )
      },
      compute: { block, workspace in
        workspace.0.run(block.values, place: block.place, into: workspace.1.base) {
          plan.lanes == 1 ? blocks.progress.shouldStop(done: block.first) : control.isCancelled()
        }
      },
      collect: { block, workspace in
        (completed + block.first * rowValues).update(
          from: workspace.1.base, count: block.values.rows * rowValues)
      })
  }
}
