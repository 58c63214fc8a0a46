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

  /// Copies as much of a text as fits into `size` bytes with the final NUL, no part of a character, and returns the
  /// length of all of it.
  static func copy(_ text: String, to destination: UnsafeMutablePointer<CChar>?, size: Int) -> Int {
    let length = text.utf8.count
    guard let destination, size > 0 else { return length }
    var fitting = 0
    for character in text.unicodeScalars {
      let bytes = UTF8.width(character)
      if fitting + bytes >= size { break }
      fitting += bytes
    }
    text.withCString { destination.update(from: $0, count: fitting) }
    destination[fitting] = 0
    return length
  }

  deinit {
    guard let pointers else { return }
    for index in 0..<count { free(UnsafeMutablePointer(mutating: pointers[index])) }
    pointers.deallocate()
  }
}
