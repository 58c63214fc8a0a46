import Glibc
import VaelibModels
public import VaelibNumerics

/// Writes a new HDF5 file of datasets, which grow row by row; the file appears, complete, with `finish`.
///
/// Memory is bounded by one chunk a dataset. A writer that is given up, or goes away before it is finished, leaves
/// nothing behind, and an older file of that name as it was. Used by one caller at a time.
public final class DatasetWriter: @unchecked Sendable {
  private enum State {
    case open
    case finished
    case failed(String)
  }

  /// The file.
  public var path: String { output.file.path }

  private let output: HDF5Output
  private var datasets: [GrowingDataset] = []
  private var state = State.open
  /// The file's descriptor and libhdf5's state belong to one process.
  private let process = getpid()

  /// Begins a file. Throws `.file` if it cannot be created where `path` says.
  public init(path: String) throws(StorageError) {
    output = try HDF5Output(path)
  }

  /// How a dataset is stored; nil if none of this name was added.
  public func layout(of name: String) -> DatasetLayout? {
    datasets.first { $0.name == Self.normalised(name) }?.layout
  }

  /// Adds a dataset, which has no rows yet. A name is a path such as "train/images".
  ///
  /// Throws `invalidArgument` if the name is taken or no name.
  public func add(_ name: String, _ layout: DatasetLayout) throws {
    try requireOpen()
    let path = Self.normalised(name)
    guard !path.isEmpty, !path.split(separator: "/").contains("."), path.utf8.count <= Self.nameLimit else {
      throw ModelError.invalidArgument(
        "name is \"\(name)\"; a name has 1 to \(Self.nameLimit) bytes, and no part of it is \".\"")
    }
    for other in datasets.map(\.name) {
      guard path != other, !path.hasPrefix(other + "/"), !other.hasPrefix(path + "/") else {
        throw ModelError.invalidArgument("name is \"\(name)\", but the file has dataset \"\(other)\" already")
      }
    }
    datasets.append(GrowingDataset(name: path, layout: layout, path: self.path))
  }

  /// Adds several datasets, or none if one cannot be.
  func add(_ added: [(name: String, layout: DatasetLayout)]) throws {
    let before = datasets
    do {
      for (name, layout) in added { try add(name, layout) }
    } catch {
      datasets = before
      throw error
    }
  }

  /// Appends the rows of an array to a dataset, converted to its type. Throws `data`, with nothing appended, if a number
  /// has no place in that type.
  public func append(_ array: StridedArray, to name: String) throws {
    try requireOpen()
    guard let dataset = datasets.first(where: { $0.name == Self.normalised(name) }) else {
      let known = datasets.isEmpty ? "none" : datasets.map { "\"\($0.name)\"" }.joined(separator: ", ")
      throw ModelError.invalidArgument("there is no dataset \"\(name)\"; added so far: \(known)")
    }
    try dataset.check(array)
    try profiled(.saving) {
      try attempt { () throws(StorageError) in
        try dataset.append(array) { dataset throws(StorageError) in try write(dataset) }
      }
    }
  }

  /// Completes the file and puts it in place.
  ///
  /// Throws `invalidArgument`, and the writer goes on, if there is no dataset or one has no rows; `.file`, and nothing
  /// is left of the new file, if the system refuses.
  public func finish() throws {
    try requireOpen()
    guard !datasets.isEmpty else {
      throw ModelError.invalidArgument("the file has no dataset; add one first")
    }
    if let empty = datasets.first(where: { $0.rows == 0 }) {
      throw ModelError.invalidArgument("dataset \"\(empty.name)\" has no rows; append at least one")
    }
    try attempt { () throws(StorageError) in
      for dataset in datasets { try write(dataset) }
      try output.close()
      try output.file.commit()
    }
    state = .finished
    datasets = []
  }

  /// Gives the file up for a reason that later calls are told.
  public func fail(_ reason: String) {
    if case .open = state { state = .failed(reason) }
    output.abandon()
    datasets = []
  }

  private func write(_ dataset: GrowingDataset) throws(StorageError) {
    try output.write { (session, root) throws(StorageError) in try dataset.flush(session, root) }
  }

  /// Whatever fails in `body` leaves the file incomplete, so it is the end of it.
  private func attempt(_ body: () throws(StorageError) -> Void) throws(StorageError) {
    do throws(StorageError) {
      try body()
    } catch {
      fail("\(error)")
      throw error
    }
  }

  private func requireOpen() throws {
    guard getpid() == process else {
      throw ModelError.invalidArgument("the writer belongs to another process; a forked child needs its own")
    }
    switch state {
    case .open: return
    case .finished: throw ModelError.invalidArgument("the file is finished; create another writer")
    case .failed(let reason):
      throw ModelError.invalidArgument("the file was given up when a call failed: \(reason)")
    }
  }

  private static let nameLimit = 1_024

  /// A name without needless slashes, as messages and libhdf5 have it.
  private static func normalised(_ name: String) -> String {
    name.split(separator: "/").joined(separator: "/")
  }
}
