public import CVaelib
import VaelibModels
import VaelibNumerics
import VaelibStorage

@_cdecl("vaelib_dataset_options_init") @implementation
public func vaelib_dataset_options_init(
  _ outOptions: UnsafeMutablePointer<vaelib_dataset_options>?
) -> vaelib_status {
  entryPoint {
    try SizedStruct.write(defaultDatasetOptions(), to: outOptions, "out_options")
  }
}

/// SIZE_MAX in C: the first axis, unless the file says otherwise.
private let firstAxis = -1

extension DatasetSelection {
  /// What the caller wants of a dataset.
  fileprivate init(_ options: vaelib_dataset_options) throws {
    self.init()
    if options.row_axis != firstAxis { rowAxis = options.row_axis }
    followsConventions = options.ignore_conventions == 0
    columns = try Self.texts(
      options.columns, options.column_count, "columns", "column_count", most: ElementNumbers.mostNumbers)
    externalFolders =
      try Self.texts(
        options.external_folders, options.external_folder_count, "external_folders", "external_folder_count",
        most: Self.mostFolders) ?? []
    for (name, value) in [("window", options.window), ("window_step", options.window_step)] where value < 0 {
      throw BoundaryError.argument("options->\(name) is \(UInt(bitPattern: value)); allowed: 0 to \(Int.max)")
    }
    if options.window == 0, options.window_step > 0 {
      throw BoundaryError.argument("options->window_step is \(options.window_step), but window is 0")
    }
    guard options.window > 0 else { return }
    windows = Windows(
      length: options.window, step: options.window_step > 0 ? options.window_step : options.window)
  }

  private static let mostFolders = 1_000

  /// An array of texts in the options; nil if there is none.
  private static func texts(
    _ pointers: UnsafePointer<UnsafePointer<CChar>?>?, _ count: Int, _ name: String, _ countName: String,
    most: Int
  ) throws -> [String]? {
    guard let pointers else {
      guard count == 0 else {
        throw BoundaryError.argument(
          "options->\(name) is NULL but \(countName) is \(UInt(bitPattern: count))")
      }
      return nil
    }
    guard (1...most).contains(count) else {
      throw BoundaryError.argument(
        "options->\(countName) is \(UInt(bitPattern: count)); allowed: 1 to \(most)")
    }
    return try (0..<count).map { index in
      guard let text = pointers[index] else {
        throw BoundaryError.argument("options->\(name)[\(index)] is NULL")
      }
      return String(systemCString: text)
    }
  }
}

extension vaelib_dataset_options {
  /// Whether the caller wants the call to stop: asked at once, and then every 50 ms, however often this is called, until
  /// it is so.
  fileprivate func stopQuestion(_ host: HostEnvironment) -> () -> Bool {
    guard let ask = should_stop else { return { false } }
    var (clock, answer) = (ReportClock(), Bool?.none)
    return {
      if answer != true, clock.isDue() || answer == nil { answer = host.run { ask(user_data) != 0 } }
      return answer == true
    }
  }
}

private func defaultDatasetOptions() -> vaelib_dataset_options {
  var options = vaelib_dataset_options()
  options.scale = 1
  options.memory_budget = HDF5Source.defaultMemoryBudget
  options.row_axis = firstAxis
  return options
}

@_cdecl("vaelib_dataset_from_array") @implementation
public func vaelib_dataset_from_array(
  _ examples: UnsafePointer<vaelib_array>?, _ labels: UnsafePointer<vaelib_array>?,
  _ outDataset: UnsafeMutablePointer<OpaquePointer?>?
) -> vaelib_status {
  entryPoint {
    let out = try Arguments.nonNull(outDataset, "out_dataset")
    let array = try StridedArray(examples, "examples")
    let labels = try labels.map { try RowLabels($0, rows: array.rows) }
    let dataset = DatasetHandle(
      source: ArraySource(.dense(array), owner: nil), elementType: array.elementType,
      labels: labels)
    out.pointee = try HandleTable.shared.insert(dataset)
  }
}

