import Testing
import VaelibModels
import VaelibNumerics

@testable import VaelibStorage

/// What saving adds to the memory in use, however large the model.
@Suite struct SavingMemoryTests {
  /// The most memory that this process has had so far; a child begins with what its parent has at the fork.
  private static func peakBytes() -> Int? {
    let text = (try? readText("/proc/self/status")) ?? ""
    let line = text.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
    return line?.split(separator: " ").dropFirst().first.flatMap { Int($0) }.map { $0 << 10 }
  }

  @Test(.enabled(if: peakBytes() != nil, "the system does not tell"), arguments: [false, true])
  func weightsAreWrittenFromWhereTheyLie(_ isCheckpoint: Bool) throws {
    let scratch = try Scratch()
    let path = scratch.file("model.h5")
    let weights = try FloatSlice(FloatBuffer(count: 16 << 20), 0..<16 << 20)
    let tensor = ModelContents.Tensor(name: "w", shape: [16 << 10, 1 << 10], values: weights)
    let contents = ModelContents(kind: "vae", libraryVersion: "0.1.0", tensors: [tensor])
    var checkpoint: CheckpointContents?
    if isCheckpoint {
      checkpoint = CheckpointContents(
        groups: [.init(path: "checkpoint", attributes: [])],
        arrays: [.init(name: "checkpoint/moments", shape: tensor.shape, values: weights)])
    }
    try HDF5.prepare(for: path)
    // In a child, where no other test takes memory meanwhile.
    let bytes = try ChildProcess.run(path, byteCount: 0) { (_) throws(StorageError) in
      let before = Self.peakBytes() ?? 0
      try ModelFile.write(contents, checkpoint: checkpoint, to: path)
      return Array(String((Self.peakBytes() ?? .max) - before).utf8)
    }
    let (added, size) = (
      try #require(Int(String(decoding: bytes, as: UTF8.self))), try ReadableFile(path).byteCount
    )
    #expect(size > (isCheckpoint ? 128 : 64) << 20)
    // libhdf5 and malloc take some MiB, which differ from run to run.
    #expect(added < 16 << 20)
  }
}
