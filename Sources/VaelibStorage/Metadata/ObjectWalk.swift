/// The way through all objects that hard links lead to from the root: in the order of their names, each object once, by
/// the first name that leads to it.
struct ObjectWalk {
  /// The name that led to an object, and the step that led to its group; -1 for the root.
  private struct Step {
    let parent: Int
    let name: ArraySlice<UInt8>
    /// Bytes of the whole path.
    let pathBytes: Int
    let address: Int
  }

  private let file: MetadataFile
  /// The steps that led to the objects visited so far. Names of groups stand here once, however much lies below them.
  private var steps: [Step] = []
  private var pending: [Step]
  private var seen: Set<Int> = []

  init(_ file: MetadataFile) {
    self.file = file
    pending = [Step(parent: -1, name: [], pathBytes: 0, address: file.root)]
  }

  /// The next object, and the number of the step that led to it; nil if there are no more.
  mutating func next() throws(StorageError) -> (step: Int, header: ObjectHeader)? {
    while let step = pending.popLast() {
      guard seen.insert(step.address).inserted else { continue }
      let header = try file.header(at: step.address)
      steps.append(step)
      let number = steps.count - 1
      if GroupLinks.isGroup(header) {
        let links = try file.links(of: header).links
        for link in links.sorted(by: { $1.name.lexicographicallyPrecedes($0.name) }) {
          guard let address = link.address else { continue }
          let pathBytes = step.pathBytes + (number == 0 ? 0 : 1) + link.name.count
          pending.append(Step(parent: number, name: link.name, pathBytes: pathBytes, address: address))
        }
      }
      return (number, header)
    }
    return nil
  }

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
}
