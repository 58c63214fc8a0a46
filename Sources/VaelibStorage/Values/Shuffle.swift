import Glibc

/// The shuffle filter: all first bytes of the elements, then all second ones, and so on; at the end, as they were, bytes
/// that make no whole element.
struct Shuffle {
  let elementBytes: Int
  let byteCount: Int

  private var elements: Int { byteCount / elementBytes }

  /// Puts elements together from `shuffled`, which has `byteCount` bytes.
  func restore(_ range: Range<Int>, of shuffled: UnsafeRawPointer, to target: UnsafeMutableRawPointer) {
    let source = shuffled + range.lowerBound
    switch elementBytes {
    case 1: memcpy(target, source, range.count)
    case 2: restore(range.count, source, target) { (plane: (Int) -> UInt16) in plane(0) | plane(1) << 8 }
    case 4:
      restore(range.count, source, target) { (plane: (Int) -> UInt32) in
        plane(0) | plane(1) << 8 | plane(2) << 16 | plane(3) << 24
      }
    case 8:
      restore(range.count, source, target) { (plane: (Int) -> UInt64) in
        let low = plane(0) | plane(1) << 8 | plane(2) << 16 | plane(3) << 24
        return low | plane(4) << 32 | plane(5) << 40 | plane(6) << 48 | plane(7) << 56
      }
    default:
      for byte in 0..<elementBytes {
        let plane = source + byte * elements
        for index in 0..<range.count {
          target.storeBytes(
            of: plane.load(fromByteOffset: index, as: UInt8.self),
            toByteOffset: index &* elementBytes &+ byte, as: UInt8.self)
        }
      }
    }
  }

  /// Restores everything.
  func restore(_ shuffled: UnsafeRawPointer, to target: UnsafeMutableRawPointer) {
    restore(0..<elements, of: shuffled, to: target)
    let whole = elements * elementBytes
    memcpy(target + whole, shuffled + whole, byteCount - whole)
  }

  /// Shuffles everything; the inverse of `restore`.
  func apply(to values: UnsafeRawPointer, into target: UnsafeMutableRawPointer) {
    for byte in 0..<elementBytes {
      let plane = target + byte * elements
      for index in 0..<elements {
        plane.storeBytes(
          of: values.load(fromByteOffset: index &* elementBytes &+ byte, as: UInt8.self),
          toByteOffset: index, as: UInt8.self)
      }
    }
    let whole = elements * elementBytes
    memcpy(target + whole, values + whole, byteCount - whole)
  }

  @inline(__always)
  private func restore<Element: FixedWidthInteger & BitwiseCopyable>(
    _ count: Int, _ source: UnsafeRawPointer, _ target: UnsafeMutableRawPointer,
    _ join: ((Int) -> Element) -> Element
  ) {
    let planeBytes = elements
    for index in 0..<count {
      let element = join { plane in
        Element(truncatingIfNeeded: source.load(fromByteOffset: plane &* planeBytes &+ index, as: UInt8.self))
      }
      target.storeBytes(
        of: element.littleEndian, toByteOffset: index &* MemoryLayout<Element>.size, as: Element.self)
    }
  }
}
