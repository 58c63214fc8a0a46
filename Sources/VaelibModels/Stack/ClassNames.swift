/// What the classes of a stack are called, in the order of their numbers; columns and categories of tables likewise.
public struct ClassNames: Sendable, Equatable {
  /// What the names stand for, so that a program can return labels in their original type.
  public enum Kind: String, CaseIterable, Sendable {
    /// Any text.
    case text
    /// 64-bit whole numbers, signed or unsigned, in decimal.
    case integer
    /// Finite numbers in decimal, with or without an exponent.
    case real
    /// "false" and "true".
    case boolean

    func allows(_ name: String) -> Bool {
      switch self {
      case .text: true
      case .integer: name.utf8.first != UInt8(ascii: "+") && (Int64(name) != nil || UInt64(name) != nil)
      case .real:
        // Other programs need not know hexadecimal numbers, nor Swift's names for infinity.
        name.utf8.allSatisfy("0123456789+-.eE".utf8.contains) && Double(name)?.isFinite == true
      case .boolean: name == "false" || name == "true"
      }
    }
  }

  /// Bytes of one name in UTF-8, at most.
  public static let greatestByteCount = 4_096

  public let kind: Kind
  public let names: [String]

  /// Throws unless the names are of this kind, different, without NUL and not too long. `noun` is what they name.
  public init(_ names: [String], kind: Kind, of noun: String = "class") throws(ModelError) {
    var seen: Set<[UInt8]> = []
    for (index, name) in names.enumerated() {
      try Self.checkLength(name, "the name of \(noun) \(index)")
      guard kind.allows(name) else {
        throw .invalidArgument(
          "the name of \(noun) \(index), \"\(name)\", is not of the type \(kind.rawValue)")
      }
      guard seen.insert(Array(name.utf8)).inserted else {
        throw .invalidArgument(
          "the name of \(noun) \(index), \"\(name)\", is also that of an earlier \(noun)")
      }
    }
    self.kind = kind
    self.names = names
  }

  /// Throws if a text is too long, or has a NUL.
  static func checkLength(_ text: String, _ what: String) throws(ModelError) {
    let bytes = text.utf8
    guard bytes.count <= greatestByteCount, !bytes.contains(0) else {
      throw .invalidArgument(
        "\(what) has \(bytes.count) bytes; allowed: at most \(greatestByteCount), without NUL")
    }
  }

  /// Those of some of the things named, one run of numbers after another.
  func ofPlaces(_ runs: [Range<Int>]) -> ClassNames {
    ClassNames(known: runs.flatMap { names[$0] }, kind: kind)
  }

  /// false and true, in this order.
  public static var booleans: ClassNames { ClassNames(known: ["false", "true"], kind: .boolean) }

  private init(known names: [String], kind: Kind) {
    self.kind = kind
    self.names = names
  }

  /// What a name stands for, whatever the type that it was given: 1, 1.0 and true are the same class.
  enum Key: Hashable {
    case integer(Int64)
    case other([UInt8])
  }

  var keys: [Key] {
    names.map { name in
      switch kind {
      case .text: .other(Array(name.utf8))
      case .integer: Int64(name).map(Key.integer) ?? .other(Array(name.utf8))
      case .real: Double(name).flatMap(Int64.init(exactly:)).map(Key.integer) ?? .other(Array(name.utf8))
      case .boolean: .integer(name == "true" ? 1 : 0)
      }
    }
  }

  /// For messages: the first names.
  var sentence: String {
    names.prefix(8).joined(separator: ", ") + (names.count > 8 ? " and \(names.count - 8) others" : "")
  }
}

extension StackedAutoencoder {
  /// Names the classes; nil removes the names. Throws unless there is one for each class.
  public func setClassNames(_ names: ClassNames?) throws(ModelError) {
    if let names, names.names.count != classes || classes == 0 {
      throw .invalidArgument(
        classes == 0
          ? "the stack has no classes to name: it has no softmax head"
          : "there are \(names.names.count) names; the stack has \(classes) classes")
    }
    watched.change { $0.classNames = names }
  }
}
