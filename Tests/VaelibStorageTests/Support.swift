import Glibc
import Testing
public import VaelibNumerics
import VaelibModels

@testable import VaelibStorage

/// A folder of its own for one test, removed with all its files at the end.
final class Scratch {
  let folder: String

  init() throws {
    let parent = getenv("TMPDIR").map { String(cString: $0) } ?? P_tmpdir
    var template = Array("\(parent)/vaelib-tests-XXXXXX".utf8CString)
    folder = String(cString: try #require(mkdtemp(&template)))
  }

  deinit {
    for name in contents { unlink(file(name)) }
    rmdir(folder)
  }

  func file(_ name: String) -> String { folder + "/" + name }

  /// The names of the files in the folder, ascending.
  var contents: [String] {
    guard let directory = opendir(folder) else { return [] }
    defer { closedir(directory) }
    var names: [String] = []
    while let entry = readdir(directory) {
      names.append(
        withUnsafeBytes(of: entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) })
    }
    return names.filter { $0 != "." && $0 != ".." }.sorted()
  }

  @discardableResult
  func write(_ bytes: [UInt8], _ name: String) throws -> String {
    // A new file each time: some file systems force a truncated one to disk.
    unlink(file(name))
    let descriptor = open(file(name), O_WRONLY | O_CREAT, 0o644)
    try #require(descriptor >= 0)
    defer { close(descriptor) }
    try #require(bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) } == bytes.count)
    return file(name)
  }
}

/// All bytes of a file.
func readBytes(_ path: String) throws -> [UInt8] {
  let descriptor = open(path, O_RDONLY)
  try #require(descriptor >= 0)
  defer { close(descriptor) }
  let length = Int(lseek(descriptor, 0, SEEK_END))
  return [UInt8](unsafeUninitializedCapacity: length) { buffer, count in
    count = pread(descriptor, buffer.baseAddress, length, 0)
  }
}

/// The path of a file made by Fixtures/make_fixtures.py.
func fixture(_ name: String, _ thisFile: String = #filePath) -> String {
  thisFile.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/")
    + "/Fixtures/" + name
}

/// The error that `body` must throw.
func storageError<Result>(
  _ body: () throws(StorageError) -> Result, sourceLocation: SourceLocation = #_sourceLocation
) -> StorageError? {
  do throws(StorageError) {
    _ = try body()
    Issue.record("no error was thrown", sourceLocation: sourceLocation)
    return nil
  } catch {
    return error
  }
}

/// Opens a dataset and reads all of it as the element type that the caller expects.
func readAll<Number: BitwiseCopyable>(
  _ dataset: HDF5Dataset, as zero: Number, sourceLocation: SourceLocation = #_sourceLocation
) throws -> [Number] {
  try #require(
    dataset.rowByteCount == dataset.columns * MemoryLayout<Number>.size, sourceLocation: sourceLocation)
  var values = [Number](repeating: zero, count: dataset.rows * dataset.columns)
  try values.withUnsafeMutableBytes { try dataset.read(rows: 0..<dataset.rows, into: $0.baseAddress!) }
  return values
}

/// A small model file's contents, with every type of attribute and every kind of tensor.
let sampleContents = ModelContents(
  kind: "vae", libraryVersion: "0.1.0",
  architecture: [
    .init(name: "activation", value: .text("tanh")),
    .init(name: "data_dim", value: .count(3)),
    .init(name: "decoder_hidden", value: .counts([])),
    .init(name: "hidden", value: .counts([400, 200])),
    .init(name: "seed", value: .seed(.max)),
    .init(name: "stddev_floor", value: .real(0.001)),
  ],
  training: [.init(name: "epochs", value: .count(-1)), .init(name: "optimizer", value: .text(""))],
  data: [.init(name: "scale", value: .real(1 / 255)), .init(name: "source", value: .text("Ziffern äöü ✓"))],
  tensors: [
    .init(name: "decoder/0/bias", shape: [2], values: [-0.0, .infinity]),
    .init(name: "encoder/0/bias", shape: [1], values: [0.5]),
    .init(name: "encoder/0/weight", shape: [3, 2], values: [1, 2, 3, 4, 5, 6]),
    .init(name: "encoder/10/weight", shape: [1, 1], values: [.leastNonzeroMagnitude]),
  ],
  history: [.init(name: "elbo", values: [-100.5, -90]), .init(name: "seconds", values: [])])

/// The architecture of a model whose file is small.
let smallArchitecture: VAEConfiguration = {
  var architecture = VAEConfiguration()
  architecture.dataDimension = 3
  architecture.latentDimension = 1
  architecture.hidden = [2]
  architecture.likelihood = .bernoulli
  return architecture
}()

extension FloatSlice {
  /// All elements of a new buffer with these values.
  init(_ values: [Float]) throws(NumericsError) {
    let buffer = try FloatBuffer(count: values.count)
    buffer.base.update(from: values, count: values.count)
    self.init(buffer, 0..<values.count)
  }
}

extension FloatSlice: ExpressibleByArrayLiteral {
  public init(arrayLiteral elements: Float...) { try! self.init(elements) }
}

extension AtomicFile {
  /// Writes a whole file.
  static func write(_ bytes: [UInt8], to path: String) throws(StorageError) {
    let file = try AtomicFile(path)
    try file.write(bytes, at: 0)
    try file.commit()
  }
}

/// The text of a file whose size the system does not tell, as those in /proc.
func readText(_ path: String) throws -> String {
  let descriptor = open(path, O_RDONLY)
  try #require(descriptor >= 0)
  defer { close(descriptor) }
  var buffer = [UInt8](repeating: 0, count: 1 << 16)
  let count = read(descriptor, &buffer, buffer.count)
  return String(decoding: buffer.prefix(max(0, count)), as: UTF8.self)
}
