import CHDF5
import Testing
import VaelibModels

@testable import VaelibStorage

/// Files that are sound but no models: other files, and model files whose checksum is right and whose contents are not.
@Suite struct ModelFileRefusalTests {
  @Test(arguments: ["numbers.h5", "userblock.h5"])
  func otherHDF5Files(_ name: String) {
    let error = storageError { () throws(StorageError) in try ModelFile.load(from: fixture(name))
    }
    #expect(
      error
        == .format(
          path: fixture(name), object: nil,
          reason:
            "is HDF5, but holds no vaelib model: a model file begins with \"vaelib model; an HDF5 file from byte "
            + "512 onward\""))
  }

  @Test func otherFiles() throws {
    let scratch = try Scratch()
    let path = try scratch.write(Array("vae".utf8) + [1], "model.h5")
    let error = storageError { () throws(StorageError) in try ModelFile.load(from: path) }
    #expect(error == .format(path: path, object: nil, reason: "is not an HDF5 file"))
  }

  @Test func otherFormats() throws {
    let error = try refusal { (session, root) throws(StorageError) in
      try replaceAttribute("format", .text("model"), session, root)
    }
    #expect(
      error?.hasSuffix("holds no vaelib model: its attribute \"format\" is not \"vaelib-model\"") == true)
  }

  @Test func newerFormats() throws {
    let error = try refusal { (session, root) throws(StorageError) in
      try replaceAttribute("format_version", .count(3), session, root)
    }
    #expect(
      error?.hasSuffix(
        "was written by a newer vaelib: it has format 3, this library reads up to 2; update vaelib") == true)
  }

  @Test(arguments: [.count(0), .real(1), .text("1"), .seed(1), .counts([1])] as [AttributeValue])
  func senselessFormatVersions(_ version: AttributeValue) throws {
    let error = try refusal { (session, root) throws(StorageError) in
      try replaceAttribute("format_version", version, session, root)
    }
    #expect(error?.contains("should be a signed integer from 1 on") == true)
  }

  @Test func otherKinds() throws {
    let error = try refusal { $0.kind = "gan" }
    #expect(error?.hasSuffix("of kind \"gan\", which this vaelib does not know; update vaelib") == true)
  }

  @Test func checkpointsOfTheOtherKind() throws {
    let scratch = try Scratch()
    let path = scratch.file("model.h5")
    try ModelFile.write(try sound(), to: path)
    let error = storageError { () throws(StorageError) in try CheckpointFile<StackedAutoencoder>.read(path) }
    #expect(error?.description.hasSuffix("is \"vae\"; expected \"stack\"") == true)
  }

  @Test func missingAttributes() throws {
    let groups: [(name: String, path: WritableKeyPath<ModelContents, [ModelContents.Attribute]>)] = [
      ("architecture", \.architecture), ("training", \.training), ("data", \.data),
    ]
    for group in groups {
      // Earlier files lack these.
      let later = [
        "standardize", "monitor", "validation_fraction", "validation_split", "trim_fraction", "hide_fraction",
      ]
      for (index, attribute) in try sound()[keyPath: group.path].enumerated()
      where !later.contains(attribute.name) {
        let error = try refusal { $0[keyPath: group.path].remove(at: index) }
        #expect(error?.hasPrefix("attribute \"\(group.name)/\(attribute.name)\" of file") == true)
        #expect(error?.hasSuffix("is missing") == true)
      }
    }
  }

  @Test func missingDatasets() throws {
    for (index, tensor) in try sound().tensors.enumerated() {
      let error = try refusal { $0.tensors.remove(at: index) }
      #expect(error?.hasPrefix("dataset \"weights/\(tensor.name)\" of file") == true)
      #expect(error?.hasSuffix("is missing; the file is incomplete") == true)
    }
  }

  @Test(arguments: ["architecture", "training", "data", "weights", "history"])
  func missingGroups(_ name: String) throws {
    let error = try refusal { (session, root) throws(StorageError) in
      try delete(name, in: root, session)
    }
    #expect(error?.hasPrefix("group \"\(name)\" of file") == true || error?.contains("\"\(name)/") == true)
    #expect(error?.hasSuffix("is missing; the file is incomplete") == true)
  }

  @Test func unsuitableValues() throws {
    let infinite = try refusal { $0.tensors[0].values = [0, .infinity, 0, 0, 0, 0] }
    #expect(infinite?.hasSuffix("holds inf at place 1; every weight must be finite") == true)
    let shape = try refusal { $0.tensors[0].shape = [6] }
    #expect(shape?.hasSuffix("has shape 6; the architecture implies shape 3 x 2") == true)
    let history = try refusal {
      $0.history = [.init(name: "loss", values: [1, 2]), .init(name: "kl", values: [1])]
    }
    #expect(history?.hasSuffix("has 1 values; loss has 2") == true)
    let epoch = try refusal { $0.history = [.init(name: "epoch", values: [0.5])] }
    #expect(epoch?.hasSuffix("holds 0.5 at place 0, which cannot be") == true)
    let choice = try refusal { contents in
      contents.architecture = contents.architecture.map {
        $0.name == "activation" ? .init(name: $0.name, value: .text("step")) : $0
      }
    }
    #expect(choice?.contains("does not fit: activation is step") == true)
    let widths = try refusal { contents in
      contents.architecture = contents.architecture.map {
        $0.name == "hidden" ? .init(name: $0.name, value: .counts([1 << 24, 1 << 24])) : $0
      }
    }
    #expect(widths?.contains("has more weights than the file holds") == true)
  }

  @Test func namesOfColumnsThatCannotBe() throws {
    func refusalOf(_ edit: (inout ModelContents.Columns) -> Void) throws -> String? {
      try refusal { contents in
        var columns = ModelContents.Columns(
          names: .init(type: "text", names: ["a", "b", "c"]), types: ["", "", ""],
          categories: [1: .init(type: "text", names: ["no", "yes"])])
        edit(&columns)
        contents.columns = columns
      }
    }
    let few = try refusalOf { $0.names?.names = ["a", "b"] }
    #expect(few?.hasPrefix("dataset \"columns/names\" of file") == true)
    #expect(few?.hasSuffix("has shape 2; one name for each of 3 columns was expected") == true)
    let twice = try refusalOf { $0.names?.names = ["a", "b", "a"] }
    #expect(twice?.hasPrefix("group \"columns\" of file") == true)
    #expect(twice?.contains("the name of column 2, \"a\", is also that of an earlier column") == true)
    #expect(try refusalOf { $0.names?.type = "colour" }?.contains("unknown type \"colour\"") == true)
    #expect(try refusalOf { $0.names?.type = "integer" }?.contains("is not of the type integer") == true)
    let types = try refusalOf { $0.types = ["", ""] }
    #expect(types?.hasSuffix("has shape 2; one text for each of 3 columns was expected") == true)
    let categories = try refusalOf { $0.categories[1]?.names = ["no", "yes", "perhaps"] }
    #expect(categories?.hasPrefix("dataset \"columns/1/names\" of file") == true)
    #expect(categories?.hasSuffix("has shape 3; one name for each of 2 categories was expected") == true)
    let same = try refusalOf { $0.categories[1]?.names = ["no", "no"] }
    #expect(same?.hasPrefix("group \"columns/1\" of file") == true)
    #expect(same?.contains("the name of category 1, \"no\", is also that of an earlier category") == true)
    #expect(try refusalOf { $0.categories[1]?.type = "" }?.contains("unknown type \"\"") == true)
  }

  @Test func partsOfTheNamesOfColumns() throws {
    func refusalOf(
      _ edit: (HDF5.Session, HDF5.Object) throws(StorageError) -> Void
    ) throws -> String? {
      try refusal { (session, root) throws(StorageError) in
        try session.writeTexts("names", in: try session.createGroup("columns", in: root), ["a", "b", "c"])
        try edit(session, root)
      }
    }
    let untyped = try refusalOf { (_, _) throws(StorageError) in }
    #expect(untyped?.hasPrefix("attribute \"columns/type\" of file") == true)
    #expect(untyped?.hasSuffix("is missing") == true)
    let numbers = try refusalOf { (session, root) throws(StorageError) in
      try delete("columns/names", in: root, session)
      try session.writeDataset(
        "columns/types", in: root, shape: [3], fileType: vaelib_h5t_float64_le(),
        memoryType: vaelib_h5t_native_double(), values: [1.0, 2, 3])
    }
    #expect(numbers?.hasPrefix("dataset \"columns/types\" of file") == true)
    #expect(numbers?.contains("fixed-length strings of at most 4096 bytes were expected") == true)
    let nameless = try refusalOf { (session, root) throws(StorageError) in
      try delete("columns/names", in: root, session)
      let group = try session.createGroup("columns/2", in: root)
      try session.writeAttribute("type", .text("text"), on: group)
    }
    #expect(nameless?.hasPrefix("dataset \"columns/2/names\"") == true)
    #expect(nameless?.hasSuffix("is missing; the file is incomplete") == true)
    let dataset = try refusalOf { (session, root) throws(StorageError) in
      try delete("columns", in: root, session)
      try session.writeTexts("columns", in: root, ["a", "b", "c"])
    }
    #expect(dataset?.hasSuffix("should be a group") == true)
  }

  @Test func tensorsOfOtherTypes() throws {
    let error = try refusal { (session, root) throws(StorageError) in
      try delete(weight, in: root, session)
      try session.writeDataset(
        weight, in: root, shape: [3, 2], fileType: vaelib_h5t_float64_le(),
        memoryType: vaelib_h5t_native_double(), values: [Double](repeating: 1, count: 6))
    }
    #expect(
      error?.hasSuffix(
        "holds 8-byte floating-point numbers; 4-byte floating-point numbers were expected") == true)
  }

  @Test func tensorsThatWereNeverWritten() throws {
    let error = try refusal { (session, root) throws(StorageError) in
      try delete(weight, in: root, session)
      try session.writeDataset(
        weight, in: root, shape: [1 << 40], fileType: vaelib_h5t_float32_le(),
        memoryType: vaelib_h5t_native_float(), values: nil)
    }
    #expect(
      error?.hasSuffix("is damaged: it has shape 1099511627776, but only 0 bytes are stored") == true)
  }

  @Test func tensorsInChunks() throws {
    let error = try refusal { (session, root) throws(StorageError) in
      try delete(weight, in: root, session)
      let space = try session.own(H5Screate_simple(2, [3, 2], nil), nil, "test")
      let creation = try session.own(H5Pcreate(vaelib_h5p_dataset_create()), nil, "test")
      try session.check(H5Pset_chunk(creation, 2, [2, 2]), nil, "test")
      let none = hid_t(H5P_DEFAULT)
      _ = try session.own(
        H5Dcreate2(root.id, weight, vaelib_h5t_float32_le(), space, none, creation, none), nil, "test")
    }
    #expect(error?.contains("is not stored in one block") == true)
  }

  @Test func linksThatLeadElsewhere() throws {
    let none = hid_t(H5P_DEFAULT)
    let soft = try refusal { (session, root) throws(StorageError) in
      try delete(weight, in: root, session)
      try session.check(H5Lcreate_soft("/weights/encoder/0/bias", root.id, weight, none, none), nil, "test")
    }
    #expect(soft?.hasPrefix("object \"\(weight)\" of file") == true)
    #expect(soft?.hasSuffix("is a soft link, which vaelib does not follow") == true)
    let external = try refusal { (session, root) throws(StorageError) in
      try delete("weights", in: root, session)
      try session.check(H5Lcreate_external("other.h5", "/", root.id, "weights", none, none), nil, "test")
    }
    #expect(external?.hasSuffix("is an external link, which vaelib does not follow") == true)
  }

  @Test func groupsAndDatasetsInEachOthersPlace() throws {
    let group = try refusal { (session, root) throws(StorageError) in
      try delete(weight, in: root, session)
      _ = try session.createGroup(weight, in: root)
    }
    #expect(group?.hasPrefix("group \"\(weight)\" of file") == true)
    #expect(group?.hasSuffix("should be a dataset") == true)
    let dataset = try refusal { (session, root) throws(StorageError) in
      try delete("weights/encoder", in: root, session)
      try session.writeDataset(
        "weights/encoder", in: root, shape: [1], fileType: vaelib_h5t_float32_le(),
        memoryType: vaelib_h5t_native_float(), values: [Float(1)])
    }
    #expect(dataset?.hasPrefix("dataset \"weights/encoder\" of file") == true)
    #expect(dataset?.hasSuffix("should be a group") == true)
  }

  @Test func attributesOfOtherTypes() throws {
    let error = try refusal { (session, root) throws(StorageError) in
      try session.check(H5Adelete(root.id, "kind"), nil, "test")
      let type = try session.own(H5Tcopy(vaelib_h5t_c_string()), nil, "test")
      try session.check(H5Tset_size(type, Int(bitPattern: UInt.max)), nil, "test")
      let space = try session.own(H5Screate(H5S_SCALAR), nil, "test")
      let none = hid_t(H5P_DEFAULT)
      _ = try session.own(H5Acreate2(root.id, "kind", type, space, none, none), nil, "test")
    }
    #expect(error?.hasPrefix("attribute \"kind\" of file") == true)
    #expect(error?.contains("holds variable-length strings") == true)
  }

  @Test func whatElseThereIsIsIgnored() throws {
    let scratch = try Scratch()
    let path = scratch.file("model.h5")
    try write(try sound(), to: path) { (session, root) throws(StorageError) in
      try session.writeAttribute("note", .text("mine"), on: root)
      _ = try session.createGroup("weights/encoder/9", in: root)
      let none = hid_t(H5P_DEFAULT)
      try session.check(H5Lcreate_external("other.h5", "/", root.id, "weights/x", none, none), nil, "test")
      try session.check(H5Lcreate_hard(root.id, "weights", root.id, "weights/again", none, none), nil, "test")
    }
    let model = try #require(try ModelFile.load(from: path) as? VariationalAutoencoder)
    #expect(model.configuration.hidden == smallArchitecture.hidden)
  }

  // MARK: Building files

  private let weight = "weights/encoder/0/weight"

  /// The contents of a sound model file.
  private func sound() throws -> ModelContents {
    try VariationalAutoencoder(smallArchitecture).contents(libraryVersion: "0.1.0")
  }

  /// The message that refuses a sound model file whose contents `edit` has changed.
  private func refusal(
    sourceLocation: SourceLocation = #_sourceLocation, _ edit: (inout ModelContents) -> Void
  ) throws -> String? {
    var contents = try sound()
    edit(&contents)
    return try refusal(of: contents, sourceLocation) { (_, _) throws(StorageError) in }
  }

  /// The message that refuses a sound model file whose HDF5 objects `edit` has changed.
  private func refusal(
    sourceLocation: SourceLocation = #_sourceLocation,
    _ edit: (HDF5.Session, HDF5.Object) throws(StorageError) -> Void
  ) throws -> String? {
    try refusal(of: try sound(), sourceLocation, edit)
  }

  private func refusal(
    of contents: ModelContents, _ sourceLocation: SourceLocation,
    _ edit: (HDF5.Session, HDF5.Object) throws(StorageError) -> Void
  ) throws -> String? {
    let scratch = try Scratch()
    let path = scratch.file("model.h5")
    try write(contents, to: path, edit)
    return storageError(
      { () throws(StorageError) in try ModelFile.load(from: path) },
      sourceLocation: sourceLocation
    )?.description
  }

  /// Writes a model file with a right checksum.
  private func write(
    _ contents: ModelContents, to path: String,
    _ edit: (HDF5.Session, HDF5.Object) throws(StorageError) -> Void
  ) throws(StorageError) {
    try ModelFile.write(to: path) { (session, root) throws(StorageError) in
      try ModelFile.write(contents, session, root)
      try edit(session, root)
    }
  }

  private func replaceAttribute(
    _ name: String, _ value: AttributeValue, _ session: HDF5.Session, _ root: HDF5.Object
  ) throws(StorageError) {
    try session.check(H5Adelete(root.id, name), nil, "test")
    try session.writeAttribute(name, value, on: root)
  }

  private func delete(
    _ path: String, in root: HDF5.Object, _ session: HDF5.Session
  ) throws(StorageError) {
    try session.check(H5Ldelete(root.id, path, hid_t(H5P_DEFAULT)), nil, "test")
  }
}
