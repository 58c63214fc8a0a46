import CVaelib

/// A C structure of the header: `size_t struct_size` comes first.
///
/// A program that was compiled against a newer header has structures that go on behind the fields that this library
/// knows. None has grown since the ABI's first release, so smaller ones are mistakes.
enum SizedStruct {
  /// The largest plausible size.
  private static let limit = 1 << 16

  private static func size<T>(_ pointer: UnsafeRawPointer, _ name: String, of type: T.Type) throws -> Int {
    let size = pointer.load(as: Int.self)
    guard (MemoryLayout<T>.size...limit).contains(size) else {
      throw BoundaryError.argument(
        "\(name)->struct_size is \(UInt(bitPattern: size)); first set it to sizeof(*\(name)), here \(MemoryLayout<T>.size)"
      )
    }
    return size
  }

  /// What the caller filled in. Fields this library does not know must be zero.
  static func read<T: BitwiseCopyable>(_ pointer: UnsafePointer<T>?, _ name: String) throws -> T {
    guard let pointer else { throw BoundaryError.argument("\(name) is NULL") }
    let bytes = UnsafeRawPointer(pointer)
    let size = try size(bytes, name, of: T.self)
    for place in MemoryLayout<T>.size..<size where bytes.load(fromByteOffset: place, as: UInt8.self) != 0 {
      throw BoundaryError.argument(
        "\(name) was made for a newer vaelib and uses fields this one does not know")
    }
    return bytes.loadUnaligned(as: T.self)
  }

  /// Throws unless the caller's structure can be filled, for calls that must not fail after they have acted.
  static func check<T: BitwiseCopyable>(_ pointer: UnsafeMutablePointer<T>, _ name: String) throws {
    _ = try size(UnsafeRawPointer(pointer), name, of: T.self)
  }

  /// Fills the caller's structure; fields this library does not know become zero.
  static func write<T: BitwiseCopyable>(_ value: T, to pointer: UnsafeMutablePointer<T>?, _ name: String)
    throws
  {
    guard let pointer else { throw BoundaryError.argument("\(name) is NULL") }
    let bytes = UnsafeMutableRawPointer(pointer)
    let size = try size(UnsafeRawPointer(bytes), name, of: T.self)
    bytes.storeBytes(of: value, as: T.self)
    bytes.storeBytes(of: size, as: Int.self)
    let known = MemoryLayout<T>.size
    (bytes + known).initializeMemory(as: UInt8.self, repeating: 0, count: size - known)
  }
}
