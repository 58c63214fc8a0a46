import Foundation
import Testing

/// The linker keeps one of several weak symbols of the same name. If two variants of the kernels shared one,
/// a processor without AVX-512 might be given AVX-512 code; so every weak function must carry its own
/// variant's name.
@Suite struct KernelSymbolsTests {
  /// The build folder, which `swift test` names on the command line.
  private static let buildFolder: URL? = {
    let arguments = CommandLine.arguments
    guard let flag = arguments.firstIndex(of: "--test-bundle-path"), flag + 1 < arguments.count else {
      return nil
    }
    return URL(fileURLWithPath: arguments[flag + 1]).deletingLastPathComponent()
  }()

  private static let hasNM = FileManager.default.isExecutableFile(atPath: "/usr/bin/nm")

  @Test(
    .enabled(if: buildFolder != nil && hasNM, "needs nm and the build folder"),
    arguments: ["VaelibKernelsV1", "VaelibKernelsV3", "VaelibKernelsV4"])
  func weakFunctionsBelongToOneVariant(module: String) throws {
    let folder = try #require(Self.buildFolder).appendingPathComponent("\(module).build")
    guard FileManager.default.fileExists(atPath: folder.path) else { return }
    let objects = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
      .filter { $0.pathExtension == "o" }
    #expect(!objects.isEmpty)

    let nm = Process()
    nm.executableURL = URL(fileURLWithPath: "/usr/bin/nm")
    nm.arguments = objects.map(\.path)
    let pipe = Pipe()
    nm.standardOutput = pipe
    try nm.run()
    let listing = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    nm.waitUntilExit()
    #expect(nm.terminationStatus == 0)

    let weak = listing.split(separator: "\n").filter { $0.contains(" W ") }
    let shared = weak.filter { !$0.contains("$s\(module.count)\(module)") }
    #expect(shared.isEmpty)
  }
}
