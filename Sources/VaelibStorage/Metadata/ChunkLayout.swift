/// What a layout message says of chunks.
struct ChunkLayout {
  let index: Index
  let chunkShape: [Int]
  let elementBytes: Int
  /// Whether chunks that reach beyond the end of an axis did not pass the filters.
  var areCutChunksUnfiltered = false
  /// Whether indices give the size of a chunk as long as any length in the file: so do layouts of version 5.
  var hasLongSizes = false

  /// How chunks are found. An address is nil where nothing was ever written.
  enum Index {
    case tree(Int?)
    case single(Int?, FilteredSize?)
    case implicit(Int?)
    case fixedArray(Int?, pageBits: Int)
    case extensibleArray(Int?, parameters: [Int])
    case tree2(Int?)

    var address: Int? {
      switch self {
      case .tree(let address), .single(let address, _), .implicit(let address), .fixedArray(let address, _),
        .extensibleArray(let address, _), .tree2(let address):
        address
      }
    }
  }

  /// What the message says of a single chunk that passed filters.
  struct FilteredSize {
    let byteCount: Int
    let skippedFilters: UInt32
  }
}
