/// How large a chunk may be that is decompressed as a whole.
struct ChunkMemory {
  /// Bytes of a chunk that are always allowed.
  static let least = 64 << 20

  let limit: Int
  /// Bytes of the memory budget for each byte of a chunk.
  private let share: Int

  /// A set that is held in memory leaves the budget to its chunks; one that stays in its file needs the half for windows.
  init(memoryBudget: Int, isResident: Bool) {
    share = isResident ? 1 : 2
    limit = max(Self.least, memoryBudget / share)
  }

  /// A memory budget that suffices for chunks of so many bytes.
  func budget(for chunkBytes: Int) -> Int { product([chunkBytes, share]) ?? .max }
}
