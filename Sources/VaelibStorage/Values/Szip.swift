import VaelibNumerics

/// Undoes HDF5's filter szip (H5Zszip.c of HDF5 1.10; sz_compat.c of libaec 1.1).
///
/// A chunk is how many bytes it has (4 bytes, the lowest first), then samples in lines (`RiceLine`). A line is padded to
/// whole blocks; the last one may end early. Numbers of 32 and 64 bits are samples of 8 bits: all their first bytes, then
/// all second ones, and so on.
struct Szip {
  /// The greatest sizes that the filter has.
  private static let mostBlockSamples = 32
  private static let mostLineSamples = 4_096

  private let line: RiceLine
  private let isBigEndian: Bool
  /// Bytes of an element whose bytes are samples; 1 where elements are.
  private let bytesApart: Int
  private let sampleBytes: Int

  /// nil for parameters that make no sense: options, samples of a block, bits of an element, samples of a line.
  init?(_ values: [UInt32]) {
    guard values.count >= 4, (2...Self.mostBlockSamples).contains(Int(values[1])), values[1] % 2 == 0,
      (1...Self.mostLineSamples).contains(Int(values[3]))
    else { return nil }
    let bits = Int(values[2])
    guard (1...24).contains(bits) || bits == 32 || bits == 64 else { return nil }
    bytesApart = bits > 24 ? bits / 8 : 1
    let sampleBits = bits > 24 ? 8 : bits
    sampleBytes = sampleBits > 16 ? 4 : sampleBits > 8 ? 2 : 1
    isBigEndian = values[0] & 16 != 0
    line = RiceLine(
      sampleBits: sampleBits, blockSamples: Int(values[1]), samples: Int(values[3]),
      isPredicted: values[0] & 32 != 0)
  }

  /// How many bytes of `output` the input fills; nil if it is damaged or holds more. What follows them is ignored.
  func decompress(_ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer) -> Int? {
    guard var source = StoredBytes(input), let total = source.littleEndian(UInt32.self),
      total <= output.count,
      total % (sampleBytes * bytesApart) == 0, let target = output.baseAddress
    else { return nil }
    var reader = BitReader(UnsafeRawBufferPointer(rebasing: input[4...]))
    guard bytesApart > 1 else {
      return restore(&reader, to: target, count: total / sampleBytes) ? total : nil
    }
    guard let apart = ByteBuffer(count: total), restore(&reader, to: apart.base, count: total) else {
      return nil
    }
    Shuffle(elementBytes: bytesApart, byteCount: total).restore(apart.base, to: target)
    return total
  }

  private func restore(_ reader: inout BitReader, to target: UnsafeMutableRawPointer, count: Int) -> Bool {
    withUnsafeTemporaryAllocation(of: UInt32.self, capacity: line.room) { samples in
      for first in stride(from: 0, to: count, by: line.samples) {
        let wanted = min(line.samples, count - first)
        guard line.read(&reader, wanted, to: samples) else { return false }
        store(samples, wanted, target + first * sampleBytes)
      }
      return true
    }
  }

  private func store(
    _ samples: UnsafeMutableBufferPointer<UInt32>, _ count: Int, _ target: UnsafeMutableRawPointer
  ) {
    switch sampleBytes {
    case 1: store(samples, count, target, UInt8.self)
    case 2: store(samples, count, target, UInt16.self)
    default: store(samples, count, target, UInt32.self)
    }
  }

  @inline(__always)
  private func store<Word: FixedWidthInteger & BitwiseCopyable>(
    _ samples: UnsafeMutableBufferPointer<UInt32>, _ count: Int, _ target: UnsafeMutableRawPointer,
    _: Word.Type
  ) {
    for index in 0..<count {
      let word = Word(truncatingIfNeeded: samples[index])
      target.storeBytes(
        of: isBigEndian ? word.bigEndian : word.littleEndian, toByteOffset: index &* MemoryLayout<Word>.size,
        as: Word.self)
    }
  }
}
