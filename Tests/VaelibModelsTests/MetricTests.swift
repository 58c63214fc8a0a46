import Testing
import VaelibModels

@Suite struct MetricTests {
  /// Files hold the stored ones in this order.
  @Test func columnsFollowFromTheMetricsInOrder() {
    let columns = [
      "phase", "layer", "epoch", "examples_seen", "loss", "validation_loss", "reconstruction", "kl", "elbo",
      "validation_reconstruction", "validation_kl", "validation_elbo", "error", "validation_error",
      "kl_weight",
      "learning_rate", "seconds",
    ]
    #expect(Series.all.map(\.name) == columns)
    #expect(Series.stored.map(\.name) == columns.filter { !$0.hasSuffix("elbo") })
    #expect(Metric.means == [.loss, .reconstruction, .kl, .error])
    #expect(Metric.lasts == [.klWeight, .learningRate])
  }

  @Test func theBoundFollowsFromItsTerms() {
    let history = TrainingHistory(columns: [
      (Series(.reconstruction), [-3, -2]), (Series(.kl), [1, 0.5]), (Series(.kl, validation: true), [1, 1]),
    ])
    #expect(history[.elbo] == [-4, -2.5])
    #expect(
      history.series.map(\.name) == ["reconstruction", "kl", "elbo", "validation_kl"])
    #expect(history.storedSeries.map(\.name) == ["reconstruction", "kl", "validation_kl"])
    let values: MetricValues = [.reconstruction: -3, .kl: 1]
    #expect(values.present.map(\.metric) == [.reconstruction, .kl, .elbo])
    #expect(values[.elbo] == -4)
  }

  @Test(arguments: [
    (Metric.phase, [0.0, 3, .nan], [4.0, -1, 0.5, .infinity]), (.epoch, [0, 7, .nan], [-1, 0.5, .infinity]),
    (.loss, [-0.5, .infinity, .nan], []),
  ])
  func valuesThatCannotBe(metric: Metric, possible: [Double], impossible: [Double]) {
    #expect(possible.allSatisfy(metric.isPossible))
    #expect(!impossible.contains(where: metric.isPossible))
  }
}
