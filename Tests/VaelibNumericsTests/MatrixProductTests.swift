import CKernels
import Synchronization
import Testing
import VaelibKernels

@testable import VaelibNumerics

@Suite struct MatrixProductTests {
  /// A view on rows of `stride` values, of which the last are padding.
  private struct Storage {
    var values: [Float]
    let rows: Int
    let columns: Int
    let stride: Int

    init(rows: Int, columns: Int, padding: Int, seed: UInt64) {
      self.rows = rows
      self.columns = columns
      stride = columns + padding
      values = someValues(rows * stride, seed: seed, spread: 1)
    }

    func at(_ r: Int, _ c: Int, transposed: Bool) -> Double {
      Double(transposed ? values[c * stride + r] : values[r * stride + c])
    }

    mutating func withView<R>(_ body: (MatrixView) -> R) -> R {
      let (rows, columns, stride) = (rows, columns, stride)
      return values.withUnsafeMutableBufferPointer { buffer in
        let empty = UnsafeMutablePointer<Float>.allocate(capacity: 1)
        defer { empty.deallocate() }
        let base = buffer.baseAddress ?? empty
        return body(MatrixView(base: base, rows: rows, columns: columns, stride: stride))
      }
    }
  }

  @Test(arguments: [(1, 1, 1), (3, 5, 7), (17, 1, 33), (64, 20, 31), (2, 3, 0), (0, 3, 2)], [0, 3])
  func productsEqualTheDefinition(shape: (m: Int, n: Int, k: Int), padding: Int) {
    for transposeA in [false, true] {
      for transposeB in [false, true] {
        for accumulate in [false, true] {
          var a = Storage(
            rows: transposeA ? shape.k : shape.m, columns: transposeA ? shape.m : shape.k, padding: padding,
            seed: 1)
          var b = Storage(
            rows: transposeB ? shape.n : shape.k, columns: transposeB ? shape.k : shape.n, padding: padding,
            seed: 2)
          var c = Storage(rows: shape.m, columns: shape.n, padding: padding, seed: 3)
          if !accumulate { for i in c.values.indices { c.values[i] = .nan } }
          let before = c
          a.withView { a in
            b.withView { b in
              c.withView { c in
                multiply(
                  a, transposeA: transposeA, b, transposeB: transposeB, into: c, accumulate: accumulate)
              }
            }
          }
          for r in 0..<shape.m {
            let row = Array(c.values[(r * c.stride)..<(r * c.stride + shape.n)])
            expectClose(row, relative: 1e-5, absolute: 1e-5) { column in
              let start = accumulate ? before.at(r, column, transposed: false) : 0
              return (0..<shape.k).reduce(start) {
                $0 + a.at(r, $1, transposed: transposeA) * b.at($1, column, transposed: transposeB)
              }
            }
            let padding = (r * c.stride + shape.n)..<((r + 1) * c.stride)
            #expect(padding.allSatisfy { c.values[$0].bitPattern == before.values[$0].bitPattern })
          }
        }
      }
    }
  }

  @Test func viewsAddressTheirPart() {
    var storage = Storage(rows: 6, columns: 10, padding: 2, seed: 4)
    let values = storage.values
    storage.withView { view in
      let part = view.rows(2..<5).columns(3..<7)
      #expect(part.rows == 3 && part.columns == 4 && part.stride == 12)
      #expect(part.row(1)[2] == values[3 * 12 + 5])
      #expect(view.rows(6..<6).rows == 0)
    }
  }

  /// A product by the kernels of one instruction set, with so much scratch memory.
  private func product(
    _ set: InstructionSet, scratch: Int, _ a: Storage, transposeA: Bool, _ b: Storage, transposeB: Bool,
    rows: Range<Int>,
    columns: Int, into c: inout [Float], accumulate: Bool = false
  ) {
    var (a, b) = (a, b)
    let memory = UnsafeMutablePointer<Float>.allocate(capacity: scratch)
    defer { memory.deallocate() }
    memory.initialize(repeating: .nan, count: scratch)
    let depth = transposeA ? a.rows : a.columns
    a.withView { a in
      b.withView { b in
        c.withUnsafeMutableBufferPointer { c in
          let operands = ProductOperands(
            rows: rows.count, columns: columns, depth: depth,
            a: a.base + rows.lowerBound * (transposeA ? 1 : a.stride), aRow: transposeA ? 1 : a.stride,
            aStep: transposeA ? a.stride : 1, b: b.base, bStep: transposeB ? 1 : b.stride,
            bColumn: transposeB ? b.stride : 1, c: c.baseAddress!, cRow: columns, accumulate: accumulate)
          set.kernels.matrixProduct(operands, memory, scratch)
        }
      }
    }
  }

  private static let usableSets = InstructionSet.allCases.filter {
    $0.rawValue <= InstructionSet.best.rawValue
  }

  /// Sizes around those of vectors, tiles, panels, slices and blocks.
  private static let shapes: [(m: Int, n: Int, k: Int)] = [
    (1, 1, 1), (1, 97, 500), (2, 50, 13), (4, 96, 8), (5, 15, 449), (7, 17, 3), (8, 48, 448), (9, 49, 450),
    (13, 33, 900), (31, 64, 65), (64, 20, 31), (100, 100, 100), (257, 5, 30), (520, 19, 9), (1030, 3, 2),
    (800, 50, 128), (3, 2, 0),
  ]

