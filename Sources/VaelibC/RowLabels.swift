import CVaelib
import VaelibModels
import VaelibNumerics

/// The labels of a dataset's rows, read when they are asked for.
struct RowLabels: Sendable {
  private enum Numbers {
    case array(StridedArray)
    case values([Int64], first: Int)
  }

  private let numbers: Numbers
  /// What the numbers stand for.
  let meaning: Labels.Meaning
  /// The names that they number; empty if they are no names.
  let names: CStrings

  private init(_ numbers: Numbers, _ meaning: Labels.Meaning, _ names: CStrings) {
    (self.numbers, self.meaning, self.names) = (numbers, meaning, names)
  }

  init(_ labels: Labels) {
    var names: [String] = []
    if case .named(let classes) = labels.meaning { names = classes.names }
    self.init(.values(labels.numbers, first: 0), labels.meaning, CStrings(names))
  }

  /// The caller's array of one class number a row.
  init(_ array: UnsafePointer<vaelib_array>, rows: Int) throws {
    let array = try StridedArray(array, "labels")
    guard array.elementType.isInteger, array.columns == 1, array.rows == rows else {
      throw BoundaryError.argument(
        "labels are \(array.rows) x \(array.columns) \(array.elementType.name); expected \(rows) x 1 integers"
      )
    }
    self.init(.array(array), .classNumbers, CStrings([]))
  }

  func label(_ row: Int) -> Int64 {
    switch numbers {
    case .array(let array): array.integer(row: row) ?? 0
    case .values(let values, let first): values[first + row]
    }
  }

  /// The labels of these rows, copied.
  func select(_ rows: [Int]) -> RowLabels {
    RowLabels(.values(rows.map { label($0) }, first: 0), meaning, names)
  }

  func dropFirst(_ rows: Int) -> RowLabels {
    switch numbers {
    case .array(let array): RowLabels(.array(array.rows(rows..<array.rows)), meaning, names)
    case .values(let values, let first): RowLabels(.values(values, first: first + rows), meaning, names)
    }
  }

  /// The labels of several sets, one set after another; throws, with the place of the set, where they are of different
  /// kinds.
  static func joined(_ sets: [(labels: RowLabels, rows: Int)]) throws -> RowLabels {
    let meaning = sets[0].labels.meaning
    if sets.allSatisfy({ $0.labels.meaning == meaning }) {
      return RowLabels(.values(all(sets) { $1 }, first: 0), meaning, sets[0].labels.names)
    }
    if sets.allSatisfy({ $0.labels.isNumeric }) {
      return RowLabels(Labels(all(sets) { $1 }, .classNumbers))
    }
    return RowLabels(try joinedNames(sets))
  }

  private static func all(
    _ sets: [(labels: RowLabels, rows: Int)], _ number: (Int, Int64) -> Int64
  ) -> [Int64] {
    sets.enumerated().flatMap { index, set in (0..<set.rows).map { number(index, set.labels.label($0)) } }
  }

  /// Whether the numbers can be taken for what they are.
  private var isNumeric: Bool {
    guard case .named(let names) = meaning else { return true }
    return names.kind == .boolean
  }

  /// What the names stand for.
  private var kind: ClassNames.Kind {
    if case .named(let names) = meaning { names.kind } else { .integer }
  }

  /// Each set numbers names of its own; together they number the names of all.
  private static func joinedNames(_ sets: [(labels: RowLabels, rows: Int)]) throws -> Labels {
    var names: Set<[UInt8]> = []
    let named = sets.firstIndex { !$0.labels.isNumeric } ?? 0
    let kind = sets[named].labels.kind
    for (index, set) in sets.enumerated() {
      guard case .named(let own) = set.labels.meaning, own.kind == kind else {
        throw BoundaryError.argument(
          "the labels of datasets[\(index)] are numbers, but those of datasets[\(named)] are "
            + "\(kind == .text ? "texts" : "categories"); relabel one of them")
      }
      names.formUnion(own.names.map { Array($0.utf8) })
    }
    let ordered = names.sorted { $0.lexicographicallyPrecedes($1) }
    let place = Dictionary(uniqueKeysWithValues: ordered.enumerated().map { ($1, Int64($0)) })
    let tables = sets.map { $0.labels.names.texts.map { place[Array($0.utf8)] ?? 0 } }
    let texts = ordered.map { String(decoding: $0, as: UTF8.self) }
    return Labels(
      all(sets) { $1 < 0 ? $1 : tables[$0][Int($1)] }, .named(try ClassNames(texts, kind: kind)))
  }
}
