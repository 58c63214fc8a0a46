import CHDF5
import Testing
import VaelibNumerics

@testable import VaelibStorage

@Suite struct ModelFileTests {
  @Test func contentsComeBackUnchanged() throws {
    let scratch = try Scratch()
    let path = scratch.file("model.h5")
    try ModelFile.write(sampleContents, to: path)
    #expect(try readContents(path, like: sampleContents) == sampleContents)
    #expect(scratch.contents == ["model.h5"])
  }

  @Test func equalContentsGiveEqualFiles() throws {
    let scratch = try Scratch()
    try ModelFile.write(sampleContents, to: scratch.file("a.h5"))
    try ModelFile.write(sampleContents, to: scratch.file("b.h5"))
    #expect(try readBytes(scratch.file("a.h5")) == readBytes(scratch.file("b.h5")))
  }

  @Test func theUserBlockIsAsDocumented() throws {
    let scratch = try Scratch()
    try ModelFile.write(sampleContents, to: scratch.file("model.h5"))
    let bytes = try readBytes(scratch.file("model.h5"))
    let content = Array(bytes[512...])
    #expect(bytes[..<48].elementsEqual("vaelib model; an HDF5 file from byte 512 onward\n".utf8))
    let length = UInt64(content.count)
    let checksum = content.withUnsafeBytes { Checksum.crc32($0) }
    #expect(bytes[48..<56].elementsEqual((0..<8).map { UInt8(truncatingIfNeeded: length >> (8 * $0)) }))
    #expect(bytes[56..<60].elementsEqual((0..<4).map { UInt8(truncatingIfNeeded: checksum >> (8 * $0)) }))
    #expect(bytes[60..<512].allSatisfy { $0 == 0 })
    #expect(content.starts(with: [0x89] + Array("HDF\r\n".utf8)))
  }

  @Test func aModelWithoutTensorsAndHistoryIsKept() throws {
    let scratch = try Scratch()
    let contents = ModelContents(kind: "vae", libraryVersion: "0.1.0")
    try ModelFile.write(contents, to: scratch.file("model.h5"))
    #expect(try readContents(scratch.file("model.h5"), like: contents) == contents)
  }

  @Test func aLargeTensorIsKept() throws {
    let scratch = try Scratch()
    let values = try FloatSlice((0..<600_000).map { Float($0) * 0.25 })
    let contents = ModelContents(
      kind: "vae", libraryVersion: "0.1.0", tensors: [.init(name: "w", shape: [600, 1_000], values: values)])
    try ModelFile.write(contents, to: scratch.file("model.h5"))
    #expect(try readContents(scratch.file("model.h5"), like: contents) == contents)
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
    #expect(try readContents(scratch.file("model.h5"), like: contents) == contents)
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

  @Test func aPathThatCannotBeAFileIsRefusedAsOne() throws {
    for path in ["", try Scratch().folder + "/missing/model.h5"] {
      let error = storageError { () throws(StorageError) in try ModelFile.write(sampleContents, to: path) }
      guard case .file(path, _)? = error else {
        Issue.record("\"\(path)\": \(String(describing: error))")
        continue
      }
    }
  }

  private func slice(_ values: [Float]) throws(StorageError) -> FloatSlice {
    do throws(NumericsError) {
      return try FloatSlice(values)
    } catch {
      throw .file(path: "", reason: "no memory for a slice")
    }
  }

  /// Reads everything that has a name in `contents`.
  private func readContents(_ path: String, like contents: ModelContents) throws -> ModelContents {
    try ModelFile.read(path) { (file) throws(StorageError) in
      func attributes(_ group: String, like attributes: [ModelContents.Attribute]) throws(StorageError)
        -> [ModelContents.Attribute]
      {
        try attributes.map { attribute throws(StorageError) in
          .init(name: attribute.name, value: try file.attribute(attribute.name, of: group))
        }
      }
      return ModelContents(
        kind: try file.text("kind"), libraryVersion: try file.text("vaelib_version"),
        architecture: try attributes("architecture", like: contents.architecture),
        training: try attributes("training", like: contents.training),
        data: try attributes("data", like: contents.data),
        tensors: try contents.tensors.map { tensor throws(StorageError) in
          var values = [Float](repeating: .nan, count: tensor.values.count)
          try values.withUnsafeMutableBufferPointer { (buffer) throws(StorageError) in
            try file.readTensor(tensor.name, shape: tensor.shape, into: buffer)
          }
          return .init(name: tensor.name, shape: tensor.shape, values: try slice(values))
        },
        history: try contents.history.map { column throws(StorageError) in
          .init(name: column.name, values: try file.column(column.name))
        })
    }
  }
}