  @Test(arguments: shapes)
  func everyInstructionSetAndAnyScratchMemoryGiveTheSumInOrder(shape: (m: Int, n: Int, k: Int)) {
    for (transposeA, transposeB) in [(false, false), (true, false), (false, true), (true, true)] {
      let a = Storage(
        rows: transposeA ? shape.k : shape.m, columns: transposeA ? shape.m : shape.k, padding: 3, seed: 1)
      let b = Storage(
        rows: transposeB ? shape.n : shape.k, columns: transposeB ? shape.k : shape.n, padding: 1, seed: 2)
      for set in Self.usableSets {
        for accumulate in [false, true] {
          let before = someValues(shape.m * shape.n, seed: 3, spread: 1)
          // Term after term, in single precision; the baseline has no fused multiply-add.
          let isFused = set != .baseline
          let expected = (0..<(shape.m * shape.n)).map { place -> Float in
            let (row, column) = (place / shape.n, place % shape.n)
            var sum: Float = accumulate ? before[place] : 0
            for p in 0..<shape.k {
              let x = Float(a.at(row, p, transposed: transposeA))
              let y = Float(b.at(p, column, transposed: transposeB))
              sum = isFused ? sum.addingProduct(x, y) : sum + x * y
            }
            return sum
          }
          for scratch in [set.kernels.leastProductScratch, set.kernels.productScratch] {
            var c = accumulate ? before : [Float](repeating: .nan, count: before.count)
            product(
              set, scratch: scratch, a, transposeA: transposeA, b, transposeB: transposeB, rows: 0..<shape.m,
              columns: shape.n, into: &c, accumulate: accumulate)
            let same = zip(c, expected).allSatisfy { $0.bitPattern == $1.bitPattern }
            #expect(same, "\(set) \(shape) \(transposeA) \(transposeB) \(accumulate) \(scratch)")
          }
        }
      }
    }
  }

  @Test(arguments: shapes)
  func packedMatricesGiveTheSameBits(shape: (m: Int, n: Int, k: Int)) {
    for set in Self.usableSets {
      for transposed in [false, true] {
        let a = Storage(rows: shape.m, columns: shape.k, padding: 2, seed: 1)
        var b = Storage(
          rows: transposed ? shape.n : shape.k, columns: transposed ? shape.k : shape.n, padding: 1, seed: 2)
        var expected = [Float](repeating: .nan, count: shape.m * shape.n)
        product(
          set, scratch: set.kernels.productScratch, a, transposeA: false, b, transposeB: transposed,
          rows: 0..<shape.m, columns: shape.n, into: &expected)
        let count = set.kernels.packedCount(shape.k, shape.n)
        var packed = Storage(rows: 1, columns: count + 1, padding: 0, seed: 3)
        packed.values = [Float](repeating: .nan, count: count + 1)
        b.withView { b in
          packed.withView { packed in
            set.kernels.packMatrix(
              b.base, transposed ? 1 : b.stride, transposed ? b.stride : 1, shape.k, shape.n, packed.base)
          }
        }
        #expect(packed.values.last?.isNaN == true && packed.values.dropLast().allSatisfy { !$0.isNaN })
        for scratch in [set.kernels.leastProductScratch, set.kernels.productScratch] {
          var c = [Float](repeating: .nan, count: expected.count)
          multiplyPacked(set, scratch: scratch, a, packed, shape, into: &c)
          let same = zip(c, expected).allSatisfy { $0.bitPattern == $1.bitPattern }
          #expect(same, "\(set) \(shape) \(transposed) \(scratch)")
        }
      }
    }
  }

  private func multiplyPacked(
    _ set: InstructionSet, scratch: Int, _ a: Storage, _ packed: Storage, _ shape: (m: Int, n: Int, k: Int),
    into c: inout [Float]
  ) {
    var (a, packed) = (a, packed)
    let memory = UnsafeMutablePointer<Float>.allocate(capacity: scratch)
    defer { memory.deallocate() }
    a.withView { a in
      packed.withView { packed in
        c.withUnsafeMutableBufferPointer { c in
          let operands = ProductOperands(
            rows: shape.m, columns: shape.n, depth: shape.k, a: a.base, aRow: a.stride, aStep: 1,
            b: packed.base, bStep: 0, bColumn: 0, c: c.baseAddress!, cRow: shape.n, accumulate: false)
          set.kernels.matrixProduct(operands, memory, scratch)
        }
      }
    }
  }

  @Test func theReserveSufficesForEveryInstructionSet() {
    for set in Self.usableSets {
      #expect(set.kernels.leastProductScratch <= Int(VAELIB_PRODUCT_RESERVE))
      #expect(set.kernels.leastProductScratch < set.kernels.productScratch)
    }
  }

  private final class Counter: Sendable { let count = Atomic<Int>(0) }

  @Test func productsOfManyThreadsAtOnceAreRight() {
    let a = Storage(rows: 50, columns: 60, padding: 0, seed: 5)
    let b = Storage(rows: 60, columns: 70, padding: 0, seed: 6)
    var expected = [Float](repeating: 0, count: 50 * 70)
    product(
      .best, scratch: kernels.productScratch, a, transposeA: false, b, transposeB: false, rows: 0..<50,
      columns: 70,
      into: &expected)
    let (wrong, right) = (Counter(), expected)
    let threads = (0..<80).compactMap { _ in
      BackgroundThread {
        for _ in 0..<50 {
          var (a, b) = (a, b)
          var c = Storage(rows: 50, columns: 70, padding: 0, seed: 7)
          a.withView { a in b.withView { b in c.withView { c in multiply(a, b, into: c) } } }
          if c.values != right { wrong.count.add(1, ordering: .relaxed) }
        }
      }
    }
    for thread in threads { thread.join() }
    #expect(threads.count == 80 && wrong.count.load(ordering: .relaxed) == 0)
  }
}
