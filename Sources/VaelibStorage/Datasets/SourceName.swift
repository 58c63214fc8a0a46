/// The name of a source of a virtual dataset, which may have a number in it: "%b" stands for that, "%%" for "%".
struct SourceName {
  /// What is between the numbers.
  private let texts: [ArraySlice<UInt8>]

  /// nil if another character follows "%".
  init?(_ name: ArraySlice<UInt8>) {
    var (texts, text) = ([ArraySlice<UInt8>](), ArraySlice<UInt8>())
    var rest = name
    while let byte = rest.popFirst() {
      guard byte == UInt8(ascii: "%") else {
        text.append(byte)
        continue
      }
      switch rest.popFirst() {
      case UInt8(ascii: "%"): text.append(byte)
      case UInt8(ascii: "b"):
        texts.append(text)
        text = []
      default: return nil
      }
    }
    self.texts = texts + [text]
  }

  var isNumbered: Bool { texts.count > 1 }

  func text(_ number: Int) -> ArraySlice<UInt8> {
    isNumbered ? Array(texts.joined(separator: String(number).utf8))[...] : texts[0]
  }
}
