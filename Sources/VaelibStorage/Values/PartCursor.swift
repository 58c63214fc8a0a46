/// The way through the chunks of a source that have elements of a part of a virtual dataset within a box, in the order of
/// their numbers.
struct PartCursor {
  /// The part within the box, and the box.
  private let target: SliceBox
  private let origin: SliceBox
  private let pairs: [Int?]
  private let box: [Range<Int>]
  private let reader: ValueReader
  /// Where the chunk is; nil at the end.
  private(set) var place: [Int]?
  /// The number of the chunk.
  private(set) var number = 0
  /// What is left of the chunks that are stored, where those are few: the others are fill values.
  private var stored: ArraySlice<StoredChunk>?

  /// nil if the part and the box share nothing.
  init?(_ part: VirtualPart, _ box: [Range<Int>], _ reader: ValueReader) {
    var (target, origin) = (part.target, part.origin)
    pairs = part.pairs
    for axis in target.indices {
      let places = target[axis].places(in: box[axis])
      guard !places.isEmpty else { return nil }
      if places.count == target[axis].count { continue }
      target[axis] = target[axis].part(places)
      if let other = pairs.firstIndex(of: axis) { origin[other] = origin[other].part(places) }
    }
    (self.target, self.origin, self.box, self.reader) = (target, origin, box, reader)
    go(to: zip(origin, reader.grid.chunkShape).map { $0.coordinate(0) / $1 })
  }

  /// The rows of a box that the part fills from end to end; nil if it leaves something out.
  func filledRows(_ axis: Int) -> Range<Int>? {
    for other in target.indices where other != axis && target[other].count < box[other].count { return nil }
    return target[axis].isRun ? target[axis].reach : nil
  }

  /// The range of each axis of the source, and where its elements go, where both sides are ranges.
  func ranges(_ arrangement: Arrangement) -> (box: [Range<Int>], arrangement: Arrangement)? {
    guard origin.allSatisfy(\.isRun), target.allSatisfy(\.isRun) else { return nil }
    let strides = pairs.map { $0.map { arrangement.strides[$0] } ?? 0 }
    return (
      origin.map(\.reach),
      Arrangement(base: base(arrangement), strides: strides, fields: arrangement.fields)
    )
  }

  /// The place of the part's first element.
  private func base(_ arrangement: Arrangement) -> UnsafeMutableRawPointer {
    target.indices.reduce(arrangement.base) {
      $0 + (target[$1].coordinate(0) - box[$1].lowerBound) * arrangement.strides[$1]
    }
  }

  // MARK: Chunks

  private mutating func go(to place: [Int]?) {
    self.place = place
    if let place { number = reader.grid.number(at: place) ?? .max }
  }

  /// Goes to the next chunk.
  mutating func advance() {
    if stored != nil { return advanceStored() }
    guard var place else { return }
    let shape = reader.grid.chunkShape
    for axis in place.indices.reversed() {
      let next = origin[axis].places(in: 0..<(place[axis] + 1) * shape[axis]).upperBound
      if next < origin[axis].count {
        place[axis] = origin[axis].coordinate(next) / shape[axis]
        return go(to: place)
      }
      place[axis] = origin[axis].coordinate(0) / shape[axis]
    }
    go(to: nil)
  }

  /// Goes on with the chunks that are stored only, and returns true, if most were never written.
  mutating func skipUnwritten() -> Bool {
    guard let place else { return false }
    let last = zip(origin, reader.grid.chunkShape).map { ($0.reach.upperBound - 1) / $1 }
    let found = reader.chunks.range(place, last, of: reader.grid)
    let reached = zip(origin, zip(place, last)).reduce(1) { $0 * min($1.0.count, $1.1.1 - $1.1.0 + 1) }
    guard found.count < reached / 2 else { return false }
    stored = reader.chunks.chunks[found]
    advanceStored()
    return true
  }

  /// Puts the source's fill value everywhere.
  func fill(_ arrangement: Arrangement) throws(StorageError) {
    try forEachRun(origin.map { 0..<$0.count }, arrangement) { (_, runs, base) throws(StorageError) in
      try reader.fill(.init(arrangement: arrangement, base: base, runs: runs))
    }
  }

  private mutating func advanceStored() {
    while let chunk = stored?.popFirst() {
      let place = reader.grid.place(of: chunk.number)
      if zip(origin, zip(place, reader.grid.chunkShape)).allSatisfy({ slice, chunk in
        !slice.places(in: chunk.0 * chunk.1..<(chunk.0 + 1) * chunk.1).isEmpty
      }) {
        return go(to: place)
      }
    }
    go(to: nil)
  }

  /// Puts what the chunk has of the part in its place.
  func put(_ arrangement: Arrangement, _ work: inout ValueReader.Work) throws(StorageError) {
    guard let place else { return }
    let shape = reader.grid.chunkShape
    let places = place.indices.map {
      origin[$0].places(in: place[$0] * shape[$0]..<(place[$0] + 1) * shape[$0])
    }
    let strides = rowMajorStrides(shape, elementBytes: reader.elementBytes)
    try forEachRun(places, arrangement) { (coordinates, runs, base) throws(StorageError) in
      let source = place.indices.reduce(0) {
        $0 + (coordinates[$1] - place[$1] * shape[$1]) * strides[$1]
      }
      try reader.put(place, from: source, .init(arrangement: arrangement, base: base, runs: runs), &work)
    }
  }

  /// Calls `body` with where the elements at these places of the source's slices begin there, and the runs in which they
  /// go to memory: once if coordinates are at even distances on both sides, else for each stretch where they are.
  private func forEachRun(
    _ places: [Range<Int>], _ arrangement: Arrangement,
    _ body: (_ coordinates: [Int], BoxRuns, UnsafeMutableRawPointer) throws(StorageError) -> Void
  ) throws(StorageError) {
    let strides = rowMajorStrides(reader.grid.chunkShape, elementBytes: reader.elementBytes)
    let base = base(arrangement)
    var first = places.map(\.lowerBound)
    while true {
      var (lengths, sources, targets, coordinates) = ([Int](), [Int](), [Int](), [Int]())
      var place = base
      for axis in places.indices {
        var run = origin[axis].evenRun(from: first[axis], to: places[axis].upperBound)
        sources.append(strides[axis] * run.step)
        if let pair = pairs[axis] {
          run = target[pair].evenRun(from: first[axis], to: first[axis] + run.count)
          let distance = target[pair].coordinate(first[axis]) - target[pair].coordinate(0)
          place += distance * arrangement.strides[pair]
          targets.append(arrangement.strides[pair] * run.step)
        } else {
          targets.append(0)
        }
        lengths.append(run.count)
        coordinates.append(origin[axis].coordinate(first[axis]))
      }
      try body(coordinates, BoxRuns(lengths, source: sources, target: targets), place)
      guard let axis = places.indices.last(where: { first[$0] + lengths[$0] < places[$0].upperBound }) else {
        return
      }
      first[axis] += lengths[axis]
      for inner in places.indices where inner > axis { first[inner] = places[inner].lowerBound }
    }
  }
}