@_cdecl("vaelib_dataset_open") @implementation
public func vaelib_dataset_open(
  _ path: UnsafePointer<CChar>?, _ name: UnsafePointer<CChar>?,
  _ options: UnsafePointer<vaelib_dataset_options>?, _ outDataset: UnsafeMutablePointer<OpaquePointer?>?
) -> vaelib_status {
  let host = HostEnvironment()
  return entryPoint(keepsDenormals: true) {
    let out = try Arguments.nonNull(outDataset, "out_dataset")
    let options = try options.map { try SizedStruct.read($0, "options") } ?? defaultDatasetOptions()
    guard options.scale.isFinite, options.shift.isFinite, options.scale != 0 else {
      throw BoundaryError.argument(
        "options->scale is \(options.scale) and shift \(options.shift); both must be finite, and scale not 0")
    }
    let selection = try DatasetSelection(options)
    let isStopped = options.stopQuestion(host)
    let opened = try FileExamples(
      path: try Arguments.path(path, "path"), name: try Arguments.path(name, "name"),
      labels: options.labels.map { String(systemCString: $0) },
      labelsPath: options.labels_path.map { String(systemCString: $0) },
      memoryBudget: options.memory_budget < 0 ? Int.max : options.memory_budget, scale: options.scale,
      shift: options.shift, selection: selection, checkInChild: options.check_in_child != 0,
      isStopped: isStopped)
    let examples: any ExampleSource =
      selection.windows.map { WindowSource(opened.source, $0) } ?? opened.source
    let dataset = DatasetHandle(
      source: examples, elementType: opened.elementType, labels: opened.labels.map { RowLabels($0) },
      weights: try ExampleWeights.named(
        in: options, path: try Arguments.path(path, "path"), rows: examples.rows,
        externalFolders: selection.externalFolders, isStopped: isStopped),
      conventions: CStrings(opened.conventions.isEmpty ? [] : [opened.conventions]))
    out.pointee = try HandleTable.shared.insert(dataset)
    warn(opened.hints)
  }
}

@_cdecl("vaelib_dataset_list") @implementation
public func vaelib_dataset_list(
  _ path: UnsafePointer<CChar>?, _ checkInChild: Int32, _ outNames: UnsafeMutablePointer<CChar>?, _ size: Int,
  _ outNeeded: UnsafeMutablePointer<Int>?
) -> vaelib_status {
  entryPoint {
    let needed = try Arguments.nonNull(outNeeded, "out_needed")
    let names = try HDF5Dataset.names(inFile: try Arguments.path(path, "path"), inChild: checkInChild != 0)
    var bytes: [CChar] = []
    for name in names { bytes += name.map { CChar(bitPattern: $0) } + [0] }
    if bytes.count <= UInt(bitPattern: size), !bytes.isEmpty {
      try Arguments.nonNull(outNames, "out_names").update(from: bytes, count: bytes.count)
    }
    needed.pointee = bytes.count
  }
}

@_cdecl("vaelib_dataset_slice") @implementation
public func vaelib_dataset_slice(
  _ dataset: OpaquePointer?, _ firstRow: Int, _ rows: Int, _ outSlice: UnsafeMutablePointer<OpaquePointer?>?
) -> vaelib_status {
  entryPoint {
    let out = try Arguments.nonNull(outSlice, "out_slice")
    let whole = try DatasetHandle.from(dataset)
    let (end, overflow) = firstRow.addingReportingOverflow(rows)
    guard firstRow >= 0, rows >= 1, !overflow, end <= whole.source.rows else {
      throw BoundaryError.argument(
        "first_row is \(UInt(bitPattern: firstRow)) and rows is \(UInt(bitPattern: rows)); expected at least 1 "
          + "row, all among the \(whole.source.rows) of the dataset")
    }
    if whole.weights != nil { try MemoryReserve.require(rows, bytes: MemoryLayout<Float>.stride) }
    let slice = DatasetHandle(
      source: SliceSource(whole.source, rows: firstRow..<end), elementType: whole.elementType,
      labels: whole.labels?.dropFirst(firstRow), targets: whole.targets?.slice(firstRow..<end),
      weights: whole.weights?.slice(firstRow..<end), conventions: whole.conventions)
    out.pointee = try HandleTable.shared.insert(slice)
  }
}

