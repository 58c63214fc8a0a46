/// Makes parts of the mappings of a virtual dataset, and finds their sources.
struct VirtualResolver {
  private let dataset: DatasetMetadata
  private let name: String
  private let file: MetadataFile
  private let found: VirtualSources
  private let partLimit: Int
  /// The mappings with their sources, in the order of the file.
  private var sides: [Sides] = []
  /// The place in `usedSources` of each source that is used, by its number among those that were found.
  private var places: [Int: Int] = [:]
  /// Names, and the sources of mappings, by where they begin among the bytes of the mappings.
  private var names: [Int: SourceName] = [:]
  private var named: [[Int]: Int] = [:]
  /// How long the axes without an end are.
  private var lengths: [Int: Int] = [:]

  private(set) var shape: [Int]
  private(set) var parts: [VirtualPart] = []
  private(set) var usedSources: [VirtualSources.Found] = []

  /// A mapping, and of axes without an end what there is of them.
  private struct Sides {
    let target: VirtualSelection
    let origin: VirtualSelection
    let source: Int
    var targetSlice: AxisSlice?
    var originSlice: AxisSlice?
  }

  /// Parts that there may be for each byte of the mappings, and besides.
  private static let bytesPerPart = 16
  /// Bytes of a name with a number in it.
  private static let mostBytes = 4_096

  init(
    _ dataset: DatasetMetadata, _ name: String, _ file: MetadataFile, _ folders: ExternalFolders
  ) throws(StorageError) {
    (self.dataset, self.name, self.file) = (dataset, name, file)
    found = VirtualSources(file, StoredDataset.label(name), folders)
    shape = dataset.shape ?? []
    guard case .virtual(let place?) = dataset.layout else {
      partLimit = 0
      return
    }
    let (mappings, byteCount) = try MetadataCheck.naming(name, file.file.path) { () throws(StorageError) in
      try file.mappings(at: place, of: dataset.address)
    }
    let explained = byteCount / Self.bytesPerPart
    let besides = min(StructureBounds.partsOfVirtualDataset, file.virtualPartsLeft)
    partLimit = explained + besides
    defer { file.virtualPartsLeft -= min(besides, max(0, max(parts.count, sides.count) - explained)) }
    for mapping in mappings { try add(mapping) }
    measure()
    let most = [StructureBounds.mappedElementsPerElement, dataset.elementBytes]
    guard var left = product(shape + most).map({ $0 / dataset.elementBytes }) else {
      throw damaged("\(HDF5.Session.describe(shape)) is beyond any memory")
    }
    for sides in sides {
      left -= try add(sides, atMost: left)
    }
  }

  // MARK: Sources

  /// Finds the source, or several, of a mapping.
  private mutating func add(_ mapping: VirtualMapping) throws(StorageError) {
    if case .none = mapping.target { return }
    let (target, origin) = (try selection(mapping.target), try selection(mapping.source))
    let (fileName, path) = (try name(mapping.file), try name(mapping.dataset))
    let isNumbered = fileName.isNumbered || path.isNumbered
    guard let (axis, steps) = target.unlimited else {
      guard origin.unlimited == nil, !isNumbered else { throw damaged("a mapping without an end has one") }
      return sides.append(Sides(target: target, origin: origin, source: try source(mapping)))
    }
    guard axis < shape.count, dataset.greatestShape[axis] == .max, isNumbered != (origin.unlimited != nil)
    else { throw damaged("a mapping without an end makes no sense") }
    lengths[axis] = lengths[axis] ?? 0
    if isNumbered {
      try addNumbered(target, steps, origin, fileName, path)
    } else if let (axis, originSteps) = origin.unlimited {
      let source = try source(mapping)
      guard let length = found.found[source].metadata.shape, axis < length.count else {
        throw damaged("a mapping does not fit its source")
      }
      if length[axis] <= originSteps.start { return }
      guard let originSlice = VirtualSelection.slice(originSteps, below: length[axis]),
        let slice = VirtualSelection.slice(steps, count: originSlice.count)
      else { throw damaged("a mapping is beyond any memory") }
      sides.append(
        Sides(
          target: target, origin: origin, source: source, targetSlice: slice, originSlice: originSlice))
    }
  }

  /// Sources whose names have a number, from 0 until there is none: block after block of the target is one of them.
  private mutating func addNumbered(
    _ target: VirtualSelection, _ steps: StoredSelection.Steps, _ origin: VirtualSelection,
    _ fileName: SourceName, _ path: SourceName
  ) throws(StorageError) {
    guard let block = steps.block else { throw damaged("a mapping without an end makes no sense") }
    for number in 0..<partLimit where sides.count < partLimit {
      let first = product([number, steps.stride])?.addingReportingOverflow(steps.start)
      guard let first, !first.overflow,
        let range = AxisSteps(start: first.partialValue, stride: block, count: 1, block: block)
      else { throw damaged("a mapping is beyond any memory") }
      // Without the first something is wrong.
      guard
        let source = try found.number(
          fileName.text(number), path.text(number), isOptional: number > 0)
      else { return }
      sides.append(
        Sides(target: target, origin: origin, source: source, targetSlice: AxisSlice(range)))
    }
    throw unread("has more than \(partLimit) sources whose names are numbered")
  }

