/// The rows of several sets, one set after another, as a set of their own.
///
/// Each set keeps its scaling. Where they differ, the numbers of the whole are those that models see: scale 1, shift 0.
public final class ConcatenationSource: ExampleSource {
  public let rows: Int
  public let columns: Int
  public let scale: Double
  public let shift: Double
  public let parts: [ExamplePart]
  public let firstRow = 0

  /// There must be at least one set, and all must have as many columns as the first.
  public init(_ sets: [any ExampleSource]) {
    columns = sets[0].columns
    let isAlike = sets.allSatisfy { $0.scale == sets[0].scale && $0.shift == sets[0].shift }
    scale = isAlike ? sets[0].scale : 1
    shift = isAlike ? sets[0].shift : 0
    var parts: [ExamplePart] = []
    var rows = 0
    for set in sets {
      parts += set.parts.map { $0.shifted(by: rows) }
      rows += set.rows
    }
    self.parts = parts
    self.rows = rows
  }
}
