import VaelibNumerics

extension EncoderPass {
  /// `count` samples of q(z|x) for one row, [count, J]; sample k is made of values k J to (k + 1) J - 1 of the stream.
  ///
  /// - Parameters:
  ///   - firstBlock: where in the stream to begin, in blocks of 4 values.
  ///   - noise: receives the noise, [count, J], if not nil.
  func writeSamples(
    _ row: Int, count: Int, stream: RandomStream, firstBlock: Int, noise: UnsafeMutablePointer<Float>?,
    into z: UnsafeMutablePointer<Float>
  ) {
    let width = latent
    withUnsafeTemporaryAllocation(of: Float.self, capacity: noise == nil ? count * width : 1) { scratch in
      guard let noise = noise ?? scratch.baseAddress else { return }
      stream.normals(into: noise, count: count * width, firstBlock: UInt32(truncatingIfNeeded: firstBlock))
      for sample in 0..<count {
        kernels.sampleLatent(
          mean(row), logVariance(row), noise + sample * width, z + sample * width, width)
      }
    }
  }
}
