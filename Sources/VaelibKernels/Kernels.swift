/// A run of numbers that a kernel reads.
public typealias Floats = UnsafePointer<Float>
/// A run of numbers that a kernel writes, or changes in place.
public typealias MutableFloats = UnsafeMutablePointer<Float>

/// The loops over floats that training spends its time in; a type that conforms holds them compiled for one
/// instruction set.
///
/// Formulas are meant element by element over `count` elements. Runs written must not overlap other runs. NaN in,
/// NaN out. Sums are formed in single precision for 512 terms at most, beyond that in double, in an order fixed at
/// compile time.
///
/// Called through `any Kernels.Type`, a kernel costs one indirect call. Nothing here is generic, since the linker
/// keeps only one copy of a generic function for all instruction sets, and it may be the wrong one.
public protocol Kernels: ActivationKernels, ConversionKernels, ElementKernels, LatentKernels,
  LikelihoodKernels, CountKernels, UnitIntervalKernels, OptimizerKernels, ProductKernels, RandomKernels,
  ReductionKernels
{}
