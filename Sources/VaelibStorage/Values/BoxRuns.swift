/// The elements of a box in the order of its axes, as runs of elements that are at even distances in two places: in what
/// they are copied from, and in what they are copied to.
struct BoxRuns {
  /// How many elements a run has.
  let count: Int
  /// Bytes from one element of a run to the next.
  let sourceStep: Int
  let targetStep: Int
  /// The axes outside of a run, the last first.
  private var outer: [(length: Int, sourceStride: Int, targetStride: Int)] = []

  /// - Parameters:
  ///   - lengths: of the box's axes, none 0; empty for a single element.
  ///   - source, target: bytes from one element to the next along each axis.
  init(_ lengths: [Int], source: [Int], target: [Int]) {
    var (count, steps) = (1, (source: 0, target: 0))
    var isRun = true
    for axis in lengths.indices.reversed() where lengths[axis] > 1 {
      if count == 1 {
        (count, steps) = (lengths[axis], (source[axis], target[axis]))
      } else if isRun, source[axis] == count * steps.source, target[axis] == count * steps.target {
        count *= lengths[axis]
      } else {
        isRun = false
        outer.append((lengths[axis], source[axis], target[axis]))
      }
    }
    self.count = count
    sourceStep = count > 1 ? steps.source : source.last ?? 0
    targetStep = count > 1 ? steps.target : target.last ?? 0
  }

  /// Calls `body` for each run with the places of its first element, in bytes from those of the box's first.
  func forEach(_ body: (_ source: Int, _ target: Int) throws(StorageError) -> Void) throws(StorageError) {
    guard let axis = outer.first else { return try body(0, 0) }
    if outer.count == 1 {
      for index in 0..<axis.length { try body(index &* axis.sourceStride, index &* axis.targetStride) }
      return
    }
    var place = [Int](repeating: 0, count: outer.count)
    var (source, target) = (0, 0)
    while true {
      try body(source, target)
      var index = 0
      while true {
        place[index] += 1
        source += outer[index].sourceStride
        target += outer[index].targetStride
        if place[index] < outer[index].length { break }
        source -= place[index] * outer[index].sourceStride
        target -= place[index] * outer[index].targetStride
        place[index] = 0
        index += 1
        if index == outer.count { return }
      }
    }
  }
}
