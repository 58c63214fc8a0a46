public import CVaelib
import VaelibModels
import VaelibNumerics

@_cdecl("vaelib_stack_add_head") @implementation
public func vaelib_stack_add_head(
  _ model: OpaquePointer?, _ head: UnsafePointer<CChar>?, _ outputs: Int
) -> vaelib_status {
  modelChange(model, StackedAutoencoder.self) {
    try $0.addHead(HeadShape(try headKind(head, among: HeadKind.allCases), outputs: outputs))
  }
}

@_cdecl("vaelib_dataset_with_targets") @implementation
public func vaelib_dataset_with_targets(
  _ dataset: OpaquePointer?, _ targets: OpaquePointer?, _ head: UnsafePointer<CChar>?,
  _ outDataset: UnsafeMutablePointer<OpaquePointer?>?
) -> vaelib_status {
  entryPoint {
    let out = try Arguments.nonNull(outDataset, "out_dataset")
    let (whole, targets) = (try DatasetHandle.from(dataset), try DatasetHandle.from(targets))
    let kind = try headKind(head, among: HeadKind.ofTargets)
    guard targets.source.rows == whole.source.rows else {
      throw BoundaryError.argument(
        "targets has \(targets.source.rows) rows; expected \(whole.source.rows), one for each example")
    }
    guard kind.outputCounts.contains(targets.source.columns) else {
      throw BoundaryError.argument(
        "targets has \(targets.source.columns) columns; allowed: at most \(kind.outputCounts.upperBound)")
    }
    out.pointee = try HandleTable.shared.insert(
      DatasetHandle(
        source: whole.source, elementType: whole.elementType, labels: nil,
        targets: RowTargets(source: targets.source, head: kind), weights: whole.weights,
        conventions: whole.conventions))
  }
}

/// The head of this name, which must be one of these.
private func headKind(_ name: UnsafePointer<CChar>?, among kinds: [HeadKind]) throws -> HeadKind {
  let name = try Arguments.text(name, "head")
  guard let kind = kinds.first(where: { $0.rawValue == name }) else {
    throw BoundaryError.argument(
      "head is \"\(name)\"; allowed: \(kinds.map(\.rawValue).joined(separator: ", "))")
  }
  return kind
}

/// What a head predicts, in words, and the heads that do.
enum Prediction {
  case probabilities
  case targets

  /// Throws unless the stack has such a head.
  func require(of stack: StackedAutoencoder) throws {
    switch self {
    case .probabilities: try stack.requireHead([.softmax, .sigmoid], toPredict: "probabilities")
    case .targets: try stack.requireHead([.gaussian], toPredict: "real targets")
    }
  }

  private var outputName: String {
    switch self {
    case .probabilities: "out_probabilities"
    case .targets: "out_targets"
    }
  }

  /// Predicts for examples, wherever they are, once the output is checked.
  func predict(
    _ stack: StackedAutoencoder, _ source: any ExampleSource, _ outMeans: UnsafeMutablePointer<Float>?,
    _ outCount: Int, _ control: RunControl
  ) throws {
    try require(of: stack)
    let out = try Arguments.output(outMeans, outputName, outCount, rowsOf: source, columns: stack.outputs)
    try stack.predictMeans(source, into: out, control: control)
  }
}
