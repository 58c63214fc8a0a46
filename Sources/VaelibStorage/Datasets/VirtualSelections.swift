/// The elements that a mapping of a virtual dataset takes on one of its sides.
struct VirtualSelection {
  enum Failure: Error {
    /// It makes no sense, or leaves the dataset.
    case damaged
    case scattered
  }

  private let selection: StoredSelection
  /// The axis whose selection has no end, and its steps.
  let unlimited: (axis: Int, steps: StoredSelection.Steps)?

  /// nil if several axes have no end.
  init?(_ selection: StoredSelection) {
    self.selection = selection
    guard case .grid(let axes) = selection else {
      unlimited = nil
      return
    }
    let endless = axes.indices.filter { axes[$0].count == nil || axes[$0].block == nil }
    guard endless.count <= 1 else { return nil }
    unlimited = endless.first.map { ($0, axes[$0]) }
  }

  /// Of an axis without an end the coordinates below `end`, of which there must be some; nil if they cannot be counted.
  static func slice(_ steps: StoredSelection.Steps, below end: Int) -> AxisSlice? {
    let block = steps.block ?? end - steps.start
    let count = steps.count ?? (end - steps.start - 1) / steps.stride + 1
    guard let all = AxisSteps(start: steps.start, stride: steps.stride, count: count, block: block) else {
      return nil
    }
    let slice = AxisSlice(all)
    return slice.part(slice.places(in: 0..<end))
  }

  /// The first `count` coordinates of an axis without an end.
  static func slice(_ steps: StoredSelection.Steps, count: Int) -> AxisSlice? {
    let block = steps.block ?? count
    guard count > 0, block > 0,
      let all = AxisSteps(
        start: steps.start, stride: steps.stride, count: (count - 1) / block + 1, block: block)
    else { return nil }
    return AxisSlice(all).part(0..<count)
  }

  /// Behind the last coordinate of an axis; nil if that depends on the dataset.
  func end(_ axis: Int) -> Int? {
    switch selection {
    case .none, .all: return nil
    case .grid(let axes):
      guard axis < axes.count, let count = axes[axis].count, let block = axes[axis].block else { return nil }
      return axes[axis].start + (count - 1) * axes[axis].stride + block
    case .blocks(let rank, let places):
      guard axis < rank else { return nil }
      return stride(from: rank + axis, to: places.count, by: 2 * rank).lazy.map { places[$0] + 1 }.max()
    }
  }

  /// The elements in the order of the axes, in a dataset of this shape, as at most `limit` boxes. `slice` replaces that of
  /// the axis without an end.
  func boxes(_ shape: [Int], _ slice: AxisSlice?, atMost limit: Int) throws(Failure) -> [SliceBox] {
    var boxes: [SliceBox]
    switch selection {
    case .none: return []
    case .all:
      if shape.contains(0) { return [] }
      boxes = [shape.map { AxisSlice(AxisSteps(0..<$0)) }]
    case .grid(let axes):
      var box: SliceBox = []
      for (axis, steps) in axes.enumerated() {
        if let unlimited, unlimited.axis == axis {
          guard let slice else { return [] }
          box.append(slice)
          continue
        }
        guard let count = steps.count, let block = steps.block,
          let all = AxisSteps(start: steps.start, stride: steps.stride, count: count, block: block)
        else { throw .damaged }
        box.append(AxisSlice(all))
      }
      boxes = [box]
    case .blocks(let rank, let places):
      guard rank == shape.count else { throw .damaged }
      do throws(BlockList.Failure) {
        boxes = try BlockList.boxes(rank: rank, places, atMost: limit)
      } catch {
        throw error == .overlap ? .damaged : .scattered
      }
    }
    for box in boxes {
      guard box.count == shape.count, zip(box, shape).allSatisfy({ $0.reach.upperBound <= $1 }) else {
        throw .damaged
      }
    }
    return boxes
  }
}
