import CVaelib

/// A C structure of the header: `size_t struct_size` comes first.
///
/// A program that was compiled against an older header has structures that end before the fields that were added
/// since; each such field means "as before" when it is zero.
enum SizedStruct {
  /// The largest plausible size.
  private static let limit = 1 << 16

  /// The smallest size that can be right: where the first field begins that was added to the structure later.
  private static func firstSize<T>(of type: T.Type) -> Int {
    let grown =
      switch type {
      case is vaelib_training_config.Type: MemoryLayout.offset(of: \vaelib_training_config.checkpoint)
      default: Int?.none
      }
    return grown ?? MemoryLayout<T>.size
  }

  private static func size<T>(_ pointer: UnsafeRawPointer, _ name: String, of type: T.Type) throws -> Int {
    let size = pointer.load(as: Int.self)
    guard (firstSize(of: type)...limit).contains(size) else {
      throw BoundaryError.argument(
        "\(name)->struct_size is \(size); first set it to sizeof(*\(name)), here \(MemoryLayout<T>.size)")
    }
    return size
  }

  /// What the caller filled in. Fields this library does not know must be zero.
  static func read<T: BitwiseCopyable>(_ pointer: UnsafePointer<T>?, _ name: String) throws -> T {
    guard let pointer else { throw BoundaryError.argument("\(name) is NULL") }
    let bytes = UnsafeRawPointer(pointer)
    let size = try size(bytes, name, of: T.self)
    for place in MemoryLayout<T>.size..<max(size, MemoryLayout<T>.size)
    where bytes.load(fromByteOffset: place, as: UInt8.self) != 0 {
      throw BoundaryError.argument(
        "\(name) was made for a newer vaelib and uses fields this one does not know")
    }
    var value: T = zero()
    withUnsafeMutableBytes(of: &value) {
      $0.copyMemory(from: UnsafeRawBufferPointer(start: bytes, count: min(size, $0.count)))
    }
    return value
  }

  private static func zero<T: BitwiseCopyable>() -> T {
    withUnsafeTemporaryAllocation(byteCount: MemoryLayout<T>.size, alignment: MemoryLayout<T>.alignment) {
      $0.initializeMemory(as: UInt8.self, repeating: 0)
      return $0.load(as: T.self)
    }
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
    let known = min(size, MemoryLayout<T>.size)
    withUnsafeBytes(of: value) {
      bytes.copyMemory(from: $0.baseAddress ?? UnsafeRawPointer(bytes), byteCount: known)
    }
    bytes.storeBytes(of: size, as: Int.self)
    (bytes + known).initializeMemory(as: UInt8.self, repeating: 0, count: size - known)
  }
}