  /// The number of the source that a mapping names. Mappings may have the same bytes as a name.
  private mutating func source(_ mapping: VirtualMapping) throws(StorageError) -> Int {
    let place = [mapping.file.startIndex, mapping.dataset.startIndex]
    if let known = named[place] { return known }
    let (fileName, path) = (try name(mapping.file), try name(mapping.dataset))
    guard let number = try found.number(fileName.text(0), path.text(0)) else {
      throw damaged("a source is missing")
    }
    named[place] = number
    return number
  }

  private mutating func name(_ text: ArraySlice<UInt8>) throws(StorageError) -> SourceName {
    if let known = names[text.startIndex] { return known }
    guard let name = SourceName(text), !name.isNumbered || text.count <= Self.mostBytes else {
      throw damaged("the name of a source makes no sense")
    }
    names[text.startIndex] = name
    return name
  }

  /// An axis without an end is as long as the mappings reach.
  private mutating func measure() {
    for (axis, known) in lengths {
      shape[axis] = sides.reduce(known) {
        let end = $1.target.unlimited?.axis == axis ? $1.targetSlice?.reach.upperBound : $1.target.end(axis)
        return max($0, end ?? 0)
      }
    }
  }

  // MARK: Parts

  /// Makes the parts of a mapping; returns how many elements they have.
  private mutating func add(_ sides: Sides, atMost limit: Int) throws(StorageError) -> Int {
    guard let sourceShape = found.found[sides.source].metadata.shape else {
      throw damaged("one of its sources has no values")
    }
    let source = found.found[sides.source]
    let targets = try boxes(sides.target, shape, sides.targetSlice) {
      "is damaged: a mapping reaches beyond it"
    }
    let origins = try boxes(sides.origin, sourceShape, sides.originSlice) {
      "takes elements of dataset \"\(source.name)\" of file \"\(source.file.file.path)\" that it does not have: it has "
        + "\(HDF5.Session.describe(sourceShape)); was it written anew?"
    }
    guard let count = Self.elements(targets), Self.elements(origins) == count else {
      throw .format(
        path: file.file.path, object: StoredDataset.label(name),
        reason:
          "maps another number of elements than dataset \"\(source.name)\" of file \"\(source.file.file.path)\" has for "
          + "it: that has \(HDF5.Session.describe(sourceShape)); was it written anew?")
    }
    guard count <= limit else {
      throw unread(
        "has more than \(StructureBounds.mappedElementsPerElement) times as many elements in its mappings as it has itself"
      )
    }
    guard count > 0 else { return 0 }
    let place = places[sides.source] ?? usedSources.count
    if place == usedSources.count {
      places[sides.source] = place
      usedSources.append(source)
    }
    do throws(VirtualPart.Failure) {
      try VirtualPart.add(targets, origins, place, to: &parts, limit: partLimit)
    } catch {
      throw scattered
    }
    return count
  }

  private static func elements(_ boxes: [SliceBox]) -> Int? {
    var sum = 0
    for box in boxes {
      guard let count = box.elements else { return nil }
      let (total, overflow) = sum.addingReportingOverflow(count)
      if overflow { return nil }
      sum = total
    }
    return sum
  }

  private func boxes(
    _ selection: VirtualSelection, _ shape: [Int], _ slice: AxisSlice?, _ beyond: () -> String
  ) throws(StorageError) -> [SliceBox] {
    do throws(VirtualSelection.Failure) {
      return try selection.boxes(shape, slice, atMost: partLimit)
    } catch .scattered {
      throw scattered
    } catch {
      throw .format(path: file.file.path, object: StoredDataset.label(name), reason: beyond())
    }
  }

  private func selection(_ stored: StoredSelection) throws(StorageError) -> VirtualSelection {
    guard let selection = VirtualSelection(stored) else {
      throw damaged("a mapping has several axes without an end")
    }
    return selection
  }

  // MARK: Errors

  private func unread(_ reason: String) -> StorageError { VirtualSet.unread(reason, name, file) }

  private var scattered: StorageError {
    unread("has mappings of forms so different that they consist of more than \(partLimit) parts")
  }

  private func damaged(_ reason: String) -> StorageError {
    .format(
      path: file.file.path, object: StoredDataset.label(name),
      reason: "is damaged: \(reason); restore it from a copy")
  }
}
