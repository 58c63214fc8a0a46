import Glibc

/// The folders whose files external links and virtual datasets may lead to. Without any, none is followed: a file must not
/// decide which other files are read.
struct ExternalFolders {
  private let folders: [String]

  var isEmpty: Bool { folders.isEmpty }

  init(_ folders: [String] = []) {
    self.folders = folders
  }

  /// The path, without symbolic links, of the file that a link in file `path` calls `name`, if it is in one of the folders
  /// or below: relative names count from the folder of `path`. Throws, as an error of `path`, where there is no such file or
  /// folder, or the file is elsewhere. `reference` is what leads there, if it is no link.
  func file(
    _ name: String, of path: String, _ reference: String = "an external link to"
  ) throws(StorageError) -> String {
    var bytes = name.systemBytes
    if bytes.first != UInt8(ascii: "/") {
      let own = path.systemBytes
      bytes = own.prefix((own.lastIndex(of: UInt8(ascii: "/")) ?? -1) + 1) + bytes
    }
    guard let file = Self.resolved(String(systemBytes: bytes)) else {
      throw .file(
        path: path, reason: "has \(reference) file \"\(name)\": \(systemErrorText(errno))")
    }
    for folder in folders {
      guard let allowed = Self.resolved(folder) else {
        throw .file(path: folder, reason: "is no folder for external links: \(systemErrorText(errno))")
      }
      let start = allowed == "/" ? allowed : allowed + "/"
      if file.systemBytes.starts(with: start.systemBytes) { return file }
    }
    throw .unread(
      path: path, object: nil,
      reason:
        "has \(reference) file \"\(file)\", which is not in a folder that external links may lead to")
  }

  private static func resolved(_ path: String) -> String? {
    guard let resolved = path.withSystemCString({ realpath($0, nil) }) else { return nil }
    defer { free(resolved) }
    return String(systemCString: resolved)
  }
}
