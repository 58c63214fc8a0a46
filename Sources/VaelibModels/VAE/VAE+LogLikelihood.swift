import Glibc

/// log p(x) of one example and its standard error, in nats.
public struct LogLikelihood: Sendable {
  public var value: Double
  /// NaN for a single sample.
  public var standardError: Double
}

extension VariationalAutoencoder {
  /// log p(x) by importance sampling: log (1/K) sum_k p(x|z_k) p(z_k) / q(z_k|x), z_k from q(z|x), K =
  /// `evaluation.samples` (Burda et al. 2015, eq. 8). Given to `receive` in order of the rows.
  public func logLikelihoods(
    _ examples: any ExampleSource, _ evaluation: EvaluationConfiguration, control: RunControl = RunControl(),
    receive: (_ row: Int, LogLikelihood) -> Void
  ) throws {
    try Evaluator.forEachExample(of: self, examples, evaluation, control: control) { row, example in
      receive(row, Self.logMeanExp(example.draws))
    }
  }

  /// The logarithm of the mean weight, and its standard error by the delta method: sd(w) / (sqrt(K) mean(w)).
  private static func logMeanExp(_ draws: UnsafeBufferPointer<Draw>) -> LogLikelihood {
    let count = Double(draws.count)
    let highest = draws.reduce(-Double.infinity) { max($0, $1.logWeight) }
    if !highest.isFinite { return LogLikelihood(value: highest, standardError: .nan) }
    let sum = draws.reduce(0) { $0 + exp($1.logWeight - highest) }
    let mean = sum / count
    let squares = draws.reduce(0) { total, draw in
      let difference = exp(draw.logWeight - highest) - mean
      return total + difference * difference
    }
    let error = draws.count > 1 ? (squares / (count - 1) / count).squareRoot() / mean : .nan
    return LogLikelihood(value: highest + log(mean), standardError: error)
  }
}
