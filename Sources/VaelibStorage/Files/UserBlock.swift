/// The 512 bytes before the HDF5 part of a model file, which HDF5 programs skip: what the file is, how long that part
/// is, and its checksum. libhdf5 may crash on damaged files, so a model file is checked before libhdf5 sees any of it.
///
/// | bytes | what |
/// |---|---|
/// | 0 to 47 | `title`, in ASCII |
/// | 48 to 55 | bytes of the HDF5 part, an unsigned little-endian integer |
/// | 56 to 59 | CRC-32 of the HDF5 part, an unsigned little-endian integer |
/// | 60 to 511 | zero |
struct UserBlock: Equatable {
  /// The smallest user block that HDF5 knows.
  static let byteCount = 512
  /// By this a model file is known.
  static let title = Array("vaelib model; an HDF5 file from byte 512 onward\n".utf8)

  /// Bytes of the HDF5 part.
  let contentByteCount: UInt64
  /// CRC-32 of the HDF5 part.
  let checksum: UInt32

  /// The block that belongs before so many bytes of this checksum.
  private init(contentByteCount: Int, checksum: UInt32) {
    self.contentByteCount = UInt64(contentByteCount)
    self.checksum = checksum
  }

  /// Reads and checks the block of `file`, up to the length it states.
  init(of file: ReadableFile) throws(StorageError) {
    let bytes = try file.read(at: 0, count: Self.byteCount)
    try Self.checkTitle(bytes, file)
    guard bytes.count == Self.byteCount else {
      throw file.error(
        "is truncated: it ends inside its first \(Self.byteCount) bytes; copy or download it again")
    }
    contentByteCount = Self.integer(bytes[48..<56])
    checksum = UInt32(Self.integer(bytes[56..<60]))
    guard bytes == self.bytes else {
      throw file.error("is damaged: bytes 60 to 511 should be zero; restore it from a copy")
    }
    let actual = UInt64(file.byteCount - Self.byteCount)
    guard actual == contentByteCount else {
      let lengths = "\(contentByteCount) bytes should follow its first \(Self.byteCount), and \(actual) do"
      throw file.error(
        actual < contentByteCount
          ? "is truncated: \(lengths); copy or download it again"
          : "is damaged: \(lengths); restore it from a copy")
    }
  }

  /// Whether a file begins as a model file does, as far as it goes.
  static func begins(_ file: ReadableFile) throws(StorageError) -> Bool {
    title.starts(with: try file.read(at: 0, count: title.count))
  }

  /// Throws if a file that does not begin as a model file does once did.
  static func refuseDamaged(_ file: ReadableFile, base: Int) throws(StorageError) {
    let start = try file.read(at: 0, count: title.count)
    guard base == byteCount, zip(start, title).count(where: ==) > title.count / 2 else { return }
    throw file.error("is damaged: it is a model file whose first line was changed; restore it from a copy")
  }

  /// Says what the file is instead, if it does not begin as a model file does, as far as it goes.
  private static func checkTitle(_ bytes: [UInt8], _ file: ReadableFile) throws(StorageError) {
    guard !title.starts(with: bytes.prefix(title.count)) else { return }
    try refuseDamaged(file, base: try Superblock.check(file))
    let line = String(decoding: title.dropLast(), as: UTF8.self)
    throw file.error("is HDF5, but holds no vaelib model: a model file begins with \"\(line)\"")
  }

  /// Checks the HDF5 part of `file`.
  func check(_ content: UnsafeRawBufferPointer, of file: ReadableFile) throws(StorageError) {
    let actual = Checksum.crc32(content)
    guard actual == checksum else {
      throw file.error(
        "is damaged: its checksum is \(checksum), its content's \(actual); restore it from a copy")
    }
  }

  /// The block as it stands in the file.
  var bytes: [UInt8] {
    var bytes = Self.title
    bytes += (0..<8).map { UInt8(truncatingIfNeeded: contentByteCount >> (8 * $0)) }
    bytes += (0..<4).map { UInt8(truncatingIfNeeded: checksum >> (8 * $0)) }
    return bytes + [UInt8](repeating: 0, count: Self.byteCount - bytes.count)
  }

  /// Fills in the block at the start of a file.
  static func seal(_ file: inout [UInt8]) {
    let checksum = file.withUnsafeBytes {
      Checksum.crc32(UnsafeRawBufferPointer(rebasing: $0[byteCount...]))
    }
    let block = UserBlock(contentByteCount: file.count - byteCount, checksum: checksum)
    file.replaceSubrange(..<byteCount, with: block.bytes)
  }

  /// The same of a file that is not yet in place: libhdf5 wrote it in an order of its own, so it is read once more.
  static func seal(_ file: AtomicFile) throws(StorageError) {
    var (count, checksum) = (0, UInt32(0))
    try file.readBack(from: byteCount) { piece in
      count += piece.count
      checksum = Checksum.crc32(piece, after: checksum)
    }
    try file.write(UserBlock(contentByteCount: count, checksum: checksum).bytes, at: 0)
  }

  private static func integer(_ bytes: ArraySlice<UInt8>) -> UInt64 {
    bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) }
  }
}
