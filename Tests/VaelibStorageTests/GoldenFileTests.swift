import Testing
import VaelibModels

@testable import VaelibStorage

/// Files that earlier versions wrote, byte for byte: loaded and saved again, but for the attributes that they did not
/// have yet, a file is the same one.
@Suite struct GoldenFileTests {
  private func golden(_ name: String, _ thisFile: String = #filePath) -> String {
    thisFile.split(separator: "/", omittingEmptySubsequences: false).dropLast(2).joined(separator: "/")
      + "/python/golden/" + name
  }

  /// The version of the library that wrote a file.
  private func writer(of path: String) throws -> String {
    try FileVerification.verify(path, inChild: false).libraryVersion
  }

  /// Takes away what came later, which must be what earlier files mean by lacking it.
  private func takeLater(
    _ attributes: inout [ModelContents.Attribute], _ later: [String: AttributeValue],
    _ prefixes: [String] = [""]
  ) {
    for (name, value) in later {
      for prefix in prefixes {
        guard let index = attributes.firstIndex(where: { $0.name == prefix + name }) else {
          Issue.record("there is no \(prefix + name)")
          continue
        }
        switch (attributes.remove(at: index).value, value) {
        // NaN is not equal to itself.
        case (.real(let found), .real(let expected)): #expect(found.bitPattern == expected.bitPattern)
        case (let found, let expected): #expect(found == expected)
        }
      }
    }
  }

  private let laterInTraining: [String: AttributeValue] = [
    "monitor": .text("error"), "validation_fraction": .real(0), "validation_split": .text("random"),
    "trim_fraction": .real(0), "hide_fraction": .real(0),
  ]
  private let laterInCheckpoints: [String: AttributeValue] = [
    "start_loss": .real(.nan), "usual_gradient_norm": .real(0),
  ]

  private let laterInData: [String: AttributeValue] = ["weights": .count(-1)]

  /// The contents of a model as its earlier version wrote them.
  private func contents(_ model: some CheckpointedModel, _ path: String) throws -> ModelContents {
    var contents = model.contents(libraryVersion: try writer(of: path))
    let phases = contents.training.map(\.name).filter { $0.hasSuffix("batch_size") }
    takeLater(&contents.training, laterInTraining, phases.map { String($0.dropLast("batch_size".count)) })
    return contents
  }

  private func expectSameBytes(_ path: String, _ again: String) throws {
    // Not compared within #expect, which would print both.
    let isSame = try readBytes(path) == readBytes(again)
    #expect(isSame)
  }

  @Test(arguments: ["format_1_vae.h5", "format_1_stack.h5"])
  func modelsAreSavedAgainAsTheyAre(_ name: String) throws {
    let scratch = try Scratch()
    let (path, again) = (golden(name), scratch.file("again.h5"))
    let model = try ModelFile.load(from: path)
    try ModelFile.write(try contents(model, path), to: again)
    try expectSameBytes(path, again)
  }

  private func saveAgain<Model>(
    _ kind: Model.Type, _ name: String
  ) throws where Model: CheckpointedModel {
    let scratch = try Scratch()
    let (path, again) = (golden(name), scratch.file("again.h5"))
    let saved = try CheckpointFile<Model>.read(path)
    var checkpoint = CheckpointContents(runs: saved.runs, state: saved.state)
    takeLater(&checkpoint.groups[0].attributes, laterInCheckpoints)
    for (index, group) in checkpoint.groups.enumerated() where group.path.hasSuffix("/training") {
      takeLater(&checkpoint.groups[index].attributes, laterInTraining)
    }
    for (index, group) in checkpoint.groups.enumerated()
    where group.path.hasSuffix("/examples") || group.path.hasSuffix("/validation") {
      takeLater(&checkpoint.groups[index].attributes, laterInData)
    }
    try ModelFile.write(try contents(saved.model, path), checkpoint: checkpoint, to: again)
    try expectSameBytes(path, again)
  }

  @Test func checkpointsAreSavedAgainAsTheyAre() throws {
    try saveAgain(VariationalAutoencoder.self, "checkpoint_1_vae.h5")
    try saveAgain(StackedAutoencoder.self, "checkpoint_1_stack.h5")
  }
}
