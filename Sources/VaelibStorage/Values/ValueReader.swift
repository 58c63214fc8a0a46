import VaelibNumerics

/// Reads elements of a dataset from its file, without libhdf5: contiguous, compact and chunked ones, whose filters vaelib
/// undoes itself.
///
/// A box, a range of each axis, is read chunk by chunk; a set without chunks is one chunk that has no filters. What was
/// never written is the fill value. Of a chunk the runs of elements that belong to the box are converted and put in their
/// places (`Arrangement`). Beside the destination this takes memory for one chunk as it is stored, and for one or, with
/// several filters, two chunks as they are: nothing where there are no filters. All methods may be called from any thread.
final class ValueReader: ElementReader, @unchecked Sendable {
  let file: ReadableFile
  let grid: ChunkGrid
  let elementBytes: Int
  let chunks: ChunkTable
  private let label: String
  /// Where addresses count from.
  private let base: Int
  private let filters: [Filter]
  private let areCutChunksUnfiltered: Bool
  /// The values themselves, where they stand in the object header.
  private let compact: ArraySlice<UInt8>?
  private let fillValue: [UInt8]

  /// - Parameter label: what messages call the dataset.
  init(
    _ file: MetadataFile, _ dataset: DatasetMetadata, _ grid: ChunkGrid, _ chunks: ChunkTable, label: String
  ) {
    self.file = file.file
    self.base = file.base
    self.grid = grid
    self.chunks = chunks
    self.label = label
    elementBytes = dataset.elementBytes
    fillValue = dataset.fillValue ?? [UInt8](repeating: 0, count: dataset.elementBytes)
    switch dataset.layout {
    case .chunked(let layout):
      (filters, areCutChunksUnfiltered) = (dataset.filters, layout.areCutChunksUnfiltered)
    // Only chunks pass filters.
    case .compact, .contiguous, .virtual, .external: (filters, areCutChunksUnfiltered) = ([], false)
    }
    if case .compact(let bytes) = dataset.layout { compact = bytes } else { compact = nil }
  }

  /// Bytes of a chunk without its filters.
  private var chunkBytes: Int { grid.chunkShape.reduce(elementBytes, *) }

  /// Reads a range of each axis, none of which is empty.
  func read(_ box: [Range<Int>], _ arrangement: Arrangement) throws(StorageError) {
    var work = work()
    let places = zip(box, grid.chunkShape).map { $0.lowerBound / $1..<($0.upperBound - 1) / $1 + 1 }
    let wanted = places.reduce(1) { $0 * $1.count }
    let found = chunks.range(places.map(\.lowerBound), places.map { $0.upperBound - 1 }, of: grid)
    if compact == nil, found.count < wanted / 2 {
      return try readFew(chunks.chunks[found], places, box, arrangement, &work)
    }
    var place = places.map(\.lowerBound)
    while true {
      try read(place, box, arrangement, &work)
      guard let axis = place.indices.last(where: { place[$0] + 1 < places[$0].upperBound }) else { return }
      place[axis] += 1
      for inner in place.indices where inner > axis { place[inner] = places[inner].lowerBound }
    }
  }

  /// The same where most chunks were never written: fill values everywhere first.
  private func readFew(
    _ candidates: ArraySlice<StoredChunk>, _ places: [Range<Int>], _ box: [Range<Int>],
    _ arrangement: Arrangement, _ work: inout Work
  ) throws(StorageError) {
    let strides = rowMajorStrides(box.map(\.count), elementBytes: elementBytes)
    let runs = BoxRuns(box.map(\.count), source: strides, target: arrangement.strides)
    try fill(Destination(arrangement: arrangement, base: arrangement.base, runs: runs))
    for chunk in candidates {
      let place = grid.place(of: chunk.number)
      if zip(places, place).allSatisfy({ $0.contains($1) }) { try read(place, box, arrangement, &work) }
    }
  }

  /// Reads every byte that is stored and undoes all filters, for what goes wrong with that; calls `stepDone` after some
  /// mebibytes.
  func readThrough(_ stepDone: () -> Void) throws(StorageError) { try readThrough(chunks.chunks, stepDone) }

