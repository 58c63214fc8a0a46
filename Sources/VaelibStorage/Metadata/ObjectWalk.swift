/// The way through all objects that hard links lead to from the root: in the order of their names, each object once, by
/// the first name that leads to it.
struct ObjectWalk {
  /// The name that led to an object, and the step that led to its group; -1 for the root.
  private struct Step {
    let parent: Int
    let name: ArraySlice<UInt8>
    /// Bytes of the whole path.
    let pathBytes: Int
  }

  /// A group, and which of its links comes next.
  private struct Place {
    let step: Int
    let links: [MetadataLink]
    var next = 0
  }

  private let file: MetadataFile
  /// The steps that led to the objects visited so far. Names of groups stand here once, however much lies below them.
  private var steps: [Step] = []
  /// The groups from the root to where the walk is.
  private var places: [Place] = []
  private var seen: Set<Int> = []

  init(_ file: MetadataFile) {
    self.file = file
  }

  /// The next object, and the number of the step that led to it; nil if there are no more.
  mutating func next() throws(StorageError) -> (step: Int, header: ObjectHeader)? {
    if steps.isEmpty {
      seen.insert(file.root)
      return try visit(file.root, Step(parent: -1, name: [], pathBytes: 0))
    }
    while let place = places.last {
      guard place.next < place.links.count else {
        places.removeLast()
        continue
      }
      places[places.count - 1].next += 1
      let link = place.links[place.next]
      guard let address = link.address, seen.insert(address).inserted else { continue }
      let start = place.step == 0 ? 0 : steps[place.step].pathBytes + 1
      return try visit(
        address, Step(parent: place.step, name: link.name, pathBytes: start + link.name.count))
    }
    return nil
  }

  private mutating func visit(
    _ address: Int, _ step: Step
  ) throws(StorageError) -> (step: Int, header: ObjectHeader) {
    steps.append(step)
    let header = try file.header(at: address)
    if GroupLinks.isGroup(header) {
      places.append(Place(step: steps.count - 1, links: try file.links(of: header)))
    }
    return (steps.count - 1, header)
  }

  /// The step that led to the group in which a step's object was found, and the name that it has there.
  func link(_ step: Int) -> (parent: Int, name: ArraySlice<UInt8>) { (steps[step].parent, steps[step].name) }

  /// Bytes of the path of a step's object.
  func pathBytes(_ step: Int) -> Int { steps[step].pathBytes }

  /// The path of a step's object from the root, names joined by "/".
  func path(_ step: Int) -> [UInt8] {
    var path = [UInt8](repeating: UInt8(ascii: "/"), count: steps[step].pathBytes)
    var (end, step) = (path.count, step)
    while step > 0 {
      let name = steps[step].name
      path.replaceSubrange(end - name.count..<end, with: name)
      end -= name.count + 1
      step = steps[step].parent
    }
    return path
  }

  /// The path as messages show it: of a long one the end.
  func shownPath(_ step: Int) -> String {
    guard steps[step].pathBytes > StructureBounds.shownBytes else { return String(systemBytes: path(step)) }
    var names: [ArraySlice<UInt8>] = []
    var (byteCount, step) = (0, step)
    while step > 0, byteCount <= StructureBounds.shownBytes {
      names.append(steps[step].name)
      byteCount += steps[step].name.count + 1
      step = steps[step].parent
    }
    let end = names.reversed().joined(separator: [UInt8(ascii: "/")]).suffix(StructureBounds.shownBytes)
    return "..." + String(systemBytes: Array(end))
  }
}
