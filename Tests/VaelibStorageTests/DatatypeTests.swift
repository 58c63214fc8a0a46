import Foundation
import Testing

@testable import VaelibStorage

/// Datatype messages as libhdf5 and older writers encode them.
@Suite struct DatatypeTests {
  private static func little(_ value: Int, _ count: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
  }

  private static func message(_ version: Int, _ kind: Int, _ bits: Int, _ bytes: Int, _ rest: [UInt8])
    -> [UInt8]
  {
    [UInt8(version << 4 | kind)] + little(bits, 3) + little(bytes, 4) + rest
  }

  private static func int(_ bytes: Int, signed: Bool = true, version: Int = 1) -> [UInt8] {
    message(version, 0, signed ? 8 : 0, bytes, little(0, 2) + little(8 * bytes, 2))
  }

  private static let float = message(
    1, 1, 31 << 8 | 0x20, 4, little(0, 2) + little(32, 2) + [23, 8, 0, 23] + little(127, 4))

  private static func padded(_ name: String) -> [UInt8] {
    let bytes = Array(name.utf8) + [0]
    return bytes + [UInt8](repeating: 0, count: (8 - bytes.count % 8) % 8)
  }

  /// The type that a message stands for, read from a file that holds nothing but a superblock.
  private func read(_ bytes: [UInt8]) throws -> Datatype {
    let path = NSTemporaryDirectory() + "datatype-\(UUID().uuidString).h5"
    defer { try? FileManager.default.removeItem(atPath: path) }
    var content: [UInt8] = [0x89, 0x48, 0x44, 0x46, 0x0D, 0x0A, 0x1A, 0x0A, 2, 8, 8, 0]
    content += Self.little(0, 8) + Self.little(-1, 8) + Self.little(64, 8) + Self.little(48, 8)
    content += [UInt8](repeating: 0, count: 64)
    try Data(content).write(to: URL(fileURLWithPath: path))
    let file = try MetadataFile(try ReadableFile(path), base: 0)
    return try Datatype(MetadataCursor(file, bytes[...], "a type"))
  }

  @Test func numbers() throws {
    #expect(try read(Self.int(4)).type == .signedInteger(byteCount: 4))
    #expect(try read(Self.int(2, signed: false)).type == .unsignedInteger(byteCount: 2))
    let real = try read(Self.float)
    #expect(real.type == .real(byteCount: 4))
    guard case .real(let format) = real.kind else { return #expect(Bool(false)) }
    #expect(format.isIEEE(byteCount: 4) && format.byteOrder == .little)
    #expect(!format.isIEEE(byteCount: 8))
    #expect(try read(Self.message(1, 4, 0, 1, [0, 0, 8, 0])).type == .bits(byteCount: 1))
  }

  @Test(arguments: 1...3) func enumerations(_ version: Int) throws {
    func enumeration(_ names: [String], _ values: [UInt8]) throws -> Datatype {
      var texts: [UInt8] = []
      for name in names { texts += version < 3 ? Self.padded(name) : Array(name.utf8) + [0] }
      return try read(
        Self.message(version, 8, names.count, 1, Self.int(1, version: version) + texts + values))
    }
    #expect(try enumeration(["FALSE", "TRUE"], [0, 1]).type == .boolean)
    #expect(try enumeration(["TRUE", "FALSE"], [1, 0]).type == .boolean)
    #expect(try enumeration(["FALSE", "TRUE"], [1, 0]).type == .enumeration(byteCount: 1, isSigned: true))
    let colours = try enumeration(["RED", "GREEN", "LONGBLUENAME"], [0, 1, 7])
    #expect(colours.type == .enumeration(byteCount: 1, isSigned: true))
    guard case .enumeration(_, let members) = colours.kind else { return #expect(Bool(false)) }
    #expect(members.map { String(decoding: $0.name, as: UTF8.self) } == ["RED", "GREEN", "LONGBLUENAME"])
    #expect(members.map(\.value) == [[0], [1], [7]])
    #expect(throws: StorageError.self) { try enumeration(["A", "B"], [1]) }
  }

  @Test func compoundsOfEveryVersion() throws {
    let array2 = Self.message(
      2, 10, 0, 12, [1, 0, 0, 0] + Self.little(3, 4) + Self.little(0, 4) + Self.float)
    let array3 = Self.message(3, 10, 0, 12, [1] + Self.little(3, 4) + Self.float)
    let old = Self.message(
      1, 6, 2, 16,
      Self.padded("a") + Self.little(0, 4) + [0] + [UInt8](repeating: 0, count: 11 + 16) + Self.int(4)
        + Self.padded("values") + Self.little(4, 4) + [1] + [UInt8](repeating: 0, count: 11)
        + Self.little(3, 4) + [UInt8](repeating: 0, count: 12) + Self.float)
    let second = Self.message(
      2, 6, 2, 16,
      Self.padded("a") + Self.little(0, 4) + Self.int(4) + Self.padded("values") + Self.little(4, 4) + array2)
    let third = Self.message(
      3, 6, 2, 16, Array("a".utf8) + [0, 0] + Self.int(4) + Array("values".utf8) + [0, 4] + array3)
    for bytes in [old, second, third] {
      guard case .compound(let fields) = try read(bytes).kind else { return #expect(Bool(false)) }
      #expect(fields.map { String(decoding: $0.name, as: UTF8.self) } == ["a", "values"])
      #expect(fields.map(\.offset) == [0, 4])
      guard case .array(let element, let shape) = fields[1].type.kind else { return #expect(Bool(false)) }
      #expect(element.type == .real(byteCount: 4) && shape == [3])
    }
    // Offsets of version 3 have as many bytes as the size of the whole needs.
    let wide = Self.message(3, 6, 1, 300, Array("a".utf8) + [0] + Self.little(256, 2) + Self.int(4))
    guard case .compound(let fields) = try read(wide).kind else { return #expect(Bool(false)) }
    #expect(fields[0].offset == 256)
  }

  @Test func damage() throws {
    let beyond = Self.message(3, 6, 1, 4, Array("a".utf8) + [0, 1] + Self.int(4))
    #expect(throws: StorageError.self) { try read(beyond) }
    // As deep as anybody likes, but the reader does not follow.
    var nested = Self.int(4)
    for _ in 0..<2_000 { nested = Self.message(3, 6, 1, 4, [0x61, 0, 0] + nested) }
    #expect(throws: StorageError.self) { try read(nested) }
    let huge = Self.message(3, 10, 0, 4, [4] + [UInt8](repeating: 255, count: 16) + Self.int(4))
    #expect(throws: StorageError.self) { try read(huge) }
  }

  @Test func newerKindsAreUnread() throws {
    #expect(try read(Self.message(5, 11, 0, 8, Self.float)).type == .other("complex numbers"))
    #expect(try read(Self.message(6, 1, 0, 8, [])).type == .other("values of a newer HDF5"))
    #expect(try read(Self.message(4, 14, 0, 8, [])).type == .other("values of a newer HDF5"))
    #expect(throws: StorageError.self) { try read(Self.message(3, 14, 0, 8, [])) }
  }
}