  /// The same of some chunks.
  func readThrough(_ chunks: [StoredChunk], _ stepDone: () -> Void) throws(StorageError) {
    var work = work()
    var bytes = 0
    for chunk in chunks {
      let place = grid.place(of: chunk.number)
      if isFiltered(place) {
        _ = try content(chunk, place, &work, directlyTo: nil)
        bytes += chunk.byteCount + chunkBytes
      } else {
        for first in stride(from: 0, to: chunk.byteCount, by: Self.pieceBytes) {
          let count = min(Self.pieceBytes, chunk.byteCount - first)
          _ = try work.window.bytes(at: base + chunk.address + first, count: count)
          bytes += count
          if bytes >= Self.stepBytes { stepDone() }
          bytes %= Self.stepBytes
        }
      }
      if bytes >= Self.stepBytes { stepDone() }
      bytes %= Self.stepBytes
    }
  }

  /// What one call of `read` uses.
  struct Work: ~Copyable {
    fileprivate var window: FileWindow
    fileprivate var decoder: ChunkDecoder?
    /// The chunk that was decoded last, where its content is still in memory.
    fileprivate var decoded: (number: Int, content: ChunkDecoder.Content)?

    fileprivate init(_ window: consuming FileWindow) { self.window = window }
  }

  func work() -> Work { Work(FileWindow(file)) }

  /// Elements of a run that is read in pieces, or read directly where it is longer.
  private static let pieceBytes = 128 << 10
  /// Bytes between two steps.
  private static let stepBytes = 8 << 20
  /// A run that is as long as this is read to where it belongs.
  private static let directBytes = 16 << 10

  private func isFiltered(_ place: [Int]) -> Bool {
    !filters.isEmpty && !(areCutChunksUnfiltered && grid.isCut(at: place))
  }

  // MARK: One chunk

  /// Reads the elements of one chunk that are in a box.
  private func read(
    _ place: [Int], _ box: [Range<Int>], _ arrangement: Arrangement, _ work: inout Work
  ) throws(StorageError) {
    let shared = zip(grid.box(at: place), box).map { $0.clamped(to: $1) }
    var (source, target) = (0, 0)
    let chunkStrides = rowMajorStrides(grid.chunkShape, elementBytes: elementBytes)
    for axis in shared.indices {
      source += (shared[axis].lowerBound - place[axis] * grid.chunkShape[axis]) * chunkStrides[axis]
      target += (shared[axis].lowerBound - box[axis].lowerBound) * arrangement.strides[axis]
    }
    let runs = BoxRuns(shared.map(\.count), source: chunkStrides, target: arrangement.strides)
    try put(
      place, from: source, Destination(arrangement: arrangement, base: arrangement.base + target, runs: runs),
      &work)
  }

  /// Puts elements of one chunk in their places: those at `source`, in bytes from the chunk's first, and what follows in
  /// the runs of `destination`.
  func put(
    _ place: [Int], from source: Int, _ destination: Destination, _ work: inout Work
  ) throws(StorageError) {
    if let compact {
      try compact.withUnsafeBufferPointer { (bytes) throws(StorageError) in
        if let base = bytes.baseAddress { try put(UnsafeRawPointer(base) + source, destination) }
      }
    } else if let number = grid.number(at: place), let chunk = chunks.chunk(number) {
      if isFiltered(place) {
        try putFiltered(chunk, place, from: source, destination, &work)
      } else {
        try putStored(at: base + chunk.address + source, destination, &work)
      }
    } else {
      try fill(destination)
    }
  }

  /// Where the elements go that a chunk and a box share.
  struct Destination {
    let arrangement: Arrangement
    let base: UnsafeMutableRawPointer
    let runs: BoxRuns

    /// Puts the same element everywhere.
    func fill(_ value: [UInt8]) throws(StorageError) {
      try value.withUnsafeBufferPointer { (value) throws(StorageError) in
        guard let element = UnsafeRawPointer(value.baseAddress) else { return }
        try runs.forEach { (_, to) throws(StorageError) in
          arrangement.put(
            element, sourceStep: 0, at: base + to, targetStep: runs.targetStep, count: runs.count)
        }
      }
    }
  }

  /// From memory.
  private func put(_ source: UnsafeRawPointer, _ destination: Destination) throws(StorageError) {
    let (runs, arrangement) = (destination.runs, destination.arrangement)
    try runs.forEach { (from, to) throws(StorageError) in
      arrangement.put(
        source + from, sourceStep: runs.sourceStep, at: destination.base + to, targetStep: runs.targetStep,
        count: runs.count)
    }
  }

  func fill(_ destination: Destination) throws(StorageError) { try destination.fill(fillValue) }

