import Testing
import VaelibModels

@testable import VaelibStorage

/// Damaged model files: each is refused with an error that names it, and none ends the process.
@Suite struct ModelFileDamageTests {
  private let scratch: Scratch
  private let bytes: [UInt8]

  init() throws {
    scratch = try Scratch()
    let model = try VariationalAutoencoder(smallArchitecture)
    try ModelFile.save(model, to: scratch.file("model.h5"), libraryVersion: "0.1.0")
    bytes = try readBytes(scratch.file("model.h5"))
  }

  @Test func anUndamagedFileIsLoaded() throws {
    let model = try #require(
      try ModelFile.load(from: scratch.file("model.h5")) as? VariationalAutoencoder)
    #expect(model.configuration.hidden == smallArchitecture.hidden)
  }

  @Test func everyTruncationIsNoticed() throws {
    for length in 1..<bytes.count {
      let error = try refusal(Array(bytes.prefix(length)))
      if error?.contains("is truncated") != true { Issue.record("\(length) bytes: \(error ?? "no error")") }
    }
  }

  @Test func everyChangedByteIsNoticed() throws {
    var random = SplitMix64(state: 0)
    var damaged = bytes
    for index in bytes.indices {
      damaged[index] ^= UInt8.random(in: 1...255, using: &random)
      if try refusal(damaged) == nil { Issue.record("byte \(index) = \(damaged[index])") }
      damaged[index] = bytes[index]
    }
  }

  @Test func someChangedBytesAreNoticed() throws {
    var random = SplitMix64(state: 1)
    for attempt in 0..<1_000 {
      var damaged = bytes
      for _ in 0..<Int.random(in: 1...5, using: &random) {
        damaged[Int.random(in: damaged.indices, using: &random)] = UInt8.random(in: 0...255, using: &random)
      }
      if damaged != bytes, try refusal(damaged) == nil { Issue.record("attempt \(attempt)") }
    }
  }

  @Test func theMessagesSayWhatToDo() throws {
    var changed = bytes
    changed[changed.count - 1] ^= 1
    let damage = try #require(try refusal(changed))
    #expect(damage.contains("is damaged: its checksum is "))
    #expect(damage.hasSuffix("; restore it from a copy"))
    #expect(
      try refusal(bytes + [0])?.hasSuffix(
        "\(bytes.count - 512) bytes should follow its first 512, and \(bytes.count - 511) do; restore it from a copy"
      )
        == true)
    #expect(
      try refusal(Array(bytes.prefix(100)))?.hasSuffix(
        "is truncated: it ends inside its first 512 bytes; copy or download it again") == true)
    #expect(try refusal([])?.hasSuffix("is empty; an HDF5 file was expected") == true)
  }

  /// The message that refuses to load a file of these bytes; nil if it was loaded or the message names no file.
  private func refusal(_ bytes: [UInt8]) throws -> String? {
    let path = try scratch.write(bytes, "damaged.h5")
    do throws(StorageError) {
      _ = try ModelFile.load(from: path)
      return nil
    } catch {
      return error.description.hasPrefix("file \"\(path)\" ") ? error.description : nil
    }
  }
}

/// Steele, Lea & Flood (2014), "Fast splittable pseudorandom number generators".
private struct SplitMix64: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var word = state
    word = (word ^ word >> 30) &* 0xBF58_476D_1CE4_E5B9
    word = (word ^ word >> 27) &* 0x94D0_49BB_1331_11EB
    return word ^ word >> 31
  }
}
