import Glibc
import Testing
import VaelibModels

@testable import VaelibStorage

@Suite struct FileVerificationTests {
  /// Bytes that this thread has read so far.
  private static func bytesRead() -> Int? {
    let line = (try? readText("/proc/thread-self/io"))?.split(separator: "\n").first
    return line?.split(separator: " ").last.flatMap { Int($0) }
  }

  /// A checkpoint of some 2 MiB.
  private func checkpoint(_ path: String) throws {
    var configuration = VAEConfiguration()
    (configuration.dataDimension, configuration.hidden) = (300, [400])
    configuration.likelihood = .bernoulli
    let model = try VariationalAutoencoder(configuration)
    var examples = DataIdentity()
    (examples.rows, examples.columns) = (10, 300)
    let run = RunIdentity(
      phase: .fit, configuration: TrainingConfiguration(), examples: examples, validation: nil)
    try CheckpointFile<VariationalAutoencoder>(path, libraryVersion: "0.1.0")
      .save(SavedTraining(model: model, runs: [run], state: TrainingState()))
  }

  @Test(.enabled(if: bytesRead() != nil, "the system does not count what a thread reads"))
  func aCheckpointIsReadOnce() throws {
    let scratch = try Scratch()
    let path = scratch.file("checkpoint.h5")
    try checkpoint(path)
    let size = try ReadableFile(path).byteCount
    #expect(size > 1 << 20)
    let whole = size..<size + size / 4
    var before = try #require(Self.bytesRead())
    let report = try FileVerification.verify(path, inChild: false)
    #expect(whole.contains(try #require(Self.bytesRead()) - before))
    #expect(report.kind == "vae")
    before = try #require(Self.bytesRead())
    #expect(try CheckpointInfo.read(path).kind == "vae")
    #expect(whole.contains(try #require(Self.bytesRead()) - before))
  }
}
