/// The processes that one parent has made of itself to work side by side, such as Python's multiprocessing and its pools:
/// each would otherwise use all processors, n processes n times as many threads as there are.
enum ProcessFamily {
  /// By which Python marks a process that it starts anew for multiprocessing instead of forking.
  private static let spawnedMark = "--multiprocessing-fork"

  /// What the system tells of processes, under /proc.
  struct Files {
    /// The text of a file; nil if it cannot be read.
    let contents: (_ path: String) -> String?
    /// Where a symbolic link points; nil if it cannot be read.
    let link: (_ path: String) -> String?
    /// The names in a folder.
    let list: (_ path: String) -> [String]
  }

  /// How many processes the family has, this one included; 1 for a process that nobody forked from a program like it.
  static func size(_ files: Files) -> Int {
    guard let parent = parent(files), let program = files.link("/proc/self/exe"),
      files.link("/proc/\(parent)/exe") == program, let command = files.contents("/proc/\(parent)/cmdline")
    else { return 1 }
    func belongs(_ process: String) -> Bool {
      guard files.link("/proc/\(process)/exe") == program,
        let own = files.contents("/proc/\(process)/cmdline")
      else { return false }
      return own == command || own.split(separator: "\0").contains(Substring(spawnedMark))
    }
    guard belongs("self") else { return 1 }
    // A child belongs to the thread that made it.
    let children = files.list("/proc/\(parent)/task").flatMap { thread in
      files.contents("/proc/\(parent)/task/\(thread)/children")?.split(separator: " ").map(String.init) ?? []
    }
    return max(1, children.count(where: belongs))
  }

  /// The second field behind the program's name, which stands in brackets and may hold anything.
  private static func parent(_ files: Files) -> String? {
    let fields = files.contents("/proc/self/stat")?.split(separator: ")").last?.split(separator: " ") ?? []
    guard fields.count > 1, fields[1] != "0" else { return nil }
    return String(fields[1])
  }
}
