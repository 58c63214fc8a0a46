/// A group that holds a sparse matrix as three datasets: its values, the column of each, and where each row begins (or
/// the row of each, and where each column begins). AnnData and 10x Genomics write such groups; the values alone, row
/// after row, are no examples.
enum SparseGroup {
  private static var parts: [String] { ["data", "indices", "indptr"] }
  /// What 10x Genomics has beside them.
  private static let cells = "barcodes"

  /// Why a group is not read as a dataset, and what to do, if it is such a one.
  static func refusal(_ group: ObjectHeader, _ file: MetadataFile) throws(StorageError) -> String? {
    guard let matrix = try matrix(group, file) else { return nil }
    return "is \(matrix)"
  }

  /// Throws if `name` leads to the values of a sparse matrix.
  static func refuseValues(
    _ name: String, inFile path: String, _ folders: ExternalFolders
  ) throws(StorageError) {
    let names = ObjectLookup.names(name.systemBytes[...])
    guard let last = names.last, last.elementsEqual(parts[0].utf8) else { return }
    let file = try MetadataCheck(try ReadableFile(path)).file
    let groupName = String(
      systemBytes: Array(names.dropLast().joined(separator: [UInt8(ascii: "/")])))
    let found =
      groupName.isEmpty
      ? (file: file, header: try file.header(at: file.root))
      : try ObjectLookup.find(groupName, in: file, folders)
    guard let found, let matrix = try matrix(found.header, found.file) else { return }
    throw .unread(
      path: path, object: "dataset \"\(name)\"",
      reason: "holds the values of \(matrix)")
  }

  private static func matrix(_ group: ObjectHeader, _ file: MetadataFile) throws(StorageError) -> String? {
    func has(_ name: String) throws(StorageError) -> Bool {
      try file.link(Array(name.utf8)[...], of: group) != nil
    }
    for part in parts where try !has(part) { return nil }
    let remedy =
      try has(cells)
      ? "'vaelib.write_dataset(\"NEW.h5\", x=scanpy.read_10x_h5(\"FILE\").X.toarray())' in Python"
      : "'vaelib.write_dataset(\"NEW.h5\", x=anndata.read_h5ad(\"FILE\").X.toarray())' in Python, or for other "
        + "groups scipy.sparse.csr_matrix((data, indices, indptr), shape).toarray()"
    return
      "a sparse matrix (the datasets \(parts.joined(separator: ", "))), which vaelib does not read; if memory "
      + "suffices, write it dense: \(remedy)"
  }
}
