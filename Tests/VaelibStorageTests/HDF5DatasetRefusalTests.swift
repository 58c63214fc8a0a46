import Testing

@testable import VaelibStorage

@Suite struct HDF5DatasetRefusalTests {
  @Test(arguments: [
    ("strings", "holds strings; vaelib reads"),
    ("texts", "holds variable-length strings; vaelib reads"),
    ("complex", "holds complex numbers; columns="),
    ("lists", "holds variable-length lists; vaelib reads"),
    ("references", "holds references; vaelib reads"),
    ("long_double", "holds 16-byte floating-point numbers; vaelib reads"),
    ("opaque", "holds opaque values; vaelib reads"),
    ("no_rows", "is empty: it has shape 0 x 784"),
    ("no_columns", "is empty: it has shape 10 x 0"),
    ("scalar", "has no axes (a single value); vaelib needs an axis that counts examples"),
    ("null", "has no shape (a null dataspace); vaelib needs an axis that counts examples"),
    ("external_storage", "keeps its values in other files, which vaelib does not read"),
    ("virtual", "is a virtual dataset with values in file \"numbers.h5\", which vaelib does not read unless"),
  ])
  func unsuitableDatasets(_ name: String, _ reason: String) {
    let path = fixture("unsuitable.h5")
    let error = refusal("unsuitable.h5", name)
    #expect(
      error?.description.contains("dataset \"\(name)\" of file \"\(path)\" \(reason)") == true, "\(error!)")
  }

  @Test(arguments: [
    ("external_link", "object \"external_link\"", "is an external link to"),
    ("group/inner", "group \"group/inner\"", "is not a dataset; it has"),
    ("type", "object \"type\"", "is not a dataset; it has"),
  ])
  func otherObjects(_ name: String, _ object: String, _ reason: String) {
    let error = refusal("unsuitable.h5", name)
    #expect(error?.description.hasPrefix(object) == true, "\(error!)")
    #expect(error?.description.contains(reason) == true, "\(error!)")
  }

  @Test(arguments: ["missing", "set00/x", "", "/", ".", "zz/missing", "a\0b"])
  func missingDatasetsAreAnsweredWithAList(_ name: String) {
    let error = refusal("many.h5", name)
    let list = (0..<20).map { "set\($0 < 10 ? "0" : "")\($0) (\($0 + 1) x 2)" }.joined(separator: ", ")
    #expect(
      error
        == .format(
          path: fixture("many.h5"), object: nil,
          reason: "has no dataset \"\(name)\"; it has \(list) and others"))
  }

  @Test func aFileWithoutDatasets() {
    #expect(
      refusal("nothing.h5", "x")?.description.hasSuffix("has no dataset \"x\"; it has no datasets") == true)
  }

  @Test func sizesBeyondTheFile() {
    let error = refusal("chunks.h5", "sparse")
    #expect(
      error?.description.contains(
        "is incomplete or damaged: it has shape 1000000000000 x 8, but only 512 bytes are stored")
        == true)
  }

  @Test(arguments: [
    ("f4", "it has 3 columns, and row 0 has 2.0 in column 2"),
    ("vector", "it has shape 5, but dataset \"f4\" needs 4 labels"),
    ("images", "it has shape 2 x 3 x 4"),
    ("i4", "it has 3 columns, and row 0 has 2.0 in column 2"),
    ("huge_labels", "row 3 holds 9223372036854775808"),
  ])
  func unsuitableLabels(_ name: String, _ reason: String) {
    let error = storageError { () throws(StorageError) in
      try HDF5Dataset(path: fixture("numbers.h5"), name: "f4", labels: name, memoryBudget: 0)
    }
    #expect(error?.description.hasPrefix("dataset \"\(name)\" of file") == true, "\(error!)")
    #expect(error?.description.contains("cannot serve as labels: \(reason)") == true, "\(error!)")
  }

  private func refusal(_ file: String, _ name: String) -> StorageError? {
    storageError { () throws(StorageError) in
      try HDF5Dataset(path: fixture(file), name: name, labels: nil, memoryBudget: 1 << 20)
    }
  }
}
