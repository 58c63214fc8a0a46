/// Which elements of a virtual dataset come from the same chunks of its sources, so that reading some of them costs as much
/// as reading all.
struct VirtualChunks {
  /// Chunks that are looked at one by one; of sources beyond that all parts count as one.
  private static let mostChunks = 1 << 17
  /// Elements that are read at once are no more bytes than this, even if chunks are decoded again for others.
  private static let mostBytes = ChunkMemory.least
  /// What a band of rows has where it is made larger.
  private static let bandBytes = 1 << 20

  private let shape: [Int]
  private let elementBytes: Int
  private let rowAxis: Int
  private let parts: [VirtualPart]
  /// The greatest distance along each axis between elements of any one chunk.
  private var spans: [Int]
  private var chunksLeft = mostChunks
  /// Whether chunks begin elsewhere than bands of rows.
  private var isUneven = false
  /// Places in files that rows have, of all rows.
  private var places = 0

  /// - Parameter rowAxis: that counts rows.
  init(
    shape: [Int], elementBytes: Int, rowAxis: Int, _ sources: [StoredDataset], _ parts: [VirtualPart]
  ) {
    (self.shape, self.elementBytes, self.rowAxis, self.parts) = (shape, elementBytes, rowAxis, parts)
    spans = shape.map { _ in 1 }
    var partsOf = [[Int]](repeating: [], count: sources.count)
    for (number, part) in parts.enumerated() { partsOf[part.source].append(number) }
    for (source, own) in zip(sources, partsOf) {
      let form = source.form
      for number in own { addPlaces(parts[number]) }
      guard let chunk = form.storedChunkShape, form.hasFilters || Self.cutsRows(chunk, form.storedShape)
      else { continue }
      for number in own { add(parts[number], chunk) }
      if own.count > 1, let grid = ChunkGrid(shape: form.storedShape, chunkShape: chunk) {
        add(own.map { parts[$0] }, grid)
      }
    }
    enlarge()
    limit()
  }

  /// The lengths of a box of elements that are stored together.
  var lengths: [Int] { spans }

  /// Chunks without filters that hold whole rows are like no chunks.
  private static func cutsRows(_ chunk: [Int], _ shape: [Int]) -> Bool {
    !zip(chunk, shape).dropFirst().allSatisfy { $0 >= $1 }
  }

  /// How many places in its file a row of a part is at: axes before that which goes along with the rows are apart.
  private mutating func addPlaces(_ part: VirtualPart) {
    let before = part.pairs.firstIndex(of: rowAxis) ?? 0
    let runs = part.origin[..<before].reduce(1) { $0.multipliedOrMost(by: $1.count) }
    let added = runs.multipliedOrMost(by: part.target[rowAxis].count)
    places = places > .max - added ? .max : places + added
  }

  /// How far the elements of any one chunk are apart within a part.
  private mutating func add(_ part: VirtualPart, _ chunk: [Int]) {
    for (axis, pair) in part.pairs.enumerated() {
      guard let pair else { continue }
      let (origin, target) = (part.origin[axis], part.target[pair])
      let places = origin.mostPlaces(in: chunk[axis])
      let span = target.reach(ofEach: places)
      spans[pair] = max(spans[pair], span)
      if pair == rowAxis, target.reach.count > span {
        let last = target.coordinate(0) % span + target.mostReach(of: places)
        if origin.coordinate(0) % chunk[axis] != 0 || last > span { isUneven = true }
      }
    }
  }

  /// How far the elements of any one chunk are apart that belong to several parts of a source.
  private mutating func add(_ parts: [VirtualPart], _ grid: ChunkGrid) {
    var boxes: [Int: [Range<Int>]] = [:]
    for part in parts {
      let first = zip(part.origin, grid.chunkShape).map { $0.reach.lowerBound / $1 }
      let last = zip(part.origin, grid.chunkShape).map { ($0.reach.upperBound - 1) / $1 }
      chunksLeft -= min(chunksLeft, zip(first, last).reduce(1) { $0.multipliedOrMost(by: $1.1 - $1.0 + 1) })
      guard chunksLeft > 0 else { return add(all: parts) }
      var place = first
      while true {
        if let number = grid.number(at: place), let box = Self.target(of: part, grid.box(at: place)) {
          boxes[number] = boxes[number].map { zip($0, box).map(Self.joined) } ?? box
        }
        guard let axis = place.indices.last(where: { place[$0] < last[$0] }) else { break }
        place[axis] += 1
        for inner in place.indices where inner > axis { place[inner] = first[inner] }
      }
    }
    for box in boxes.values { spans = zip(spans, box).map { max($0, $1.count) } }
  }

  private mutating func add(all parts: [VirtualPart]) {
    guard var box = parts.first?.target.map(\.reach) else { return }
    for part in parts.dropFirst() { box = zip(box, part.target).map { Self.joined($0, $1.reach) } }
    spans = zip(spans, box).map { max($0, $1.count) }
  }

  private static func joined(_ one: Range<Int>, _ other: Range<Int>) -> Range<Int> {
    min(one.lowerBound, other.lowerBound)..<max(one.upperBound, other.upperBound)
  }

  /// Where the elements of a chunk are in the virtual dataset; nil if the part has none of them.
  private static func target(of part: VirtualPart, _ chunk: [Range<Int>]) -> [Range<Int>]? {
    var box = part.target.map(\.reach)
    for (axis, pair) in part.pairs.enumerated() {
      let places = part.origin[axis].places(in: chunk[axis])
      guard !places.isEmpty else { return nil }
      if let pair { box[pair] = part.target[pair].part(places).reach }
    }
    return box
  }

  // MARK: Bands

  /// Makes bands of rows larger where that pays: where they begin elsewhere than chunks, so that fewer chunks belong to
  /// two, and where rows are scattered over many places, so that a few kibibytes of each are read.
  private mutating func enlarge() {
    spans = zip(spans, shape).map { min($0, $1) }
    let rowBytes = shape.enumerated().reduce(elementBytes) {
      $1.offset == rowAxis ? $0 : $0.multipliedOrMost(by: $1.element)
    }
    let rows = shape[rowAxis]
    var wanted = isUneven ? min(4 * spans[rowAxis], Self.bandBytes / rowBytes) : 1
    let bytes = (places / rows).multipliedOrMost(by: DatasetForm.runBytes)
    if places > rows { wanted = max(wanted, min(bytes, Self.mostBytes) / rowBytes) }
    spans[rowAxis] = min(rows, max(spans[rowAxis], wanted))
  }

  /// What is read at once.
  private mutating func limit() {
    for axis in spans.indices {
      let bytes = spans.reduce(elementBytes) { $0.multipliedOrMost(by: $1) }
      guard bytes > Self.mostBytes else { return }
      spans[axis] = max(1, min(spans[axis], Self.mostBytes / max(1, bytes / spans[axis])))
    }
  }
}

extension Int {
  fileprivate func multipliedOrMost(by other: Int) -> Int {
    let (product, overflow) = multipliedReportingOverflow(by: other)
    return overflow ? .max : product
  }
}
