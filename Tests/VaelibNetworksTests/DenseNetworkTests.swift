import Testing
import VaelibNetworks
import VaelibNumerics

/// The network against a float64 model written out in plain loops, and its gradients against finite differences.
@Suite struct DenseNetworkTests {
  static let rows = 5
  static let inputs = 7

  /// loss = sum(coefficient * output): its gradient at the output is the coefficients.
  @Test(arguments: Activation.allCases, [[], [6], [6, 9]])
  func gradientsMatchFiniteDifferences(activation: Activation, hidden: [Int]) throws {
    var layout = ParameterLayout()
    let network = try DenseNetwork(
      "net", inputs: Self.inputs, hidden: hidden, outputs: 4, activation: activation, layout: &layout)
    let parameters = try randomBuffer(layout.count, example: 1)
    let input = try randomBuffer(Self.rows * Self.inputs, example: 2)
    let coefficients = try randomBuffer(Self.rows * 4, example: 3)
    let gradients = try FloatBuffer(count: layout.count)
    let inputGradient = try FloatBuffer(count: input.count)
    let workspace = try NetworkWorkspace(network, rows: 8, forTraining: true)
    let inputView = input.matrix(rows: Self.rows, columns: Self.inputs)

    network.forward(parameters: parameters.base, input: inputView, workspace: workspace)
    let output = workspace.output(Self.rows)
    let model = Float64Network(layout, hidden: hidden, activation: activation)
    let expected = model.output(parameters.doubles, input.doubles)
    for index in 0..<Self.rows * 4 {
      let value = Double(output.row(index / 4)[index % 4])
      #expect(abs(value - expected[index]) <= 1e-5 * max(1, abs(expected[index])))
    }

    let outputGradient = workspace.outputGradient(Self.rows)
    for row in 0..<Self.rows { outputGradient.row(row).update(from: coefficients.base + 4 * row, count: 4) }
    network.backward(
      parameters: parameters.base, gradients: gradients.base, input: inputView, workspace: workspace,
      inputGradient: inputGradient.matrix(rows: Self.rows, columns: Self.inputs))
    func loss(_ parameters: [Double], _ input: [Double]) -> Double {
      zip(model.output(parameters, input), coefficients.doubles).reduce(0) { $0 + $1.0 * $1.1 }
    }
    expectGradient(gradients.doubles, of: { loss($0, input.doubles) }, at: parameters.doubles)
    expectGradient(inputGradient.doubles, of: { loss(parameters.doubles, $0) }, at: input.doubles)
  }

  @Test func manyThreadsGiveTheBitsOfOne() throws {
    var layout = ParameterLayout()
    let network = try DenseNetwork(
      "net", inputs: 300, hidden: [200], outputs: 100, activation: .tanh, layout: &layout)
    let parameters = try randomBuffer(layout.count, example: 4)
    let input = try randomBuffer(64 * 300, example: 5)
    let workspace = try NetworkWorkspace(network, rows: 64, forTraining: true)
    func run(threads: Int) throws -> [Double] {
      WorkerPool.shared.setThreads(threads)
      defer { WorkerPool.shared.setThreads(0) }
      let gradients = try FloatBuffer(count: layout.count)
      let view = input.matrix(rows: 64, columns: 300)
      network.forward(parameters: parameters.base, input: view, workspace: workspace)
      for row in 0..<64 {
        workspace.outputGradient(64).row(row).update(from: workspace.output(64).row(row), count: 100)
      }
      network.backward(
        parameters: parameters.base, gradients: gradients.base, input: view, workspace: workspace,
        inputGradient: nil)
      return gradients.doubles
    }
    #expect(try run(threads: 1) == run(threads: 3))
  }

  @Test func sizesThatOverflowAreRefused() {
    var layout = ParameterLayout()
    #expect(throws: NetworkError.self) {
      try DenseNetwork(
        "net", inputs: Int.max / 2, hidden: [3], outputs: 1, activation: .relu, layout: &layout)
    }
  }
}

/// A dense network in float64, one loop a sum.
struct Float64Network {
  let layout: ParameterLayout
  let hidden: [Int]
  let activation: Activation

  init(_ layout: ParameterLayout, hidden: [Int], activation: Activation) {
    self.layout = layout
    self.hidden = hidden
    self.activation = activation
  }

  func output(_ parameters: [Double], _ input: [Double]) -> [Double] {
    var values = input
    for layer in 0...hidden.count {
      let weight = layout.tensors[2 * layer]
      let bias = layout.tensors[2 * layer + 1]
      let rows = values.count / weight.rows
      var next = [Double](repeating: 0, count: rows * weight.columns)
      for row in 0..<rows {
        for unit in 0..<weight.columns {
          var sum = parameters[bias.offset + unit]
          for index in 0..<weight.rows {
            sum +=
              values[row * weight.rows + index] * parameters[weight.offset + index * weight.columns + unit]
          }
          next[row * weight.columns + unit] = layer == hidden.count ? sum : float64Activation(activation, sum)
        }
      }
      values = next
    }
    return values
  }
}
