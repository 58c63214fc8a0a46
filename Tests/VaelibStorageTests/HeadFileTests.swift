import Testing
import VaelibModels

@testable import VaelibStorage

/// Model files of stacks with heads.
@Suite struct HeadFileTests {
  @Test func headsThatCannotBe() throws {
    var configuration = StackConfiguration()
    var layer = LayerConfiguration()
    (layer.width, layer.loss) = (2, .crossEntropy)
    (configuration.dataDimension, configuration.layers) = (3, [layer])
    let head = HeadShape(.gaussian, outputs: 2)
    let stack = try StackedAutoencoder(configuration, head: head).contents(libraryVersion: "0.1.0")
    #expect(stack.formatVersion == 2)
    let cases: [(name: String, value: AttributeValue?, text: String)] = [
      ("head", .text("linear"), "should be gaussian or sigmoid"),
      ("head", .text("softmax"), "should be gaussian"),
      ("head", .count(1), "should be gaussian"), ("class_count", .count(2), "whose class_count is 0"),
      ("output_count", .count(0), "from 1 to 1048576"), ("output_count", .count(3), "shape"),
      ("output_count", .count(1 << 20), "more weights than the file holds"),
      ("output_count", nil, "is missing"),
    ]
    for (name, value, text) in cases {
      var contents = stack
      contents.architecture = contents.architecture.compactMap {
        $0.name == name ? value.map { .init(name: name, value: $0) } : $0
      }
      let error = try refusal(of: contents)
      #expect(error?.contains(text) == true, "\(error ?? "none")")
    }
    var contents = stack
    let place = try #require(contents.tensors.firstIndex { $0.name.hasSuffix("standardization/deviation") })
    contents.tensors[place].values = [1, -1]
    let error = try refusal(of: contents)
    #expect(error?.contains("it must be above 0") == true)
  }

  /// The message that refuses a file with these contents.
  private func refusal(of contents: ModelContents, _ place: SourceLocation = #_sourceLocation) throws
    -> String?
  {
    let scratch = try Scratch()
    let path = scratch.file("model.h5")
    try ModelFile.write(contents, to: path)
    return storageError({ () throws(StorageError) in try ModelFile.load(from: path) }, sourceLocation: place)?
      .description
  }
}
