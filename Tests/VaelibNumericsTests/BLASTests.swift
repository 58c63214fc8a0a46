import Testing

@testable import VaelibNumerics

@Suite struct BLASTests {
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
                BLAS.multiply(
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

  @Test func descriptionNamesVersionAndProcessor() {
    let words = BLAS.description.split(separator: " ")
    #expect(words.count == 3 && words[0] == "OpenBLAS" && words[1].contains("."))
    let threads = WorkerPool.shared.threadsDescription
    #expect(cpuDescription() == "kernels \(InstructionSet.best.name), \(BLAS.description), \(threads)")
  }
}
