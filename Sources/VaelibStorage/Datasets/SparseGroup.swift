import VaelibModels

/// A group that holds a sparse matrix as three datasets: `data`, its values, `indices`, the column of each, and `indptr`,
/// where each row begins; or the row of each, and where each column begins.
///
/// AnnData writes such groups, with attributes for format and shape (its documentation, "on-disk format", version 0.1.0
/// of csr_matrix and csc_matrix, and the attributes h5sparse_format and h5sparse_shape before that), and so does 10x
/// Genomics, with a dataset `shape` of genes and cells, of which the cells are stored one after another.
struct SparseGroup {
  /// Its full name inside the file.
  let name: String
  private let file: MetadataFile
  private let header: ObjectHeader

  static var partNames: [String] { ["data", "indices", "indptr"] }

  /// nil unless the group has such datasets.
  init?(_ header: ObjectHeader, _ file: MetadataFile, name: String) throws(StorageError) {
    guard GroupLinks.isGroup(header) else { return nil }
    for part in Self.partNames where try !Self.has(part, header, file) { return nil }
    (self.name, self.file, self.header) = (name, file, header)
  }

  /// How the matrix lies in the file.
  struct Form {
    /// The lengths of its axes, as the file has them.
    let shape: [Int]
    /// The axis whose elements are stored one after another.
    let majorAxis: Int
    /// The axis that counts examples unless somebody says otherwise.
    let usualRowAxis: Int

    /// How many elements are stored one after another, and how many others there are.
    var major: Int { shape[majorAxis] }
    var minor: Int { shape[1 - majorAxis] }
  }

  /// What messages call it.
  var label: String { "sparse matrix \"\(name)\"" }

  /// Whether the file says of what format the matrix is.
  var hasForm: Bool {
    get throws(StorageError) {
      if try Self.has(Self.shapeName, header, file) { return true }
      return Self.majorAxis(try attributes) != nil
    }
  }

  /// `read` reads whole numbers of a dataset in the group.
  ///
  /// Throws where the file does not say what it needs to, or the matrix is empty.
  func form(
    _ read: (_ name: String) throws(StorageError) -> [Int]
  ) throws(StorageError) -> Form {
    let attributes = try attributes
    if let majorAxis = Self.majorAxis(attributes) {
      let numbers = attributes.numbers("shape") ?? attributes.numbers("h5sparse_shape")
      guard let numbers else { throw error("has no attribute \"shape\"; write it anew with AnnData") }
      return try form(numbers, majorAxis, usualRowAxis: 0)
    }
    guard try Self.has(Self.shapeName, header, file) else {
      throw unread(
        "does not say its shape: AnnData has attributes \"encoding-type\" and \"shape\", 10x Genomics a dataset \"shape\"; "
          + "in Python, vaelib.Dataset(scipy.sparse.csr_matrix((data, indices, indptr), shape)) wraps the three arrays"
      )
    }
    return try form(try read(Self.shapeName).map { Double($0) }, 1, usualRowAxis: 1)
  }

  private func form(
    _ numbers: [Double], _ majorAxis: Int, usualRowAxis: Int
  ) throws(StorageError) -> Form {
    let shape = numbers.compactMap { Int(exactly: $0) }
    guard numbers.count == 2, shape.count == 2, shape.allSatisfy({ $0 >= 0 }) else {
      let text = numbers.map { number in Int(exactly: number).map(String.init) ?? "\(number)" }
      throw error("has shape \(text.joined(separator: " x ")); two whole numbers are expected")
    }
    guard !shape.contains(0) else { throw unread("is empty: it has \(HDF5.Session.describe(shape))") }
    guard shape[1 - majorAxis] <= Int32.max, shape[majorAxis] < DatasetForm.unwrittenRowLimit else {
      throw unread("has \(HDF5.Session.describe(shape)), more than vaelib reads")
    }
    return Form(shape: shape, majorAxis: majorAxis, usualRowAxis: usualRowAxis)
  }

  /// Whether the elements of the axis that counts examples are those that are stored one after another. Throws if there is
  /// no such axis.
  func storesRows(_ rowAxis: Int?, _ form: Form) throws(StorageError) -> Bool {
    let axis = rowAxis ?? form.usualRowAxis
    guard (0...1).contains(axis) else {
      throw error(
        "has \(HDF5.Session.describe(form.shape)); row_axis is \(UInt(bitPattern: axis)), allowed: 0 or 1")
    }
    return axis == form.majorAxis
  }

  // MARK: What the file says

  /// What 10x Genomics keeps the shape in.
  private static let shapeName = "shape"

  private static func majorAxis(_ attributes: DatasetAttributes) -> Int? {
    for name in ["encoding-type", "h5sparse_format"] {
      guard case .text(let format) = attributes[name] else { continue }
      if format.hasPrefix("csr") { return 0 }
      if format.hasPrefix("csc") { return 1 }
    }
    return nil
  }

  private var attributes: DatasetAttributes {
    get throws(StorageError) {
      try MetadataCheck.naming(name, file.file.path) { () throws(StorageError) in
        try DatasetAttributes(header, file)
      }
    }
  }

  private static func has(
    _ name: String, _ header: ObjectHeader, _ file: MetadataFile
  ) throws(StorageError) -> Bool {
    try file.link(Array(name.utf8)[...], of: header) != nil
  }

  // MARK: Errors

  /// The file that it is in: another one behind an external link.
  var path: String { file.file.path }

  func error(_ reason: String) -> StorageError {
    .format(path: file.file.path, object: label, reason: reason)
  }

  func unread(_ reason: String) -> StorageError {
    .unread(path: file.file.path, object: label, reason: reason)
  }
}

extension SparseGroup {
  /// Throws if `name` leads to the values of a sparse matrix: alone, row after row, they are no examples.
  static func refuseValues(_ name: String, _ check: MetadataCheck) throws(StorageError) {
    let names = ObjectLookup.names(name.systemBytes[...])
    guard let last = names.last, last.elementsEqual(partNames[0].utf8) else { return }
    let groupName = String(
      systemBytes: Array(names.dropLast().joined(separator: [UInt8(ascii: "/")])))
    let root = (file: check.file, header: try check.file.header(at: check.file.root))
    let found = groupName.isEmpty ? root : try check.find(groupName)
    guard let found, try SparseGroup(found.header, found.file, name: groupName) != nil else { return }
    let place =
      groupName.isEmpty
      ? "the file's root, which vaelib does not read; write it in a group, as AnnData and 10x Genomics do"
      : "group \"\(groupName)\"; open that instead, \"\(groupName)\", whose rows are examples"
    throw .unread(
      path: check.file.file.path, object: StoredDataset.label(name),
      reason: "holds the values of a sparse matrix in \(place)")
  }
}
