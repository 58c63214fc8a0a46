import Glibc
import Testing
import VaelibNetworks
import VaelibNumerics

@testable import VaelibModels

/// What lies on top of a stack: losses, gradients, predictions, and what is learned of the rows of a set.
@Suite struct HeadTests {
  private static let outputs = 3

  /// A head of each kind, with a code of 4 numbers below.
  private func head(_ kind: HeadKind) throws -> (head: any Head, parameters: FloatBuffer) {
    var layout = ParameterLayout()
    let head = try kind.type.init(inputs: 4, outputs: Self.outputs, layout: &layout)
    let parameters = try FloatBuffer(count: layout.count)
    for index in 0..<parameters.count { parameters.base[index] = Float(index % 5) - 2 }
    if let scale = head.standardization {
      for index in 0..<Self.outputs {
        parameters.base[scale.mean.offset + index] = Float(10 * index)
        parameters.base[scale.deviation.offset + index] = Float(index + 1)
      }
    }
    return (head, parameters)
  }

  private func target(_ kind: HeadKind) -> [Float] {
    switch kind {
    case .softmax: [2]
    case .gaussian: [0.5, 13, 17]
    case .sigmoid: [1, 0, 1]
    }
  }

  /// Loss, error and gradient for these outputs.
  private func loss(
    _ kind: HeadKind, _ outputs: [Float], weight: Float = 1
  ) throws -> (loss: Double, error: Double, gradient: [Float]) {
    let (head, parameters) = try head(kind)
    let rows = try head.makeRows()
    rows.begin(parameters: parameters.base)
    var target = target(kind)
    var gradient = [Float](repeating: 0, count: outputs.count)
    let found = rows.loss(outputs, of: &target, gradient: &gradient, weight: weight)
    return (found.loss, found.error, gradient)
  }

  @Test(arguments: HeadKind.allCases)
  func gradientsAreThoseOfTheLoss(_ kind: HeadKind) throws {
    let outputs: [Float] = [0.75, -1.5, 0.25]
    let gradient = try loss(kind, outputs, weight: 0.5).gradient
    for index in outputs.indices {
      var (above, below) = (outputs, outputs)
      above[index] += 1 / 256
      below[index] -= 1 / 256
      let difference = try loss(kind, above).loss - loss(kind, below).loss
      #expect(abs(Double(gradient[index]) - 0.5 * difference * 128) < 1e-4)
    }
  }

  @Test func lossesAndErrorsAreAsTheFormulasSay() throws {
    let softmax = try loss(.softmax, [0, 0, log(2)])
    #expect(abs(softmax.loss - log(2)) < 1e-6 && softmax.error == 0)
    #expect(try loss(.softmax, [1, 0, 0]).error == 1)
    // Standardised the targets are .5, 1.5 and -1.
    let gaussian = try loss(.gaussian, [0.5, 0.5, 1])
    #expect(gaussian.loss == (1 + 4) / 2.0 && gaussian.error == 5 / 3.0)
    #expect(abs(try loss(.sigmoid, [0, 0, 0]).loss - 3 * log(2)) < 1e-6)
    #expect(try loss(.sigmoid, [1, -1, 1]).error == 0)
    #expect(try loss(.sigmoid, [1, 1, 1]).error == 1)
  }

  @Test func meansAreInTheScaleOfTargets() throws {
    func mean(_ kind: HeadKind, _ outputs: [Float]) throws -> [Float] {
      let (head, parameters) = try head(kind)
      let rows = try head.makeRows()
      rows.begin(parameters: parameters.base)
      var mean = [Float](repeating: 0, count: outputs.count)
      rows.writeMean(outputs, into: &mean)
      return mean
    }
    #expect(try mean(.gaussian, [0.5, 1.5, -1]) == [0.5, 13, 17])
    #expect(try mean(.sigmoid, [0, 100, -100]).map { ($0 * 2).rounded() } == [1, 2, 0])
    let classes = try mean(.softmax, [0, 0, log(2)])
    #expect(zip(classes, [0.25, 0.25, 0.5]).allSatisfy { abs($0 - $1) < 1e-6 })
  }

  // MARK: Sets

  private let rows = 12

