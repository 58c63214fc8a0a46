import Glibc
import Testing
import VaelibNumerics

@testable import VaelibModels
@testable import VaelibStorage

/// Datasets whose chunks hold many rows, read in little memory. Row r of the file holds r, then (r + c) % 256.
@Suite struct TallChunkTests {
  private static let names = ["columns", "boxes", "rows", "short"]
  private static let rows = 9_001
  private static let columns = 20

  private func open(_ name: String, memoryBudget: Int = 0) throws -> HDF5Source {
    try HDF5Source(
      path: fixture("tall.h5"), name: name, labels: nil, memoryBudget: memoryBudget, scale: 1, shift: 0)
  }

  private func expected(_ row: Int) -> [Float] {
    [Float(row)] + (1..<Self.columns).map { Float((row + $0) % 256) }
  }

  private func check(_ source: any ExampleSource, _ rows: [Int]) throws {
    var values = [Float](repeating: -1, count: rows.count * Self.columns)
    try source.copyAll(into: &values)
    let wrong = rows.indices.first {
      Array(values[$0 * Self.columns..<($0 + 1) * Self.columns]) != expected(rows[$0])
    }
    #expect(wrong == nil)
  }

  /// What an epoch deals out, after `skipped` rows.
  private func epoch(_ source: any ExampleSource, skipping skipped: Int = 0) throws -> [Int] {
    let reader = try BatchReader(source, seed: 1, epoch: 1)
    try reader.skip(skipped)
    let buffer = try FloatBuffer(rows: 100, columns: Self.columns)
    let batch = buffer.matrix(rows: 100, columns: Self.columns)
    var places = [Int](repeating: -1, count: 100)
    var dealt: [Int] = []
    while case let count = try reader.next(into: batch, places: &places), count > 0 {
      for row in 0..<count {
        let values = (0..<Self.columns).map { buffer.base[row * Self.columns + $0] }
        #expect(values == expected(places[row]))
      }
      dealt += places[..<count]
    }
    return dealt
  }

  @Test(arguments: names)
  func everyOrderGivesTheRightNumbers(_ name: String) throws {
    let shuffled = (0..<Self.rows).map { $0 * 7_919 % Self.rows }
    for prepared in [false, true] {
      let source = try open(name)
      if prepared { _ = try epoch(source) }
      try check(source, Array(0..<Self.rows))
      try check(SliceSource(source, rows: 3_490..<7_005), Array(3_490..<7_005))
      try check(SelectionSource(source, rows: shuffled), shuffled)
      let few = [0, 1, 3_499, 3_500, 8_999, 9_000]
      var stored = [Float](repeating: -1, count: few.count * Self.columns)
      try source.copyStored(few, into: &stored)
      #expect(stored == few.flatMap(expected))
    }
  }

  /// Rows of a band whose neighbours were never copied, at the band's borders and the file's end.
  @Test(arguments: names)
  func partsAreCopiedByThemselves(_ name: String) throws {
    for rows in [[9_000], [1_999], [3_499, 2], [0, 8_999]] {
      let source = try open(name)
      try check(SelectionSource(source, rows: rows), rows)
    }
  }

  @Test(arguments: names)
  func everyRowComesOnceAnEpoch(_ name: String) throws {
    let source = try open(name)
    let order = try epoch(source)
    #expect(order.sorted() == Array(0..<Self.rows))
    #expect(try epoch(source) == order)
    for skipped in [1, 2_500, 3_300, 8_950] {
      #expect(try epoch(try open(name), skipping: skipped) == Array(order.dropFirst(skipped)))
    }
    let slice = try epoch(SliceSource(try open(name), rows: 100..<5_100))
    #expect(slice.sorted() == Array(100..<5_100))
  }

  /// Of a file sorted by class, minibatches have the classes in nearly their proportions.
  @Test(arguments: names)
  func sortedClassesAreMixed(_ name: String) throws {
    let classes = try epoch(try open(name)).map { $0 / 901 }
    #expect(chiSquare(ofBatches: 100, of: classes, classes: 10) < 11)
    #expect(chiSquare(ofBatches: 100, of: classes.sorted(), classes: 10) > 500)
  }

  /// The mean over minibatches; of a full shuffle it is one less than there are classes.
  private func chiSquare(ofBatches size: Int, of classes: [Int], classes count: Int) -> Double {
    let batches = stride(from: 0, through: classes.count - size, by: size)
    let sum = batches.reduce(0.0) { sum, first in
      (0..<count).reduce(sum) { sum, number in
        let expected = Double(size) / Double(count)
        let found = Double(classes[first..<first + size].count { $0 == number })
        return sum + (found - expected) * (found - expected) / expected
      }
    }
    return sum / Double(classes.count / size)
  }

  @Test(arguments: ["columns", "boxes", "rows"])
  func copyingIsCancelledAndGoesOn(_ name: String) throws {
    let source = try open(name)
    var left = 1
    let error = #expect(throws: ModelError.self) {
      try source.prepare(.run(0..<Self.rows), .shuffled) {
        left -= 1
        return left < 0
      }
    }
    if case .cancelled = error {} else { Issue.record("it was not cancelled: \(String(describing: error))") }
    #expect(try epoch(source).sorted() == Array(0..<Self.rows))
  }

  @Test func theCopyHasNoNameAndEndsWithItsOwner() throws {
    func copies() -> Int {
      (0..<1_024).count { number in
        var target = [CChar](repeating: 0, count: 4_096)
        let count = readlink("/proc/self/fd/\(number)", &target, 4_095)
        guard count > 0 else { return false }
        let name = String(decoding: target.prefix(count).map(UInt8.init(bitPattern:)), as: UTF8.self)
        return name.hasPrefix(ScratchFile.folder + "/.vaelib-") && name.hasSuffix("(deleted)")
      }
    }
    // Other tests hold a copy or two at this moment, not hundreds.
    for _ in 0..<50 { _ = try epoch(try open("rows")) }
    #expect(copies() < 20)
    let source = try open("columns")
    _ = try epoch(source)
    #expect(copies() > 0)
  }
}
