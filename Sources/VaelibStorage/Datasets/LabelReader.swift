import VaelibModels
import VaelibNumerics

/// Reads a dataset as labels, one a row: whole numbers of any type, booleans, names of an enumeration, texts.
struct LabelReader {
  let dataset: StoredDataset
  let type: Datatype
  let file: MetadataFile
  let rows: Int
  /// How many axes there are, of which only one may be longer than 1.
  private let rank: Int
  private let axis: Int
  /// Rows that are read at a time.
  private let step: Int

  /// Bytes that are read at a time, or one band.
  private static let stepBytes = 1 << 20

  /// Throws unless the dataset has one value for each of the `rows` rows of what messages call `labelled`; nil for any
  /// number of them.
  init(
    _ dataset: StoredDataset, _ type: Datatype, _ file: MetadataFile, rows: Int?, of labelled: String,
    otherAxes: [DatasetForm.Axis]
  ) throws(StorageError) {
    let form = dataset.form
    guard !form.element.haveAxis else {
      throw Self.unsuitable(dataset, "it has several numbers in an element")
    }
    self.file = file
    // MATLAB writes a column as one row.
    let axis = form.storedShape.firstIndex { $0 != 1 } ?? 0
    let found = form.storedShape[axis]
    guard form.columns * form.shape[0] == found, found == rows ?? found else {
      throw Self.unsuitable(
        dataset,
        "it has \(HDF5.Session.describe(form.storedShape)), but \(labelled) needs "
          + (rows.map { "\($0) labels, " } ?? "labels, ") + "one a row" + Self.hint(form, otherAxes))
    }
    (self.dataset, self.type, self.rows) = (dataset, type, found)
    (rank, self.axis) = (form.storedShape.count, axis)
    let band = form.storedChunkShape.map { min(found, $0[axis]) } ?? 1
    step = min(found, max(1, Self.stepBytes / max(type.byteCount, 8) / band) * band)
  }

  /// Which axis of the examples the labels fit.
  private static func hint(_ labels: DatasetForm, _ otherAxes: [DatasetForm.Axis]) -> String {
    guard let axis = otherAxes.first(where: { [$0.length] == labels.storedShape.filter { $0 != 1 } }) else {
      return ""
    }
    return "; they fit axis \(axis.number), which row_axis=\(axis.number) makes that of the examples"
  }

  func read() throws(StorageError) -> Labels {
    try Self.requireMemory(rows, file.file.path)
    switch type.kind {
    case .text(let padding): return try fixedTexts(padding)
    case .variableText(let padding): return try variableTexts(padding)
    case .real: return Labels(try wholeNumbers(), .values)
    case .enumeration(let base, let members):
      let numbers = try integers()
      return type.type == .boolean
        ? Labels(numbers, .named(.booleans)) : try names(numbers, base, members)
    default: return Labels(try integers(), .values)
    }
  }

  /// Throws unless there is memory for so many labels: numbers, and what they are made from.
  static func requireMemory(_ rows: Int, _ path: String) throws(StorageError) {
    let bytes = 3 * MemoryLayout<Int64>.stride
    do { try MemoryReserve.require(rows, bytes: bytes) } catch {
      throw .memory(path: path, byteCount: product([rows, bytes]) ?? .max)
    }
  }

  private func integers() throws(StorageError) -> [Int64] {
    guard type.type == .unsignedInteger(byteCount: 8) else {
      return try all(.int64, Int64(0)) { number, _ in number }
    }
    return try all(.int64, Int64(0)) { (number, row) throws(StorageError) in
      guard number >= 0 else {
        let value = UInt64(bitPattern: number)
        throw unsuitable("row \(row) holds \(value), and labels go up to \(Int64.max)")
      }
      return number
    }
  }

  private func wholeNumbers() throws(StorageError) -> [Int64] {
    try all(.float64, Double(0)) { (number, row) throws(StorageError) in
      guard let label = Int64(exactly: number) else {
        throw unsuitable("row \(row) holds \(number); labels are whole numbers, texts or enumerated values")
      }
      return label
    }
  }

  /// The names of an enumeration that occur, in order, and the numbers of them.
  private func names(
    _ values: [Int64], _ base: Datatype, _ members: [Datatype.Member]
  ) throws(StorageError) -> Labels {
    var nameOf: [Int64: [UInt8]] = [:]
    for member in members {
      guard let value = base.integer(member.value), nameOf[value] == nil else { continue }
      nameOf[value] = member.name
    }
    var table = NameTable()
    var numberOf: [Int64: Int64] = [:]
    var numbers: [Int64] = []
    numbers.reserveCapacity(values.count)
    for (row, value) in values.enumerated() {
      if let known = numberOf[value] {
        numbers.append(known)
        continue
      }
      guard let name = nameOf[value] else {
        throw unsuitable("row \(row) holds \(value), for which its enumeration has no name")
      }
      let number = table.number(of: name[...])
      numberOf[value] = number
      numbers.append(number)
    }
    return try labels(numbers, table)
  }

