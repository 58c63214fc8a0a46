import Testing
import VaelibModels

@Suite struct ParameterTests {
  @Test func defaultsAreAllowedExceptTheRequiredWidth() throws {
    try TrainingConfiguration().validate()
    try EvaluationConfiguration().validate()
    var configuration = VAEConfiguration()
    let error = #expect(throws: ModelError.self) { try configuration.validate() }
    #expect(error?.description.contains("data_dim is 0") == true)
    configuration.dataDimension = 3
    try configuration.validate()
  }

  @Test func namesAreDistinctAndExplained() {
    let parameters =
      VAEConfiguration.parameters.map { [$0.name, $0.meaning, $0.allowed] }
      + TrainingConfiguration.parameters.map { [$0.name, $0.meaning, $0.allowed] }
    #expect(parameters.allSatisfy { $0.allSatisfy { !$0.isEmpty } })
    #expect(Set(VAEConfiguration.parameters.map(\.name)).count == VAEConfiguration.parameters.count)
    #expect(Set(TrainingConfiguration.parameters.map(\.name)).count == TrainingConfiguration.parameters.count)
  }

  @Test(arguments: [
    ("learning_rate", ParameterValue.real(-1)), ("learning_rate", .real(.nan)), ("beta", .real(.infinity)),
    ("epochs", .count(0)), ("batch_size", .count(-3)), ("samples", .count(1 << 40)),
    ("optimizer", .text("adamm")), ("momentum", .real(1)), ("schedule_factor", .real(0)),
    ("epochs", .real(3)), ("weight_decay", .real(-0.1)),
  ])
  func refusesWithTheAllowedValues(name: String, value: ParameterValue) throws {
    let parameter = try #require(TrainingConfiguration.parameters.first { $0.name == name })
    var configuration = TrainingConfiguration()
    let error = #expect(throws: ModelError.self) { try parameter.set(&configuration, value) }
    #expect(error?.description.contains(name) == true)
    #expect(error?.description.contains(parameter.allowed) == true)
    #expect(configuration == TrainingConfiguration())
  }

  @Test func everyParameterSetsWhatItGets() throws {
    var training = TrainingConfiguration()
    training.beta = 3
    training.optimizer = .rmsprop
    var copy = TrainingConfiguration()
    for parameter in TrainingConfiguration.parameters { try parameter.set(&copy, parameter.get(training)) }
    #expect(copy == training)
  }
}
