import Testing
import VaelibKernels

@testable import VaelibNumerics

/// Every element type through the kernels and through strided arrays, against plain Swift conversion.
@Suite struct ConversionTests {
  /// The bytes of `count` numbers of a type that reach its limits, after `offset` bytes of padding, and the
  /// numbers.
  private struct Sample {
    var bytes: [UInt8]
    var numbers: [Double]

    init<Number: BitwiseCopyable>(_ numbers: [Number], offset: Int, _ double: (Number) -> Double) {
      self.numbers = numbers.map(double)
      bytes = [UInt8](repeating: 0xa5, count: offset)
      for number in numbers { withUnsafeBytes(of: number) { bytes.append(contentsOf: $0) } }
    }

    static func make(_ type: ElementType, count: Int, offset: Int) -> Sample {
      func integers<N: FixedWidthInteger & BitwiseCopyable>(_: N.Type) -> Sample {
        var generator = RandomIntegers(RandomStream(seed: 1, purpose: 0, epoch: 0, example: 0))
        let numbers = (0..<count).map { i in
          i == 0 ? N.min : i == 1 ? N.max : N(truncatingIfNeeded: generator.next())
        }
        return Sample(numbers, offset: offset) { Double($0) }
      }
      switch type {
      case .uint8: return integers(UInt8.self)
      case .int8: return integers(Int8.self)
      case .int16: return integers(Int16.self)
      case .int32: return integers(Int32.self)
      case .int64: return integers(Int64.self)
      case .float32: return Sample(someValues(count, seed: 8), offset: offset) { Double($0) }
      case .float64: return Sample(someValues(count, seed: 8).map { Double($0) * 1.1 }, offset: offset) { $0 }
      }
    }
  }

  /// (source, out, count, scale, shift)
  private typealias Conversion = (UnsafeRawPointer, MutableFloats, Int, Double, Double) -> Void

  private func kernel(_ type: ElementType, _ kernels: any Kernels.Type) -> Conversion {
    switch type {
    case .uint8: kernels.convertUInt8
    case .int8: kernels.convertInt8
    case .int16: kernels.convertInt16
    case .int32: kernels.convertInt32
    case .int64: kernels.convertInt64
    case .float32: kernels.convertFloat32
    case .float64: kernels.convertFloat64
    }
  }

  @Test(arguments: InstructionSet.supported, ElementType.allCases)
  func contiguousRuns(set: InstructionSet, type: ElementType) {
    let convert = kernel(type, set.kernels)
    for count in awkwardLengths {
      for (offset, scale, shift) in [(0, 1.0, 0.0), (1, 1 / 255.0, 0.0), (3, -2.5, 7.0)] {
        let sample = Sample.make(type, count: count, offset: offset)
        var out = [Float](repeating: .nan, count: count + 1)
        sample.bytes.withUnsafeBytes { bytes in
          guard let base = bytes.baseAddress else { return }
          convert(base + offset, &out, count, scale, shift)
        }
        #expect(Array(out.prefix(count)) == sample.numbers.map { Float($0 * scale + shift) })
        #expect(out[count].isNaN, "wrote past the end")
      }
    }
  }

  /// Element (r, c) of a 5 x 7 array is number r * 7 + c of the sample, whatever way the array walks through
  /// it.
  @Test(arguments: ElementType.allCases, [0, 1])
  func stridedRows(type: ElementType, offset: Int) throws {
    let (rows, columns, size) = (5, 7, type.byteCount)
    let sample = Sample.make(type, count: rows * columns, offset: offset)
    try sample.bytes.withUnsafeBytes { bytes in
      let first = try #require(bytes.baseAddress) + offset
      func expect(
        _ array: StridedArray, location: SourceLocation = #_sourceLocation, _ number: (Int, Int) -> Int
      ) {
        for row in 0..<array.rows {
          var out = [Float](repeating: .nan, count: array.columns)
          array.copyRow(row, into: &out)
          let expected = (0..<array.columns).map { Float(sample.numbers[number(row, $0)] * 0.5 + 1) }
          #expect(out == expected, sourceLocation: location)
        }
      }
      func array(_ start: Int, _ rows: Int, _ columns: Int, _ rowStride: Int, _ columnStride: Int)
        -> StridedArray
      {
        StridedArray(
          base: first + start * size, elementType: type, rows: rows, columns: columns,
          rowStride: rowStride * size, columnStride: columnStride * size, scale: 0.5, shift: 1)
      }
      expect(
        .dense(base: first, elementType: type, rows: rows, columns: columns, scale: 0.5, shift: 1)
      ) { $0 * columns + $1 }
      expect(array(0, columns, rows, 1, columns)) { $1 * columns + $0 }
      expect(array(0, rows, 3, columns, 2)) { $0 * columns + 2 * $1 }
      expect(array(rows * columns - 1, rows, columns, -columns, -1)) {
        rows * columns - 1 - ($0 * columns + $1)
      }
      expect(array(columns - 1, rows, columns, columns, -1)) { $0 * columns + columns - 1 - $1 }
      expect(array(2, 4, columns, 0, 0)) { _, _ in 2 }
      expect(array(0, rows, 0, columns, 1)) { _, _ in 0 }
    }
  }

  @Test(arguments: ElementType.allCases)
  func integersComeAsTheyAreStored(type: ElementType) throws {
    let sample = Sample.make(type, count: 6, offset: 1)
    try sample.bytes.withUnsafeBytes { bytes in
      let array = StridedArray(
        base: try #require(bytes.baseAddress) + 1, elementType: type, rows: 3, columns: 1,
        rowStride: 2 * type.byteCount, columnStride: type.byteCount, scale: 0.1, shift: 5)
      for row in 0..<3 {
        let integer = array.integer(row: row)
        #expect(integer.map(Double.init) == (type.isInteger ? sample.numbers[2 * row] : nil))
      }
    }
  }

  @Test func namesAndSizes() {
    #expect(ElementType.allCases.map(\.byteCount) == [1, 1, 2, 4, 8, 4, 8])
    #expect(ElementType.allCases.map(\.rawValue) == [0, 1, 2, 3, 4, 5, 6])
    #expect(ElementType.allCases.filter { !$0.isInteger } == [.float32, .float64])
    #expect(
      ElementType.allCases.map(\.name) == ["uint8", "int8", "int16", "int32", "int64", "float32", "float64"])
  }
}