@_cdecl("vaelib_dataset_describe") @implementation
public func vaelib_dataset_describe(
  _ dataset: OpaquePointer?, _ outInfo: UnsafeMutablePointer<vaelib_dataset_info>?
) -> vaelib_status {
  entryPoint {
    let dataset = try DatasetHandle.from(dataset)
    var info = vaelib_dataset_info()
    info.rows = dataset.source.rows
    info.columns = dataset.source.columns
    info.dtype = vaelib_dtype(rawValue: dataset.elementType.rawValue)
    info.scale = dataset.source.scale
    info.shift = dataset.source.shift
    info.has_labels = dataset.labels == nil ? 0 : 1
    info.has_weights = dataset.weights == nil ? 0 : 1
    info.in_memory = dataset.source.isInMemory ? 1 : 0
    info.target_columns = dataset.targets?.source.columns ?? 0
    info.head = Constants.string(dataset.targets?.head.rawValue ?? "")
    let size = dataset.source.size
    info.sparse = size.isSparse ? 1 : 0
    info.stored_numbers = size.numbers
    info.memory_bytes = size.bytes
    info.conventions = dataset.conventions.pointers?[0] ?? Constants.string("")
    try SizedStruct.write(info, to: outInfo, "out_info")
  }
}

@_cdecl("vaelib_dataset_read") @implementation
public func vaelib_dataset_read(
  _ dataset: OpaquePointer?, _ outValues: UnsafeMutablePointer<Float>?, _ outCount: Int
) -> vaelib_status {
  entryPoint(keepsDenormals: true) {
    let source = try DatasetHandle.from(dataset).source
    let out = try Arguments.nonNull(outValues, "out_values")
    try Arguments.count(outCount, rows: source.rows, columns: source.columns)
    try source.copyAll(into: out)
  }
}

@_cdecl("vaelib_dataset_read_labels") @implementation
public func vaelib_dataset_read_labels(
  _ dataset: OpaquePointer?, _ outLabels: UnsafeMutablePointer<Int64>?, _ outCount: Int
) -> vaelib_status {
  entryPoint {
    let dataset = try DatasetHandle.from(dataset)
    let out = try Arguments.nonNull(outLabels, "out_labels")
    guard let labels = dataset.labels else {
      throw BoundaryError.argument("the dataset has no labels; name them in the options when it is opened")
    }
    try Arguments.count(outCount, rows: dataset.source.rows, columns: 1)
    for row in 0..<outCount { out[row] = labels.label(row) }
  }
}

@_cdecl("vaelib_dataset_get_class_names") @implementation
public func vaelib_dataset_get_class_names(
  _ dataset: OpaquePointer?, _ outType: UnsafeMutablePointer<UnsafePointer<CChar>?>?,
  _ outNames: UnsafeMutablePointer<UnsafePointer<UnsafePointer<CChar>?>?>?,
  _ outCount: UnsafeMutablePointer<Int>?
) -> vaelib_status {
  entryPoint {
    let labels = try DatasetHandle.from(dataset).labels
    let type = try Arguments.nonNull(outType, "out_type")
    let names = try Arguments.nonNull(outNames, "out_names")
    let count = try Arguments.nonNull(outCount, "out_count")
    var kind = ClassNames.Kind.integer
    if case .named(let classes) = labels?.meaning { kind = classes.kind }
    type.pointee = Constants.string(kind.rawValue)
    names.pointee = labels?.names.pointers
    count.pointee = labels?.names.count ?? 0
  }
}

@_cdecl("vaelib_dataset_free") @implementation
public func vaelib_dataset_free(_ dataset: OpaquePointer?) {
  HandleTable.shared.remove(dataset, as: DatasetHandle.self)
}
