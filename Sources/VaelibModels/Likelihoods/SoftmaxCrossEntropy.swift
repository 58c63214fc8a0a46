import Glibc

/// -log softmax(logits)[label] and the most probable class; gradient = weight (softmax(logits) - one-hot(label)).
func softmaxCrossEntropy(
  _ logits: UnsafePointer<Float>, label: Int, count: Int, gradient: UnsafeMutablePointer<Float>, weight: Float
) -> (loss: Double, best: Int) {
  var best = 0
  for index in 1..<max(1, count) where logits[index] > logits[best] { best = index }
  let highest = Double(logits[best])
  let sum = (0..<count).reduce(0.0) { $0 + exp(Double(logits[$1]) - highest) }
  for index in 0..<count {
    let probability = exp(Double(logits[index]) - highest) / sum
    gradient[index] = weight * Float(probability - (index == label ? 1 : 0))
  }
  return (highest + log(sum) - Double(logits[label]), best)
}
