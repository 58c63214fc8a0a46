import Glibc

/// Runs a check of a file in a forked child process, so that what brings libhdf5 down does not bring this process down.
///
/// The child may take what `ChildLimits` says; one that crashes, hangs or wants more makes the file one that cannot be
/// read. It writes a byte for each step and at the end its result into a pipe, so nothing depends on how the host
/// treats SIGCHLD. Nothing that the host has open is open in it, so it opens the file anew.
struct ChildProcess {
  private let path: String
  private let limits: ChildLimits
  private let pipe: (reading: Int32, writing: Int32)

  private static let step = UInt8(ascii: ".")
  private static let success = UInt8(ascii: "+")
  private static let failure = UInt8(ascii: "-")

  /// Calls `body` in a child; it calls its argument after each step, and its bytes come back. Once `isStopped`, which is
  /// asked often, the child is ended, and `cancelled` thrown.
  static func run(
    _ path: String, byteCount: Int, isStopped: () -> Bool = { false },
    _ body: (_ stepDone: () -> Void) throws(StorageError) -> [UInt8]
  ) throws(StorageError) -> [UInt8] {
    let limits = ChildLimits(fileByteCount: byteCount)
    guard limits.memory >= ChildLimits.leastMemory else {
      throw .memory(path: path, byteCount: ChildLimits.leastMemory)
    }
    var ends: [Int32] = [-1, -1]
    guard Glibc.pipe(&ends) == 0 else { throw failed(path, errno) }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    let process = ChildProcess(
      path: path, limits: limits, pipe: (ends[0], ends[1]))
    let child = fork()
    if child == 0 { process.runChild(body) }
    let number = errno
    close(ends[1])
    defer { close(ends[0]) }
    guard child > 0 else { throw failed(path, number) }
    return try process.result(child, isStopped)
  }

  /// Calls `body`, which reads a model file, in a child; in this process the file is only measured.
  static func check(_ path: String, _ body: () throws(StorageError) -> Void) throws(StorageError) {
    let byteCount = try ReadableFile(path).byteCount
    try HDF5.prepare(for: path)
    _ = try run(path, byteCount: byteCount) { (_) throws(StorageError) in
      try body()
      return []
    }
  }

  private static func failed(_ path: String, _ number: Int32) -> StorageError {
    .file(path: path, reason: "cannot be checked in a child process: \(systemErrorText(number))")
  }

  // MARK: In the child

  private func runChild(_ body: (_ stepDone: () -> Void) throws(StorageError) -> [UInt8]) -> Never {
    closeInherited()
    restoreSignals()
    limits.apply()
    do throws(StorageError) {
      let bytes = try body {
        limits.allowStep()
        send([Self.step])
      }
      send([Self.success] + bytes)
    } catch {
      send([Self.failure] + error.message(limits))
    }
    _exit(0)
  }

  /// What the host has open is not for the child: it would keep locks on files that the host closes meanwhile.
  private func closeInherited() {
    for descriptor in Self.openDescriptors() where descriptor > 2 && descriptor != pipe.writing {
      close(descriptor)
    }
    let nowhere = open("/dev/null", O_RDWR)
    for stream: Int32 in 0...2 where stream != pipe.writing { dup2(nowhere, stream) }
  }

