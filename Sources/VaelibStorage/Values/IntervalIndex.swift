/// Finds those of many ranges that overlap with a given one, without a look at the others: a search tree in an array, in
/// the order of where ranges begin, that knows for each subtree where the last of its ranges ends.
struct IntervalIndex {
  private let ranges: [Range<Int>]
  /// The numbers of the ranges, in the order of where they begin.
  private var order: [Int]
  /// For each place in `order`: where the last of the ranges of its subtree ends.
  private var ends: [Int]

  init(_ ranges: [Range<Int>]) {
    self.ranges = ranges
    order = Array(ranges.indices)
    if zip(ranges, ranges.dropFirst()).contains(where: { $0.lowerBound > $1.lowerBound }) {
      order.sort { (ranges[$0].lowerBound, $0) < (ranges[$1].lowerBound, $1) }
    }
    ends = [Int](repeating: 0, count: ranges.count)
    _ = measure(order.indices)
  }

  /// The root of a subtree is the middle of its places.
  private func middle(_ places: Range<Int>) -> Int { places.lowerBound + places.count / 2 }

  private mutating func measure(_ places: Range<Int>) -> Int {
    guard !places.isEmpty else { return 0 }
    let root = middle(places)
    let below = max(measure(places.lowerBound..<root), measure(root + 1..<places.upperBound))
    ends[root] = max(below, ranges[order[root]].upperBound)
    return ends[root]
  }

  /// The numbers of the ranges that overlap with `range`, in the order of where they begin.
  func overlapping(_ range: Range<Int>) -> [Int] {
    var found: [Int] = []
    collect(order.indices, range, &found)
    return found
  }

  private func collect(_ places: Range<Int>, _ range: Range<Int>, _ found: inout [Int]) {
    guard !places.isEmpty else { return }
    let root = middle(places)
    guard ends[root] > range.lowerBound else { return }
    collect(places.lowerBound..<root, range, &found)
    guard ranges[order[root]].lowerBound < range.upperBound else { return }
    if ranges[order[root]].overlaps(range) { found.append(order[root]) }
    collect(root + 1..<places.upperBound, range, &found)
  }
}
