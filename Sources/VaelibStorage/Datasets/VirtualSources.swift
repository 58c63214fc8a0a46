/// Finds the datasets whose elements a virtual dataset has, each once.
final class VirtualSources {
  /// A dataset that was found.
  struct Found {
    let metadata: DatasetMetadata
    let name: String
    let file: MetadataFile
  }

  /// The file of the virtual dataset, and what messages call that.
  private let file: MetadataFile
  private let label: String
  private let folders: ExternalFolders
  private let others = OtherFiles()
  private var numbers: [[UInt8]: Int] = [:]
  /// By file and where their headers are.
  private var places: [String: [Int: Int]] = [:]

  private(set) var found: [Found] = []

  init(_ file: MetadataFile, _ label: String, _ folders: ExternalFolders) {
    (self.file, self.label, self.folders) = (file, label, folders)
  }

  /// The number among `found` of a dataset that a mapping names; nil if there is none and `isOptional`, else throws.
  func number(
    _ fileName: ArraySlice<UInt8>, _ path: ArraySlice<UInt8>, isOptional: Bool = false
  ) throws(StorageError) -> Int? {
    let key = fileName + [0] + path
    if let number = numbers[Array(key)] { return number }
    guard let source = try metadata(fileName, isOptional) else { return nil }
    let name = String(systemBytes: Array(path))
    guard let (file, header) = try ObjectLookup.find(name, in: source, folders, others),
      DatasetMetadata.isDataset(header)
    else {
      if isOptional { return nil }
      throw missing(name, source)
    }
    if let number = places[file.file.path]?[header.address] {
      numbers[Array(key)] = number
      return number
    }
    let metadata = try MetadataCheck.naming(name, file.file.path) { () throws(StorageError) in
      try file.dataset(header)
    }
    found.append(Found(metadata: metadata, name: name, file: file))
    places[file.file.path, default: [:]][header.address] = found.count - 1
    numbers[Array(key)] = found.count - 1
    return found.count - 1
  }

  /// The structure of a file; nil if there is none and `isOptional`.
  private func metadata(
    _ name: ArraySlice<UInt8>, _ isOptional: Bool
  ) throws(StorageError) -> MetadataFile? {
    if name.elementsEqual([UInt8(ascii: ".")]) { return file }
    let text = String(systemBytes: Array(name))
    guard !folders.isEmpty else { throw forbidden(text) }
    let path: String
    do throws(StorageError) {
      path = try folders.file(text, of: file.file.path, "a virtual dataset, \(label), with values in")
    } catch {
      if isOptional, case .file(file.file.path, _) = error { return nil }
      throw error
    }
    return path == file.file.path ? file : try others.file(at: path)
  }

  private func forbidden(_ name: String) -> StorageError {
    .unread(
      path: file.file.path, object: label,
      reason:
        "is a virtual dataset with values in file \"\(name)\", which vaelib does not read unless you name its folder: "
        + "external_folders=[\"FOLDER\"] in Python, vaelib_dataset_options.external_folders in C; or "
        + VirtualSet.remedy)
  }

  private func missing(_ name: String, _ source: MetadataFile) -> StorageError {
    let place = source === file ? "this file" : "file \"\(source.file.path)\""
    return .unread(
      path: file.file.path, object: label,
      reason:
        "is a virtual dataset with values in dataset \"\(name)\" of \(place), which is not there; write that, or "
        + "\(VirtualSet.remedy), fill values where something is missing")
  }
}
