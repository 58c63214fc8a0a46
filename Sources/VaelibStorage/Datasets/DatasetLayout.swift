public import VaelibModels
public import VaelibNumerics

/// How a dataset is stored in a file: type, shape of a row, chunks, compression.
public struct DatasetLayout: Sendable {
  public static let defaultCompression = 4
  public static let compressionLevels = 0...9
  /// libhdf5 allows 32 axes; the first counts rows.
  private static let rowAxes = 31
  /// Bytes of a chunk whose rows nobody chose: large enough to compress well, small enough that reading a few rows pays.
  private static let chunkBytes = 512 << 10

  public let elementType: ElementType
  /// The lengths of the axes after the first; empty if a row is one number.
  public let rowShape: [Int]
  /// A level of gzip; 0 for none.
  public let compression: Int
  /// How many rows a chunk holds; nil if nobody chose.
  let chosenChunkRows: Int?
  /// How many numbers a row has.
  public let columns: Int

  /// `chunkRows` of 0 stands for chunks of about half a mebibyte. Throws `invalidArgument`, with a text that begins
  /// with the field's name.
  public init(
    elementType: ElementType, rowShape: [Int], compression: Int = Self.defaultCompression, chunkRows: Int = 0
  ) throws(ModelError) {
    guard Self.compressionLevels.contains(compression) else {
      throw .invalidArgument("compression is \(UInt(bitPattern: compression)); allowed: 0 to 9")
    }
    guard rowShape.count <= Self.rowAxes, rowShape.allSatisfy({ $0 >= 1 }) else {
      throw .invalidArgument(
        "shape is \(rowShape.map { UInt(bitPattern: $0) }); allowed: at most \(Self.rowAxes) axes of length 1 or more"
      )
    }
    guard let columns = product(rowShape), let rowBytes = product([columns, elementType.byteCount]),
      rowBytes <= DatasetForm.chunkByteLimit
    else {
      throw .invalidArgument(
        "shape is \(rowShape); a row may take up to \(DatasetForm.chunkByteLimit >> 20) MiB")
    }
    guard chunkRows >= 0, chunkRows <= DatasetForm.chunkByteLimit / rowBytes else {
      throw .invalidArgument(
        "chunk_rows is \(UInt(bitPattern: chunkRows)); with rows of \(rowBytes) bytes up to "
          + "\(DatasetForm.chunkByteLimit / rowBytes) are allowed")
    }
    self.elementType = elementType
    self.rowShape = rowShape
    self.compression = compression
    chosenChunkRows = chunkRows == 0 ? nil : chunkRows
    self.columns = columns
  }

  var rowByteCount: Int { columns * elementType.byteCount }
  /// How many rows a chunk holds.
  var chunkRows: Int { chosenChunkRows ?? max(1, Self.chunkBytes / rowByteCount) }
}
