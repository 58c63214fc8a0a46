/// The first bytes of an HDF5 file (HDF5 File Format Specification, version 3.0, section II.A).
enum Superblock {
  private static let signature: [UInt8] = [0x89, 0x48, 0x44, 0x46, 0x0D, 0x0A, 0x1A, 0x0A]

  /// Checks that a file is HDF5 and as long as it says; returns where its HDF5 part begins.
  @discardableResult
  static func check(_ file: ReadableFile) throws(StorageError) -> Int {
    // The signature stands at 0, 512, 1024, 2048 and so on; before it anything may stand.
    var offset = 0
    var start: [UInt8] = []
    while offset < file.byteCount {
      let bytes = try file.read(at: offset, count: 64)
      if offset == 0 { start = bytes }
      if bytes.starts(with: signature) {
        try checkLength(bytes, file)
        return offset
      }
      let next = offset.multipliedReportingOverflow(by: 2)
      guard !next.overflow else { break }
      offset = offset == 0 ? 512 : next.partialValue
    }
    throw file.error("is not an HDF5 file\(guess(start))")
  }

  /// Compares the end-of-file address of the superblock with the file's length.
  private static func checkLength(_ bytes: [UInt8], _ file: ReadableFile) throws(StorageError) {
    guard bytes.count > 24 else { throw file.error("is truncated: it ends inside its superblock") }
    let addressBytes: Int
    let base: Int
    switch bytes[8] {
    case 0: (addressBytes, base) = (Int(bytes[13]), 24)
    case 1: (addressBytes, base) = (Int(bytes[13]), 28)
    case 2, 3: (addressBytes, base) = (Int(bytes[9]), 12)
    case let version:
      throw file.error(
        "was written by a newer HDF5: its superblock has version \(version), versions up to 3 can be read")
    }
    guard [2, 4, 8].contains(addressBytes) else {
      throw file.error("is damaged: its superblock makes no sense")
    }
    let end = base + 2 * addressBytes
    guard bytes.count >= end + addressBytes else {
      throw file.error("is truncated: it ends inside its superblock")
    }
    let expected = bytes[end..<end + addressBytes].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    guard expected <= UInt64(file.byteCount) else {
      throw file.error(
        "is truncated: it should have \(expected) bytes and has \(file.byteCount); copy or download it again")
    }
  }

  private static let converter = ", which 'python -m vaelib convert' can convert"

  /// What a file that is not HDF5 may be instead.
  private static func guess(_ start: [UInt8]) -> String {
    if start.starts(with: [0x93] + Array("NUMPY".utf8)) {
      return "; it is a NumPy file\(converter)"
    }
    if start.starts(with: Array("PK".utf8)) {
      return "; it is a zip archive, such as NumPy's .npz\(converter)"
    }
    if start.starts(with: [0x1F, 0x8B]) { return "; it is compressed with gzip" }
    let isText = !start.isEmpty && start.allSatisfy { $0 >= 0x20 || [0x09, 0x0A, 0x0D].contains($0) }
    return isText ? "; is it a text file?" : ""
  }
}
