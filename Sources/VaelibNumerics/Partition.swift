/// How work is cut into parts.
///
/// Cuts depend on the amount of work alone, never on the number of threads, so that sums over parts are
/// formed in the same order and results have the same bits however many threads there are.
public enum Partition {
  /// Work below this many floating-point operations (some 10 microseconds) is not worth handing to another
  /// thread.
  private static let smallestSharedWork = 2_000_000
  /// A part holds at most so many, if that makes no more than 16 parts.
  private static let workPerPart = 24_000_000

  /// How many parts a job of so many floating-point operations is cut into: 1, 2, 4, 8 or 16, which as many threads share
  /// evenly.
  public static func parts(flops: Int) -> Int {
    if flops < smallestSharedWork { return 1 }
    var parts = 2
    while parts < 16, flops / parts > workPerPart { parts *= 2 }
    return parts
  }

  /// Part number `part` of `count` elements cut into `parts`: contiguous, in order, covering all. Every part
  /// but the last begins and ends at a multiple of `multipleOf`; some may be empty.
  public static func range(of count: Int, part: Int, parts: Int, multipleOf: Int = 16) -> Range<Int> {
    assert(count >= 0 && part >= 0 && part < parts && multipleOf > 0)
    let units = count / multipleOf + (count % multipleOf == 0 ? 0 : 1)
    let start = units * part / parts * multipleOf
    let end = units * (part + 1) / parts * multipleOf
    return min(start, count)..<min(end, count)
  }
}
