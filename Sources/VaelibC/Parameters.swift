public import CVaelib
import VaelibModels

/// The text a listing shows for one parameter.
struct ParameterText {
  var name, group, type, defaultValue, allowed, meaning, phases: String

  init<Root>(_ parameter: Parameter<Root>, group: String, defaults: Root) {
    name = parameter.name
    self.group = group
    type = parameter.type
    defaultValue = parameter.derivedDefault ?? parameter.text(parameter.get(defaults))
    allowed = parameter.allowed
    meaning = parameter.meaning
    phases =
      Root.self == TrainingConfiguration.self ? parameter.phases.map(\.name).joined(separator: ", ") : ""
  }
}

let parameterTexts: [ParameterText] =
  texts(VAEConfiguration.parameters, group: "vae", defaults: VAEConfiguration())
  + texts(ColumnGroup.parameters, group: "column_group", defaults: ColumnGroup())
  + texts(TrainingConfiguration.parameters, group: "training", defaults: TrainingConfiguration())
  + texts(StackConfiguration.parameters, group: "stack", defaults: StackConfiguration())
  + texts(LayerConfiguration.parameters, group: "layer", defaults: LayerConfiguration())
  + texts(EvaluationConfiguration.parameters, group: "evaluation", defaults: EvaluationConfiguration())
  + texts(ImputationConfiguration.parameters, group: "imputation", defaults: ImputationConfiguration())

private func texts<Root>(_ parameters: [Parameter<Root>], group: String, defaults: Root) -> [ParameterText] {
  parameters.map { ParameterText($0, group: group, defaults: defaults) }
}

@_cdecl("vaelib_parameter_count") @implementation
public func vaelib_parameter_count() -> Int {
  Preparation.run()
  return parameterTexts.count
}

@_cdecl("vaelib_parameter_describe") @implementation
public func vaelib_parameter_describe(
  _ index: Int, _ outParameter: UnsafeMutablePointer<vaelib_parameter>?
) -> vaelib_status {
  entryPoint {
    guard parameterTexts.indices.contains(index) else {
      throw BoundaryError.argument(
        "index is \(UInt(bitPattern: index)); there are parameters 0 to \(parameterTexts.count - 1)")
    }
    let text = parameterTexts[index]
    var parameter = vaelib_parameter()
    parameter.name = Constants.string(text.name)
    parameter.group = Constants.string(text.group)
    parameter.type = Constants.string(text.type)
    parameter.default_value = Constants.string(text.defaultValue)
    parameter.allowed = Constants.string(text.allowed)
    parameter.meaning = Constants.string(text.meaning)
    parameter.phases = Constants.string(text.phases)
    try SizedStruct.write(parameter, to: outParameter, "out_parameter")
  }
}