  /// The numbers of the open descriptors; without /proc, all that there may be.
  private static func openDescriptors() -> [Int32] {
    guard let folder = opendir("/proc/self/fd") else {
      return Array(0..<Int32(clamping: min(sysconf(Int32(_SC_OPEN_MAX)), 1 << 16)))
    }
    defer { closedir(folder) }
    let ownDescriptor = dirfd(folder)
    var found: [Int32] = []
    while let entry = readdir(folder) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if let number = Int32(name), number != ownDescriptor { found.append(number) }
    }
    return found
  }

  /// The host's handlers must not run here, and nothing may keep the child from ending.
  private func restoreSignals() {
    for number: Int32 in 1...64 { signal(number, SIG_DFL) }
    signal(SIGPIPE, SIG_IGN)
    var none = sigset_t()
    sigemptyset(&none)
    sigprocmask(SIG_SETMASK, &none, nil)
  }

  private func send(_ bytes: [UInt8]) {
    var rest = bytes[...]
    while !rest.isEmpty {
      let written = rest.withUnsafeBytes { write(pipe.writing, $0.baseAddress, $0.count) }
      if written < 0 && errno == EINTR { continue }
      guard written > 0 else { _exit(1) }
      rest = rest.dropFirst(written)
    }
  }

  // MARK: In the parent

  private func result(_ child: pid_t, _ isStopped: () -> Bool) throws(StorageError) -> [UInt8] {
    let (bytes, end) = receive(isStopped)
    let isInTime = end != .late
    // The child ends itself; this is for one that cannot, or whose result nobody wants.
    if end != .said { kill(child, SIGKILL) }
    var status: Int32 = 0
    while waitpid(child, &status, 0) < 0 && errno == EINTR {}
    if end == .stopped { throw .cancelled }
    switch bytes.first {
    case Self.success: return Array(bytes.dropFirst())
    case Self.failure: throw error(bytes.dropFirst())
    default: throw damage(isInTime ? status & 0x7F : SIGALRM)
    }
  }

  private func damage(_ signal: Int32) -> StorageError {
    let outcome =
      switch signal {
      case SIGALRM, SIGXCPU, SIGKILL: "did not come to an end"
      case 0: "ended it"
      default: "crashed it (signal \(signal))"
      }
    // Where Swift's own arrays find no memory, the process aborts.
    let isAbort = [SIGABRT, SIGILL, SIGTRAP].contains(signal)
    let memory =
      isAbort ? ", or needs more memory than check_in_child allows (\(limits.memory >> 20) MiB)" : ""
    return unreadable("is damaged\(memory): reading it in a child process \(outcome); restore it from a copy")
  }

  /// What the child threw.
  private func error(_ message: ArraySlice<UInt8>) -> StorageError {
    switch StorageError(message: message, path: path) {
    case nil where message.starts(with: "limit".utf8):
      // It was reached with this request, which may be a small one.
      unreadable(
        "needs more memory than check_in_child allows, \(limits.memory >> 20) MiB for this file: either it was made "
          + "to exhaust memory, or its chunks are that large; if you trust it, read it without check_in_child, or with verify --in-process"
      )
    case nil: unreadable("is damaged")
    case let error?: error
    }
  }

  private func unreadable(_ reason: String) -> StorageError {
    .format(path: path, object: nil, reason: reason)
  }

  /// How the parent came to the end of what it waits for.
  private enum End {
    /// The child has said everything.
    case said
    /// It says nothing for too long, or more than a child can.
    case late
    /// The caller does not want to know.
    case stopped
  }

  /// How long the parent waits before it asks whether it is to go on, in milliseconds.
  private static let interval: Int32 = 50

  /// Everything the child says but its steps.
  private func receive(_ isStopped: () -> Bool) -> (bytes: [UInt8], end: End) {
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 4_096)
    let patience = Int32(clamping: (limits.clockSeconds + 2) * 1_000)
    var waited: Int32 = 0
    while bytes.count <= limits.memory, waited < patience {
      if isStopped() { return ([], .stopped) }
      var entry = pollfd(fd: pipe.reading, events: Int16(POLLIN), revents: 0)
      let ready = poll(&entry, 1, min(Self.interval, patience - waited))
      if ready < 0 && errno == EINTR { continue }
      guard ready >= 0 else { return ([], .late) }
      if ready == 0 {
        waited += Self.interval
        continue
      }
      waited = 0
      let count = read(pipe.reading, &buffer, buffer.count)
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else { return (bytes, .said) }
      let news = buffer.prefix(count)
      bytes += bytes.isEmpty ? news.drop { $0 == Self.step } : news
    }
    return ([], .late)
  }
}

/// Errors as bytes, to go through a pipe.
extension StorageError {
  fileprivate func message(_ limits: ChildLimits) -> [UInt8] {
    let fields =
      switch self {
      case .file(_, let reason): ["file", reason]
      case .format(_, let object, let reason), .unread(_, let object, let reason):
        ["format", reason] + (object.map { [$0] } ?? [])
      case .memory(_, let byteCount): [limits.forbid(byteCount) ? "limit" : "memory", String(byteCount)]
      // Nobody stops a child but its parent, who does not listen then.
      case .cancelled: ["cancelled"]
      }
    return Array(fields.joined(separator: "\0").utf8)
  }

  /// nil if the bytes stand for none.
  fileprivate init?(message: ArraySlice<UInt8>, path: String) {
    let fields = message.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
    guard fields.count >= 2 else { return nil }
    switch fields[0] {
    case "limit": return nil
    case "file": self = .file(path: path, reason: fields[1])
    case "memory": self = .memory(path: path, byteCount: Int(fields[1]) ?? 0)
    default: self = .format(path: path, object: fields.count > 2 ? fields[2] : nil, reason: fields[1])
    }
  }
}
