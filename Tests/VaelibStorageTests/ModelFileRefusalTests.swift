import CHDF5
import Testing

@testable import VaelibStorage

/// HDF5 files that are sound but no model files, each with one thing wrong.
@Suite struct ModelFileRefusalTests {
  @Test func otherHDF5Files() {
    let error = storageError { () throws(StorageError) in try ModelFile.read(fixture("numbers.h5")) }
    #expect(
      error
        == .format(
          path: fixture("numbers.h5"), object: nil,
          reason: "is HDF5 but no vaelib model: its root attribute \"format\" is not \"vaelib-model\""))
  }

  @Test func newerFormats() throws {
    let error = try refusal { (session, root) throws(StorageError) in
      try writeHeader(session, root, version: .count(2))
    }
    #expect(
      error?.description.hasSuffix(
        "was written by a newer vaelib: it has format 2, this library reads up to 1; update vaelib") == true)
  }

  @Test(arguments: [.count(0), .real(1), .text("1"), .seed(1), .counts([1])] as [AttributeValue])
  func senselessFormatVersions(_ version: AttributeValue) throws {
    let error = try refusal { (session, root) throws(StorageError) in
      try writeHeader(session, root, version: version)
    }
    #expect(error?.description.contains("should be a signed integer from 1 on") == true)
  }

  @Test func missingParts() throws {
    let kind = try refusal { (session, root) throws(StorageError) in
      try session.writeAttribute("format", .text("vaelib-model"), on: root)
      try session.writeAttribute("format_version", .count(1), on: root)
    }
    #expect(kind?.description.hasPrefix("attribute \"kind\" of file") == true)
    let weights = try refusal { (session, root) throws(StorageError) in try writeHeader(session, root) }
    #expect(weights?.description.hasPrefix("group \"weights\" of file") == true)
    let checksum = try refusal { (session, root) throws(StorageError) in
      try writeHeader(session, root, checksum: nil)
      _ = try session.createGroup("weights", in: root)
    }
    #expect(checksum?.description.hasPrefix("attribute \"checksum\" of file") == true)
  }

  @Test func wrongChecksums() throws {
    let error = try refusal { (session, root) throws(StorageError) in
      try writeHeader(session, root, checksum: 7)
      try write(session, try session.createGroup("weights", in: root), [1])
    }
    #expect(
      error?.description.contains("is damaged: its checksum is 2896259690, the file says 7") == true,
      "\(error!)")
  }

  @Test(arguments: [[], [1, 1, 1]] as [[Int]])
  func tensorsOfOtherRanks(_ shape: [Int]) throws {
    let error = try refusal { (session, root) throws(StorageError) in
      try writeHeader(session, root)
      try write(session, try session.createGroup("weights", in: root), shape)
    }
    #expect(error?.description.hasPrefix("dataset \"weights/w\" of file") == true)
  }

  @Test func tensorsOfOtherTypes() throws {
    let error = try refusal { (session, root) throws(StorageError) in
      try writeHeader(session, root)
      try session.writeDataset(
        "w", in: try session.createGroup("weights", in: root), shape: [1], fileType: vaelib_h5t_float64_le(),
        memoryType: vaelib_h5t_native_double(), values: [1.0])
    }
    #expect(
      error?.description.hasSuffix(
        "holds 8-byte floating-point numbers; 4-byte floating-point numbers were expected") == true)
  }

  @Test func tensorsThatWereNeverWritten() throws {
    let error = try refusal { (session, root) throws(StorageError) in
      try writeHeader(session, root)
      try session.writeDataset(
        "w", in: try session.createGroup("weights", in: root), shape: [1 << 40],
        fileType: vaelib_h5t_float32_le(),
        memoryType: vaelib_h5t_native_float(), values: nil)
    }
    #expect(
      error?.description.hasSuffix("is damaged: it has shape 1099511627776, but only 0 bytes are stored")
        == true)
  }

  @Test func tensorsInChunks() throws {
    let error = try refusal { (session, root) throws(StorageError) in
      try writeHeader(session, root)
      let weights = try session.createGroup("weights", in: root)
      let space = try session.own(H5Screate_simple(1, [4], nil), nil, "test")
      let creation = try session.own(H5Pcreate(vaelib_h5p_dataset_create()), nil, "test")
      try session.check(H5Pset_chunk(creation, 1, [2]), nil, "test")
      let none = hid_t(H5P_DEFAULT)
      _ = try session.own(
        H5Dcreate2(weights.id, "w", vaelib_h5t_float32_le(), space, none, creation, none), nil, "test")
    }
    #expect(error?.description.contains("is not stored in one block") == true)
  }

  @Test func linksThatLeadElsewhere() throws {
    let soft = try refusal { (session, root) throws(StorageError) in
      try writeHeader(session, root)
      let weights = try session.createGroup("weights", in: root)
      let none = hid_t(H5P_DEFAULT)
      try session.check(H5Lcreate_soft("/weights", weights.id, "w", none, none), nil, "test")
    }
    #expect(soft?.description.contains("object \"weights/w\" of file") == true)
    let external = try refusal { (session, root) throws(StorageError) in
      try writeHeader(session, root)
      let none = hid_t(H5P_DEFAULT)
      try session.check(H5Lcreate_external("other.h5", "/", root.id, "weights", none, none), nil, "test")
    }
    #expect(external?.description.contains("is an external link, which vaelib does not follow") == true)
  }

  @Test func groupsInsideThemselves() throws {
    let error = try refusal { (session, root) throws(StorageError) in
      try writeHeader(session, root)
      let weights = try session.createGroup("weights", in: root)
      let none = hid_t(H5P_DEFAULT)
      try session.check(H5Lcreate_hard(root.id, "weights", weights.id, "again", none, none), nil, "test")
    }
    #expect(error?.description.contains("is nested more than 16 groups deep") == true)
  }

  @Test func tooManyObjects() throws {
    let error = try refusal { (session, root) throws(StorageError) in
      try writeHeader(session, root)
      let weights = try session.createGroup("weights", in: root)
      let none = hid_t(H5P_DEFAULT)
      for index in 0...Limits.objects {
        try session.check(H5Lcreate_soft("x", weights.id, "w\(index)", none, none), nil, "test")
      }
    }
    #expect(error?.description.contains("group \"weights\" of file") == true)
    #expect(error?.description.contains("holds more than 10000 objects") == true)
  }

  @Test func attributesOfOtherTypes() throws {
    let error = try refusal { (session, root) throws(StorageError) in
      try writeHeader(session, root)
      let group = try session.createGroup("architecture", in: root)
      let type = try session.own(H5Tcopy(vaelib_h5t_c_string()), nil, "test")
      try session.check(H5Tset_size(type, Int(bitPattern: UInt.max)), nil, "test")
      let space = try session.own(H5Screate(H5S_SCALAR), nil, "test")
      let none = hid_t(H5P_DEFAULT)
      _ = try session.own(H5Acreate2(group.id, "activation", type, space, none, none), nil, "test")
    }
    #expect(error?.description.hasPrefix("attribute \"architecture/activation\" of file") == true)
    #expect(error?.description.contains("holds variable-length strings") == true)
  }

  /// Builds a file with `build` and reads it as a model, which must fail.
  private func refusal(
    _ build: (HDF5.Session, HDF5.Object) throws(StorageError) -> Void,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws -> StorageError? {
    let scratch = try Scratch()
    let path = scratch.file("model.h5")
    let bytes = try HDF5.session(path: path) { (session) throws(StorageError) in
      let root = try session.createImage()
      try build(session, root)
      return try session.image(of: root)
    }
    try AtomicFile.write(bytes, to: path)
    return storageError(
      { () throws(StorageError) in try ModelFile.read(path) }, sourceLocation: sourceLocation)
  }

  private func writeHeader(
    _ session: HDF5.Session, _ root: HDF5.Object, version: AttributeValue = .count(1), checksum: UInt64? = 0
  ) throws(StorageError) {
    try session.writeAttribute("format", .text("vaelib-model"), on: root)
    try session.writeAttribute("format_version", version, on: root)
    try session.writeAttribute("kind", .text("vae"), on: root)
    try session.writeAttribute("vaelib_version", .text("0.1.0"), on: root)
    if let checksum { try session.writeAttribute("checksum", .seed(checksum), on: root) }
  }

  /// A tensor "w" whose values are all 1.
  private func write(_ session: HDF5.Session, _ weights: HDF5.Object, _ shape: [Int]) throws(StorageError) {
    try session.writeDataset(
      "w", in: weights, shape: shape, fileType: vaelib_h5t_float32_le(),
      memoryType: vaelib_h5t_native_float(),
      values: [Float](repeating: 1, count: shape.reduce(1, *)))
  }
}
