import VaelibNumerics

/// Tensors of a flat parameter array, cut into parts that are worth a thread's attention, by sizes alone.
///
/// Part p of n has the p-th n-th of every tensor, as has part p of the product that finds a weight's gradient: so a thread
/// mostly updates the weights whose gradients it has just computed.
struct ParameterParts {
  private static let partSize = 32_768

  private let tensors: [Range<Int>]
  let count: Int

  init(_ tensors: [Range<Int>]) {
    self.tensors = tensors
    let size = tensors.reduce(0) { $0 + $1.count }
    count = size == 0 ? 0 : (size - 1) / Self.partSize + 1
  }

  /// Calls `body` with what a part has of each tensor, and the number of the tensor.
  func forEachRange(_ part: Int, _ body: (_ tensor: Int, Range<Int>) -> Void) {
    for (index, tensor) in tensors.enumerated() {
      let range = Partition.range(of: tensor.count, part: part, parts: count)
      if range.isEmpty { continue }
      body(index, tensor.lowerBound + range.lowerBound..<tensor.lowerBound + range.upperBound)
    }
  }
}
