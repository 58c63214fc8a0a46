/// How a dataset is cut into chunks: along each axis, from its beginning, equal lengths, of which the last may reach
/// beyond its end. Chunks are numbered in row-major order.
struct ChunkGrid {
  /// The lengths of the dataset's axes; none is 0.
  let shape: [Int]
  let chunkShape: [Int]
  /// How many chunks there are along each axis.
  let counts: [Int]
  /// How many chunks there are.
  let count: Int

  /// nil if sizes go beyond Int or do not fit each other.
  init?(shape: [Int], chunkShape: [Int]) {
    guard shape.count == chunkShape.count, shape.allSatisfy({ $0 > 0 }), chunkShape.allSatisfy({ $0 > 0 })
    else { return nil }
    self.shape = shape
    self.chunkShape = chunkShape
    counts = zip(shape, chunkShape).map { ($0 - 1) / $1 + 1 }
    guard let count = product(counts) else { return nil }
    self.count = count
  }

  /// The number of the chunk at a place in the grid; nil outside of it.
  func number(at place: [Int]) -> Int? {
    var number = 0
    for axis in counts.indices {
      guard place[axis] >= 0, place[axis] < counts[axis] else { return nil }
      number = number * counts[axis] + place[axis]
    }
    return number
  }

  /// The place in the grid of a chunk.
  func place(of number: Int) -> [Int] {
    var place = counts
    var rest = number
    for axis in counts.indices.reversed() {
      place[axis] = rest % counts[axis]
      rest /= counts[axis]
    }
    return place
  }

  /// Which elements a chunk has.
  func box(at place: [Int]) -> [Range<Int>] {
    place.indices.map { axis in
      let first = place[axis] * chunkShape[axis]
      return first..<first + min(chunkShape[axis], shape[axis] - first)
    }
  }

  /// Whether a chunk reaches beyond the end of an axis.
  func isCut(at place: [Int]) -> Bool {
    place.indices.contains { (place[$0] + 1) * chunkShape[$0] > shape[$0] }
  }
}
