public import VaelibModels
import VaelibNumerics

extension CheckpointFile {
  /// Reads a checkpoint. Everything in it is checked; the error names the file and what was wrong in it. With
  /// `checkInChild` a child process does so first.
  public static func read(
    _ path: String, checkInChild: Bool = false
  ) throws(StorageError) -> SavedTraining<Model> {
    if checkInChild { try ChildProcess.check(path) { () throws(StorageError) in _ = try read(path) } }
    return try ModelFile.read(path) { (file) throws(StorageError) in
      try read(ModelFields(file: file, path: path))
    }
  }

  /// The same of an open file; there is at least one run.
  static func read(_ fields: ModelFields) throws(StorageError) -> SavedTraining<Model> {
    let model = try Model.read(fields)
    guard try fields.file.has(CheckpointContents.Name.group) else {
      throw .format(
        path: fields.path, object: nil,
        reason: "holds a model, but not how far its training was: it is no checkpoint")
    }
    let runs = try readRuns(fields)
    guard let run = runs.last else {
      throw fields.problem("group \"\(CheckpointContents.Name.group)\"", "names no phase of training")
    }
    return SavedTraining(model: model, runs: runs, state: try readState(fields, model, run))
  }

  /// The calls that trained, in their order.
  private static func readRuns(_ fields: ModelFields) throws(StorageError) -> [RunIdentity] {
    var runs: [(order: Int, run: RunIdentity)] = []
    for kind in Model.phases where try fields.file.has(CheckpointContents.path(kind.name)) {
      let phase = kind.name
      let order = try fields.file.attribute(
        CheckpointContents.Name.order, of: CheckpointContents.path(phase))
      guard case .count(let order) = order else {
        throw fields.problem(
          "attribute \"\(CheckpointContents.path(phase))/\(CheckpointContents.Name.order)\"",
          "should be a whole number")
      }
      var configuration = TrainingConfiguration()
      try fields.read(
        TrainingConfiguration.parameters,
        CheckpointContents.path(phase, CheckpointContents.Name.training), &configuration)
      let validation = CheckpointContents.path(phase, CheckpointContents.Name.validation)
      runs.append(
        (
          order,
          RunIdentity(
            phase: kind, configuration: configuration,
            examples: try readData(
              fields, CheckpointContents.path(phase, CheckpointContents.Name.examples)),
            validation: try fields.file.has(validation) ? try readData(fields, validation) : nil)
        ))
    }
    return runs.sorted { $0.order < $1.order }.map(\.run)
  }

  private static func readData(_ fields: ModelFields, _ group: String) throws(StorageError) -> DataIdentity {
    var data = DataIdentity()
    try fields.read(dataFields, group, &data)
    return data
  }

  private static func readState(
    _ fields: ModelFields, _ model: Model, _ run: RunIdentity
  ) throws(StorageError) -> TrainingState {
    var state = TrainingState()
    try fields.read(stateFields, CheckpointContents.Name.group, &state)
    guard state.layer < max(1, model.layerCount) else {
      throw fields.problem(
        "attribute \"\(CheckpointContents.Name.group)/layer\"",
        "is \(state.layer), but there are \(max(1, model.layerCount)) layers")
    }
    guard state.sums.rows <= run.examples.rows else {
      throw fields.problem(
        "attribute \"\(CheckpointContents.Name.group)/rows\"",
        "is \(state.sums.rows), but there are \(run.examples.rows) examples")
    }
    let count = model.parameters.count
    if state.steps > 0 {
      let kinds = run.configuration.optimizer.moments
      state.moments = try fields.floats(CheckpointContents.Name.moments, shape: [kinds, count])
    }
    if state.sums.rows > 0 {
      state.epochStart = try fields.weights(CheckpointContents.Name.epochStart, count: count)
    }
    if state.bestScore > -.infinity {
      let last = HDF5.Session.join(CheckpointContents.Name.group, CheckpointContents.Name.last)
      if state.isComplete, try fields.file.has(last) {
        state.last = try fields.weights(CheckpointContents.Name.last, count: count)
      } else {
        state.best = try fields.weights(CheckpointContents.Name.best, count: count)
      }
    }
    return state
  }
}

extension ModelFields {
  /// Sets every field from the attribute of its name; none may be missing but those that came later.
  fileprivate func read<Root>(
    _ fields: [CheckpointField<Root>], _ group: String, _ root: inout Root
  ) throws(StorageError) {
    for field in fields {
      let value = try value(of: field, group)
      if !field.set(&root, value) {
        throw problem("attribute \"\(group)/\(field.name)\"", "holds \(value), which cannot be")
      }
    }
  }

  private func value<Root>(
    of field: CheckpointField<Root>, _ group: String
  ) throws(StorageError) -> AttributeValue {
    if let earlier = field.earlierValue, try !file.hasAttribute(field.name, of: group) { return earlier }
    return try file.attribute(field.name, of: group)
  }

  /// An array of the group `checkpoint`.
  fileprivate func floats(_ name: String, shape: [Int]) throws(StorageError) -> FloatBuffer {
    let buffer = try making { try FloatBuffer(rows: shape[0], columns: shape.dropFirst().first ?? 1) }
    try file.readFloats(
      HDF5.Session.join(CheckpointContents.Name.group, name), shape: shape, into: buffer.elements)
    return buffer
  }

  /// The same, of weights, which must be finite.
  fileprivate func weights(_ name: String, count: Int) throws(StorageError) -> FloatBuffer {
    let buffer = try floats(name, shape: [count])
    if let index = buffer.elements.firstIndex(where: { !$0.isFinite }) {
      throw problem(
        "dataset \"\(CheckpointContents.Name.group)/\(name)\"",
        "holds \(buffer.base[index]) at place \(index); every weight must be finite")
    }
    return buffer
  }
}
