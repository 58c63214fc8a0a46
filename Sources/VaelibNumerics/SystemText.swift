import Glibc

/// Texts that the system hands to a process.
enum SystemText {
  /// A variable of the environment.
  static func variable(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }

  /// The text of a file of /proc or /sys; nil if it cannot be read.
  static func file(_ path: String) -> String? {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var text: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 4096)
    while true {
      let count = read(descriptor, &piece, piece.count)
      if count > 0 {
        text += piece.prefix(count)
      } else if count == 0 {
        return String(decoding: text, as: UTF8.self)
      } else if errno != EINTR {
        return nil
      }
    }
  }
}
