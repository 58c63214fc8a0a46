public import CVaelib
import VaelibModels

@_cdecl("vaelib_model_set_column_names") @implementation
public func vaelib_model_set_column_names(
  _ model: OpaquePointer?, _ type: UnsafePointer<CChar>?,
  _ names: UnsafePointer<UnsafePointer<CChar>?>?, _ count: Int
) -> vaelib_status {
  columnChange(model) { model in
    let columns = model.dataDimension
    try model.setColumnNames(
      try Names.given(type, names, count, needed: columns, of: "column", "the model has \(columns) columns"))
  }
}

@_cdecl("vaelib_model_get_column_names") @implementation
public func vaelib_model_get_column_names(
  _ model: OpaquePointer?, _ outType: UnsafeMutablePointer<UnsafePointer<CChar>?>?,
  _ outNames: UnsafeMutablePointer<UnsafePointer<UnsafePointer<CChar>?>?>?,
  _ outCount: UnsafeMutablePointer<Int>?
) -> vaelib_status {
  entryPoint {
    let handle = try ModelHandle.from(model)
    let outputs = try Names.Outputs(outType, outNames, outCount)
    let kept = handle.kept(.columns) { $0.record.columns.names?.names }
    outputs.write(kept.names, kept.description.record.columns.names?.kind)
  }
}

@_cdecl("vaelib_model_set_column_types") @implementation
public func vaelib_model_set_column_types(
  _ model: OpaquePointer?, _ types: UnsafePointer<UnsafePointer<CChar>?>?, _ count: Int
) -> vaelib_status {
  columnChange(model) { model in
    if count == 0 { return try model.setColumnTypes(nil) }
    try Names.check(count, model.dataDimension, "the model has \(model.dataDimension) columns")
    try model.setColumnTypes(try Names.texts(types, count, "types"))
  }
}

@_cdecl("vaelib_model_get_column_types") @implementation
public func vaelib_model_get_column_types(
  _ model: OpaquePointer?, _ outTypes: UnsafeMutablePointer<UnsafePointer<UnsafePointer<CChar>?>?>?,
  _ outCount: UnsafeMutablePointer<Int>?
) -> vaelib_status {
  entryPoint {
    let handle = try ModelHandle.from(model)
    let types = try Arguments.nonNull(outTypes, "out_types")
    let count = try Arguments.nonNull(outCount, "out_count")
    let kept = handle.kept(.columnTypes) { $0.record.columns.types }.names
    types.pointee = kept.pointers
    count.pointee = kept.count
  }
}

@_cdecl("vaelib_vae_set_category_names") @implementation
public func vaelib_vae_set_category_names(
  _ model: OpaquePointer?, _ column: Int, _ type: UnsafePointer<CChar>?,
  _ names: UnsafePointer<UnsafePointer<CChar>?>?, _ count: Int
) -> vaelib_status {
  modelChange(model, VariationalAutoencoder.self) { vae in
    try checkColumn(column, of: vae)
    let categories = vae.categoryCount(column: column)
    try vae.setCategoryNames(
      try Names.given(
        type, names, count, needed: categories, of: "category",
        "\(vae.record.columns.text(column)) has \(categories) categories"),
      column: column)
  }
}

@_cdecl("vaelib_vae_get_category_names") @implementation
public func vaelib_vae_get_category_names(
  _ model: OpaquePointer?, _ column: Int, _ outType: UnsafeMutablePointer<UnsafePointer<CChar>?>?,
  _ outNames: UnsafeMutablePointer<UnsafePointer<UnsafePointer<CChar>?>?>?,
  _ outCount: UnsafeMutablePointer<Int>?
) -> vaelib_status {
  entryPoint {
    let handle = try ModelHandle.from(model)
    let vae = try ModelHandle.model(handle.access.model, as: VariationalAutoencoder.self)
    let outputs = try Names.Outputs(outType, outNames, outCount)
    try checkColumn(column, of: vae)
    let kept = handle.kept(.categories(column: column)) { $0.record.columns.categories[column]?.names }
    outputs.write(kept.names, kept.description.record.columns.categories[column]?.kind)
  }
}

private func checkColumn(_ column: Int, of model: any Model) throws {
  guard (0..<model.dataDimension).contains(column) else {
    throw BoundaryError.argument(
      "column is \(UInt(bitPattern: column)); the model has columns 0 to \(model.dataDimension - 1)")
  }
}

/// Runs a change of a model of any kind, which no other call may use meanwhile.
private func columnChange(
  _ handle: OpaquePointer?, _ name: String = #function, _ body: (any Model) throws -> Void
) -> vaelib_status {
  entryPoint(name) {
    let access = try ModelHandle.from(handle).access
    try access.gate.exclusive { try body(access.model) }
  }
}
