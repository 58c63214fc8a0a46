import Testing

@testable import VaelibStorage

@Suite struct SystemTextTests {
  @Test(
    arguments: [
      [], Array("x_train".utf8), Array("Ziffern äöü ✓ 🙂".utf8), [0x63, 0xE9], [0xFF, 0xFE, 0x2F, 0x80],
      // Cut characters, overlong forms, surrogates; scalars of the private range itself.
      [0xE2, 0x9C], [0xC0, 0xAF], [0xED, 0xB3, 0xA9], [0xF4, 0x8F, 0xBF, 0xA9], [0xF4, 0x8F, 0xBC, 0x80],
      [0xF4, 0x8F, 0xBF, 0xBF, 0x41], Array(1...255),
    ] as [[UInt8]])
  func bytesComeBack(_ bytes: [UInt8]) {
    let text = String(systemBytes: bytes)
    #expect(text.systemBytes == bytes)
    let copied = text.withSystemCString { pointer in
      (0...bytes.count).map { UInt8(bitPattern: pointer[$0]) }
    }
    #expect(copied == bytes + [0])
  }

  @Test func differentBytesAreDifferentTexts() {
    let names: [[UInt8]] = [[0xE9], [0xF4, 0x8F, 0xBF, 0xA9], [0xC3, 0xA9], Array("\\xE9".utf8)]
    let texts = names.map { Array(String(systemBytes: $0).utf8) }
    #expect(Set(texts).count == names.count)
  }

  @Test func messagesShowBytesThatAreNotUTF8() {
    #expect(String(systemBytes: Array("caf".utf8) + [0xE9]).printable == "caf\\xE9")
    #expect("café".printable == "café")
    #expect(String(systemBytes: Array("ok".utf8)) == "ok")
  }
}
