import VaelibModels

extension ModelContents.Classes {
  init(_ names: ClassNames) { self.init(type: names.kind.rawValue, names: names.names) }
}

extension ModelContents.Columns {
  init(_ columns: ColumnNames) {
    self.init(
      names: columns.names.map(ModelContents.Classes.init), types: columns.types,
      categories: columns.categories.mapValues(ModelContents.Classes.init))
  }
}

/// What the columns of examples are called. All of it may be missing.
extension ModelFields {
  private static let columns = ModelFile.Name.columns

  func readColumnNames(of model: some Model) throws(StorageError) {
    guard try file.has(Self.columns) else { return }
    let (namesPath, typesPath) = (
      HDF5.Session.join(Self.columns, ModelFile.Name.classNames),
      HDF5.Session.join(Self.columns, ModelFile.Name.columnTypes)
    )
    let count = model.dataDimension
    if try file.has(namesPath) {
      let names = try names(in: Self.columns, count: count, of: "column", "columns")
      try fitting("group \"\(Self.columns)\"") { () throws(ModelError) in try model.setColumnNames(names) }
    }
    if try file.has(typesPath) {
      let types = try file.texts(typesPath, count: count, of: "one text for each of \(count) columns")
      try fitting("dataset \"\(typesPath)\"") { () throws(ModelError) in try model.setColumnTypes(types) }
    }
  }

  func readCategoryNames(of model: VariationalAutoencoder) throws(StorageError) {
    guard try file.has(Self.columns) else { return }
    for (column, count) in model.categoryCounts {
      let group = HDF5.Session.join(Self.columns, "\(column)")
      guard try file.has(group) else { continue }
      let names = try names(in: group, count: count, of: "category", "categories")
      try fitting("group \"\(group)\"") { () throws(ModelError) in
        try model.setCategoryNames(names, column: column)
      }
    }
  }

  /// The names in a group, one for each of `count` things of a kind.
  func names(
    in group: String, count: Int, of noun: String, _ plural: String
  ) throws(StorageError) -> ClassNames {
    let found = try file.names(in: group, count: count, of: plural)
    guard let kind = ClassNames.Kind(rawValue: found.type) else {
      throw problem("group \"\(group)\"", "does not fit: the names are of the unknown type \"\(found.type)\"")
    }
    return try fitting("group \"\(group)\"") { () throws(ModelError) in
      try ClassNames(found.names, kind: kind, of: noun)
    }
  }

  /// Turns what the model refuses into what is wrong with the file.
  func fitting<Result>(
    _ object: String, _ body: () throws(ModelError) -> Result
  ) throws(StorageError) -> Result {
    do {
      return try body()
    } catch {
      throw problem(object, "does not fit: \(error)")
    }
  }
}
