import Glibc

/// An array of C strings that lives as long as this object.
final class CStrings: Sendable {
  let texts: [String]
  /// nil if there are none.
  nonisolated(unsafe) let pointers: UnsafePointer<UnsafePointer<CChar>?>?

  var count: Int { texts.count }

  init(_ texts: [String]) {
    self.texts = texts
    guard !texts.isEmpty else {
      pointers = nil
      return
    }
    let memory = UnsafeMutablePointer<UnsafePointer<CChar>?>.allocate(capacity: texts.count)
    for (index, text) in texts.enumerated() {
      (memory + index).initialize(to: strdup(text).map { UnsafePointer($0) })
    }
    pointers = UnsafePointer(memory)
  }

  deinit {
    guard let pointers else { return }
    for index in 0..<count { free(UnsafeMutablePointer(mutating: pointers[index])) }
    pointers.deallocate()
  }
}
