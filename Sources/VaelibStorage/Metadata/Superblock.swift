/// The first bytes of an HDF5 file (HDF5 File Format Specification, version 3.0, section II.A).
enum Superblock {
  private static let signature: [UInt8] = [0x89, 0x48, 0x44, 0x46, 0x0D, 0x0A, 0x1A, 0x0A]

  /// Bits of the file consistency flags, which version 3 has: a writer sets them and removes them when it closes.
  private enum Flag {
    static let write: UInt8 = 0x01
    /// "Single writer, multiple readers".
    static let singleWriter: UInt8 = 0x04
  }

  /// Checks that a file is HDF5 and as long as it says; returns where its HDF5 part begins.
  @discardableResult
  static func check(_ file: ReadableFile) throws(StorageError) -> Int {
    // The signature stands at 0, 512, 1024, 2048 and so on; before it anything may stand.
    var offset = 0
    while offset < file.byteCount {
      let bytes = try file.read(at: offset, count: 64)
      if bytes.starts(with: signature) {
        try checkLength(bytes, file)
        return offset
      }
      let next = offset.multipliedReportingOverflow(by: 2)
      guard !next.overflow else { break }
      offset = offset == 0 ? 512 : next.partialValue
    }
    let start = try file.read(at: 0, count: ForeignFormat.byteCount)
    throw file.error("is not an HDF5 file\(ForeignFormat.remark(start))")
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
    if bytes[8] == 3, bytes[11] & (Flag.write | Flag.singleWriter) != 0 {
      throw file.error(
        "is open for writing, or was not closed by its last writer: close it there; if no program has it open any "
          + "more, 'h5clear -s FILE' removes the mark, and what was written last may be missing")
    }
    let end = base + 2 * addressBytes
    guard bytes.count >= end + addressBytes else {
      throw file.error("is truncated: it ends inside its superblock")
    }
    let expected = bytes[end..<end + addressBytes].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    guard expected <= UInt64(file.byteCount) else {
      throw file.error(
        "is truncated: it should have \(expected) bytes and has \(file.byteCount); copy or download it again, or write "
          + "it again if the program that wrote it was killed")
    }
  }
}
