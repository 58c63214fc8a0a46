import Glibc
import Synchronization

/// C strings and arrays that live as long as the process; each distinct value is stored once.
enum Constants {
  private struct Store {
    var strings: [String: UInt] = [:]
    var widths: [[Int]: UInt] = [:]
  }

  private static let store = Mutex(Store())

  /// A C string for a name out of a fixed set.
  static func string(_ text: String) -> UnsafePointer<CChar>? {
    let address = store.withLock { store -> UInt in
      if let known = store.strings[text] { return known }
      let address = UInt(bitPattern: strdup(text))
      store.strings[text] = address
      return address
    }
    return UnsafePointer(bitPattern: address)
  }

  /// A C array of layer widths.
  static func widths(_ values: [Int]) -> UnsafePointer<Int>? {
    let address = store.withLock { store -> UInt in
      if let known = store.widths[values] { return known }
      let memory = UnsafeMutablePointer<Int>.allocate(capacity: max(1, values.count))
      memory.initialize(from: values, count: values.count)
      store.widths[values] = UInt(bitPattern: memory)
      return UInt(bitPattern: memory)
    }
    return UnsafePointer(bitPattern: address)
  }
}
