import VaelibNetworks
import VaelibNumerics

/// The evidence lower bound with a weight on its KL term.
///
/// loss = mean over the batch of weight * (klWeight * KL - reconstruction), AEVB eq. 7 (analytic) or eq. 6
/// (monte_carlo), with L samples per example and the weight of the example, if it has one. Workspaces are sized once,
/// for `capacity` rows.
final class BoundObjective: TrainingObjective {
  /// As many rows as a matrix product can count with 32 bits.
  private static let maximumRows = 1 << 30

  private let model: VariationalAutoencoder
  private let configuration: TrainingConfiguration
  private let encoder: EncoderPass
  private let decoder: DecoderPass
  private let check: ExampleCheck
  /// Row r * L + l is sample l of example r: noise, z and the gradient at z, [capacity * L, J] each.
  private let noise: FloatBuffer
  private let latents: FloatBuffer
  private let latentGradients: FloatBuffer
  private let terms: UnsafeMutablePointer<BoundTerms>
  private let trimming: Trimming?
  private let latent: Int

  init(_ model: VariationalAutoencoder, _ configuration: TrainingConfiguration, capacity: Int) throws {
    let samples = configuration.samples
    let (decoderRows, overflow) = capacity.multipliedReportingOverflow(by: samples)
    if overflow || decoderRows > Self.maximumRows {
      throw ModelError.invalidArgument(
        "a batch of \(capacity) examples with \(samples) samples each is beyond \(Self.maximumRows) rows")
    }
    self.model = model
    self.configuration = configuration
    latent = model.configuration.latentDimension
    noise = try FloatBuffer(rows: decoderRows, columns: latent)
    latents = try FloatBuffer(rows: decoderRows, columns: latent)
    latentGradients = try FloatBuffer(rows: decoderRows, columns: latent)
    encoder = try EncoderPass(model, rows: capacity, hides: configuration.hideFraction > 0)
    decoder = try DecoderPass(model, rows: decoderRows)
    check = model.exampleCheck
    terms = .allocate(capacity: capacity)
    trimming = configuration.trimFraction > 0 ? Trimming(configuration.trimFraction, capacity: capacity) : nil
  }

  deinit { terms.deallocate() }

  var parameters: FloatBuffer { model.parameters }
  /// The networks, and what the likelihood learns beside them.
  var trained: [Range<Int>] {
    (model.encoder.layers + model.decoder.layers).flatMap(\.tensors) + paces.map(\.range)
  }
  var paces: [Optimizer.Pace] { model.likelihood.learned }

  func compute(
    _ batch: Batch, gradients: UnsafeMutablePointer<Float>
  ) throws(ModelError) -> MetricValues {
    let rows = batch.rows
    let klWeight = configuration.klWeight(at: batch.time)
    let latentRows = latents.matrix(rows: rows * samples, columns: latent)
    try check.check(batch.examples, places: batch.places)
    drawNoise(batch)
    encoder.run(batch.examples, hiding: hiding(batch))
    sampleLatents(batch)
    decoder.run(latentRows) { encoder.writeConditions($0 / samples, into: $1) }
    if let trimming { trim(trimming, batch, klWeight: klWeight) }
    prepareDecoderGradient(batch)
    decoder.backward(
      latentRows, gradients: gradients,
      latentGradient: latentGradients.matrix(rows: rows * samples, columns: latent))
    prepareEncoderGradient(batch, weight: Float(klWeight / Double(batch.globalRows)))
    encoder.backward(batch.examples, gradients: gradients)
    let bound = meanBound(batch)
    let loss = trimming?.meanLoss(terms, batch, klWeight: klWeight) ?? bound.loss(klWeight: klWeight)
    return [
      .loss: loss, .reconstruction: bound.reconstruction, .kl: bound.kl,
      .klWeight: klWeight,
    ]
  }

  private var samples: Int { configuration.samples }

  private func hiding(_ batch: Batch) -> InputHiding? {
    if configuration.hideFraction == 0 { return nil }
    return InputHiding(
      fraction: configuration.hideFraction, seed: configuration.seed, epoch: batch.epoch,
      places: batch.places, given: model.likelihood.conditions?.runs.map(\.columns) ?? [])
  }

  private func drawNoise(_ batch: Batch) {
    let (seed, epoch, examples, places) = (configuration.seed, batch.epoch, batch.examples, batch.places)
    forEachRow(.random, examples.rows, width: examples.columns + samples * latent) { row in
      RandomPurpose.trainingNoise.stream(seed: seed, epoch: epoch, example: places[row])
        .normals(into: noise.base + row * samples * latent, count: samples * latent)
      if configuration.binarization == .dynamic {
        model.likelihood.binarize(
          examples.row(row),
          RandomPurpose.trainingBinarization.stream(seed: seed, epoch: epoch, example: places[row]))
      }
    }
  }

  private func meanBound(_ batch: Batch) -> BoundTerms {
    var sum = BoundTerms()
    for row in 0..<batch.rows where batch.weight(of: row) > 0 {
      sum += terms[row] * Double(batch.weight(of: row))
    }
    return sum / Double(batch.rows)
  }

