/// The value of a hyper-parameter, for files, listings and bindings.
public enum ParameterValue: Sendable, Equatable, CustomStringConvertible {
  case count(Int)
  case real(Double)
  case text(String)
  case widths([Int])
  case seed(UInt64)

  public var description: String {
    switch self {
    case .count(let value): "\(UInt(bitPattern: value))"
    case .real(let value): "\(value)"
    case .text(let value): value
    case .widths(let value): value.map(String.init).joined(separator: ", ")
    case .seed(let value): "\(value)"
    }
  }
}

/// The one definition of a hyper-parameter: its name, its meaning, the values it takes, and where it is stored.
public struct Parameter<Root: Sendable>: Sendable {
  public let name: String
  public private(set) var type: String
  public let allowed: String
  public let meaning: String
  /// The phases of training that it means something to; for the architecture, all.
  public private(set) var phases = Phase.Kind.allCases
  /// What stands for the default where there is none or it follows from another parameter.
  public private(set) var derivedDefault: String?
  /// Whether the value follows from other parameters, since none was given.
  public private(set) var isDerived: @Sendable (Root) -> Bool = { _ in false }
  /// What stands for "auto" where a number may follow from the data; nil where it is always given.
  public private(set) var automaticValue: ParameterValue?
  /// What files hold that were written before there was this parameter; nil if all files have it.
  public private(set) var earlierValue: ParameterValue?

  /// Whether a file must have it to be read right: all but what earlier formats say without it.
  public func isNeeded(_ root: Root) -> Bool { earlierValue == nil || get(root) != earlierValue }

  public let get: @Sendable (Root) -> ParameterValue
  /// Throws if the value is of another type or not allowed.
  public let set: @Sendable (inout Root, ParameterValue) throws(ModelError) -> Void

  /// A value as texts show it: "auto" where it is left to the data.
  public func text(_ value: ParameterValue) -> String { value == automaticValue ? automatic : "\(value)" }

  /// Throws if the value now stored is not allowed.
  public func validate(_ root: Root) throws(ModelError) {
    var copy = root
    try set(&copy, get(root))
  }

  /// The same parameter of something that has a `Root`.
  func within<Outer: Sendable>(_ path: any WritableKeyPath<Outer, Root> & Sendable) -> Parameter<Outer> {
    var outer = Parameter<Outer>(
      name: name, type: type, allowed: allowed, meaning: meaning, get: { get($0[keyPath: path]) },
      set: { root, value throws(ModelError) in try set(&root[keyPath: path], value) })
    (outer.phases, outer.derivedDefault) = (phases, derivedDefault)
    (outer.automaticValue, outer.earlierValue) = (automaticValue, earlierValue)
    outer.isDerived = { isDerived($0[keyPath: path]) }
    return outer
  }

  /// The same parameter without a default: the caller must choose.
  func required() -> Self {
    var copy = self
    copy.derivedDefault = ""
    return copy
  }

  /// The same parameter, which follows from another one, as `text` says, unless it is given.
  func optional(_ text: String, isDerived: @escaping @Sendable (Root) -> Bool) -> Self {
    var copy = self
    copy.type = "optional \(type)"
    copy.derivedDefault = text
    copy.isDerived = isDerived
    return copy
  }

  /// The same parameter, which must be at its default in other phases.
  func only(in phases: Phase.Kind...) -> Self {
    var copy = self
    copy.phases = phases
    return copy
  }

  /// The same parameter, which files of earlier formats lack: models in them behave as with this value.
  func added(earlier value: ParameterValue) -> Self {
    var copy = self
    copy.earlierValue = value
    return copy
  }

  func refusal(_ value: ParameterValue) -> ModelError {
    .invalidArgument("\(name) is \(text(value)); allowed: \(allowed)")
  }
}

extension Parameter {
  typealias Path<Value> = any WritableKeyPath<Root, Value> & Sendable

  /// No or yes, as 0 or 1.
  static func flag(_ name: String, _ path: Path<Int>, _ meaning: String) -> Self {
    var parameter = count(name, path, 0...1, "0 or 1", meaning)
    parameter.type = "flag"
    return parameter
  }

  /// A whole number within `range`.
  static func count(
    _ name: String, _ path: Path<Int>, _ range: ClosedRange<Int>, _ allowed: String, _ meaning: String
  ) -> Self {
    number(name, "count", allowed, meaning) {
      .count($0[keyPath: path])
    } set: { root, value in
      guard case .count(let number) = value, range.contains(number) else { return false }
      root[keyPath: path] = number
      return true
    }
  }

  /// A whole number within `range`, or `automaticNumber`, where it follows from the data.
  static func count(
    _ name: String, orAutomatic path: Path<Int>, _ range: ClosedRange<Int>, _ allowed: String,
    _ meaning: String
  ) -> Self {
    number(name, "count", allowed, meaning, automaticValue: .count(automaticNumber)) {
      .count($0[keyPath: path])
    } set: { root, value in
      guard case .count(let number) = value, range.contains(number) || number == automaticNumber else {
        return false
      }
      root[keyPath: path] = number
      return true
    }
  }

