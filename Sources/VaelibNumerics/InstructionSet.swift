import CKernels
public import VaelibKernels
import VaelibKernelsV1

#if arch(x86_64)
  import VaelibKernelsV3
  import VaelibKernelsV4
#endif

/// The kernels compiled for the best instruction set of this processor.
public let kernels: any Kernels.Type = InstructionSet.best.kernels

/// The instruction sets that the kernels are compiled for.
enum InstructionSet: Int, CaseIterable {
  /// What every processor of the architecture has.
  case baseline = 1
  #if arch(x86_64)
    /// x86-64-v3, AVX2 and FMA: most processors since 2013.
    case avx2 = 3
    /// x86-64-v4, AVX-512.
    case avx512 = 4
  #endif

  /// The best one this processor has.
  static var best: InstructionSet { InstructionSet(rawValue: Int(vaelib_instruction_set())) ?? .baseline }

  /// The kernels compiled for this instruction set; calling one needs a processor that has it.
  var kernels: any Kernels.Type {
    switch self {
    case .baseline: VaelibKernelsV1.compiledKernels()
    #if arch(x86_64)
      case .avx2: VaelibKernelsV3.compiledKernels()
      case .avx512: VaelibKernelsV4.compiledKernels()
    #endif
    }
  }

  var name: String {
    switch self {
    #if arch(x86_64)
      case .baseline: "x86-64"
      case .avx2: "x86-64-v3"
      case .avx512: "x86-64-v4"
    #elseif arch(arm64)
      case .baseline: "arm64"
    #else
      case .baseline: "baseline"
    #endif
    }
  }
}

/// The instruction set and threads in use: "kernels x86-64-v4, 2 threads (one per processor)".
public func cpuDescription() -> String {
  "kernels \(InstructionSet.best.name), \(WorkerPool.shared.threadsDescription)"
}
