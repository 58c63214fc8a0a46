public import VaelibModels

extension StackedAutoencoder {
  /// Attributes of the architecture beside the parameters: how many layers there are, and classes of a softmax head;
  /// another head, and its outputs.
  private static let layerCount = "layer_count"
  private static let classCount = "class_count"
  private static let headKind = "head"
  private static let outputCount = "output_count"

  /// Attributes of layer k are named "layer_k_width" and so on.
  private static func prefix(_ layer: Int) -> String { "layer_\(layer)_" }

  /// What its file holds; `libraryVersion` is noted in it.
  public func contents(libraryVersion: String) -> ModelContents {
    let counts: [ModelContents.Attribute] = [
      .init(name: Self.layerCount, value: .count(configuration.layers.count)),
      .init(name: Self.classCount, value: .count(classes)),
    ]
    var head: [ModelContents.Attribute] = []
    if let headShape, classes == 0 {
      head = [
        .init(name: Self.headKind, value: .text(headShape.kind.rawValue)),
        .init(name: Self.outputCount, value: .count(headShape.outputs)),
      ]
    }
    let layers = configuration.layers.enumerated().flatMap { index, layer in
      LayerConfiguration.parameters.map { $0.attribute(layer, prefix: Self.prefix(index)) }
    }
    var contents = ModelContents(
      self, libraryVersion: libraryVersion,
      architecture: StackConfiguration.parameters.filter { $0.isNeeded(configuration) }.map {
        $0.attribute(configuration)
      } + counts + head + layers,
      training: trainingAttributes)
    contents.formatVersion = max(
      contents.formatVersion, ModelFile.formatVersion(of: configuration, StackConfiguration.parameters),
      head.isEmpty ? 1 : ModelFile.formatVersion)
    contents.classes = classNames.map(ModelContents.Classes.init)
    return contents
  }

  /// Reads what its file holds. Everything in it is checked; the error names the file and what was wrong in it.
  public static func read(_ fields: ModelFields) throws(StorageError) -> StackedAutoencoder {
    try fields.checkKind(kind)
    var configuration = StackConfiguration()
    let group = ModelFile.Name.architecture
    try fields.read(StackConfiguration.parameters, group, &configuration)
    for index in 0..<(try fields.count(layerCount, 1...64)) {
      var layer = LayerConfiguration()
      try fields.read(LayerConfiguration.parameters, group, prefix: prefix(index), &layer)
      configuration.layers.append(layer)
    }
    let head = try readHead(fields)
    let widths = [configuration.dataDimension] + configuration.layers.map(\.width)
    try fields.checkSize([widths + [head?.outputs].compactMap { $0 }])
    let stack = try fields.making { try StackedAutoencoder(configuration, head: head) }
    try fields.readTensors(stack.layout, into: stack.parameters)
    try fields.checkStandardization(of: stack)
    if stack.classes > 0 { try readClassNames(of: stack, fields) }
    let record = try fields.record(configurations: try trainingConfigurations(fields))
    stack.changeRecord { $0 = record }
    try fields.readColumnNames(of: stack)
    let layers = Double(configuration.layers.count)
    if let layer = record.history[.layer].first(where: { $0 >= layers }) {
      throw fields.problem(
        "dataset \"\(ModelFile.Name.history)/layer\"",
        "names layer \(Int(layer)) of a stack of \(configuration.layers.count)")
    }
    return stack
  }

  /// The head; files of softmax heads say how many classes there are, as those of the first format.
  private static func readHead(_ fields: ModelFields) throws(StorageError) -> HeadShape? {
    let group = ModelFile.Name.architecture
    let classes = try fields.count(classCount, 0...HeadKind.softmax.outputCounts.upperBound)
    guard try fields.file.hasAttribute(headKind, of: group) else {
      return classes > 0 ? HeadShape(.softmax, outputs: classes) : nil
    }
    guard case .text(let name) = try fields.file.attribute(headKind, of: group),
      let kind = HeadKind.ofTargets.first(where: { $0.rawValue == name }), classes == 0
    else {
      let known = HeadKind.ofTargets.map(\.rawValue).joined(separator: " or ")
      throw fields.problem(
        "attribute \"\(group)/\(headKind)\"", "should be \(known), in a stack whose \(classCount) is 0")
    }
    return HeadShape(kind, outputs: try fields.count(outputCount, kind.outputCounts))
  }
}
