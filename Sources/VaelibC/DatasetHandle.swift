import CVaelib
import VaelibModels
import VaelibNumerics

/// What a vaelib_dataset stands for.
final class DatasetHandle: HandleObject {
  static let kind = HandleKind.dataset

  let source: any ExampleSource
  let elementType: ElementType
  /// One label a row, for all rows of `source`.
  let labels: RowLabels?
  /// Targets of all rows of `source`; nil where there are none, or labels.
  let targets: RowTargets?
  /// One weight a row, for all rows of `source`; nil where all count the same.
  let weights: ExampleWeights?

  /// What of a file's conventions was followed: one text, or none.
  let conventions: CStrings

  init(
    source: any ExampleSource, elementType: ElementType, labels: RowLabels?, targets: RowTargets? = nil,
    weights: ExampleWeights? = nil, conventions: CStrings = CStrings([])
  ) {
    self.source = source
    self.conventions = conventions
    self.elementType = elementType
    self.labels = labels
    self.targets = targets
    self.weights = weights
  }

  /// Rows of this dataset, in any order, with their labels or targets, and weights.
  func select(_ rows: [Int]) -> DatasetHandle {
    DatasetHandle(
      source: SelectionSource(source, rows: rows), elementType: elementType, labels: labels?.select(rows),
      targets: targets?.select(rows), weights: weights?.select(rows), conventions: conventions)
  }

  /// The examples without labels or targets.
  var examples: LabeledExamples { LabeledExamples(source, weights: weights) }

  /// The examples with their labels or targets, which are read now.
  func labeledExamples(isCancelled: @escaping () -> Bool = { false }) throws -> LabeledExamples {
    var examples = try labeledOnly(isCancelled: isCancelled)
    examples.weights = weights
    return examples
  }

  private func labeledOnly(isCancelled: @escaping () -> Bool) throws -> LabeledExamples {
    if let targets {
      return LabeledExamples(
        source, targets: try Targets(targets.source, for: targets.head, isCancelled: isCancelled))
    }
    if labels != nil { try MemoryReserve.require(source.rows, bytes: 2 * MemoryLayout<Int>.stride) }
    return LabeledExamples(
      source, labels: labels.map { labels in (0..<source.rows).map { Int(labels.label($0)) } },
      meaning: labels?.meaning ?? .classNumbers)
  }

  /// The conditions of a query; nil where none are given.
  static func conditions(_ handle: OpaquePointer?) throws -> (any ExampleSource)? {
    try handle.map { try from($0).source }
  }

  static func from(_ handle: OpaquePointer?) throws -> DatasetHandle {
    try HandleTable.shared.object(handle, as: DatasetHandle.self)
  }
}
