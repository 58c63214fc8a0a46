import Glibc

/// Memory that a decoder fills from its begin on: nothing is written beyond its end, and nothing is repeated from before
/// its begin.
///
/// Copies may write up to 15 bytes more than they should, inside the memory, where the next copy writes anyway.
struct DecodedBytes {
  private let base: UnsafeMutableRawPointer
  private let capacity: Int
  /// Bytes that were written.
  private(set) var count = 0

  /// nil for no memory.
  init?(_ memory: UnsafeMutableRawBufferPointer) {
    guard let base = memory.baseAddress else { return nil }
    self.base = base
    capacity = memory.count
  }

  /// Bytes for which there is room.
  var room: Int { capacity &- count }

  /// Appends the next bytes of a source; false if it has fewer, or there is no room.
  @inline(__always)
  mutating func append(_ byteCount: Int, from source: inout StoredBytes) -> Bool {
    guard byteCount <= room else { return false }
    let (target, canCopyMore) = (base + count, byteCount <= 16 && room >= 16 && source.rest >= 16)
    guard let bytes = source.take(byteCount) else { return false }
    if canCopyMore {
      copy16(bytes, to: target)
    } else {
      memcpy(target, bytes, byteCount)
    }
    count &+= byteCount
    return true
  }

  /// Appends bytes that begin so many bytes back; they may reach into themselves. False if there are none, or no room.
  @inline(__always)
  mutating func append(_ byteCount: Int, fromBack distance: Int) -> Bool {
    guard byteCount <= room, distance > 0, distance <= count else { return false }
    let target = base + count
    if distance >= 16, byteCount &+ 15 <= room {
      var done = 0
      repeat {
        copy16(target + done - distance, to: target + done)
        done &+= 16
      } while done < byteCount
    } else {
      repeatBytes(byteCount, distance, target)
    }
    count &+= byteCount
    return true
  }

  private func repeatBytes(_ byteCount: Int, _ distance: Int, _ target: UnsafeMutableRawPointer) {
    if distance == 1 {
      memset(target, Int32((target - 1).load(as: UInt8.self)), byteCount)
      return
    }
    // What stands from there on repeats itself, so that each copy makes the next one longer.
    var (done, period) = (0, distance)
    while done < byteCount {
      let part = min(period, byteCount - done)
      memcpy(target + done, target - distance, part)
      done += part
      period = distance + done / distance * distance
    }
  }

  @inline(__always)
  private func copy16(_ source: UnsafeRawPointer, to target: UnsafeMutableRawPointer) {
    target.storeBytes(of: source.loadUnaligned(as: SIMD16<UInt8>.self), as: SIMD16<UInt8>.self)
  }
}
