import CKernels

/// How many times this process and its ancestors forked since the library was first used. A child has no thread but the
/// one that forked, so whatever counts on other threads compares this number.
public enum ForkGeneration {
  public static var current: UInt32 { vaelib_fork_generation() }
}
