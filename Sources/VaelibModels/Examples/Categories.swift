import VaelibNumerics

/// How many categories 0, 1, ... each of some groups of columns has, found in one pass: one more than the largest
/// number. Missing values are passed over; those that cannot be categories are found later, by the check of examples.
///
/// Throws `ModelError.data` beyond the greatest number of categories, and whatever the source throws.
func categories(of source: any ExampleSource, groups: [Range<Int>]) throws -> [Int] {
  var largest = [Float](repeating: 0, count: groups.count)
  if groups.isEmpty { return [] }
  try ExampleBlocks(source: source, check: nil, control: RunControl()).forEachBlock { block in
    for row in 0..<block.values.rows {
      for (index, columns) in groups.enumerated() {
        for column in columns where block.values.row(row)[column] > largest[index] {
          largest[index] = block.values.row(row)[column]
        }
      }
    }
  }
  for (columns, largest) in zip(groups, largest) where largest >= Float(ColumnGroup.greatestCategoryCount) {
    throw ModelError.data(
      "columns \(columns.lowerBound) to \(columns.upperBound - 1), which are categorical, hold \(largest); categories are "
        + "whole numbers from 0 to \(ColumnGroup.greatestCategoryCount - 1)")
  }
  return largest.map { Int($0) + 1 }
}
