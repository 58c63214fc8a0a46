import VaelibNumerics

/// The numbers in an element of a dataset: one, the components of an array, or columns of a table.
public struct ElementNumbers {
  /// A number, `offset` bytes behind the element's begin.
  struct Number {
    let offset: Int
    let number: StoredNumber
  }

  let numbers: [Number]
  /// Whether they make an axis of their own, behind the others.
  let haveAxis: Bool
  let elementType: ElementType

  /// How they go to memory, next to each other.
  var fields: [ElementField] {
    numbers.enumerated().map { place, number in
      ElementField(
        ElementConversion(number.number, to: elementType), offset: number.offset,
        place: place * elementType.byteCount)
    }
  }

  /// What an element has at most: more than tables have columns.
  public static let mostNumbers = 1 << 16

  /// A column of a table, or a part of one.
  private struct Column {
    let name: String
    let offset: Int
    let type: Datatype
  }

  /// The numbers of an element; throws why there are none, as the predicate of a sentence.
  init(_ type: Datatype, columns: [String]?) throws(Refusal) {
    if case .compound = type.kind {
      (numbers, elementType) = try Self.table(type, columns)
      haveAxis = true
      return
    }
    if columns != nil {
      throw Refusal("is no table: it holds \(type.type.name); leave columns out")
    }
    (numbers, elementType) = try Self.numbers([Column(name: "", offset: 0, type: type)])
    if case .array = type.kind { haveAxis = true } else { haveAxis = false }
  }

  /// No number: the element's bytes as they are.
  static var bytes: ElementNumbers { ElementNumbers([], .uint8) }

  private init(_ numbers: [Number], _ type: ElementType) {
    (self.numbers, haveAxis, elementType) = (numbers, false, type)
  }

  /// One number as conventions mean it: integers with or without a sign, real numbers where they are scaled or missing.
  func unpacked(_ packing: Packing) -> ElementNumbers {
    var number = numbers[0].number
    if let isUnsigned = packing.isUnsigned { number = number.withSign(!isUnsigned) }
    let isWide = number.byteCount > 2 && elementType != .float32
    var type = DatasetForm.elementType(number.type)?.type ?? elementType
    if packing.isReal { type = isWide ? .float64 : .float32 }
    return ElementNumbers([Number(offset: 0, number: number)], type)
  }

  struct Refusal: Error {
    let reason: String
    init(_ reason: String) { self.reason = reason }
  }

  // MARK: Tables

  private static func table(
    _ type: Datatype, _ names: [String]?
  ) throws(Refusal) -> ([Number], ElementType) {
    let all = columns(of: type)
    guard let names else {
      // h5py's complex numbers.
      if all.map(\.name) == ["r", "i"], all[0].type == all[1].type, case .real = all[0].type.kind {
        throw Refusal(
          "holds complex numbers; columns=[\"r\", \"i\"] reads their real and imaginary parts as two columns")
      }
      let numeric = all.filter { (try? numbers([$0])) != nil }
      if numeric.isEmpty { throw Refusal("is a table without columns of numbers: \(list(all))") }
      return try numbers(numeric)
    }
    var chosen: [Column] = []
    for name in names {
      let found = all.filter { $0.name == name || $0.name.hasPrefix(name + "/") }
      if found.isEmpty { throw Refusal("is a table without a column \"\(name)\"; \(list(all))") }
      chosen += found
    }
    if chosen.isEmpty { throw Refusal("has no columns to read, since columns names none; \(list(all))") }
    return try numbers(chosen)
  }

  /// The columns of a table; those of tables inside it have names such as "outer/inner".
  private static func columns(of type: Datatype, _ name: String = "", _ offset: Int = 0) -> [Column] {
    guard case .compound(let fields) = type.kind else {
      return [Column(name: name, offset: offset, type: type)]
    }
    return fields.flatMap { field in
      let inner = String(decoding: field.name, as: UTF8.self)
      return columns(of: field.type, name.isEmpty ? inner : "\(name)/\(inner)", offset + field.offset)
    }
  }

  private static let shownColumns = 20

  private static func list(_ columns: [Column]) -> String {
    let shown = columns.prefix(shownColumns).map { "\($0.name) (\($0.type.type.name))" }
    return "it has " + shown.joined(separator: ", ") + (columns.count > shownColumns ? " and others" : "")
  }

  // MARK: Numbers

  private static func numbers(_ columns: [Column]) throws(Refusal) -> ([Number], ElementType) {
    var (numbers, types) = ([Number](), [ElementType]())
    for column in columns {
      let (element, count) = components(of: column.type)
      guard let type = DatasetForm.elementType(element.type)?.type, let number = StoredNumber(element) else {
        throw Refusal(refusal(column, element))
      }
      guard count <= mostNumbers - numbers.count else {
        throw Refusal("has more than \(mostNumbers) numbers in an element, which vaelib does not read")
      }
      types.append(type)
      for index in 0..<count {
        numbers.append(Number(offset: column.offset + index * element.byteCount, number: number))
      }
    }
    return (numbers, common(types))
  }

  private static func refusal(_ column: Column, _ element: Datatype) -> String {
    let what = column.name.isEmpty ? "holds" : "has a column \"\(column.name)\" of"
    return
      "\(what) \(element.type.name); vaelib reads booleans, integers, bit fields and enumerations of 1, 2, 4 or 8 "
      + "bytes, and floating-point numbers of 2, 4 or 8 bytes"
  }

  /// What an array, perhaps of arrays, consists of.
  private static func components(of type: Datatype) -> (Datatype, Int) {
    guard case .array(let element, let shape) = type.kind else { return (type, 1) }
    let (inner, count) = components(of: element)
    return (inner, product(shape + [count]) ?? .max)
  }

  /// The smallest type that holds the numbers of all.
  private static func common(_ types: [ElementType]) -> ElementType {
    guard let first = types.first, types.contains(where: { $0 != first }) else {
      return types.first ?? .float32
    }
    let isReal = types.contains(.float32) || types.contains(.float64)
    let isWide = types.contains(.float64) || types.contains(.int32) || types.contains(.int64)
    if isReal { return isWide ? .float64 : .float32 }
    if types.contains(.int64) { return .int64 }
    return types.contains(.int32) ? .int32 : .int16
  }
}
