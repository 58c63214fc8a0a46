public import VaelibKernels

/// The kernels as this module was compiled; the other files add them. None may be inlined, so that its instructions
/// stay behind the choice of an instruction set.
enum CompiledKernels: Kernels {}

/// The kernels as this module was compiled; calling one needs a processor that has the instructions.
public func compiledKernels() -> any Kernels.Type { CompiledKernels.self }
