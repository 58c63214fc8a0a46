import Glibc

/// Bytes between two pages that nothing may touch: whoever reads or writes a byte beyond them ends the process.
final class GuardedBytes {
  /// At which of the two pages the bytes are; there may be room at the other.
  enum Side: CaseIterable {
    case atBegin, atEnd
  }

  private let pages: UnsafeMutableRawPointer
  private let pageBytes: Int
  let bytes: UnsafeMutableRawBufferPointer

  init(count: Int, _ side: Side) {
    let page = Int(sysconf(Int32(_SC_PAGESIZE)))
    let room = max(1, (count + page - 1) / page) * page
    pageBytes = room + 2 * page
    pages = mmap(nil, pageBytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
    precondition(pages != MAP_FAILED && mprotect(pages + page, room, PROT_READ | PROT_WRITE) == 0)
    let first = side == .atBegin ? pages + page : pages + page + room - count
    bytes = UnsafeMutableRawBufferPointer(start: first, count: count)
  }

  convenience init(_ content: some Collection<UInt8>, _ side: Side) {
    self.init(count: content.count, side)
    bytes.copyBytes(from: content)
  }

  deinit { munmap(pages, pageBytes) }
}
