public import CVaelib
import VaelibModels
import VaelibNumerics

@_cdecl("vaelib_dataset_select") @implementation
public func vaelib_dataset_select(
  _ dataset: OpaquePointer?, _ rows: UnsafePointer<Int>?, _ count: Int,
  _ outSelection: UnsafeMutablePointer<OpaquePointer?>?
) -> vaelib_status {
  entryPoint {
    let out = try Arguments.nonNull(outSelection, "out_selection")
    let whole = try DatasetHandle.from(dataset)
    let rows = UnsafeBufferPointer(
      start: try Arguments.nonNull(rows, "rows"), count: try Arguments.length(count, of: Int.self))
    if let position = rows.firstIndex(where: { !(0..<whole.source.rows).contains($0) }) {
      throw BoundaryError.argument(
        "rows[\(position)] is \(UInt(bitPattern: rows[position])), but the dataset has rows 0 to "
          + "\(whole.source.rows - 1)")
    }
    // The rows, where they are in the stored data, their labels and weights.
    try MemoryReserve.require(rows.count, bytes: 4 * MemoryLayout<Int>.stride)
    let chosen = Array(rows)
    if SelectionSource.needsTable(of: whole.source, chosen) {
      try MemoryReserve.require(whole.source.rows, bytes: MemoryLayout<Int>.stride)
    }
    out.pointee = try HandleTable.shared.insert(whole.select(chosen))
  }
}

@_cdecl("vaelib_dataset_concatenate") @implementation
public func vaelib_dataset_concatenate(
  _ datasets: UnsafePointer<OpaquePointer?>?, _ count: Int,
  _ outDataset: UnsafeMutablePointer<OpaquePointer?>?
) -> vaelib_status {
  entryPoint {
    let out = try Arguments.nonNull(outDataset, "out_dataset")
    let handles = UnsafeBufferPointer(
      start: try Arguments.nonNull(datasets, "datasets"),
      count: try Arguments.length(count, of: OpaquePointer?.self))
    let parts = try handles.map { try DatasetHandle.from($0) }
    try checkThatTheyFit(parts)
    if parts[0].labels != nil || parts.contains(where: { $0.weights != nil }) {
      try MemoryReserve.require(
        parts.reduce(0) { $0 + $1.source.rows }, bytes: 2 * MemoryLayout<Int64>.stride)
    }
    out.pointee = try HandleTable.shared.insert(try concatenation(parts))
  }
}

/// The most pieces of stored data that a dataset may consist of: far more than are ever joined, few enough to be
/// numbered.
private let pieceLimit = 1 << 20

/// Throws unless the datasets have the same width, all or none of them labels or targets, and rows that can be counted.
private func checkThatTheyFit(_ parts: [DatasetHandle]) throws {
  let first = parts[0]
  var (rows, pieces) = (0, 0)
  for (index, part) in parts.enumerated() {
    if part.source.columns != first.source.columns {
      throw BoundaryError.argument(
        "datasets[\(index)] has \(part.source.columns) columns, but datasets[0] has \(first.source.columns)")
    }
    if (part.labels == nil) != (first.labels == nil) {
      throw BoundaryError.argument(
        "datasets[\(index)] has \(part.labels == nil ? "no " : "")labels, but datasets[0] has "
          + "\(first.labels == nil ? "none" : "some"); give all of them labels, or none")
    }
    let (own, others) = (part.targets?.sentence ?? "no targets", first.targets?.sentence ?? "no targets")
    if own != others {
      throw BoundaryError.argument("datasets[\(index)] has \(own), but datasets[0] has \(others)")
    }
    let (sum, overflow) = rows.addingReportingOverflow(part.source.rows)
    if overflow { throw BoundaryError.argument("the datasets have too many rows together") }
    rows = sum
    pieces += part.source.parts.count
    if pieces > pieceLimit {
      throw BoundaryError.argument("the datasets consist of more than \(pieceLimit) pieces together")
    }
  }
}

private func concatenation(_ parts: [DatasetHandle]) throws -> DatasetHandle {
  let source = ConcatenationSource(parts.map(\.source))
  let first = parts[0]
  let isAlike = parts.allSatisfy {
    $0.elementType == first.elementType && $0.source.scale == first.source.scale
      && $0.source.shift == first.source.shift
  }
  let labels = parts.compactMap { part in part.labels.map { ($0, part.source.rows) } }
  return DatasetHandle(
    source: source, elementType: isAlike ? first.elementType : .float32,
    labels: labels.isEmpty ? nil : try RowLabels.joined(labels),
    targets: RowTargets.joined(parts.compactMap(\.targets)),
    weights: ExampleWeights.joined(parts.map { ($0.weights, $0.source.rows) }),
    conventions: parts.allSatisfy { $0.conventions.texts == first.conventions.texts }
      ? first.conventions : CStrings([]))
}

