import Glibc
import Synchronization
import Testing
import VaelibNumerics

@testable import VaelibStorage

@Suite struct HDF5DatasetTests {
  private static let types: [(name: String, type: ElementType)] = [
    ("u1", .uint8), ("i1", .int8), ("i2", .int16), ("i4", .int32), ("i8", .int64), ("u2", .int32),
    ("u4", .int64),
    ("u8", .float64), ("f2", .float32), ("f4", .float32), ("f8", .float64), ("big/i2", .int16),
    ("big/i4", .int32),
    ("big/u2", .int32), ("big/f2", .float32), ("big/f4", .float32), ("/big//f8", .float64),
    ("compact", .float32),
  ]

  @Test(arguments: types, [0, 1 << 20])
  func everyNumericTypeIsRead(_ expected: (name: String, type: ElementType), memoryBudget: Int) throws {
    let dataset = try HDF5Dataset(
      path: fixture("numbers.h5"), name: expected.name, labels: nil, memoryBudget: memoryBudget)
    #expect(dataset.elementType == expected.type)
    #expect((dataset.rows, dataset.columns) == (4, 3))
    #expect((dataset.memory != nil) == (memoryBudget > 0))
    #expect(try doubles(dataset) == (0..<12).map(Double.init))
  }

  @Test(arguments: [0, 1 << 20])
  func otherRanksAreFlattened(memoryBudget: Int) throws {
    let vector = try HDF5Dataset(
      path: fixture("numbers.h5"), name: "vector", labels: nil, memoryBudget: memoryBudget)
    #expect((vector.rows, vector.columns) == (5, 1))
    #expect(try doubles(vector) == [0, 1, 2, 3, 4])
    let images = try HDF5Dataset(
      path: fixture("numbers.h5"), name: "images", labels: nil, memoryBudget: memoryBudget)
    #expect((images.rows, images.columns) == (2, 12))
    #expect(try doubles(images) == (0..<24).map(Double.init))
  }

  @Test func unsignedExtremesKeepTheirValues() throws {
    let path = fixture("numbers.h5")
    let short = try HDF5Dataset(path: path, name: "extremes", labels: nil, memoryBudget: 0)
    #expect(try doubles(short) == [0, 65_535])
    let long = try HDF5Dataset(path: path, name: "large", labels: nil, memoryBudget: 0)
    #expect(try doubles(long) == [0, 0x1p63 + 0x1p40])
  }

  @Test func booleansAreZeroAndOne() throws {
    let dataset = try HDF5Dataset(path: fixture("numbers.h5"), name: "bool", labels: nil, memoryBudget: 0)
    #expect(dataset.elementType == .uint8)
    #expect(try doubles(dataset) == (0..<12).map { $0 % 2 == 0 ? 1 : 0 })
  }

  @Test(
    arguments: [
      ("chunks.h5", "plain", 16), ("chunks.h5", "growing", 16), ("filters.h5", "gzip", 32),
      ("latest.h5", "plain", nil), ("latest.h5", "gzip", 16),
      ("userblock.h5", "plain", nil),
    ] as [(String, String, Int?)])
  func layoutsAndFiltersAreRead(_ file: String, _ name: String, _ chunkRows: Int?) throws {
    for memoryBudget in [0, 1_600] {
      let dataset = try HDF5Dataset(path: fixture(file), name: name, labels: nil, memoryBudget: memoryBudget)
      #expect(dataset.form.chunkShape?[0] == chunkRows)
      #expect((dataset.memory != nil) == (memoryBudget > 0))
      #expect(try doubles(dataset) == (0..<400).map(Double.init))
    }
  }

  @Test(arguments: [0, 1_600])
  func whatWasNeverWrittenIsTheFillValue(memoryBudget: Int) throws {
    let dataset = try HDF5Dataset(
      path: fixture("unsuitable.h5"), name: "unwritten", labels: nil, memoryBudget: memoryBudget)
    #expect(try doubles(dataset) == Array(repeating: 0, count: 20))
  }

  @Test func theBestCompressionIsRead() throws {
    let dataset = try HDF5Dataset(path: fixture("filters.h5"), name: "zeros", labels: nil, memoryBudget: 0)
    #expect((dataset.rows, dataset.columns) == (100_000, 8))
    #expect(try readBytes(fixture("filters.h5")).count < dataset.rows * dataset.columns / 10)
    #expect(try readAll(dataset, as: UInt8()).allSatisfy { $0 == 0 })
  }

