import VaelibNumerics

/// The rows of a set, divided at random into two sets. Both keep the order of the rows.
public struct RowSplit: Sendable {
  public private(set) var training: [Int] = []
  public private(set) var validation: [Int] = []

  /// `round(fraction * rows)` rows are for validation, but at least one and not all. Every choice of so many rows is
  /// equally probable.
  public init(rows: Int, fraction: Double, seed: UInt64) {
    let wanted = Self.validationRows(of: rows, fraction: fraction)
    self.init(sizes: [rows], wanted: [wanted], classes: nil, seed: seed)
  }

  /// Every class is divided in proportion (a stratified split), so that both sets show the classes as the whole does.
  ///
  /// As many rows are for validation as without labels, if the classes have them to give: each keeps at least one row
  /// for training. So `validation` is empty, which callers have to look for, if every class has one row. Within a
  /// class, every choice of so many rows is equally probable.
  ///
  /// - Parameter labels: the class of a row, any number.
  public init(rows: Int, fraction: Double, seed: UInt64, labels: (_ row: Int) -> Int64) {
    let labels = (0..<rows).map(labels)
    let numbers = Dictionary(uniqueKeysWithValues: Set(labels).sorted().enumerated().map { ($1, $0) })
    let classes = labels.map { numbers[$0] ?? 0 }
    var sizes = [Int](repeating: 0, count: numbers.count)
    for number in classes { sizes[number] += 1 }
    let wanted = apportion(Self.validationRows(of: rows, fraction: fraction), among: sizes)
    self.init(sizes: sizes, wanted: wanted, classes: classes, seed: seed)
  }

  /// How many of the rows are for validation: the nearest integer, halves up, but at least one and not all.
  static func validationRows(of rows: Int, fraction: Double) -> Int {
    min(max(Int((fraction * Double(rows)).rounded()), 1), max(1, rows - 1))
  }

  /// Selection sampling (Knuth, volume 2, algorithm 3.4.2S) in each class: a row is taken if a random integer below the
  /// number of rows left is below the number still wanted.
  ///
  /// - Parameters:
  ///   - sizes: how many rows each class has.
  ///   - wanted: how many of them are for validation.
  ///   - classes: the class of each row, nil if there is one.
  private init(sizes: [Int], wanted: [Int], classes: [Int]?, seed: UInt64) {
    var random = RandomIntegers(RandomPurpose.split.stream(seed: seed))
    var (left, wanted) = (sizes, wanted)
    let (rows, chosen) = (sizes.reduce(0, +), wanted.reduce(0, +))
    validation.reserveCapacity(chosen)
    training.reserveCapacity(max(0, rows - chosen))
    for row in 0..<rows {
      let number = classes?[row] ?? 0
      if random.below(UInt64(left[number])) < UInt64(wanted[number]) {
        validation.append(row)
        wanted[number] -= 1
      } else {
        training.append(row)
      }
      left[number] -= 1
    }
  }
}

/// Shares of `total` in proportion to `sizes`, by largest remainders (among equal ones, the first). Each share is less
/// than its size; what a size of 1 cannot take goes to the others in proportion. The shares add up to less than `total`
/// where these bounds leave no choice.
private func apportion(_ total: Int, among sizes: [Int]) -> [Int] {
  let divisible = sizes.indices.filter { sizes[$0] > 1 }
  let sum = divisible.reduce(0) { $0 + sizes[$1] }
  let total = min(total, sum - divisible.count)
  var shares = sizes.map { _ in 0 }
  guard total > 0 else { return shares }
  var remainders = shares
  for index in divisible {
    // Less than the size, since the total is less than the sum.
    (shares[index], remainders[index]) = sum.dividingFullWidth(total.multipliedFullWidth(by: sizes[index]))
  }
  var rest = total - shares.reduce(0, +)
  let order = divisible.sorted { (remainders[$0], $1) > (remainders[$1], $0) }
  while rest > 0 {
    for index in order where rest > 0 && shares[index] < sizes[index] - 1 {
      shares[index] += 1
      rest -= 1
    }
  }
  return shares
}
