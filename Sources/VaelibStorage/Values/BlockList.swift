/// Turns a list of blocks that do not overlap into boxes, such that the elements of one box after the other are all
/// elements in the order of the axes.
struct BlockList {
  enum Failure: Error {
    /// Blocks share elements.
    case overlap
    /// That many boxes, or so much work, are not worth it.
    case scattered
  }

  /// How often blocks are looked at, and boxes made, for each block at most, and besides.
  private static let workPerBlock = 64
  private static let leastWork = 1 << 16

  private let rank: Int
  private let places: [Int]
  private var work: Int
  private let limit: Int

  /// `places`: of each block the first and the last coordinate along every axis, first all first ones.
  static func boxes(rank: Int, _ places: [Int], atMost limit: Int) throws(Failure) -> [SliceBox] {
    let count = places.count / (2 * rank)
    var list = BlockList(rank: rank, places: places, work: leastWork + workPerBlock * count, limit: limit)
    return try list.boxes(Array(0..<count), axis: 0)
  }

  private func range(_ block: Int, _ axis: Int) -> Range<Int> {
    let first = block * 2 * rank + axis
    return places[first]..<places[first + rank] + 1
  }

  /// Where the same blocks are from one coordinate to another, and what is there along the axes behind.
  private struct Slab {
    var start: Int
    var block: Int
    var stride = 0
    var count = 1
    let inner: [SliceBox]
  }

  private mutating func spend(_ amount: Int) throws(Failure) {
    work -= amount
    guard work >= 0 else { throw .scattered }
  }

  private mutating func boxes(_ blocks: [Int], axis: Int) throws(Failure) -> [SliceBox] {
    guard axis < rank else {
      guard blocks.count == 1 else { throw .overlap }
      return [[]]
    }
    let sorted = blocks.sorted { range($0, axis).lowerBound < range($1, axis).lowerBound }
    let borders = Set(sorted.flatMap { [range($0, axis).lowerBound, range($0, axis).upperBound] }).sorted()
    var slabs: [Slab] = []
    var (active, next, boxCount) = ([Int](), 0, 0)
    for (first, end) in zip(borders, borders.dropFirst()) {
      active.removeAll { range($0, axis).upperBound <= first }
      while next < sorted.count, range(sorted[next], axis).lowerBound == first {
        active.append(sorted[next])
        next += 1
      }
      if active.isEmpty { continue }
      try spend(active.count)
      let slab = Slab(start: first, block: end - first, inner: try boxes(active, axis: axis + 1))
      let before = slabs.count
      add(slab, to: &slabs)
      // Each slab will be at least so many boxes.
      if slabs.count > before { boxCount += slab.inner.count }
      guard boxCount <= limit else { throw .scattered }
    }
    var found: [SliceBox] = []
    for slab in slabs {
      guard
        let steps = AxisSteps(start: slab.start, stride: slab.stride, count: slab.count, block: slab.block)
      else { throw .scattered }
      let slice = AxisSlice(steps)
      // Several boxes take turns: one coordinate after the other.
      let turns = slab.inner.count == 1 ? 1 : slice.count
      for turn in 0..<turns {
        try spend(slab.inner.count)
        guard slab.inner.count <= limit - found.count else { throw .scattered }
        let outer = turns == 1 ? slice : slice.part(turn..<turn + 1)
        found += slab.inner.map { [outer] + $0 }
      }
    }
    return found
  }

  /// Adds a slab, or makes it part of the last one, if that goes on evenly.
  private func add(_ slab: Slab, to slabs: inout [Slab]) {
    guard let last = slabs.last, last.inner == slab.inner else { return slabs.append(slab) }
    let distance = slab.start - last.start
    let index = slabs.count - 1
    if last.count == 1, distance == last.block {
      slabs[index].block += slab.block
    } else if last.block == slab.block, last.count == 1 || last.stride * last.count == distance {
      if last.count == 1 { slabs[index].stride = distance }
      slabs[index].count += 1
    } else {
      slabs.append(slab)
    }
  }
}
