import VaelibModels

/// Categories as AnnData stores them for the columns of `obs`: `codes`, the number of each row's category, -1 for none, and
/// `categories`, their names (its documentation, "on-disk format", categorical arrays, version 0.2.0). Before, the
/// column was a dataset of codes, and a group `__categories` beside it had the names, in a dataset of the column's name.
struct CategoricalLabels {
  /// The paths of both datasets.
  let codes: String
  let categories: String

  /// nil unless `name` leads to such a column.
  init?(_ name: String, _ check: MetadataCheck) throws(StorageError) {
    guard !name.utf8.contains(0), let (file, header) = try check.find(name) else { return nil }
    func has(_ part: String) throws(StorageError) -> Bool {
      try file.link(Array(part.utf8)[...], of: header) != nil
    }
    if GroupLinks.isGroup(header) {
      guard try has("codes"), try has("categories") else { return nil }
      (codes, categories) = (name + "/codes", name + "/categories")
      return
    }
    let names = ObjectLookup.names(name.systemBytes[...])
    guard names.count > 1, let last = names.last else { return nil }
    let beside = Array(names.dropLast()) + [ArraySlice("__categories".utf8), last]
    let path = String(systemBytes: Array(beside.joined(separator: [UInt8(ascii: "/")])))
    guard try check.find(path) != nil else { return nil }
    (codes, categories) = (name, path)
  }

  /// The labels of rows with these codes, of categories that were read like labels. `error` makes one of the predicate of
  /// a sentence about the codes.
  static func labels(
    _ codes: Labels, _ categories: Labels, _ error: (String) -> StorageError
  ) throws(StorageError) -> Labels {
    guard case .values = codes.meaning else { throw error("holds no whole numbers") }
    let count = categories.numbers.count
    if let row = codes.numbers.firstIndex(where: { $0 < none || $0 >= count }) {
      throw error(
        "has code \(codes.numbers[row]) at row \(row); there are \(count) categories, 0 to \(count - 1), and -1 is none"
      )
    }
    if case .values = categories.meaning, !codes.numbers.contains(none) {
      return Labels(codes.numbers.map { categories.numbers[Int($0)] }, .values)
    }
    do throws(ModelError) {
      return Labels(codes.numbers, .named(try names(categories)))
    } catch let failure {
      throw error("has categories that cannot be class names: \(failure)")
    }
  }

  /// The code of a row without a category.
  private static let none: Int64 = -1

  private static func names(_ categories: Labels) throws(ModelError) -> ClassNames {
    switch categories.meaning {
    case .named(let names):
      try ClassNames(categories.numbers.map { names.names[Int($0)] }, kind: names.kind)
    case .values, .classNumbers:
      try ClassNames(categories.numbers.map(String.init), kind: .integer)
    }
  }
}
