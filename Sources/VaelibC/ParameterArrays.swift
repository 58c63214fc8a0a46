import CVaelib
import VaelibModels
import VaelibNetworks
import VaelibNumerics

extension vaelib_tensor {
  /// Tensor `index` of a layout; throws if there is none.
  init(_ layout: ParameterLayout, _ index: Int) throws {
    guard layout.tensors.indices.contains(index) else {
      throw BoundaryError.argument(
        "index is \(UInt(bitPattern: index)); there are tensors 0 to \(layout.tensors.count - 1)")
    }
    self.init()
    name = Constants.string(layout.tensors[index].name)
    rows = layout.tensors[index].rows
    columns = layout.tensors[index].columns
    offset = layout.tensors[index].offset
  }
}

/// Replaces all parameters with the caller's, which must be as many and finite.
func setParameters(_ parameters: FloatBuffer, from values: UnsafePointer<Float>?, count: Int) throws {
  let values = try Arguments.nonNull(values, "values")
  try Arguments.count(count, rows: 1, columns: parameters.count, "count")
  if let index = (0..<count).first(where: { !values[$0].isFinite }) {
    throw ModelError.data("values[\(index)] is \(values[index]); every parameter must be finite")
  }
  parameters.base.update(from: values, count: count)
}
