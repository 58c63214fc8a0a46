import Testing
import VaelibModels

@testable import VaelibStorage

/// What columns and their categories are called, in files.
@Suite struct ColumnNamesTests {
  private func table() throws -> VariationalAutoencoder {
    var (counts, categories, binary) = (ColumnGroup(), ColumnGroup(), ColumnGroup())
    counts.likelihood = .poisson
    (categories.likelihood, categories.classes) = (.categorical, 3)
    binary.likelihood = .bernoulli
    var architecture = VAEConfiguration()
    (architecture.dataDimension, architecture.latentDimension, architecture.hidden) = (3, 1, [2])
    architecture.groups = [counts, categories, binary]
    return try VariationalAutoencoder(architecture)
  }

  private func loaded(_ model: any CheckpointedModel) throws -> any CheckpointedModel {
    let bytes = try ModelFile.bytes(of: model, libraryVersion: "0.1.0")
    return try bytes.withUnsafeBytes { try ModelFile.load(from: $0) }
  }

  @Test func whateverIsKnownComesBack() throws {
    let changes: [(VariationalAutoencoder) throws -> Void] = [
      { try $0.setColumnNames(try ClassNames(["a", "ü", ""], kind: .text, of: "column")) },
      { try $0.setColumnNames(try ClassNames(["0", "-1", "18446744073709551615"], kind: .integer)) },
      { try $0.setColumnTypes(["", "", String(repeating: "x", count: 4_096)]) },
      { try $0.setCategoryNames(try ClassNames(["0.5", "1e9", "-3"], kind: .real), column: 1) },
      {
        try $0.setColumnNames(try ClassNames(["a", "b", "c"], kind: .text))
        try $0.setColumnTypes(["", "x", "x"])
        try $0.setCategoryNames(try ClassNames(["", "x", "ü"], kind: .text), column: 1)
        try $0.setCategoryNames(.booleans, column: 2)
      },
    ]
    for change in changes {
      let model = try table()
      try change(model)
      #expect(!model.record.columns.isEmpty)
      #expect(try loaded(model).record.columns == model.record.columns)
      #expect(try model.copy().record.columns == model.record.columns)
    }
  }

  @Test func namesNeedTheSecondFormat() throws {
    var configuration = StackConfiguration()
    var layer = LayerConfiguration()
    (layer.width, layer.loss) = (2, .crossEntropy)
    (configuration.dataDimension, configuration.layers, configuration.standardize) = (3, [layer], 0)
    let stack = try StackedAutoencoder(configuration)
    let before = try ModelFile.bytes(of: stack, libraryVersion: "0.1.0")
    #expect(stack.contents(libraryVersion: "0.1.0").formatVersion == 1)
    try stack.setColumnNames(try ClassNames(["a", "b", "c"], kind: .text))
    #expect(stack.contents(libraryVersion: "0.1.0").formatVersion == 2)
    #expect(try loaded(stack).record.columns == stack.record.columns)
    try stack.setColumnNames(nil)
    let isSame = try ModelFile.bytes(of: stack, libraryVersion: "0.1.0") == before
    #expect(isSame)
  }

  @Test func onlyColumnsOfCategoriesHaveNamesOfThem() throws {
    let model = try table()
    #expect(model.categoryCounts.map(\.column) == [1, 2])
    #expect((0...3).map { model.categoryCount(column: $0) } == [0, 3, 2, 0])
    let three = try ClassNames(["a", "b", "c"], kind: .text)
    for column in [-1, 0, 2, 3] {
      #expect(throws: ModelError.self) { try model.setCategoryNames(three, column: column) }
    }
    #expect(throws: ModelError.self) { try model.setColumnTypes(["a"]) }
    #expect(throws: ModelError.self) { try model.setColumnTypes(["a", "b", "c\0d"]) }
    #expect(model.record.columns.isEmpty)
  }
}
