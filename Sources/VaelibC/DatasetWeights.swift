public import CVaelib
import VaelibModels
import VaelibNumerics
import VaelibStorage

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

  /// What a stored number takes at most.
  private static let widestNumber = 8

  /// The weights of `rows` examples in the dataset that the options name, by default in file `path`; nil if they name none.
  static func named(
    in options: vaelib_dataset_options, path: String, rows: Int, externalFolders: [String],
    isStopped: () -> Bool
  ) throws -> ExampleWeights? {
    guard let name = options.weights.map({ String(systemCString: $0) }) else { return nil }
    let path = options.weights_path.map { String(systemCString: $0) } ?? path
    var selection = DatasetSelection()
    selection.externalFolders = externalFolders
    let column = try FileExamples.completeColumn(
      name, path: path, rows: rows, externalFolders: externalFolders,
      checkInChild: options.check_in_child != 0, isStopped: isStopped)
    // What has another size is not read into memory.
    let source = try FileExamples(
      path: path, name: column, labels: nil, memoryBudget: min(rows, Int.max / widestNumber) * widestNumber,
      scale: 1, shift: 0, selection: selection, checkInChild: options.check_in_child != 0,
      isStopped: isStopped
    ).source
    // MATLAB writes a column as one row.
    guard [source.rows, source.columns].sorted() == [1, rows].sorted(),
      case .dense(let stored)? = source.resident
    else {
      throw StorageError.format(
        path: path, object: "dataset \"\(name)\"",
        reason: "is \(source.rows) x \(source.columns); the examples need \(rows) weights, one a row")
    }
    return try withExtendedLifetime(source) {
      try ExampleWeights(
        StridedArray.dense(base: stored.base, elementType: stored.elementType, rows: rows, columns: 1))
    }
  }
}
