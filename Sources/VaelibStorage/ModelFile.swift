/// Model files: the layout that docs/file-format.md describes, format version 1.
public enum ModelFile {
  /// The value of the root attribute `format`, by which a model file is known.
  static let format = "vaelib-model"
  /// The newest layout this library writes and reads.
  static let formatVersion = 1

  /// The names of groups and root attributes.
  enum Name {
    static let format = "format"
    static let formatVersion = "format_version"
    static let libraryVersion = "vaelib_version"
    static let kind = "kind"
    static let checksum = "checksum"
    static let architecture = "architecture"
    static let training = "training"
    static let data = "data"
    static let weights = "weights"
    static let history = "history"
  }

  /// The tensors in the order of the checksum: ascending names, compared as UTF-8 bytes.
  static func checksum(of tensors: [ModelContents.Tensor]) -> UInt32 {
    var checksum = Checksum()
    for tensor in tensors.sorted(by: { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }) {
      checksum.add(tensor.values)
    }
    return checksum.value
  }
}
