import VaelibModels
import VaelibStorage

/// Checks of arguments that many functions take.
enum Arguments {
  /// The text of a C string; throws if it is NULL or not UTF-8.
  static func text(_ pointer: UnsafePointer<CChar>?, _ name: String) throws -> String {
    guard let pointer else { throw BoundaryError.argument("\(name) is NULL") }
    guard let text = String(validatingCString: pointer) else {
      throw BoundaryError.argument("\(name) is \"\(String(systemCString: pointer))\", which is not UTF-8")
    }
    return text
  }

  /// The path of a file, or the name of an object in one, which may be any bytes; throws if it is NULL.
  static func path(_ pointer: UnsafePointer<CChar>?, _ name: String) throws -> String {
    String(systemCString: try nonNull(pointer, name))
  }

  static func nonNull<T>(_ pointer: UnsafeMutablePointer<T>?, _ name: String) throws -> UnsafeMutablePointer<
    T
  > {
    guard let pointer else { throw BoundaryError.argument("\(name) is NULL") }
    return pointer
  }

  static func nonNull<T>(_ pointer: UnsafePointer<T>?, _ name: String) throws -> UnsafePointer<T> {
    guard let pointer else { throw BoundaryError.argument("\(name) is NULL") }
    return pointer
  }

  /// The length of a caller's list; throws if it is 0 or such a list cannot lie in memory.
  static func length<Element>(_ count: Int, of type: Element.Type, _ name: String = "count") throws -> Int {
    guard (1...Int.max / MemoryLayout<Element>.stride).contains(count) else {
      throw BoundaryError.argument(
        "\(name) is \(UInt(bitPattern: count)); expected at least 1, and no more than fit in memory")
    }
    return count
  }

  /// Throws if two outputs of a query, of `count` values each, share memory with each other or with the rows that it
  /// reads. NULL stands for no output.
  static func areApart<Value>(
    _ outputs: [(name: String, start: UnsafeMutablePointer<Value>?)], count: Int,
    rowsOf source: any ExampleSource
  ) throws {
    let present = outputs.compactMap { output in output.start.map { (output.name, $0) } }
    for (index, (name, start)) in present.enumerated() {
      for (other, otherStart) in present[..<index] where abs(otherStart - start) < count {
        throw BoundaryError.argument("\(other) and \(name) share memory; each output needs its own")
      }
      let (bytes, isBeyondMemory) = count.multipliedReportingOverflow(by: MemoryLayout<Value>.stride)
      if source.isOverwritten(from: start, bytes: isBeyondMemory ? .max : bytes) {
        throw BoundaryError.argument(
          "\(name) shares memory with the rows that are read; give it memory of its own")
      }
    }
  }

  /// The one output of a query, a value for each of `columns` and each row that it reads.
  static func output<Value>(
    _ start: UnsafeMutablePointer<Value>?, _ name: String, _ count: Int, rowsOf source: any ExampleSource,
    columns: Int
  ) throws -> UnsafeMutablePointer<Value> {
    let start = try nonNull(start, name)
    try self.count(count, rows: source.rows, columns: columns)
    try areApart([(name, start)], count: count, rowsOf: source)
    return start
  }

  /// Throws unless an output buffer holds rows x columns values.
  static func count(_ count: Int, rows: Int, columns: Int, _ name: String = "out_count") throws {
    let (needed, overflow) = rows.multipliedReportingOverflow(by: columns)
    if overflow { throw BoundaryError.argument("\(rows) x \(columns) values do not fit the address space") }
    if count != needed {
      throw BoundaryError.argument(
        "\(name) is \(UInt(bitPattern: count)); expected \(needed) (\(rows) x \(columns))")
    }
  }
}
