public import CVaelib
import VaelibModels
import VaelibNumerics

@_cdecl("vaelib_dataset_from_csr") @implementation
public func vaelib_dataset_from_csr(
  _ examples: UnsafePointer<vaelib_csr>?, _ labels: UnsafePointer<vaelib_array>?,
  _ outDataset: UnsafeMutablePointer<OpaquePointer?>?
) -> vaelib_status {
  entryPoint {
    let out = try Arguments.nonNull(outDataset, "out_dataset")
    let matrix = try CompressedRows(examples, "examples")
    let labels = try labels.map { try RowLabels($0, rows: matrix.rows) }
    let dataset = DatasetHandle(
      source: ArraySource(.sparse(matrix), owner: nil), elementType: matrix.elementType, labels: labels)
    out.pointee = try HandleTable.shared.insert(dataset)
  }
}

extension CompressedRows {
  /// A view of the caller's memory, whose entries were looked through.
  fileprivate init(_ pointer: UnsafePointer<vaelib_csr>?, _ name: String) throws {
    let c = try SizedStruct.read(pointer, name)
    let type = try ElementType(c.dtype)
    let indexType = try ElementType(c.index_dtype)
    guard indexType == .int32 || indexType == .int64 else {
      throw BoundaryError.argument(
        "\(name)->index_dtype is \(indexType.rawValue), \(indexType.name); indices and indptr are int32 or int64"
      )
    }
    for (field, value) in [("rows", c.rows), ("columns", c.columns)] where value < 1 {
      throw BoundaryError.argument("\(name)->\(field) is \(UInt(bitPattern: value)); it must be at least 1")
    }
    guard c.scale.isFinite, c.shift.isFinite, c.scale != 0 else {
      throw BoundaryError.argument(
        "\(name)->scale is \(c.scale) and shift \(c.shift); both must be finite, and scale not 0")
    }
    for (field, count, size) in [
      ("rows", c.rows, indexType.byteCount), ("entries", c.entries, indexType.byteCount + type.byteCount),
    ] where !(0..<Int.max / 2 / size).contains(count) {
      throw BoundaryError.argument("\(name)->\(field) is \(UInt(bitPattern: count)), more than fit in memory")
    }
    guard let indptr = c.indptr else { throw BoundaryError.argument("\(name)->indptr is NULL") }
    // A matrix of zeros may have neither.
    for (field, pointer) in [("indices", c.indices), ("data", c.data)] where pointer == nil && c.entries > 0 {
      throw BoundaryError.argument("\(name)->\(field) is NULL, but there are \(c.entries) entries")
    }
    let isWide = indexType == .int64
    self.init(
      offsets: IndexList(indptr, isWide: isWide), indices: IndexList(c.indices ?? indptr, isWide: isWide),
      values: c.data ?? indptr, entries: 0..<c.entries, elementType: type, rows: c.rows, width: c.columns,
      scale: c.scale, shift: c.shift)
    do {
      try Self.checkOffsets(offsets, rows: rows, columns: c.columns, entries: c.entries)
      try checkEntries()
    } catch let flaw as Flaw {
      throw BoundaryError.argument("\(name): \(flaw.reason)")
    }
  }
}
