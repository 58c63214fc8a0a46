/// Why a file could not be read or written.
///
/// `description` is a complete sentence that names the file and, where there is one, the object inside it; a `reason`
/// is that sentence's predicate: what was expected, what came, and what to do about it.
public enum StorageError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The operating system refused the file: missing, a directory, not permitted, disk full.
  case file(path: String, reason: String)
  /// The file is not what it should be. `object` is for example `dataset "x_train"`; nil stands for the whole file.
  case format(path: String, object: String?, reason: String)
  /// The same where nothing is wrong with the file, but vaelib does not read what is in it.
  case unread(path: String, object: String?, reason: String)
  /// So many bytes were needed and could not be had.
  case memory(path: String, byteCount: Int)
  /// Stopped by the caller.
  case cancelled

  public var description: String {
    switch self {
    case .file(let path, let reason), .format(let path, nil, let reason), .unread(let path, nil, let reason):
      "\(Self.name(path)) \(reason)"
    case .format(let path, let object?, let reason), .unread(let path, let object?, let reason):
      "\(object) of \(Self.name(path)) \(reason)"
    case .memory(let path, let byteCount):
      "\(Self.name(path)) needs \(byteCount) bytes of memory, which the system refused"
    case .cancelled: "the call was cancelled; nothing is open"
    }
  }

  private static func name(_ path: String) -> String {
    path == ModelFile.inMemory ? "the \(path)" : "file \"\(path)\""
  }
}
