import CHDF5

extension ModelFile {
  /// Writes `contents`, and what makes the file a checkpoint if there is that, to `path`, replacing what was there. The
  /// file appears complete or not at all.
  ///
  /// Equal contents give equal bytes. Weights are written from where they are, so the size of a model costs no memory.
  static func write(
    _ contents: ModelContents, checkpoint: CheckpointContents? = nil, to path: String
  ) throws(StorageError) {
    try write(to: path) { (session, root) throws(StorageError) in
      try write(contents, session, root)
      if let checkpoint { try write(checkpoint, session, root) }
    }
  }

  /// The same of whatever `body` writes to the file's root.
  static func write(
    to path: String, _ body: (HDF5.Session, HDF5.Object) throws(StorageError) -> Void
  ) throws(StorageError) {
    let output = try HDF5Output(path, userBlock: UserBlock.byteCount)
    try output.write(body)
    try output.close()
    try UserBlock.seal(output.file)
    try output.file.commit()
  }

  /// The bytes of the file.
  static func bytes(of contents: ModelContents) throws(StorageError) -> [UInt8] {
    var bytes = try HDF5.session(path: inMemory) { (session) throws(StorageError) in
      let root = try session.createImage()
      try write(contents, session, root)
      return try session.image(of: root)
    }
    UserBlock.seal(&bytes)
    return bytes
  }

  private static func write(
    _ checkpoint: CheckpointContents, _ session: HDF5.Session, _ root: HDF5.Object
  ) throws(StorageError) {
    for group in checkpoint.groups { try writeGroup(group.path, group.attributes, session, root) }
    for array in checkpoint.arrays { try write(array, session, root) }
  }

  /// Writes everything to a new file's root.
  static func write(
    _ contents: ModelContents, _ session: HDF5.Session, _ root: HDF5.Object
  ) throws(StorageError) {
    try writeHeader(contents, session, root)
    try writeGroup(Name.architecture, contents.architecture, session, root)
    try writeGroup(Name.training, contents.training, session, root)
    try writeGroup(Name.data, contents.data, session, root)
    try write(contents.columnGroups, session, root)
    let weights = try session.createGroup(Name.weights, in: root)
    for tensor in contents.tensors { try write(tensor, session, weights) }
    let history = try session.createGroup(Name.history, in: root)
    for column in contents.history {
      try session.writeDataset(
        column.name, in: history, shape: [column.values.count], fileType: vaelib_h5t_float64_le(),
        memoryType: vaelib_h5t_native_double(), values: column.values)
    }
    if let classes = contents.classes {
      try write(classes, session, try session.createGroup(Name.classes, in: root))
    }
    if let columns = contents.columns { try write(columns, session, root) }
  }

  private static func writeHeader(
    _ contents: ModelContents, _ session: HDF5.Session, _ root: HDF5.Object
  ) throws(StorageError) {
    try session.writeAttribute(Name.format, .text(format), on: root)
    try session.writeAttribute(Name.formatVersion, .count(contents.formatVersion), on: root)
    try session.writeAttribute(Name.libraryVersion, .text(contents.libraryVersion), on: root)
    try session.writeAttribute(Name.kind, .text(contents.kind), on: root)
  }

  private static func writeGroup(
    _ name: String, _ attributes: [ModelContents.Attribute], _ session: HDF5.Session, _ root: HDF5.Object
  ) throws(StorageError) {
    let group = try session.createGroup(name, in: root)
    for attribute in attributes {
      try session.writeAttribute(attribute.name, attribute.value, on: group)
    }
  }

  private static func write(
    _ tensor: ModelContents.Tensor, _ session: HDF5.Session, _ group: HDF5.Object
  ) throws(StorageError) {
    guard isTensorShape(tensor.shape), product(tensor.shape) == tensor.values.count else {
      throw session.error(
        HDF5.Session.label("dataset", group, tensor.name),
        "cannot be written: \(tensor.values.count) values do not fill a tensor of shape \(tensor.shape)")
    }
    try tensor.values.withElements { (values) throws(StorageError) in
      try session.writeDataset(
        tensor.name, in: group, shape: tensor.shape, fileType: vaelib_h5t_float32_le(),
        memoryType: vaelib_h5t_native_float(), values: values.baseAddress)
    }
  }

  private static func write(
    _ parameters: [ModelContents.GroupParameter], _ session: HDF5.Session, _ root: HDF5.Object
  ) throws(StorageError) {
    if parameters.isEmpty { return }
    let group = try session.createGroup(Name.columnGroups, in: root)
    for parameter in parameters {
      switch parameter.values {
      case .texts(let texts): try session.writeTexts(parameter.name, in: group, texts)
      case .numbers(let numbers):
        try session.writeDataset(
          parameter.name, in: group, shape: [numbers.count], fileType: vaelib_h5t_float64_le(),
          memoryType: vaelib_h5t_native_double(), values: numbers)
      }
    }
  }

  private static func write(
    _ columns: ModelContents.Columns, _ session: HDF5.Session, _ root: HDF5.Object
  ) throws(StorageError) {
    let group = try session.createGroup(Name.columns, in: root)
    if let names = columns.names { try write(names, session, group) }
    if let types = columns.types { try session.writeTexts(Name.columnTypes, in: group, types) }
    for (column, names) in columns.categories.sorted(by: { $0.key < $1.key }) {
      try session.scope { () throws(StorageError) in
        try write(names, session, try session.createGroup("\(column)", in: group))
      }
    }
  }

  /// Writes names to a group.
  private static func write(
    _ classes: ModelContents.Classes, _ session: HDF5.Session, _ group: HDF5.Object
  ) throws(StorageError) {
    try session.writeAttribute(Name.classType, .text(classes.type), on: group)
    try session.writeTexts(Name.classNames, in: group, classes.names)
  }

  /// One or two axes, none of them empty.
  private static func isTensorShape(_ shape: [Int]) -> Bool {
    (1...2).contains(shape.count) && shape.allSatisfy { $0 >= 1 }
  }
}
