import VaelibNumerics

/// The blocks of a set as an epoch reads them, and the windows that they make.
///
/// With W windows, each W neighbouring blocks of the list are dealt out at random to W rounds, one to each. So the
/// blocks of a round come from everywhere in the set, evenly: of a set that is sorted by class a round has nearly the
/// same share of each class. A round goes through the set from first to last, as disks like it. Windows of equal size
/// are cut from the rounds; where blocks have one size, a window is a round.
struct BlockOrder: Sendable {
  let list: BlockList
  /// The windows, as places in `reads`.
  let windows: [Range<Int>]
  /// Which blocks are read at once, as places in `order`.
  let reads: [Range<Int>]
  /// Numbers of blocks.
  private let order: [Int]

  /// A read is at most this part of a window, or a block: so much that handing it from thread to thread pays, so little
  /// that whoever ends the reading need not wait.
  private static let readShare = 1.0 / 32

  init(_ list: BlockList, _ random: inout RandomIntegers) {
    self.list = list
    let total = (0..<list.count).reduce(0) { $0 + Self.windowShare(list[$1], list.parts) }
    // Rounding must not make a window more of what divides evenly.
    let count = max(1, Int(min(Double(list.count), (total - 1e-9).rounded(.up))))
    let order = Self.order(list.count, rounds: count, &random)
    self.order = order
    var (reads, windows) = ([Range<Int>](), [Range<Int>]())
    for window in Self.windows(order, of: list, total: total, count: count) {
      let first = reads.count
      reads += Self.reads(order, window, of: list)
      windows.append(first..<reads.count)
    }
    (self.reads, self.windows) = (reads, windows)
  }

  /// The blocks of a read.
  func blocks(ofRead index: Int) -> some Collection<BlockList.Block> {
    order[reads[index]].lazy.map { list[$0] }
  }

  /// How many rows a window has.
  func rows(ofWindow index: Int) -> Int {
    windows[index].reduce(0) { $0 + blocks(ofRead: $1).reduce(0) { $0 + $1.items.count } }
  }

  /// The part of a window that a block takes.
  private static func windowShare(_ block: BlockList.Block, _ parts: [ExamplePart]) -> Double {
    Double(block.items.count) / Double(max(1, parts[block.part].stored.windowRows))
  }

  /// The numbers below `count`, round after round, ascending in each.
  private static func order(_ count: Int, rounds: Int, _ random: inout RandomIntegers) -> [Int] {
    guard count > 0 else { return [] }
    var chosen = Array(0..<rounds)
    // The last numbers, too few for all rounds, are dealt out first, which tells where the rounds begin.
    random.shuffle(&chosen)
    let rest = chosen.prefix(count % rounds)
    var next = Array(repeating: count / rounds, count: rounds)
    for round in rest { next[round] += 1 }
    var begin = 0
    for round in 0..<rounds { (next[round], begin) = (begin, begin + next[round]) }
    var order = [Int](repeating: 0, count: count)
    func deal(_ number: Int, to round: Int) {
      order[next[round]] = number
      next[round] += 1
    }
    for first in stride(from: 0, to: count - rest.count, by: rounds) {
      random.shuffle(&chosen)
      for (index, round) in chosen.enumerated() { deal(first + index, to: round) }
    }
    for (index, round) in rest.enumerated() { deal(count - rest.count + index, to: round) }
    return order
  }

  /// A block belongs to the window in which its middle lies, so a window takes up to a block more than its part.
  private static func windows(
    _ order: [Int], of list: BlockList, total: Double, count: Int
  ) -> [Range<Int>] {
    guard !order.isEmpty else { return [] }
    var ranges: [Range<Int>] = []
    var (first, current, passed) = (0, 0, 0.0)
    for (place, number) in order.enumerated() {
      let share = windowShare(list[number], list.parts)
      let window = min(count - 1, Int((passed + share / 2) / total * Double(count)))
      if window > current {
        if place > first { ranges.append(first..<place) }
        (first, current) = (place, window)
      }
      passed += share
    }
    return ranges + [first..<order.count]
  }

  /// Cuts a window into reads.
  private static func reads(_ order: [Int], _ window: Range<Int>, of list: BlockList) -> [Range<Int>] {
    var (reads, first, filled) = ([Range<Int>](), window.lowerBound, 0.0)
    for place in window {
      let share = windowShare(list[order[place]], list.parts)
      if place > first, filled + share > readShare {
        reads.append(first..<place)
        (first, filled) = (place, 0)
      }
      filled += share
    }
    return reads + [first..<window.upperBound]
  }
}
