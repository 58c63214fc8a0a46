import VaelibNumerics

extension DatasetForm {
  /// Why vaelib does not read a dataset, as the predicate of a sentence; nil if it does. `asLabels`: texts, too.
  static func unsuitability(
    _ dataset: DatasetMetadata, _ selection: DatasetSelection = DatasetSelection(), asLabels: Bool = false
  ) -> String? {
    unsuitability(dataset.datatype, selection, asLabels) ?? unsuitability(dataset.shape)
      ?? unsuitability(dataset.filters) ?? unsuitability(dataset.layout)
  }

  /// How numbers of a stored type are given in memory (see `HDF5Dataset.elementType`); nil for what is not read.
  static func elementType(_ type: HDF5.StoredType) -> (type: ElementType, isInteger: Bool)? {
    switch type {
    case .enumeration(let byteCount, true): elementType(.signedInteger(byteCount: byteCount))
    case .enumeration(let byteCount, false): elementType(.unsignedInteger(byteCount: byteCount))
    case .bits(let byteCount): elementType(.unsignedInteger(byteCount: byteCount))
    case .boolean: (.uint8, true)
    case .unsignedInteger(1): (.uint8, true)
    case .signedInteger(1): (.int8, true)
    case .signedInteger(2): (.int16, true)
    case .signedInteger(4): (.int32, true)
    case .signedInteger(8): (.int64, true)
    case .unsignedInteger(2): (.int32, true)
    case .unsignedInteger(4): (.int64, true)
    case .unsignedInteger(8): (.float64, true)
    case .real(2): (.float32, false)
    case .real(4): (.float32, false)
    case .real(8): (.float64, false)
    default: nil
    }
  }

  private static func unsuitability(
    _ type: Datatype, _ selection: DatasetSelection, _ asLabels: Bool
  ) -> String? {
    do throws(ElementNumbers.Refusal) {
      let element = try ElementNumbers(type, columns: selection.columns)
      return asLabels && element.haveAxis ? labelRefusal(type) : nil
    } catch {
      guard asLabels else { return error.reason }
      if case .text = type.type { return nil }
      return type.type == .variableText ? nil : labelRefusal(type)
    }
  }

  private static func labelRefusal(_ type: Datatype) -> String {
    "cannot serve as labels: it holds \(type.type.name); labels are whole numbers, booleans, enumerated values or texts"
  }

  private static func unsuitability(_ shape: [Int]?) -> String? {
    guard let shape, !shape.isEmpty else {
      return
        "has \(HDF5.Session.describe(shape)); vaelib needs an axis that counts examples ('python -m vaelib info FILE' "
        + "shows what else there is)"
    }
    return shape.contains(0)
      ? "is empty: it has \(HDF5.Session.describe(shape)); its program has written no numbers yet" : nil
  }

  private static func unsuitability(_ layout: StorageLayout) -> String? {
    guard case .external = layout else { return nil }
    return "keeps its values in other files, which vaelib does not read; \(VirtualSet.remedy)"
  }
}
