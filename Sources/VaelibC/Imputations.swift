public import CVaelib
import VaelibModels

@_cdecl("vaelib_imputation_config_init") @implementation
public func vaelib_imputation_config_init(
  _ outConfig: UnsafeMutablePointer<vaelib_imputation_config>?
) -> vaelib_status {
  entryPoint { try SizedStruct.write(ImputationConfiguration().cStruct, to: outConfig, "out_config") }
}

@_cdecl("vaelib_vae_impute") @implementation
public func vaelib_vae_impute(
  _ model: OpaquePointer?, _ examples: OpaquePointer?, _ config: UnsafePointer<vaelib_imputation_config>?,
  _ callback: vaelib_progress_fn?, _ userData: UnsafeMutableRawPointer?,
  _ outCompleted: UnsafeMutablePointer<Float>?, _ outCount: Int
) -> vaelib_status {
  vaeQuery(model, callback: callback, userData: userData) { model, control in
    let source = try DatasetHandle.from(examples).source
    let imputation = try ImputationConfiguration(config)
    let out = try Arguments.output(
      outCompleted, "out_completed", outCount, rowsOf: source,
      columns: try columns(of: imputation, model))
    try model.impute(source, imputation, into: out, control: control)
  }
}

@_cdecl("vaelib_vae_impute_to") @implementation
public func vaelib_vae_impute_to(
  _ model: OpaquePointer?, _ examples: OpaquePointer?, _ config: UnsafePointer<vaelib_imputation_config>?,
  _ writer: OpaquePointer?, _ name: UnsafePointer<CChar>?, _ callback: vaelib_progress_fn?,
  _ userData: UnsafeMutableRawPointer?
) -> vaelib_status {
  vaeQuery(model, callback: callback, userData: userData) { model, control in
    let source = try DatasetHandle.from(examples).source
    let imputation = try ImputationConfiguration(config)
    let columns = try columns(of: imputation, model)
    try append(writer, name, columns: columns, of: source, control: control) { piece, out, control in
      try model.impute(piece, imputation, into: out, control: control)
    }
  }
}

/// What comes of an example: its imputations, one after another.
private func columns(
  of imputation: ImputationConfiguration, _ model: VariationalAutoencoder
) throws -> Int {
  try imputation.validate()
  let (columns, overflow) = model.dataDimension.multipliedReportingOverflow(by: imputation.imputations)
  return overflow ? .max : columns
}
