import VaelibModels

/// A column of AnnData's `obs` of which entries may be missing: `values`, and `mask`, which is true where there is none
/// (its documentation, "on-disk format", nullable integers, booleans and strings, version 0.1.0).
struct NullableColumn {
  let name: String
  /// The paths of both datasets.
  let values: String
  let mask: String

  /// nil unless `name` leads to such a column.
  init?(_ name: String, _ check: MetadataCheck) throws(StorageError) {
    guard let (file, header) = try check.find(name), GroupLinks.isGroup(header) else { return nil }
    for part in ["values", "mask"] {
      guard try file.link(Array(part.utf8)[...], of: header) != nil else { return nil }
    }
    (self.name, values, mask) = (name, name + "/values", name + "/mask")
  }

  /// The labels of rows whose values and mask were both read like labels; -1 where there is none. `error` makes one of
  /// the predicate of a sentence about the column.
  static func labels(
    _ values: Labels, _ mask: Labels, _ error: (String) -> StorageError
  ) throws(StorageError) -> Labels {
    guard let missing = mask.numbers.firstIndex(where: { $0 != 0 }) else { return values }
    switch values.meaning {
    case .values, .classNumbers:
      return try named(values.numbers, mask.numbers, firstMissing: missing, error)
    case .named(let names):
      if names == .booleans { return Labels(masked(values.numbers, mask.numbers), .named(names)) }
      // What stands in the place of missing texts is no name.
      let used = Set(masked(values.numbers, mask.numbers)).filter { $0 >= 0 }.sorted()
      return try named(
        values.numbers, mask.numbers, used, used.map { names.names[Int($0)] }, names.kind, error)
    }
  }

  /// Whole numbers as the names of their classes, since no number can stand for no label.
  private static func named(
    _ values: [Int64], _ mask: [Int64], firstMissing: Int, _ error: (String) -> StorageError
  ) throws(StorageError) -> Labels {
    let present = zip(values, mask).filter { $1 == 0 }.map(\.0)
    if let row = values.indices.first(where: { mask[$0] == 0 && values[$0] == -1 }) {
      throw error(
        "has the value -1 at row \(row) and none at row \(firstMissing); as labels both would be -1, so write other numbers"
      )
    }
    let used = Set(present).sorted()
    return try named(values, mask, used, used.map(String.init), .integer, error)
  }

  /// The places of values among those that are used, which have these names.
  private static func named(
    _ values: [Int64], _ mask: [Int64], _ used: [Int64], _ names: [String], _ kind: ClassNames.Kind,
    _ error: (String) -> StorageError
  ) throws(StorageError) -> Labels {
    guard !used.isEmpty else { throw error("has no values: its mask is true at each row") }
    let places = Dictionary(uniqueKeysWithValues: used.enumerated().map { ($1, Int64($0)) })
    do throws(ModelError) {
      return Labels(
        zip(values, mask).map { $1 == 0 ? places[$0] ?? noLabel : noLabel },
        .named(try ClassNames(names, kind: kind)))
    } catch let failure {
      throw error("has values that cannot be class names: \(failure)")
    }
  }

  private static func masked(_ values: [Int64], _ mask: [Int64]) -> [Int64] {
    zip(values, mask).map { $1 == 0 ? $0 : noLabel }
  }

  private static let noLabel: Int64 = -1
}

extension FileExamples {
  /// Where the numbers of a column are that needs one in each of its `rows` rows, such as weights: behind `name`, or in the
  /// `values` of a column of AnnData's `obs`, of which none may be missing. With `checkInChild` a child process looks first.
  public static func completeColumn(
    _ name: String, path: String, rows: Int, externalFolders: [String], checkInChild: Bool,
    isStopped: () -> Bool
  ) throws(StorageError) -> String {
    func find() throws(StorageError) -> String? {
      try DatasetOpening(path, externalFolders: externalFolders).completeColumn(name, rows: rows)
    }
    if checkInChild {
      let byteCount = try ReadableFile(path).byteCount
      _ = try ChildProcess.run(path, byteCount: byteCount, isStopped: isStopped) { (_) throws(StorageError) in
        _ = try find()
        return []
      }
    }
    return try find() ?? name
  }
}