  private func fixedTexts(_ padding: Datatype.Padding) throws(StorageError) -> Labels {
    var table = NameTable()
    let numbers = try elements { (element, row) throws(StorageError) in
      let text = padding.text(element)
      try checkLength(text.count, row)
      return table.number(of: text)
    }
    return try labels(numbers, table)
  }

  /// Texts that stand in heaps: an element is a length, the place of the heap and a number in it. Each text is looked at
  /// once, however many elements lead to it.
  private func variableTexts(_ padding: Datatype.Padding) throws(StorageError) -> Labels {
    var table = NameTable()
    var numberOf: [[UInt8]: Int64] = [:]
    let numbers = try elements { (element, row) throws(StorageError) in
      let element = Array(element)
      if let known = numberOf[element] { return known }
      let bytes = try file.heapObject(MetadataCursor(file, element[...], "a text"))
      try checkLength(bytes.count, row)
      let number = table.number(of: padding.text(bytes))
      numberOf[element] = number
      return number
    }
    return try labels(numbers, table)
  }

  private func checkLength(_ byteCount: Int, _ row: Int) throws(StorageError) {
    guard byteCount <= ClassNames.greatestByteCount else {
      throw unsuitable(
        "row \(row) holds a text of \(byteCount) bytes; at most \(ClassNames.greatestByteCount) are allowed")
    }
  }

  /// A number for the bytes of each element.
  private func elements(
    _ number: (Slice<UnsafeRawBufferPointer>, _ row: Int) throws(StorageError) -> Int64
  ) throws(StorageError) -> [Int64] {
    var numbers: [Int64] = []
    numbers.reserveCapacity(rows)
    let width = type.byteCount
    guard let bytes = product([step, width]), let buffer = ByteBuffer(count: bytes) else {
      throw .memory(path: dataset.reader.file.path, byteCount: width)
    }
    try forEachStep { (part) throws(StorageError) in
      try dataset.read(ranges(part), as: .int64, into: buffer.base)
      let content = UnsafeRawBufferPointer(start: buffer.base, count: part.count * width)
      for index in 0..<part.count {
        numbers.append(
          try number(content[index * width..<(index + 1) * width], part.lowerBound + index))
      }
    }
    return numbers
  }

  private func labels(_ numbers: [Int64], _ table: NameTable) throws(StorageError) -> Labels {
    let (names, places) = table.sorted
    guard let texts = Self.texts(names) else {
      throw unsuitable("one of its texts is not UTF-8")
    }
    do throws(ModelError) {
      return Labels(numbers.map { places[Int($0)] }, .named(try ClassNames(texts, kind: .text)))
    } catch {
      throw unsuitable("\(error)")
    }
  }

  private static func texts(_ names: [[UInt8]]) -> [String]? {
    var texts: [String] = []
    for name in names {
      guard let text = String(validating: name, as: UTF8.self) else { return nil }
      texts.append(text)
    }
    return texts
  }

  /// Reads all values as numbers of a type in memory, and makes a label of each.
  private func all<Number: BitwiseCopyable>(
    _ memoryType: ElementType, _ zero: Number, _ label: (Number, _ row: Int) throws(StorageError) -> Int64
  ) throws(StorageError) -> [Int64] {
    var labels: [Int64] = []
    labels.reserveCapacity(rows)
    var values = [Number](repeating: zero, count: step)
    try forEachStep { (part) throws(StorageError) in
      try values.withUnsafeMutableBufferPointer { (buffer) throws(StorageError) in
        guard let base = UnsafeMutableRawPointer(buffer.baseAddress) else { return }
        try dataset.read(ranges(part), as: memoryType, into: base)
      }
      for index in 0..<part.count { labels.append(try label(values[index], part.lowerBound + index)) }
    }
    return labels
  }

  private func forEachStep(_ body: (Range<Int>) throws(StorageError) -> Void) throws(StorageError) {
    for first in stride(from: 0, to: rows, by: step) { try body(first..<min(rows, first + step)) }
  }

  private func ranges(_ rows: Range<Int>) -> [Range<Int>] {
    (0..<rank).map { $0 == axis ? rows : 0..<1 }
  }

  private func unsuitable(_ reason: String) -> StorageError {
    Self.unsuitable(dataset, reason)
  }

  private static func unsuitable(_ dataset: StoredDataset, _ reason: String) -> StorageError {
    .format(
      path: dataset.reader.file.path, object: dataset.label, reason: "cannot serve as labels: \(reason)")
  }
}
