import Testing
import VaelibModels

@testable import VaelibStorage

/// Files that earlier versions wrote, byte for byte: loaded and saved again, a file is the same one.
@Suite struct GoldenFileTests {
  private func golden(_ name: String, _ thisFile: String = #filePath) -> String {
    thisFile.split(separator: "/", omittingEmptySubsequences: false).dropLast(2).joined(separator: "/")
      + "/python/golden/" + name
  }

  /// The version of the library that wrote a file.
  private func writer(of path: String) throws -> String {
    try FileVerification.verify(path, inChild: false).libraryVersion
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
    try ModelFile.save(try ModelFile.load(from: path), to: again, libraryVersion: writer(of: path))
    try expectSameBytes(path, again)
  }

  private func saveAgain<Model>(
    _ kind: Model.Type, _ name: String
  ) throws where Model: CheckpointedModel {
    let scratch = try Scratch()
    let (path, again) = (golden(name), scratch.file("again.h5"))
    let file = CheckpointFile<Model>(again, libraryVersion: try writer(of: path))
    try file.save(try CheckpointFile<Model>.read(path))
    try expectSameBytes(path, again)
  }

  @Test func checkpointsAreSavedAgainAsTheyAre() throws {
    try saveAgain(VariationalAutoencoder.self, "checkpoint_1_vae.h5")
    try saveAgain(StackedAutoencoder.self, "checkpoint_1_stack.h5")
  }
}