  /// Row r has the targets r, 100 - r and 7.
  private func examples(_ head: HeadKind = .gaussian) throws -> LabeledExamples {
    let values: [Float] = (0..<rows).flatMap { (row: Int) -> [Float] in [Float(row), Float(100 - row), 7] }
    let targets = try TestExamples(values, columns: 3)
    let source = try TestExamples((0..<rows).map(Float.init), columns: 1).source
    return LabeledExamples(
      source, targets: try Targets(targets.source, for: head, isCancelled: { false }))
  }

  private func target(_ examples: LabeledExamples, row: Int) -> [Float] {
    var values: [Float] = [0, 0, 0]
    examples.copyTarget(row: row, into: &values)
    return values
  }

  @Test(arguments: ValidationSplit.allCases)
  func whatIsHeldOutKeepsItsTargets(_ split: ValidationSplit) throws {
    let sides = try examples().divided(fraction: 0.25, split, seed: 3)
    var seen: [Float] = []
    for side in [sides.training, sides.validation] {
      let buffer = try FloatBuffer(count: side.source.rows)
      try side.source.copyAll(into: buffer.base)
      for row in 0..<side.source.rows {
        #expect(target(side, row: row) == [buffer.base[row], 100 - buffer.base[row], 7])
        #expect(Float(side.name(of: row)) == buffer.base[row])
        seen.append(buffer.base[row])
      }
    }
    #expect(seen.sorted() == (0..<rows).map(Float.init))
    #expect(sides.validation.source.rows == 3)
  }

  @Test func theFirstExamplesSetTheScale() throws {
    let (head, parameters) = try head(.gaussian)
    let scale = try #require(head.standardization)
    for index in scale.range { parameters.base[index] = 0 }
    try head.see(try examples(), parameters: parameters.base)
    func tensor(_ tensor: ParameterTensor) -> [Float] { tensor.range.map { parameters.base[$0] } }
    #expect(tensor(scale.mean) == [5.5, 94.5, 7])
    let deviation = Float((143.0 / 12).squareRoot())
    // A constant has the median of the others' deviations, and no weights.
    #expect(tensor(scale.deviation) == [deviation, deviation, deviation])
    for input in 0..<4 { #expect(parameters.base[head.layer.weight.offset + 3 * input + 2] == 0) }
    #expect(parameters.base[head.layer.weight.offset] != 0)
    let known = tensor(scale.mean)
    try head.see(
      try examples().divided(fraction: 0.5, .last, seed: 0).validation, parameters: parameters.base)
    #expect(tensor(scale.mean) == known)
  }

  @Test func whatDoesNotFitIsRefused() throws {
    func message(_ shape: HeadShape, _ examples: LabeledExamples) -> String {
      let error = #expect(throws: ModelError.self) { try shape.check(examples, what: "they") }
      return error?.description ?? ""
    }
    #expect(try HeadShape.needed(for: examples(), what: "they") == HeadShape(.gaussian, outputs: 3))
    try HeadShape(.gaussian, outputs: 3).check(examples(), what: "they")
    #expect(try message(HeadShape(.gaussian, outputs: 2), examples()).contains("3 targets"))
    #expect(try message(HeadShape(.sigmoid, outputs: 3), examples()).contains("gaussian head"))
    #expect(try message(HeadShape(.softmax, outputs: 3), examples()).contains("softmax head"))
    #expect(
      try message(HeadShape(.sigmoid, outputs: 3), examples(.sigmoid)).contains("100.0 at row 0, column 1"))
    let labeled = LabeledExamples(try examples().source, labels: (0..<rows).map { $0 % 2 })
    #expect(message(HeadShape(.gaussian, outputs: 3), labeled).contains("no targets"))
    // Rows are named as in the whole set.
    let held = try examples(.sigmoid).divided(fraction: 0.25, .last, seed: 0).validation
    #expect(message(HeadShape(.sigmoid, outputs: 3), held).contains("row 9"))
  }

  @Test func readingTargetsCanBeCancelled() throws {
    let values = try TestExamples([1, 2, 3, 4], columns: 1)
    #expect(throws: ModelError.cancelled) {
      _ = try Targets(values.source, for: .gaussian, isCancelled: { true })
    }
  }
}