  /// From the file, where no filters are in the way.
  private func putStored(
    at offset: Int, _ destination: Destination, _ work: inout Work
  ) throws(StorageError) {
    let (runs, arrangement) = (destination.runs, destination.arrangement)
    // It may be in the window.
    work.decoded = nil
    let isDense = runs.sourceStep == elementBytes && runs.targetStep == elementBytes || runs.count == 1
    let isDirect = isDense && arrangement.isCopy(elementBytes: elementBytes)
    // Elements a piece; of runs with gaps each element is a piece's beginning.
    let step = max(runs.sourceStep, elementBytes)
    let most = max(1, Self.pieceBytes / step)
    try runs.forEach { (from, to) throws(StorageError) in
      let target = destination.base + to
      if isDirect, runs.count * elementBytes >= Self.directBytes {
        let buffer = UnsafeMutableRawBufferPointer(start: target, count: runs.count * elementBytes)
        return try file.fill(buffer, at: offset + from)
      }
      for first in stride(from: 0, to: runs.count, by: most) {
        let count = min(most, runs.count - first)
        let bytes = try work.window.bytes(
          at: offset + from + first * step, count: (count - 1) * step + elementBytes)
        arrangement.put(
          bytes, sourceStep: step, at: target + first * runs.targetStep, targetStep: runs.targetStep,
          count: count)
      }
    }
  }

  private func putFiltered(
    _ chunk: StoredChunk, _ place: [Int], from source: Int, _ destination: Destination, _ work: inout Work
  ) throws(StorageError) {
    let (runs, arrangement) = (destination.runs, destination.arrangement)
    let isCopy = arrangement.isCopy(elementBytes: elementBytes)
    let isDense = runs.sourceStep == elementBytes && runs.targetStep == elementBytes
    let isWhole = isCopy && isDense && runs.count * elementBytes == chunkBytes
    let content = try content(chunk, place, &work, directlyTo: isWhole ? destination.base : nil)
    guard let shuffle = content.shuffle else {
      return content.base == UnsafeRawPointer(destination.base)
        ? () : try put(content.base + source, destination)
    }
    let step = max(1, runs.sourceStep / elementBytes)
    if isCopy, isDense || runs.count == 1 {
      try runs.forEach { (from, to) throws(StorageError) in
        let first = (source + from) / elementBytes
        shuffle.restore(first..<first + runs.count, of: content.base, to: destination.base + to)
      }
      return
    }
    // Elements are put together a few at a time, then converted.
    let most = max(1, Self.directBytes / (step * elementBytes))
    let span = (most - 1) * step + 1
    guard let buffer = ByteBuffer(count: span * elementBytes) else {
      throw .memory(path: file.path, byteCount: span * elementBytes)
    }
    try runs.forEach { (from, to) throws(StorageError) in
      for piece in stride(from: 0, to: runs.count, by: most) {
        let count = min(most, runs.count - piece)
        let first = (source + from) / elementBytes + piece * step
        shuffle.restore(first..<first + (count - 1) * step + 1, of: content.base, to: buffer.base)
        arrangement.put(
          buffer.base, sourceStep: step * elementBytes, at: destination.base + to + piece * runs.targetStep,
          targetStep: runs.targetStep, count: count)
      }
    }
  }

  /// A chunk without its filters: of the last one what is still in memory. `destination` is where the whole chunk is wanted
  /// as it is; it may be there then.
  private func content(
    _ chunk: StoredChunk, _ place: [Int], _ work: inout Work, directlyTo destination: UnsafeMutableRawPointer?
  ) throws(StorageError) -> ChunkDecoder.Content {
    if let decoded = work.decoded, decoded.number == chunk.number { return decoded.content }
    work.decoded = nil
    let stored = try work.window.bytes(at: base + chunk.address, count: chunk.byteCount)
    if work.decoder == nil {
      work.decoder = ChunkDecoder(filters, chunkBytes: chunkBytes, elementBytes: elementBytes)
    }
    do throws(ChunkDecoder.Failure) {
      guard
        let content = try work.decoder?.decode(
          UnsafeRawBufferPointer(start: stored, count: chunk.byteCount), skipping: chunk.skippedFilters,
          directlyTo: destination)
      else { throw .memory(chunkBytes) }
      if content.base != destination.map({ UnsafeRawPointer($0) }) { work.decoded = (chunk.number, content) }
      return content
    } catch {
      throw described(error, place)
    }
  }

  private func described(_ failure: ChunkDecoder.Failure, _ place: [Int]) -> StorageError {
    switch failure {
    case .memory(let count): return .memory(path: file.path, byteCount: count)
    case .damaged(let reason):
      let rows = grid.box(at: place)[0]
      return .format(
        path: file.path, object: label,
        reason:
          "is damaged: the chunk that begins at row \(rows.lowerBound) \(reason); restore it from a copy")
    }
  }
}
