/// Coordinates along one axis: blocks of neighbours at even distances.
struct AxisSteps: Equatable {
  let start: Int
  let stride: Int
  let count: Int
  /// Neighbours in a block; no more than `stride`.
  let block: Int

  /// nil if sizes go beyond Int; none but `start` may be 0.
  init?(start: Int, stride: Int, count: Int, block: Int) {
    let isRun = count == 1 || stride == block
    guard let length = product([count, block]) else { return nil }
    self.start = start
    self.stride = isRun ? length : stride
    self.count = isRun ? 1 : count
    self.block = isRun ? length : block
    guard start >= 0, let last = product([self.count - 1, self.stride]),
      !last.addingReportingOverflow(start).overflow,
      !(last + start).addingReportingOverflow(self.block).overflow
    else { return nil }
  }

  /// Neighbours.
  init(_ range: Range<Int>) {
    (start, stride, count, block) = (range.lowerBound, range.count, 1, range.count)
  }

  /// How many coordinates there are.
  var length: Int { count * block }

  func coordinate(_ index: Int) -> Int {
    count == 1 ? start + index : start + index / block * stride + index % block
  }

  /// The first of them that is `coordinate` or more; `length` if there is none.
  func index(from coordinate: Int) -> Int {
    guard coordinate > start else { return 0 }
    let distance = coordinate - start
    let (before, inside) = (distance / stride, distance % stride)
    return before >= count ? length : before * block + min(inside, block)
  }
}

/// Some of the coordinates along one axis, one after the other.
struct AxisSlice: Equatable {
  let steps: AxisSteps
  /// Which of them.
  let indices: Range<Int>

  init(_ steps: AxisSteps) { self.init(steps, 0..<steps.length) }

  private init(_ steps: AxisSteps, _ indices: Range<Int>) {
    (self.steps, self.indices) = (steps, indices)
  }

  var count: Int { indices.count }

  func coordinate(_ place: Int) -> Int { steps.coordinate(indices.lowerBound + place) }

  /// The coordinates from the first to the last.
  var reach: Range<Int> { coordinate(0)..<coordinate(count - 1) + 1 }

  /// Whether all are neighbours.
  var isRun: Bool { reach.count == count }

  /// The slice's part at these of its places.
  func part(_ places: Range<Int>) -> AxisSlice {
    AxisSlice(steps, indices.lowerBound + places.lowerBound..<indices.lowerBound + places.upperBound)
  }

  /// The places of the coordinates in a range.
  func places(in range: Range<Int>) -> Range<Int> {
    let first = min(max(steps.index(from: range.lowerBound), indices.lowerBound), indices.upperBound)
    let end = min(max(steps.index(from: range.upperBound), first), indices.upperBound)
    return first - indices.lowerBound..<end - indices.lowerBound
  }

  /// How far the places from `place` on are at even distances: how many they are, up to `end`, and the distance.
  func evenRun(from place: Int, to end: Int) -> (count: Int, step: Int) {
    if steps.block == 1 { return (end - place, steps.stride) }
    let left = steps.block - (indices.lowerBound + place) % steps.block
    return (min(left, end - place), 1)
  }

  /// How many neighbouring places there can be for `length` neighbouring coordinates.
  func mostPlaces(in length: Int) -> Int {
    guard length < reach.count else { return count }
    let (whole, rest) = (length / steps.stride, length % steps.stride)
    return min(count, whole * steps.block + min(rest, steps.block))
  }

  /// How many neighbouring coordinates `length` neighbouring places reach over at most.
  func mostReach(of length: Int) -> Int {
    guard length < count else { return reach.count }
    guard length > 1 else { return 1 }
    // So many gaps between blocks, where the first place is the last of a block.
    let gaps = (length - 2) / steps.block + 1
    return min(reach.count, gaps * (steps.stride - steps.block) + length)
  }

  /// The same for places from one multiple of `length` to the next: where those begin is a multiple of this, too, if the
  /// blocks allow it.
  func reach(ofEach length: Int) -> Int {
    let reach = mostReach(of: length)
    guard length < count, length % steps.block == 0 else { return reach }
    return max(reach, length / steps.block * steps.stride)
  }
}

/// A slice of each axis of a dataset: the elements at all combinations, in the order of the axes.
typealias SliceBox = [AxisSlice]

extension [AxisSlice] {
  /// How many elements there are; nil beyond Int.
  var elements: Int? { product(map(\.count)) }

  /// The elements at a range of places in the order of the axes, which is not empty, as boxes in this order.
  func part(_ range: Range<Int>) -> [SliceBox] {
    guard let axis = first else { return [self] }
    let inner = dropFirst().reduce(1) { $0 * $1.count }
    if range == 0..<axis.count * inner { return [self] }
    let rest = Array(dropFirst())
    func row(_ place: Int, _ range: Range<Int>) -> [SliceBox] {
      rest.part(range).map { [axis.part(place..<place + 1)] + $0 }
    }
    let (first, last) = (range.lowerBound / inner, (range.upperBound - 1) / inner)
    let (head, end) = (range.lowerBound % inner, (range.upperBound - 1) % inner + 1)
    if first == last { return row(first, head..<end) }
    var boxes: [SliceBox] = []
    let whole = first + (head > 0 ? 1 : 0)..<last + (end == inner ? 1 : 0)
    if head > 0 { boxes += row(first, head..<inner) }
    if !whole.isEmpty { boxes.append([axis.part(whole)] + rest) }
    if end < inner { boxes += row(last, 0..<end) }
    return boxes
  }
}
