/// A part of a mapping of a virtual dataset that has the same form on both sides: a slice of each axis of the virtual
/// dataset and of the source, whose elements are the same in the order of the axes.
struct VirtualPart {
  /// The number of the source among those of the virtual dataset.
  let source: Int
  let target: SliceBox
  let origin: SliceBox

  enum Failure: Error {
    /// There are more parts than `limit`.
    case scattered
  }

  /// For each axis of the source that of the virtual dataset which goes along with it; nil where the slice has one
  /// coordinate only.
  var pairs: [Int?] {
    var axes = target.indices.lazy.filter { target[$0].count > 1 }.makeIterator()
    return origin.map { $0.count > 1 ? axes.next() : nil }
  }

  /// Adds the parts of a mapping whose two sides are these boxes, as many elements each.
  static func add(
    _ targets: [SliceBox], _ origins: [SliceBox], _ source: Int, to parts: inout [VirtualPart], limit: Int
  ) throws(Failure) {
    if targets.count == 1, origins.count == 1 {
      return try add(targets[0], origins[0], source, to: &parts, limit)
    }
    var (target, origin) = (0, 0)
    var (targetDone, originDone) = (0, 0)
    while target < targets.count, origin < origins.count {
      guard let all = targets[target].elements, let others = origins[origin].elements else {
        throw .scattered
      }
      let count = min(all - targetDone, others - originDone)
      try add(
        targets[target].part(targetDone..<targetDone + count),
        origins[origin].part(originDone..<originDone + count), source, to: &parts, limit: limit)
      (targetDone, originDone) = (targetDone + count, originDone + count)
      if targetDone == all { (target, targetDone) = (target + 1, 0) }
      if originDone == others { (origin, originDone) = (origin + 1, 0) }
    }
  }

  private static func add(
    _ target: SliceBox, _ origin: SliceBox, _ source: Int, to parts: inout [VirtualPart], _ limit: Int
  ) throws(Failure) {
    let lengths = target.map(\.count).filter { $0 > 1 }
    let others = origin.map(\.count).filter { $0 > 1 }
    if lengths == others {
      guard parts.count < limit else { throw .scattered }
      return parts.append(VirtualPart(source: source, target: target, origin: origin))
    }
    // Of another form: one coordinate of the first axis after the other, of the side where more is behind it.
    guard let length = lengths.first, let other = others.first, let all = target.elements else {
      throw .scattered
    }
    let step = max(all / length, all / other)
    guard all / step <= limit - parts.count else { throw .scattered }
    for first in stride(from: 0, to: all, by: step) {
      let range = first..<first + step
      try add(target.part(range), origin.part(range), source, to: &parts, limit: limit)
    }
  }
}
