public import CVaelib
import VaelibModels

@_cdecl("vaelib_evaluation_config_init") @implementation
public func vaelib_evaluation_config_init(
  _ outConfig: UnsafeMutablePointer<vaelib_evaluation_config>?
) -> vaelib_status {
  entryPoint { try SizedStruct.write(EvaluationConfiguration().cStruct, to: outConfig, "out_config") }
}

@_cdecl("vaelib_vae_estimate_elbo") @implementation
public func vaelib_vae_estimate_elbo(
  _ model: OpaquePointer?, _ examples: OpaquePointer?, _ config: UnsafePointer<vaelib_evaluation_config>?,
  _ callback: vaelib_progress_fn?, _ userData: UnsafeMutableRawPointer?,
  _ outElbo: UnsafeMutablePointer<Double>?, _ outReconstruction: UnsafeMutablePointer<Double>?,
  _ outKL: UnsafeMutablePointer<Double>?, _ outCount: Int
) -> vaelib_status {
  vaeQuery(model, callback: callback, userData: userData) { model, control in
    let source = try DatasetHandle.from(examples).source
    let evaluation = try EvaluationConfiguration(config)
    if outElbo == nil, outReconstruction == nil, outKL == nil {
      throw BoundaryError.argument(
        "out_elbo, out_reconstruction and out_kl are all NULL; at least one is needed")
    }
    try Arguments.count(outCount, rows: source.rows, columns: 1)
    try Arguments.areApart(
      [("out_elbo", outElbo), ("out_reconstruction", outReconstruction), ("out_kl", outKL)], count: outCount,
      rowsOf: source)
    // Results may take the place of their rows, so this comes first.
    let warnings = try model.evaluationWarnings(source, evaluation)
    try model.bounds(source, evaluation, control: control) { row, terms in
      outElbo?[row] = terms.elbo
      outReconstruction?[row] = terms.reconstruction
      outKL?[row] = terms.kl
    }
    warn(warnings)
  }
}

@_cdecl("vaelib_vae_estimate_log_likelihood") @implementation
public func vaelib_vae_estimate_log_likelihood(
  _ model: OpaquePointer?, _ examples: OpaquePointer?, _ config: UnsafePointer<vaelib_evaluation_config>?,
  _ callback: vaelib_progress_fn?, _ userData: UnsafeMutableRawPointer?,
  _ outLogLikelihood: UnsafeMutablePointer<Double>?, _ outStandardError: UnsafeMutablePointer<Double>?,
  _ outCount: Int
) -> vaelib_status {
  vaeQuery(model, callback: callback, userData: userData) { model, control in
    let source = try DatasetHandle.from(examples).source
    let evaluation = try EvaluationConfiguration(config)
    let out = try Arguments.nonNull(outLogLikelihood, "out_log_likelihood")
    try Arguments.count(outCount, rows: source.rows, columns: 1)
    try Arguments.areApart(
      [("out_log_likelihood", outLogLikelihood), ("out_standard_error", outStandardError)], count: outCount,
      rowsOf: source)
    let warnings = try model.evaluationWarnings(source, evaluation)
    try model.logLikelihoods(source, evaluation, control: control) { row, likelihood in
      out[row] = likelihood.value
      outStandardError?[row] = likelihood.standardError
    }
    warn(warnings)
  }
}

@_cdecl("vaelib_vae_estimate_column_terms") @implementation
public func vaelib_vae_estimate_column_terms(
  _ model: OpaquePointer?, _ examples: OpaquePointer?, _ config: UnsafePointer<vaelib_evaluation_config>?,
  _ callback: vaelib_progress_fn?, _ userData: UnsafeMutableRawPointer?,
  _ outTerms: UnsafeMutablePointer<Double>?, _ outCount: Int
) -> vaelib_status {
  vaeQuery(model, callback: callback, userData: userData) { model, control in
    let source = try DatasetHandle.from(examples).source
    let evaluation = try EvaluationConfiguration(config)
    let columns = model.dataDimension
    let out = try Arguments.output(outTerms, "out_terms", outCount, rowsOf: source, columns: columns)
    let warnings = try model.evaluationWarnings(source, evaluation)
    try model.columnTerms(source, evaluation, control: control) { row, terms in
      (out + row * columns).update(from: terms, count: columns)
    }
    warn(warnings)
  }
}
