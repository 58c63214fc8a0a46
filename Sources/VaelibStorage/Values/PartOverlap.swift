/// Finds out whether parts of a virtual dataset may share elements of it.
enum PartOverlap {
  /// Pairs of parts that are looked at; of more it is not found out.
  private static let mostPairs = 1 << 22

  /// False if they surely share none.
  static func isPossible(_ parts: [VirtualPart]) -> Bool {
    guard let rank = parts.first?.target.count, parts.count > 1 else { return false }
    // The axis along which the fewest pairs meet.
    let reaches = (0..<rank).map { axis in parts.map { $0.target[axis].reach } }
    let pairs = reaches.map(Self.pairs)
    guard let axis = pairs.indices.min(by: { pairs[$0] < pairs[$1] }), pairs[axis] <= mostPairs else {
      return true
    }
    let order = parts.indices.sorted { reaches[axis][$0].lowerBound < reaches[axis][$1].lowerBound }
    var active: [Int] = []
    for number in order {
      let first = reaches[axis][number].lowerBound
      active.removeAll { reaches[axis][$0].upperBound <= first }
      if active.contains(where: { mayShare(parts[$0].target, parts[number].target) }) { return true }
      active.append(number)
    }
    return false
  }

  /// How many pairs of ranges overlap.
  private static func pairs(_ ranges: [Range<Int>]) -> Int {
    let (starts, ends) = (ranges.map(\.lowerBound).sorted(), ranges.map(\.upperBound).sorted())
    var (count, ended) = (0, 0)
    for (number, start) in starts.enumerated() {
      while ended < number, ends[ended] <= start { ended += 1 }
      count = min(count + number - ended, 1 << 40)
    }
    return count
  }

  private static func mayShare(_ one: SliceBox, _ other: SliceBox) -> Bool {
    zip(one, other).allSatisfy { mayShare($0, $1) }
  }

  /// Slices share nothing if they are apart, or if all blocks of one are beside those of the other wherever both begin
  /// anew.
  private static func mayShare(_ one: AxisSlice, _ other: AxisSlice) -> Bool {
    guard one.reach.overlaps(other.reach) else { return false }
    let (own, others) = (one.steps, other.steps)
    guard own.count > 1 || others.count > 1 else { return true }
    let period =
      own.count == 1
      ? others.stride : others.count == 1 ? own.stride : greatestDivisor(own.stride, others.stride)
    if own.block >= period || others.block >= period { return true }
    // Where one's blocks begin, as seen from the other's: behind its block, and at its end not in the next one.
    let distance = ((others.start - own.start) % period + period) % period
    return distance < own.block || distance + others.block > period
  }

  private static func greatestDivisor(_ one: Int, _ other: Int) -> Int {
    other == 0 ? one : greatestDivisor(other, one % other)
  }
}