  private func sampleLatents(_ batch: Batch) {
    forEachRun(.latents, batch.rows, width: samples * latent * 4) { run in
      forEachSampled(run) { rows, sample in
        kernels.sampleLatent(
          encoder.mean(rows.lowerBound), encoder.logVariance(rows.lowerBound), noise.base + sample * latent,
          latents.base + sample * latent, rows.count * latent)
      }
      for row in run { terms[row] = BoundTerms(kl: batch.weights == nil ? 0 : kl(row..<row + 1)) }
      // Without weights only their sum is of interest.
      if batch.weights == nil { terms[run.lowerBound].kl = kl(run) }
    }
  }

  /// Calls `body` with rows that have samples one after another, and the number of the first: with all rows at once if
  /// each has one sample, else with a row and each of its samples.
  private func forEachSampled(_ run: Range<Int>, _ body: (_ rows: Range<Int>, _ sample: Int) -> Void) {
    if samples == 1 { return body(run, run.lowerBound) }
    for row in run {
      for sample in row * samples..<(row + 1) * samples { body(row..<row + 1, sample) }
    }
  }

  /// The KL terms of some examples, by the estimator that is configured.
  private func kl(_ run: Range<Int>) -> Double {
    switch configuration.estimator {
    case .analytic:
      kernels.klDivergence(
        encoder.mean(run.lowerBound), encoder.logVariance(run.lowerBound), run.count * latent)
    case .monteCarlo: run.reduce(0) { $0 + sampledKL($1) }
    }
  }

  private func sampledKL(_ row: Int) -> Double {
    (row * samples..<(row + 1) * samples).reduce(0) { sum, sample in
      sum
        + monteCarloKL(
          latent: latents.base + sample * latent, noise: noise.base + sample * latent,
          logVariance: encoder.logVariance(row), count: latent)
    } / Double(samples)
  }

  /// Finds each row's terms of the bound, and with them the rows that are left out.
  private func trim(_ trimming: Trimming, _ batch: Batch, klWeight: Double) {
    let examples = batch.examples
    forEachRow(.likelihood, examples.rows, width: samples * examples.columns) { row in
      let rows = row * samples..<(row + 1) * samples
      let sum = rows.reduce(0.0) {
        $0 + decoder.logLikelihood($1, of: examples.row(row), missing: encoder.missing(row))
      }
      terms[row] = BoundTerms(reconstruction: sum / Double(samples), kl: kl(row..<row + 1))
    }
    trimming.choose(terms, rows: examples.rows, klWeight: klWeight)
  }

  private func prepareDecoderGradient(_ batch: Batch) {
    let examples = batch.examples
    let weight = 1 / Float(batch.globalRows * samples)
    forEachRow(.likelihood, examples.rows, width: samples * examples.columns * 2) { row in
      var sum = 0.0
      let weight = trimming?.isLeftOut(row) == true ? 0 : batch.weight(of: row) * weight
      for sample in row * samples..<(row + 1) * samples {
        sum += decoder.prepareGradient(
          sample, of: examples.row(row), missing: encoder.missing(row), weight: weight)
      }
      terms[row].reconstruction = sum / Double(samples)
    }
  }

  /// Adds the KL term's gradient and carries both through z = mean + exp(logVariance / 2) * noise.
  private func prepareEncoderGradient(_ batch: Batch, weight: Float) {
    forEachRun(.latents, batch.rows, width: samples * latent * 4) { run in
      if batch.weights == nil {
        prepareKLGradient(run, weight: weight)
      } else {
        for row in run { prepareKLGradient(row..<row + 1, weight: weight * batch.weight(of: row)) }
      }
      forEachSampled(run) { rows, sample in
        let row = rows.lowerBound
        kernels.latentGradient(
          latentGradients.base + sample * latent, noise.base + sample * latent, encoder.logVariance(row),
          encoder.meanGradient(row), encoder.logVarianceGradient(row), rows.count * latent)
      }
      for row in run where trimming?.isLeftOut(row) == true {
        encoder.meanGradient(row).update(repeating: 0, count: latent)
        encoder.logVarianceGradient(row).update(repeating: 0, count: latent)
      }
    }
  }

  /// The gradient of weight * KL of some examples.
  private func prepareKLGradient(_ run: Range<Int>, weight: Float) {
    let (first, count) = (run.lowerBound, run.count * latent)
    let meanGradient = encoder.meanGradient(first)
    let logVarianceGradient = encoder.logVarianceGradient(first)
    switch configuration.estimator {
    case .analytic:
      kernels.klGradient(
        encoder.mean(first), encoder.logVariance(first), meanGradient, logVarianceGradient, weight, count)
    case .monteCarlo:
      meanGradient.update(repeating: 0, count: count)
      logVarianceGradient.update(repeating: -weight / 2, count: count)
      for row in run { addLatentToGradient(row, weight: weight / Float(samples)) }
    }
  }

  /// d/dz of 1/2 z^2, the part of the sampled KL term that depends on z.
  private func addLatentToGradient(_ row: Int, weight: Float) {
    for index in row * samples * latent..<(row + 1) * samples * latent {
      latentGradients.base[index] += weight * latents.base[index]
    }
  }
}

/// log q(z|x) - log p(z) at z = mean + exp(logVariance / 2) * noise: 1/2 sum_j (z^2 - noise^2 - logVariance).
func monteCarloKL(
  latent: UnsafePointer<Float>, noise: UnsafePointer<Float>, logVariance: UnsafePointer<Float>, count: Int
) -> Double {
  var sum = 0.0
  for index in 0..<count {
    let z = Double(latent[index])
    let e = Double(noise[index])
    sum += z * z - e * e - Double(logVariance[index])
  }
  return sum / 2
}
