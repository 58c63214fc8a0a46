import CHDF5
import Testing

@testable import VaelibStorage

@Suite struct ModelFileTests {
  @Test func contentsComeBackUnchanged() throws {
    let scratch = try Scratch()
    let path = scratch.file("model.h5")
    try ModelFile.write(sampleContents, to: path)
    #expect(try ModelFile.read(path) == sampleContents)
    #expect(scratch.contents == ["model.h5"])
  }

  @Test func equalContentsGiveEqualFiles() throws {
    let scratch = try Scratch()
    try ModelFile.write(sampleContents, to: scratch.file("a.h5"))
    try ModelFile.write(sampleContents, to: scratch.file("b.h5"))
    #expect(try readBytes(scratch.file("a.h5")) == readBytes(scratch.file("b.h5")))
  }

  @Test func tensorsOfAnyOrderHaveOneChecksum() {
    #expect(
      ModelFile.checksum(of: sampleContents.tensors)
        == ModelFile.checksum(of: sampleContents.tensors.reversed()))
  }

  @Test func aModelWithoutTensorsAndHistoryIsKept() throws {
    let scratch = try Scratch()
    let contents = ModelContents(kind: "vae", libraryVersion: "0.1.0")
    try ModelFile.write(contents, to: scratch.file("model.h5"))
    #expect(try ModelFile.read(scratch.file("model.h5")) == contents)
  }

  @Test func aLargeTensorIsKept() throws {
    let scratch = try Scratch()
    let values = (0..<600_000).map { Float($0) * 0.25 }
    let contents = ModelContents(
      kind: "vae", libraryVersion: "0.1.0", tensors: [.init(name: "w", shape: [600, 1_000], values: values)])
    try ModelFile.write(contents, to: scratch.file("model.h5"))
    #expect(try ModelFile.read(scratch.file("model.h5")) == contents)
  }

  @Test func longestTextsAndListsAreKept() throws {
    let scratch = try Scratch()
    let contents = ModelContents(
      kind: "vae", libraryVersion: "0.1.0",
      architecture: [
        .init(name: "list", value: .counts(Array(0..<4_096))),
        .init(name: "text", value: .text(String(repeating: "x", count: 4_096))),
      ])
    try ModelFile.write(contents, to: scratch.file("model.h5"))
    #expect(try ModelFile.read(scratch.file("model.h5")) == contents)
  }

  @Test(arguments: [
    ModelContents.Tensor(name: "w", shape: [2, 2], values: [1, 2, 3]),
    .init(name: "w", shape: [], values: [1]),
    .init(name: "w", shape: [0], values: []),
    .init(name: "w", shape: [.max, 2], values: [1]),
    .init(name: "w", shape: [1, 1, 1], values: [1]),
  ])
  func aTensorThatDoesNotFitItsShapeIsNotWritten(_ tensor: ModelContents.Tensor) throws {
    let scratch = try Scratch()
    let contents = ModelContents(kind: "vae", libraryVersion: "0.1.0", tensors: [tensor])
    let error = storageError { () throws(StorageError) in
      try ModelFile.write(contents, to: scratch.file("model.h5"))
    }
    #expect(error?.description.contains("dataset \"weights/w\"") == true)
    #expect(scratch.contents.isEmpty)
  }

  @Test func textsThatCouldNotBeReadAreNotWritten() throws {
    let scratch = try Scratch()
    for text in ["a\0b", String(repeating: "x", count: 4_097)] {
      let contents = ModelContents(
        kind: "vae", libraryVersion: "0.1.0", data: [.init(name: "source", value: .text(text))])
      let error = storageError { () throws(StorageError) in
        try ModelFile.write(contents, to: scratch.file("model.h5"))
      }
      #expect(error?.description.contains("attribute \"data/source\"") == true)
    }
  }

  @Test func twoTensorsOfOneNameAreNotWritten() throws {
    let scratch = try Scratch()
    let tensor = ModelContents.Tensor(name: "w", shape: [1], values: [1])
    let contents = ModelContents(kind: "vae", libraryVersion: "0.1.0", tensors: [tensor, tensor])
    #expect(throws: StorageError.self) { try ModelFile.write(contents, to: scratch.file("model.h5")) }
    #expect(scratch.contents.isEmpty)
  }
}
