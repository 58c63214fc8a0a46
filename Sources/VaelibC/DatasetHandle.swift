import CVaelib
import VaelibModels
import VaelibNumerics

/// What a vaelib_dataset stands for.
final class DatasetHandle: HandleObject {
  static let kind = HandleKind.dataset

  let source: any ExampleSource
  let elementType: ElementType
  /// One integer a row, for all rows of `source`.
  let labels: Labels?

  /// Where labels come from; read when they are asked for.
  enum Labels: Sendable {
    case array(StridedArray)
    case values([Int64], first: Int)

    /// The caller's array of one integer a row.
    init(_ array: UnsafePointer<vaelib_array>, rows: Int) throws {
      let array = try StridedArray(array, "labels")
      guard array.elementType.isInteger, array.columns == 1, array.rows == rows else {
        throw BoundaryError.argument(
          "labels are \(array.rows) x \(array.columns) \(array.elementType.name); expected \(rows) x 1 integers"
        )
      }
      self = .array(array)
    }

    func label(_ row: Int) -> Int64 {
      switch self {
      case .array(let array): array.integer(row: row) ?? 0
      case .values(let values, let first): values[first + row]
      }
    }

    /// The labels of these rows, copied.
    func select(_ rows: [Int]) -> Labels { .values(rows.map { label($0) }, first: 0) }

    func dropFirst(_ rows: Int) -> Labels {
      switch self {
      case .array(let array): .array(array.rows(rows..<array.rows))
      case .values(let values, let first): .values(values, first: first + rows)
      }
    }
  }

  init(source: any ExampleSource, elementType: ElementType, labels: Labels?) {
    self.source = source
    self.elementType = elementType
    self.labels = labels
  }

  /// Rows of this dataset, in any order, with their labels.
  func select(_ rows: [Int]) -> DatasetHandle {
    DatasetHandle(
      source: SelectionSource(source, rows: rows), elementType: elementType, labels: labels?.select(rows))
  }

  /// The examples with their labels as class numbers.
  var labeledExamples: LabeledExamples {
    LabeledExamples(source, labels: labels.map { labels in (0..<source.rows).map { Int(labels.label($0)) } })
  }

  static func from(_ handle: OpaquePointer?) throws -> DatasetHandle {
    try HandleTable.shared.object(handle, as: DatasetHandle.self)
  }
}