  /// A finite real number that passes `accepts`.
  static func real(
    _ name: String, _ path: Path<Double>, _ allowed: String, _ meaning: String,
    accepts: @escaping @Sendable (Double) -> Bool
  ) -> Self {
    number(name, "real", allowed, meaning) {
      .real($0[keyPath: path])
    } set: { root, value in
      guard case .real(let number) = value, number.isFinite, abs(number) <= 1e30, accepts(number) else {
        return false
      }
      root[keyPath: path] = number
      return true
    }
  }

  /// The same, or `automaticNumber`, where it follows from the data; `accepts` takes no negative numbers.
  static func real(
    _ name: String, orAutomatic path: Path<Double>, _ allowed: String, _ meaning: String,
    accepts: @escaping @Sendable (Double) -> Bool
  ) -> Self {
    let automaticValue = Double(automaticNumber)
    return number(name, "real", allowed, meaning, automaticValue: .real(automaticValue)) {
      .real($0[keyPath: path])
    } set: { root, value in
      guard case .real(let number) = value, number == automaticValue || accepts(number), abs(number) <= 1e30
      else { return false }
      root[keyPath: path] = number
      return true
    }
  }

  /// A number; `set` returns false for what is not allowed.
  private static func number(
    _ name: String, _ type: String, _ allowed: String, _ meaning: String,
    automaticValue: ParameterValue? = nil,
    get: @escaping @Sendable (Root) -> ParameterValue,
    set: @escaping @Sendable (inout Root, ParameterValue) -> Bool
  ) -> Self {
    var parameter: Self {
      number(name, type, allowed, meaning, automaticValue: automaticValue, get: get, set: set)
    }
    let (type, allowed) =
      automaticValue == nil ? (type, allowed) : ("automatic \(type)", "\(automatic), or \(allowed)")
    var result = Self(name: name, type: type, allowed: allowed, meaning: meaning, get: get) {
      root, value throws(ModelError) in
      if !set(&root, value) { throw parameter.refusal(value) }
    }
    result.automaticValue = automaticValue
    return result
  }

  /// One of the names of an enumeration.
  static func choice<Choice: RawRepresentable<String> & CaseIterable & Sendable>(
    _ name: String, _ path: Path<Choice>, _ meaning: String
  ) -> Self {
    named(name, Choice.allCases.map(\.rawValue), meaning) {
      $0[keyPath: path].rawValue
    } set: { root, text in
      if let chosen = Choice(rawValue: text) { root[keyPath: path] = chosen }
    }
  }

  /// One of the names of an enumeration, or "auto", stored as nil: it follows from the data.
  static func choice<Choice: RawRepresentable<String> & CaseIterable & Sendable>(
    _ name: String, orAutomatic path: Path<Choice?>, _ meaning: String
  ) -> Self {
    named(name, [automatic] + Choice.allCases.map(\.rawValue), meaning) {
      $0[keyPath: path]?.rawValue ?? automatic
    } set: { root, text in
      root[keyPath: path] = Choice(rawValue: text)
    }
  }

  /// One of these names; `set` is called with no other.
  private static func named(
    _ name: String, _ names: [String], _ meaning: String, get: @escaping @Sendable (Root) -> String,
    set: @escaping @Sendable (inout Root, String) -> Void
  ) -> Self {
    var parameter: Self { named(name, names, meaning, get: get, set: set) }
    return Self(name: name, type: "choice", allowed: names.joined(separator: ", "), meaning: meaning) {
      .text(get($0))
    } set: { root, value throws(ModelError) in
      guard case .text(let text) = value, names.contains(text) else { throw parameter.refusal(value) }
      set(&root, text)
    }
  }

  /// Layer widths, first to last.
  static func widths(
    _ name: String, _ meaning: String, get: @escaping @Sendable (Root) -> [Int],
    set: @escaping @Sendable (inout Root, [Int]) -> Void
  ) -> Self {
    let allowed = "at most 64 layers of width 1 to \(maximumWidth)"
    var parameter: Self { widths(name, meaning, get: get, set: set) }
    return Self(name: name, type: "widths", allowed: allowed, meaning: meaning) {
      .widths(get($0))
    } set: { root, value throws(ModelError) in
      guard case .widths(let widths) = value, widths.count <= 64,
        widths.allSatisfy((1...maximumWidth).contains)
      else { throw parameter.refusal(value) }
      set(&root, widths)
    }
  }

  static func seed(_ name: String, _ path: Path<UInt64>, _ meaning: String) -> Self {
    var parameter: Self { seed(name, path, meaning) }
    return Self(name: name, type: "seed", allowed: "any 64-bit number", meaning: meaning) {
      .seed($0[keyPath: path])
    } set: { root, value throws(ModelError) in
      guard case .seed(let number) = value else { throw parameter.refusal(value) }
      root[keyPath: path] = number
    }
  }
}

/// The name of a value that is left to the library.
private let automatic = "auto"

/// What stands in a configuration for a number that follows from the data; the header's VAELIB_AUTO.
public let automaticNumber = -1

/// The widest layer and the longest latent code: beyond it, sizes are mistakes.
let maximumWidth = 1 << 24
