/// The product of sizes, or nil if it does not fit an Int.
func product(_ factors: [Int]) -> Int? {
  var product = 1
  for factor in factors {
    let (partial, overflow) = product.multipliedReportingOverflow(by: factor)
    guard !overflow else { return nil }
    product = partial
  }
  return product
}
