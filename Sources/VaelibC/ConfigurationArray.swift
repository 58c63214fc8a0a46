import CVaelib
import VaelibModels

/// A caller's array of structures, whose elements have the size that the first one states.
enum ConfigurationArray {
  /// Reads each element with `make`. For messages: the name of the array's field, and what an element is.
  static func read<Structure: BitwiseCopyable, Root>(
    _ first: UnsafePointer<Structure>?, count: Int, most: Int, field: String, item: String,
    _ make: (Structure) throws -> Root
  ) throws -> [Root] {
    let countField = item.split(separator: " ").joined(separator: "_") + "_count"
    guard (1...max(most, 1)).contains(count) else {
      throw BoundaryError.argument(
        "\(countField) is \(UInt(bitPattern: count)); allowed: 1 to \(max(most, 1))")
    }
    guard let first else {
      throw BoundaryError.argument("\(field) is NULL but \(countField) is \(UInt(bitPattern: count))")
    }
    _ = try SizedStruct.read(first, "\(field)[0]")
    let stride = size(first)
    return try (0..<count).map { index in
      let element = (UnsafeRawPointer(first) + index * stride).assumingMemoryBound(to: Structure.self)
      if size(element) != stride {
        throw BoundaryError.argument(
          "\(field)[\(index)].struct_size is \(UInt(bitPattern: size(element))), but that of \(field)[0] is \(stride)"
        )
      }
      do {
        return try make(try SizedStruct.read(element, "\(field)[\(index)]"))
      } catch let error as ModelError {
        throw BoundaryError.argument("\(item) \(index): \(error)")
      } catch let BoundaryError.argument(text) {
        throw BoundaryError.argument("\(item) \(index): \(text)")
      }
    }
  }

  /// What an element states of itself.
  private static func size<Structure>(_ element: UnsafePointer<Structure>) -> Int {
    UnsafeRawPointer(element).load(as: Int.self)
  }
}

/// Structures that are given out, for as long as this lives.
final class KeptStructs<Structure>: @unchecked Sendable {
  let first: UnsafePointer<Structure>

  init(_ structures: [Structure]) {
    let memory = UnsafeMutablePointer<Structure>.allocate(capacity: structures.count)
    memory.initialize(from: structures, count: structures.count)
    first = UnsafePointer(memory)
  }

  deinit { first.deallocate() }
}
