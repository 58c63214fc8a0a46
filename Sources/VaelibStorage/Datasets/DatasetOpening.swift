import CHDF5
import Glibc
import VaelibModels
import VaelibNumerics

/// Finds, checks and opens the datasets behind an `HDF5Dataset`.
struct DatasetOpening {
  let session: HDF5.Session
  private let fileByteCount: Int
  /// How the labels are stored.
  private let labelType: Datatype?
  /// Where the object headers of the datasets are.
  private let addresses: [String: Int]

  /// Looks at the file without libhdf5; throws unless that can be trusted with these datasets. Opens nothing yet.
  init(_ path: String, dataset: String?, labels: String?) throws(StorageError) {
    let file = try ReadableFile(path)
    var check = try MetadataCheck(file)
    var addresses: [String: Int] = [:]
    if let dataset { addresses[dataset] = try check.check(dataset).address }
    let found = try labels.map { name throws(StorageError) in try check.check(name, asLabels: true) }
    if let labels { addresses[labels] = found?.address }
    labelType = found?.dataset.datatype
    self.addresses = addresses
    fileByteCount = file.byteCount
    session = HDF5.Session(path: path)
  }

  struct Result {
    let dataset: HDF5.Object
    /// How to read the numbers, if they stay in the file as compressed chunks.
    let chunks: CompressedChunks?
    let form: DatasetForm
    let plan: ReadingPlan
    let labels: Labels?
    /// All numbers, to be freed by the owner; nil if they stay in the file.
    let memory: UnsafeMutableRawPointer?

    /// Labels for the dataset, of file `path`, from another file.
    func labels(_ name: String?, in labelsPath: String, of path: String) throws(StorageError) -> Labels? {
      guard let name else { return nil }
      let label = "\(dataset.label ?? "the dataset") of file \"\(path)\""
      return try DatasetOpening(labelsPath, dataset: nil, labels: name).labels(
        name, rows: form.shape[0], of: label)
    }
  }

  /// Opens dataset `name` and reads its labels, and the numbers too if they fit the budget: then nothing stays open.
  /// Used only inside `HDF5.locked`.
  func open(_ name: String, labels: String?, memoryBudget: Int) throws(StorageError) -> Result {
    let file = try session.openFile()
    // Closed again: libhdf5 keeps the chunk cache of the first opening for all others.
    let (dataset, form) = try session.scope { () throws(StorageError) in
      let dataset = try find(name, in: file)
      return (dataset, try DatasetForm(dataset, session, fileByteCount))
    }
    let plan = ReadingPlan(
      rows: form.shape[0], rowBytes: form.columns * form.elementType.byteCount, bandRows: form.bandRows,
      memoryBudget: memoryBudget)
    let labels = try labels.map { name throws(StorageError) in
      try readLabels(try find(name, in: file), rows: form.shape[0], of: dataset.label ?? "the dataset")
    }
    guard form.byteCount <= memoryBudget else {
      let stream = try session.reopen(
        dataset, in: file, chunks: form.chunksOfRow, byteCount: plan.cacheBytes(form))
      let chunks = try CompressedChunks(form, stream, session)
      return Result(dataset: stream, chunks: chunks, form: form, plan: plan, labels: labels, memory: nil)
    }
    let memory = try load(try find(name, in: file), form)
    guard session.close() else {
      free(memory)
      throw session.error(dataset.label, "is damaged: it could be read but not closed again")
    }
    return Result(dataset: dataset, chunks: nil, form: form, plan: plan, labels: labels, memory: memory)
  }

  /// Reads dataset `name`, one label for each of the `rows` rows of the dataset that messages call `dataset`
  /// (nil: however many there are), and closes the file again.
  func labels(_ name: String, rows: Int?, of dataset: String) throws(StorageError) -> Labels {
    try HDF5.locked { () throws(StorageError) in
      try session.scope { () throws(StorageError) in
        let file = try session.openFile()
        return try readLabels(try find(name, in: file), rows: rows, of: dataset)
      }
    }
  }

  /// Opens the dataset that `MetadataCheck` found under this name: by its place in the file, so it is that one.
  private func find(_ name: String, in file: HDF5.Object) throws(StorageError) -> HDF5.Object {
    guard let address = addresses[name] else {
      throw session.error(nil, "was not looked at before \"\(name)\" was read")
    }
    let path = ObjectLookup.names(name.systemBytes[...]).joined(separator: [UInt8(ascii: "/")])
    let object = try session.openObject(at: address, String(systemBytes: Array(path)), in: file)
    guard object.kind == .dataset else { throw session.error(object.object.label, "is not a dataset") }
    return object.object
  }

  /// Reads the whole set into memory that the caller frees.
  private func load(_ dataset: HDF5.Object, _ form: DatasetForm) throws(StorageError)
    -> UnsafeMutableRawPointer
  {
    guard let memory = malloc(form.byteCount) else {
      throw .memory(path: session.path, byteCount: form.byteCount)
    }
    do {
      try session.read(dataset, as: HDF5.memoryType(form.elementType), into: memory)
    } catch {
      free(memory)
      throw error
    }
    return memory
  }

  /// One label a row of `dataset`.
  private func readLabels(
    _ object: HDF5.Object, rows: Int?, of dataset: String
  ) throws(StorageError) -> Labels {
    guard let labelType else { throw session.error(object.label, "was not checked") }
    return try LabelReader(
      object, session, labelType, rows: rows, of: dataset, fileByteCount: fileByteCount
    ).read()
  }
}
