/// A virtual dataset with the datasets that it consists of, checked and ready to be read.
struct VirtualSet {
  /// The lengths of its axes: of one without an end as long as its sources are.
  let shape: [Int]
  let sources: [StoredDataset]
  /// The lengths of a box of elements that are stored together.
  let chunkShape: [Int]
  let reader: VirtualReader

  /// What to do about what is not read.
  static let remedy =
    "'vaelib.write_dataset(\"NEW.h5\", x=h5py.File(\"FILE\")[\"NAME\"][...])' in Python copies its values into one file"

  /// Parts that may overlap are read one after the other: chunks may have to be decoded again for that, up to so many times
  /// the bytes of the dataset, and besides.
  private static let repeatedMultiple = 8
  private static let repeatedBytes = 64 << 20

  init(
    _ dataset: DatasetMetadata, _ name: String, _ file: MetadataFile, _ folders: ExternalFolders, rowAxis: Int
  ) throws(StorageError) {
    let resolver = try VirtualResolver(dataset, name, file, folders)
    shape = resolver.shape
    let rows = shape.indices.contains(rowAxis) ? rowAxis : 0
    var stored: [StoredDataset] = []
    var read: [VirtualReader.Source] = []
    for source in resolver.usedSources {
      let change = try Self.change(source, dataset, name, file)
      let opened = try Self.opened(source)
      stored.append(opened)
      guard let reader = opened.reader as? ValueReader else {
        throw Self.unread("has values in \(opened.label), which is virtual itself", name, file)
      }
      read.append(VirtualReader.Source(reader: reader, change: change))
    }
    sources = stored
    let parts = resolver.parts
    let mayOverlap = PartOverlap.isPossible(parts)
    if mayOverlap { try Self.checkRepeated(dataset, shape, stored, parts, name, file) }
    chunkShape =
      shape.contains(0)
      ? shape
      : VirtualChunks(shape: shape, elementBytes: dataset.elementBytes, rowAxis: rows, stored, parts).lengths
    reader = VirtualReader(
      file.file, dataset, shape: shape, read, parts, rowAxis: rows, mayOverlap: mayOverlap)
  }

  /// Bytes that are stored of all sources.
  var storedByteCount: Int { sources.reduce(0) { $0 + $1.storedByteCount } }

  private static func checkRepeated(
    _ dataset: DatasetMetadata, _ shape: [Int], _ sources: [StoredDataset], _ parts: [VirtualPart],
    _ name: String, _ file: MetadataFile
  ) throws(StorageError) {
    let bytes = product(shape + [dataset.elementBytes, repeatedMultiple]) ?? .max
    var left = bytes.addingReportingOverflow(repeatedBytes)
    if left.overflow { left.partialValue = .max }
    for part in parts where sources[part.source].form.hasFilters {
      let form = sources[part.source].form
      let counts = zip(part.origin, form.storedChunkShape ?? form.storedShape).map {
        ($0.reach.upperBound - 1) / $1 - $0.reach.lowerBound / $1 + 1
      }
      left.partialValue -= min(left.partialValue, product(counts + [form.chunkByteCount]) ?? .max)
    }
    guard left.partialValue > 0 else {
      throw .unread(
        path: file.file.path, object: StoredDataset.label(name),
        reason:
          "is a virtual dataset whose mappings overlap in many compressed chunks, which vaelib does not read; \(remedy)"
      )
    }
  }

  // MARK: Sources

  static func unread(_ reason: String, _ name: String, _ file: MetadataFile) -> StorageError {
    .unread(
      path: file.file.path, object: StoredDataset.label(name),
      reason: "is a virtual dataset that vaelib does not read: it \(reason); \(remedy)")
  }

  private static func opened(_ source: VirtualSources.Found) throws(StorageError) -> StoredDataset {
    let isText: Bool
    switch source.metadata.datatype.kind {
    case .text, .variableText: isText = true
    default: isText = false
    }
    return try StoredDataset(source.metadata, name: source.name, source.file, asLabels: isText)
  }

  /// How the numbers of a source become those of the virtual dataset; nil if they are of the same type.
  private static func change(
    _ source: VirtualSources.Found, _ dataset: DatasetMetadata, _ name: String, _ file: MetadataFile
  ) throws(StorageError) -> NumberChange? {
    let place = "dataset \"\(source.name)\" of file \"\(source.file.file.path)\""
    let type = source.metadata.datatype
    if case .virtual = source.metadata.layout {
      throw unread("has values in \(place), which is virtual itself", name, file)
    }
    if case .variableText = type.kind, source.file !== file {
      throw unread("has texts of any length in another file, in \(place)", name, file)
    }
    if type == dataset.datatype { return nil }
    guard let change = change(type, dataset.datatype) else {
      throw unread(
        "holds \(dataset.type.name), and some of its values are \(type.type.name) of another kind, in \(place); only "
          + "integers and real numbers are turned into each other", name, file)
    }
    return change
  }

  private static func change(_ source: Datatype, _ target: Datatype) -> NumberChange? {
    switch (source.kind, target.kind) {
    case (.integer, .integer), (.integer, .real), (.real, .integer), (.real, .real), (.enumeration, .integer),
      (.enumeration, .real):
      guard let own = StoredNumber(source), let other = StoredNumber(target) else { return nil }
      return NumberChange(own, other)
    default: return nil
    }
  }
}