  @Test(arguments: [0, 1_600])
  func anyRangeOfRowsIsRead(memoryBudget: Int) throws {
    let dataset = try HDF5Dataset(
      path: fixture("filters.h5"), name: "gzip", labels: nil, memoryBudget: memoryBudget)
    for range in [0..<1, 49..<50, 15..<17, 7..<44, 3..<3] {
      var values = [Float](repeating: -1, count: range.count * 8 + 1)
      try values.withUnsafeMutableBytes { try dataset.read(rows: range, into: $0.baseAddress!) }
      #expect(values.dropLast() == (range.lowerBound * 8..<range.upperBound * 8).map(Float.init)[...])
      #expect(values.last == -1)
    }
    for range in [-1..<2, 49..<51, 60..<61] {
      var value: Float = 0
      let error = storageError { () throws(StorageError) in try dataset.read(rows: range, into: &value) }
      #expect(error?.description.contains("has 50 rows; rows \(range.lowerBound) to") == true)
    }
  }

  @Test func elementsOfSeveralNumbersAreColumns() throws {
    for name in ["compound", "arrays"] {
      let dataset = try HDF5Dataset(path: fixture("unsuitable.h5"), name: name, labels: nil, memoryBudget: 0)
      #expect(dataset.columns > 1)
    }
  }

  @Test func labelsAreRead() throws {
    let path = fixture("numbers.h5")
    let expected: [(name: String, labels: [Int64])] = [
      ("labels", [7, -1, 0, 9]), ("column_labels", [1, 2, 3, 4]), ("large_labels", [0, 1, 2, .max]),
    ]
    for (name, labels) in expected {
      #expect(
        try HDF5Dataset(path: path, name: "f4", labels: name, memoryBudget: 0).labels?.numbers == labels)
    }
    #expect(try HDF5Dataset(path: path, name: "f4", labels: nil, memoryBudget: 0).labels == nil)
  }

  @Test func aStreamOutlivesItsName() throws {
    let scratch = try Scratch()
    let path = try scratch.write(readBytes(fixture("chunks.h5")), "data.h5")
    let dataset = try HDF5Dataset(path: path, name: "plain", labels: nil, memoryBudget: 0)
    try AtomicFile.write([0], to: path)
    #expect(try doubles(dataset) == (0..<400).map(Double.init))
    #expect(scratch.contents == ["data.h5"])
  }

  @Test(arguments: [0, 1_600])
  func twoThreadsReadAtOnce(memoryBudget: Int) throws {
    let dataset = try HDF5Dataset(
      path: fixture("filters.h5"), name: "gzip", labels: nil, memoryBudget: memoryBudget)
    let failures = Reader.run(threads: 2, dataset)
    #expect(failures == 0)
  }

  @Test func nothingStaysOpen() throws {
    let before = openDescriptors()
    for memoryBudget in [0, 1 << 20] {
      for _ in 0..<100 {
        _ = try HDF5Dataset(
          path: fixture("chunks.h5"), name: "plain", labels: nil, memoryBudget: memoryBudget)
        _ = try? HDF5Dataset(
          path: fixture("chunks.h5"), name: "missing", labels: nil, memoryBudget: memoryBudget)
      }
    }
    // Other tests may hold a few files at this moment, but not hundreds.
    #expect(openDescriptors() < before + 50)
  }

  private func openDescriptors() -> Int {
    (0..<1_024).count { fcntl(Int32($0), F_GETFD) >= 0 }
  }

  private func doubles(_ dataset: HDF5Dataset) throws -> [Double] {
    switch dataset.elementType {
    case .uint8: try readAll(dataset, as: UInt8()).map(Double.init)
    case .int8: try readAll(dataset, as: Int8()).map(Double.init)
    case .int16: try readAll(dataset, as: Int16()).map(Double.init)
    case .int32: try readAll(dataset, as: Int32()).map(Double.init)
    case .int64: try readAll(dataset, as: Int64()).map(Double.init)
    case .float32: try readAll(dataset, as: Float()).map(Double.init)
    case .float64: try readAll(dataset, as: Double())
    }
  }
}

/// Reads rows of filters.h5's "gzip" over and over, and counts what came out wrong.
private final class Reader: Sendable {
  private let dataset: HDF5Dataset
  private let failures = Atomic<Int>(0)

  private init(_ dataset: HDF5Dataset) {
    self.dataset = dataset
  }

  static func run(threads: Int, _ dataset: HDF5Dataset) -> Int {
    let reader = Reader(dataset)
    let identifiers = (0..<threads).map { _ in
      var identifier = pthread_t()
      pthread_create(
        &identifier, nil,
        { context in
          Unmanaged<Reader>.fromOpaque(context!).takeRetainedValue().work()
          return nil
        }, Unmanaged.passRetained(reader).toOpaque())
      return identifier
    }
    for identifier in identifiers { pthread_join(identifier, nil) }
    return reader.failures.load(ordering: .acquiring)
  }

  private func work() {
    for round in 0..<500 {
      let row = round * 7 % 49
      var values = [Float](repeating: 0, count: 16)
      let isRead: ()? = values.withUnsafeMutableBytes { bytes in
        try? dataset.read(rows: row..<row + 2, into: bytes.baseAddress!)
      }
      if isRead == nil || values != (row * 8..<row * 8 + 16).map(Float.init) {
        failures.add(1, ordering: .acquiringAndReleasing)
      }
    }
  }
}