@_cdecl("vaelib_dataset_with_columns") @implementation
public func vaelib_dataset_with_columns(
  _ dataset: OpaquePointer?, _ more: OpaquePointer?, _ outDataset: UnsafeMutablePointer<OpaquePointer?>?
) -> vaelib_status {
  entryPoint {
    let out = try Arguments.nonNull(outDataset, "out_dataset")
    let (whole, more) = (try DatasetHandle.from(dataset), try DatasetHandle.from(more).source)
    guard more.rows == whole.source.rows else {
      throw BoundaryError.argument(
        "more has \(more.rows) rows; expected \(whole.source.rows), one for each example")
    }
    out.pointee = try HandleTable.shared.insert(
      DatasetHandle(
        source: try WidenedSource(whole.source, with: try HeldRows(more)), elementType: whole.elementType,
        labels: whole.labels, targets: whole.targets, weights: whole.weights, conventions: whole.conventions))
  }
}

@_cdecl("vaelib_dataset_split") @implementation
public func vaelib_dataset_split(
  _ dataset: OpaquePointer?, _ fraction: Double, _ seed: UInt64, _ stratify: Int32,
  _ outTraining: UnsafeMutablePointer<OpaquePointer?>?,
  _ outValidation: UnsafeMutablePointer<OpaquePointer?>?
) -> vaelib_status {
  entryPoint {
    let outTraining = try Arguments.nonNull(outTraining, "out_training")
    let outValidation = try Arguments.nonNull(outValidation, "out_validation")
    let whole = try DatasetHandle.from(dataset)
    guard fraction > 0, fraction < 1 else {
      throw BoundaryError.argument("fraction is \(fraction); it must lie between 0 and 1")
    }
    guard whole.source.rows >= 2 else {
      throw BoundaryError.argument("the dataset has one row; at least two are needed")
    }
    // The rows of both sides, where they are in the stored data, and their labels.
    try MemoryReserve.require(whole.source.rows, bytes: 5 * MemoryLayout<Int>.stride)
    let split = try whole.split(fraction: fraction, seed: seed, stratify: stratify)
    let training = try HandleTable.shared.insert(whole.select(split.training))
    do {
      outValidation.pointee = try HandleTable.shared.insert(whole.select(split.validation))
    } catch {
      HandleTable.shared.remove(training, as: DatasetHandle.self)
      throw error
    }
    outTraining.pointee = training
  }
}

extension DatasetHandle {
  fileprivate func split(fraction: Double, seed: UInt64, stratify: Int32) throws -> RowSplit {
    guard (0...1).contains(stratify) else {
      throw BoundaryError.argument("stratify is \(stratify); allowed: 0 or 1")
    }
    if stratify == 0 { return RowSplit(rows: source.rows, fraction: fraction, seed: seed) }
    guard let labels else {
      throw BoundaryError.argument(
        "stratify is 1, but the dataset has no labels; set it to 0, or give labels")
    }
    let split = RowSplit(
      rows: source.rows, fraction: fraction, seed: seed, labels: { labels.label($0) })
    if split.validation.isEmpty {
      throw BoundaryError.argument(
        "stratify is 1, but every label has one row only, which stays for training; set it to 0")
    }
    return split
  }
}

@_cdecl("vaelib_dataset_relabel") @implementation
public func vaelib_dataset_relabel(
  _ dataset: OpaquePointer?, _ labels: UnsafePointer<vaelib_array>?,
  _ outDataset: UnsafeMutablePointer<OpaquePointer?>?
) -> vaelib_status {
  entryPoint {
    let out = try Arguments.nonNull(outDataset, "out_dataset")
    let whole = try DatasetHandle.from(dataset)
    out.pointee = try HandleTable.shared.insert(
      DatasetHandle(
        source: whole.source, elementType: whole.elementType,
        labels: try labels.map { try RowLabels($0, rows: whole.source.rows) }, weights: whole.weights,
        conventions: whole.conventions))
  }
}
