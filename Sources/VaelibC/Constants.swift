import Glibc
import VaelibNumerics

/// C strings and arrays that live as long as the process; each distinct value is stored once.
enum Constants {
  static let lock = ForkSafeLock()
  /// Used while `lock` is held.
  nonisolated(unsafe) static var strings: [String: UnsafePointer<CChar>] = [:]
  nonisolated(unsafe) static var widths: [[Int]: UnsafePointer<Int>] = [:]

  /// A C string for a name out of a fixed set.
  static func string(_ text: String) -> UnsafePointer<CChar>? {
    Preparation.run()
    return lock.withLock {
      if let known = strings[text] { return known }
      let copy = strdup(text).map { UnsafePointer($0) }
      strings[text] = copy
      return copy
    }
  }

  /// A C array of layer widths.
  static func widths(_ values: [Int]) -> UnsafePointer<Int>? {
    lock.withLock {
      if let known = widths[values] { return known }
      let memory = UnsafeMutablePointer<Int>.allocate(capacity: max(1, values.count))
      memory.initialize(from: values, count: values.count)
      widths[values] = UnsafePointer(memory)
      return UnsafePointer(memory)
    }
  }
}
