// swift-tools-version: 6.2
import PackageDescription

let strict: [SwiftSetting] = [
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("ExistentialAny"),
  .treatAllWarnings(as: .error),
  // The debug information does not refer to files of the build, which debuggers would miss wherever it is installed.
  .unsafeFlags(["-Xfrontend", "-no-clang-module-breadcrumbs"]),
]

// The DWARF version is Swift's own: valgrind 3.19 (Debian 12) gives up the process when it meets both 4 and 5.
let internalC: [CSetting] = [.unsafeFlags(["-fvisibility=hidden", "-gdwarf-4"])]

// -fno-math-errno lets square roots vectorise; without it each one is a call that may set errno.
let numeric: [SwiftSetting] = strict + [.unsafeFlags(["-Xcc", "-fno-math-errno"])]

// Kernels are optimised in debug builds too, where every test that trains would otherwise take minutes.
let kernel: [SwiftSetting] =
  numeric + [
    .unsafeFlags(["-O", "-wmo", "-disable-batch-mode", "-num-threads", "1"], .when(configuration: .debug))
  ]

// One kernel source, compiled once per instruction set; VaelibNumerics chooses at run time.
#if arch(x86_64)
  let kernelVariants: [(name: String, flags: [String])] = [
    ("VaelibKernelsV1", []),
    ("VaelibKernelsV3", ["-Xcc", "-march=x86-64-v3"]),
    ("VaelibKernelsV4", ["-Xcc", "-march=x86-64-v4", "-Xcc", "-mprefer-vector-width=512"]),
  ]
#else
  let kernelVariants: [(name: String, flags: [String])] = [("VaelibKernelsV1", [])]
#endif

// What the library allocates goes through CKernels/Reserve.c.
let wrappedAllocations = [
  "malloc", "calloc", "realloc", "free", "posix_memalign", "aligned_alloc", "malloc_usable_size", "_Znwm",
  "_Znam",
  "_ZdlPv", "_ZdaPv", "_ZdlPvm", "_ZdaPvm", "_ZnwmSt11align_val_t", "_ZdlPvSt11align_val_t",
  "_ZdlPvmSt11align_val_t",
].flatMap { ["-Xlinker", "--wrap=\($0)"] }

let package = Package(
  name: "vaelib",
  products: [.library(name: "vaelib", type: .dynamic, targets: ["VaelibC"])],
  targets: [
    .target(name: "CHDF5", exclude: ["functions.inc"], cSettings: internalC),
    .systemLibrary(name: "CDeflate", providers: [.apt(["libdeflate-dev"])]),
    .systemLibrary(name: "CVaelib", path: "include"),
    .target(name: "CKernels", cSettings: internalC),
    .target(name: "VaelibKernels", swiftSettings: numeric),
  ]
    + kernelVariants.map { variant in
      .target(
        name: variant.name, dependencies: ["CKernels", "VaelibKernels"],
        swiftSettings: kernel + [.unsafeFlags(variant.flags)])
    }
    + [
      .target(
        name: "VaelibNumerics",
        dependencies: ["CKernels", "VaelibKernels"]
          + kernelVariants.map { .byName(name: $0.name) },
        swiftSettings: numeric),
      .target(name: "VaelibNetworks", dependencies: ["VaelibNumerics"], swiftSettings: strict),
      .target(name: "VaelibModels", dependencies: ["VaelibNetworks"], swiftSettings: strict),
      .target(
        name: "VaelibStorage", dependencies: ["CDeflate", "CHDF5", "VaelibModels", "VaelibNumerics"],
        swiftSettings: strict,
        // Linked in, so that no other libdeflate in the process can take its place.
        linkerSettings: [.linkedLibrary(":libdeflate.a")]),
      .target(
        name: "VaelibC", dependencies: ["CVaelib", "VaelibStorage"], swiftSettings: strict,
        linkerSettings: [
          .unsafeFlags(
            [
              "-static-stdlib", "-use-ld=lld",
              "-Xlinker", "--version-script=\(Context.packageDirectory)/vaelib.map",
              "-Xlinker", "-soname=libvaelib.so.0",
              "-Xlinker", "-z", "-Xlinker", "defs",
              // Parked workers must not find the library unmapped.
              "-Xlinker", "-z", "-Xlinker", "nodelete",
            ], .when(configuration: .release)),
          .unsafeFlags(wrappedAllocations, .when(configuration: .release)),
        ]),
      .testTarget(
        name: "VaelibNumericsTests", dependencies: ["CKernels", "VaelibKernels", "VaelibNumerics"],
        swiftSettings: strict),
      .testTarget(
        name: "VaelibNetworksTests", dependencies: ["VaelibNetworks"], swiftSettings: strict),
      .testTarget(name: "VaelibModelsTests", dependencies: ["VaelibModels"], swiftSettings: strict),
      .testTarget(
        name: "VaelibStorageTests", dependencies: ["VaelibStorage"], exclude: ["Fixtures"],
        swiftSettings: strict),
    ]
)
