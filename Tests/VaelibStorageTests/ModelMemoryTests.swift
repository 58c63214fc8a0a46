import Testing
import VaelibModels

@testable import VaelibStorage

/// Models as bytes in memory.
@Suite struct ModelMemoryTests {
  private func models() throws -> [any CheckpointedModel] {
    var vae = VAEConfiguration()
    (vae.dataDimension, vae.latentDimension, vae.hidden) = (5, 2, [4])
    vae.likelihood = .bernoulli
    var stack = StackConfiguration()
    var layer = LayerConfiguration()
    layer.width = 3
    layer.loss = .crossEntropy
    (stack.dataDimension, stack.layers) = (5, [layer])
    let head = HeadShape(.softmax, outputs: 2)
    return [try VariationalAutoencoder(vae), try StackedAutoencoder(stack, head: head)]
  }

  @Test func theBytesAreThoseOfTheFileAndComeBack() throws {
    let scratch = try Scratch()
    for model in try models() {
      let path = scratch.file("model.h5")
      try ModelFile.save(model, to: path, libraryVersion: "0.1.0")
      let bytes = try ModelFile.bytes(of: model, libraryVersion: "0.1.0")
      #expect(try readBytes(path) == bytes)
      for copy in [
        try ModelFile.load(from: path), try bytes.withUnsafeBytes { try ModelFile.load(from: $0) },
      ] {
        #expect(copy.kind == model.kind)
        #expect(copy.parameters.elements.elementsEqual(model.parameters.elements))
      }
    }
  }

  @Test func whatIsDamagedOrCutOffIsRefused() throws {
    let bytes = try ModelFile.bytes(of: models()[0], libraryVersion: "0.1.0")
    func refusal(_ bytes: [UInt8]) -> String? {
      do {
        _ = try bytes.withUnsafeBytes { try ModelFile.load(from: $0) }
        return nil
      } catch {
        return "\(error)"
      }
    }
    for place in stride(from: 0, to: bytes.count, by: 97) {
      var damaged = bytes
      damaged[place] ^= 0x10
      #expect(refusal(damaged)?.contains("the model in memory") == true)
    }
    for count in [0, 1, 47, 511, 512, 513, bytes.count - 1] {
      #expect(refusal(Array(bytes.prefix(count))) != nil)
    }
    #expect(refusal([])?.contains("is empty") == true)
  }
}
