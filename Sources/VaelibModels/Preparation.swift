import VaelibNumerics

/// Computes every value of this floor that Swift would compute at its first use; see `prepareNumerics`.
public func prepareModels() {
  prepare(LikelihoodOptions.parameters)
  prepare(ColumnGroup.parameters)
  prepare(VAEConfiguration.parameters)
  prepare(TrainingConfiguration.parameters)
  prepare(StackConfiguration.parameters)
  prepare(LayerConfiguration.parameters)
  prepare(EvaluationConfiguration.parameters)
  prepare(ImputationConfiguration.parameters)
  prepare(VariationalAutoencoder.phases)
  prepare(StackedAutoencoder.phases)
  prepare(Metric.means)
  prepare(Metric.lasts)
  prepare(Metric.indices)
  prepare(Series.all)
  prepare(Series.stored)
  prepare(DensityCells.gaussian)
  prepare(DensityCells.laplace)
  prepare(QuantileKnots.identity)
  prepare(ExampleCheck.finite)
}
