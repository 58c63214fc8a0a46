public import CVaelib
import VaelibModels
import VaelibNumerics

@_cdecl("vaelib_dataset_with_weights") @implementation
public func vaelib_dataset_with_weights(
  _ dataset: OpaquePointer?, _ weights: UnsafePointer<vaelib_array>?,
  _ outDataset: UnsafeMutablePointer<OpaquePointer?>?
) -> vaelib_status {
  entryPoint {
    let out = try Arguments.nonNull(outDataset, "out_dataset")
    let whole = try DatasetHandle.from(dataset)
    out.pointee = try HandleTable.shared.insert(
      DatasetHandle(
        source: whole.source, elementType: whole.elementType, labels: whole.labels, targets: whole.targets,
        weights: try weights.map { try ExampleWeights($0, rows: whole.source.rows) },
        conventions: whole.conventions))
  }
}

@_cdecl("vaelib_dataset_read_weights") @implementation
public func vaelib_dataset_read_weights(
  _ dataset: OpaquePointer?, _ outWeights: UnsafeMutablePointer<Float>?, _ outCount: Int
) -> vaelib_status {
  entryPoint(keepsDenormals: true) {
    let dataset = try DatasetHandle.from(dataset)
    let out = try Arguments.nonNull(outWeights, "out_weights")
    guard let weights = dataset.weights else {
      throw BoundaryError.argument(
        "the dataset has no weights; vaelib_dataset_with_weights() makes one that has")
    }
    try Arguments.count(outCount, rows: dataset.source.rows, columns: 1)
    out.update(from: weights.values, count: outCount)
  }
}

extension ExampleWeights {
  /// The caller's array of one weight a row.
  fileprivate init(_ array: UnsafePointer<vaelib_array>, rows: Int) throws {
    let array = try StridedArray(array, "weights")
    guard array.columns == 1, array.rows == rows else {
      throw BoundaryError.argument(
        "weights are \(array.rows) x \(array.columns); expected \(rows) x 1, a weight for each example")
    }
    try self.init(array)
  }
}
