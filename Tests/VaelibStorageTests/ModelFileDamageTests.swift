import Testing

@testable import VaelibStorage

/// Damaged model files: each read must end in contents or in an error, and never end the process.
@Suite struct ModelFileDamageTests {
  private let contents = ModelContents(
    kind: "vae", libraryVersion: "0.1.0", architecture: [.init(name: "hidden", value: .counts([4]))],
    tensors: [.init(name: "encoder/0/weight", shape: [3, 2], values: [1, 2, 3, 4, 5, 6])],
    history: [.init(name: "elbo", values: [-1, -2])])

  @Test func everyTruncationIsRefused() throws {
    let scratch = try Scratch()
    try ModelFile.write(contents, to: scratch.file("model.h5"))
    let bytes = try readBytes(scratch.file("model.h5"))
    for length in stride(from: 0, to: bytes.count, by: 7) {
      let path = try scratch.write(Array(bytes.prefix(length)), "short.h5")
      let error = storageError { () throws(StorageError) in try ModelFile.read(path) }
      guard case .format? = error else {
        Issue.record("\(length) bytes: \(String(describing: error))")
        continue
      }
    }
  }

  /// All bytes were tried with each of these patterns; the test tries every eleventh, to be quick.
  @Test(arguments: [0x01, 0x80, 0xFF] as [UInt8])
  func anyByteMayBeWrong(pattern: UInt8) throws {
    let scratch = try Scratch()
    try ModelFile.write(contents, to: scratch.file("model.h5"))
    var bytes = try readBytes(scratch.file("model.h5"))
    for index in stride(from: Int(pattern % 11), to: bytes.count, by: 11) {
      bytes[index] ^= pattern
      let path = try scratch.write(bytes, "damaged.h5")
      if let damaged = try? ModelFile.read(path) {
        #expect(ModelFile.checksum(of: damaged.tensors) == ModelFile.checksum(of: contents.tensors))
      }
      bytes[index] ^= pattern
    }
  }
}
