import CVaelib
import VaelibModels
import VaelibNumerics

/// Names of classes, columns and categories as arguments of the interface.
enum Names {
  typealias Array = UnsafePointer<UnsafePointer<CChar>?>

  /// The caller's names of a type, of which there must be `needed` if there are any; nil for none. `noun` is what they
  /// name, and `holder` whose they are, as in "the stack has 3 classes".
  static func given(
    _ type: UnsafePointer<CChar>?, _ names: Array?, _ count: Int, needed: Int, of noun: String,
    _ holder: @autoclosure () -> String
  ) throws -> ClassNames? {
    if count == 0 { return nil }
    try check(count, needed, holder())
    // Names that are compared with each other, about.
    try MemoryReserve.require(count, bytes: 128)
    let texts = try texts(names, count, "names")
    let type = try Arguments.text(type, "type")
    guard let kind = ClassNames.Kind(rawValue: type) else {
      let allowed = ClassNames.Kind.allCases.map(\.rawValue).joined(separator: ", ")
      throw BoundaryError.argument("type is \(type); allowed: \(allowed)")
    }
    return try ClassNames(texts, kind: kind, of: noun)
  }

  /// To be called before an array is read, which is as long as the caller says.
  static func check(_ count: Int, _ needed: Int, _ holder: @autoclosure () -> String) throws {
    if count != needed {
      throw BoundaryError.argument("count is \(UInt(bitPattern: count)); \(holder())")
    }
  }

  /// The caller's texts; throws at one that is NULL or not UTF-8.
  static func texts(_ texts: Array?, _ count: Int, _ name: String) throws -> [String] {
    guard let texts else { throw BoundaryError.argument("\(name) is NULL but count is \(count)") }
    return try (0..<count).map { index in
      guard let text = texts[index] else { throw BoundaryError.argument("\(name)[\(index)] is NULL") }
      guard let text = String(validatingCString: text) else {
        throw BoundaryError.argument("\(name)[\(index)] is not UTF-8 text")
      }
      return text
    }
  }

  /// What a function that gives out names has for them.
  struct Outputs {
    let type: UnsafeMutablePointer<UnsafePointer<CChar>?>
    let names: UnsafeMutablePointer<Array?>
    let count: UnsafeMutablePointer<Int>

    init(
      _ type: UnsafeMutablePointer<UnsafePointer<CChar>?>?, _ names: UnsafeMutablePointer<Array?>?,
      _ count: UnsafeMutablePointer<Int>?
    ) throws {
      self.type = try Arguments.nonNull(type, "out_type")
      self.names = try Arguments.nonNull(names, "out_names")
      self.count = try Arguments.nonNull(count, "out_count")
    }

    func write(_ kept: CStrings, _ kind: ClassNames.Kind?) {
      type.pointee = Constants.string((kind ?? .text).rawValue)
      names.pointee = kept.pointers
      count.pointee = kept.count
    }
  }
}
