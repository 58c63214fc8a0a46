/// Reads elements of a virtual dataset: fill values where nothing is mapped, and elements of other datasets elsewhere.
///
/// A box is read source by source, and each source chunk by chunk, whichever parts the elements of a chunk belong to: so
/// each chunk is decoded once for a box. Of the parts only those are looked at that have rows of the box. Where parts
/// overlap, which only few can, the later one holds, so they are read one after the other.
final class VirtualReader: ElementReader, @unchecked Sendable {
  /// A dataset whose elements are mapped.
  struct Source {
    let reader: ValueReader
    /// How its numbers become those of the virtual dataset; nil if they are of the same type.
    let change: NumberChange?

    /// Where its elements go, of which an arrangement says this for those of the virtual dataset.
    func arrangement(_ arrangement: Arrangement) -> Arrangement {
      guard let change else { return arrangement }
      return Arrangement(
        base: arrangement.base, strides: arrangement.strides,
        fields: arrangement.fields.map { $0.reading(change) })
    }
  }

  let file: ReadableFile
  let elementBytes: Int
  private let sources: [Source]
  private let parts: [VirtualPart]
  private let shape: [Int]
  private let fillValue: [UInt8]
  /// Which axis counts rows, and which rows each part has.
  private let rowAxis: Int
  private let rows: IntervalIndex
  private let mayOverlap: Bool

  init(
    _ file: ReadableFile, _ dataset: DatasetMetadata, shape: [Int], _ sources: [Source],
    _ parts: [VirtualPart], rowAxis: Int, mayOverlap: Bool
  ) {
    (self.file, self.sources, self.parts, self.shape) = (file, sources, parts, shape)
    (self.rowAxis, self.mayOverlap) = (rowAxis, mayOverlap)
    elementBytes = dataset.elementBytes
    fillValue = dataset.fillValue ?? [UInt8](repeating: 0, count: dataset.elementBytes)
    rows = IntervalIndex(parts.map { $0.target[rowAxis].reach })
  }

  func read(_ box: [Range<Int>], _ arrangement: Arrangement) throws(StorageError) {
    var found: [(source: Int, part: Int, cursor: PartCursor)] = []
    for number in rows.overlapping(box[rowAxis]) {
      let part = parts[number]
      if let cursor = PartCursor(part, box, sources[part.source].reader) {
        found.append((part.source, number, cursor))
      }
    }
    if !isFilled(box[rowAxis], found.map(\.cursor)) { try fill(box, arrangement) }
    if mayOverlap {
      found.sort { $0.part < $1.part }
      for part in found { try read([part.cursor], sources[part.source], arrangement) }
      return
    }
    found.sort { ($0.source, $0.part) < ($1.source, $1.part) }
    var first = 0
    while first < found.count {
      let source = found[first].source
      let end = found[first...].firstIndex { $0.source != source } ?? found.count
      try read(found[first..<end].map(\.cursor), sources[source], arrangement)
      first = end
    }
  }

  /// Whether parts that are in the order of their rows fill all rows, so that no fill value remains.
  private func isFilled(_ rows: Range<Int>, _ parts: [PartCursor]) -> Bool {
    var next = rows.lowerBound
    for part in parts {
      guard let filled = part.filledRows(rowAxis), filled.lowerBound <= next else { return false }
      next = max(next, filled.upperBound)
    }
    return next >= rows.upperBound
  }

  private func fill(_ box: [Range<Int>], _ arrangement: Arrangement) throws(StorageError) {
    let lengths = box.map(\.count)
    let strides = rowMajorStrides(lengths, elementBytes: elementBytes)
    let runs = BoxRuns(lengths, source: strides, target: arrangement.strides)
    try ValueReader.Destination(arrangement: arrangement, base: arrangement.base, runs: runs).fill(fillValue)
  }

  /// Reads parts of one source, in the order of its chunks.
  private func read(
    _ parts: [PartCursor], _ source: Source, _ arrangement: Arrangement
  ) throws(StorageError) {
    let arrangement = source.arrangement(arrangement)
    if parts.count == 1, let ranges = parts[0].ranges(arrangement) {
      return try source.reader.read(ranges.box, ranges.arrangement)
    }
    var work = source.reader.work()
    var queue = ChunkQueue()
    for var part in parts {
      if part.skipUnwritten() { try part.fill(arrangement) }
      queue.add(part)
    }
    while let part = queue.first {
      try part.put(arrangement, &work)
      queue.advanceFirst()
    }
  }

  func readThrough(_ stepDone: () -> Void) throws(StorageError) {
    let whole = shape.map { 0..<$0 }
    var partsOf = [[PartCursor]](repeating: [], count: sources.count)
    for part in parts {
      guard var cursor = PartCursor(part, whole, sources[part.source].reader) else { continue }
      _ = cursor.skipUnwritten()
      partsOf[part.source].append(cursor)
    }
    for (source, parts) in zip(sources, partsOf) {
      var queue = ChunkQueue()
      for part in parts { queue.add(part) }
      var chunks: [StoredChunk] = []
      while let part = queue.first {
        if chunks.last?.number != part.number, let chunk = source.reader.chunks.chunk(part.number) {
          chunks.append(chunk)
        }
        queue.advanceFirst()
      }
      try source.reader.readThrough(chunks, stepDone)
      stepDone()
    }
  }
}

/// Parts of a source, of which that comes first whose next chunk does.
private struct ChunkQueue {
  /// A heap: no part's chunk comes after those of the parts at twice its place, and one and two beyond.
  private var heap: [PartCursor] = []

  var first: PartCursor? { heap.first }

  mutating func add(_ part: PartCursor) {
    guard part.place != nil else { return }
    heap.append(part)
    var place = heap.count - 1
    while place > 0, heap[place].number < heap[(place - 1) / 2].number {
      heap.swapAt(place, (place - 1) / 2)
      place = (place - 1) / 2
    }
  }

  /// The first part goes to its next chunk.
  mutating func advanceFirst() {
    heap[0].advance()
    if heap[0].place == nil {
      heap.swapAt(0, heap.count - 1)
      heap.removeLast()
    }
    var place = 0
    while true {
      var least = place
      for child in [2 * place + 1, 2 * place + 2]
      where child < heap.count && heap[child].number < heap[least].number { least = child }
      if least == place { return }
      heap.swapAt(place, least)
      place = least
    }
  }
}
