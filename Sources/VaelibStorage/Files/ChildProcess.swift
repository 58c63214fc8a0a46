import Glibc

/// Runs a check of a file in a forked child process, so that what brings libhdf5 down does not bring this process down.
///
/// The child may take `extraMemory` beyond what this process has now, and `seconds` for each step that it reports; one
/// that crashes, hangs or wants more makes the file a damaged one. It writes a byte for each step and at the end its
/// result into a pipe, so nothing depends on how the host treats SIGCHLD.
struct ChildProcess {
  private let path: String
  private let seconds: Int
  private let pipe: (reading: Int32, writing: Int32)

  private static let extraMemory = 1 << 30
  private static let step = UInt8(ascii: ".")
  private static let success = UInt8(ascii: "+")
  private static let failure = UInt8(ascii: "-")
  /// Bytes a second that any disk gives.
  private static let slowestDisk = 16 << 20

  /// Calls `body` in a child; it calls its argument after each step, and its text comes back.
  static func run(
    _ path: String, byteCount: Int, _ body: (_ stepDone: () -> Void) throws(StorageError) -> String
  ) throws(StorageError) -> String {
    // What is set up once is set up here, not while another thread of this process does it at the time of the fork.
    try HDF5.locked {}
    var ends: [Int32] = [-1, -1]
    guard Glibc.pipe(&ends) == 0 else { throw failed(path, errno) }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    let process = ChildProcess(path: path, seconds: 2 + byteCount / slowestDisk, pipe: (ends[0], ends[1]))
    let child = fork()
    if child == 0 { process.runChild(body) }
    close(ends[1])
    defer { close(ends[0]) }
    guard child > 0 else { throw failed(path, errno) }
    return try process.result(child)
  }

  private static func failed(_ path: String, _ number: Int32) -> StorageError {
    .file(path: path, reason: "cannot be checked in a child process: \(systemErrorText(number))")
  }

  // MARK: In the child

  private func runChild(_ body: (_ stepDone: () -> Void) throws(StorageError) -> String) -> Never {
    closeInherited()
    restoreSignals()
    limit()
    do throws(StorageError) {
      let text = try body {
        allowTime()
        send([Self.step])
      }
      send([Self.success] + text.utf8)
    } catch {
      send([Self.failure] + Self.encode(error))
    }
    _exit(0)
  }

  /// What the host has open is not for the child: it would keep locks on files that the host closes meanwhile.
  ///
  /// All but the file that is to be read: where libhdf5 has it open already, it goes on with the descriptor it has.
  private func closeInherited() {
    var read = stat()
    let isFound = stat(path, &read) == 0
    for descriptor in Self.openDescriptors() where descriptor > 2 && descriptor != pipe.writing {
      var other = stat()
      let isSame =
        isFound && fstat(descriptor, &other) == 0
        && (other.st_dev, other.st_ino) == (read.st_dev, read.st_ino)
      if !isSame { close(descriptor) }
    }
    let nowhere = open("/dev/null", O_WRONLY)
    for stream: Int32 in 1...2 { dup2(nowhere, stream) }
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

  private func limit() {
    var none = rlimit(rlim_cur: 0, rlim_max: 0)
    setrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &none)
    if let used = Self.memoryInUse() {
      var memory = rlimit()
      getrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &memory)
      memory.rlim_cur = min(memory.rlim_max, rlim_t(used + Self.extraMemory))
      setrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &memory)
    }
    allowTime()
  }

  /// So many seconds from now on, on the clock and of computing.
  private func allowTime() {
    alarm(UInt32(clamping: seconds))
    var usage = rusage()
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    let spent = usage.ru_utime.tv_sec + usage.ru_stime.tv_sec
    var time = rlimit()
    getrlimit(__rlimit_resource_t(RLIMIT_CPU.rawValue), &time)
    time.rlim_cur = min(time.rlim_max, rlim_t(spent + seconds + 1))
    setrlimit(__rlimit_resource_t(RLIMIT_CPU.rawValue), &time)
  }

  /// Bytes of address space of this process.
  private static func memoryInUse() -> Int? {
    let descriptor = open("/proc/self/statm", O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var text = [UInt8](repeating: 0, count: 256)
    let count = read(descriptor, &text, text.count)
    guard count > 0 else { return nil }
    let pages = String(decoding: text.prefix { $0 != UInt8(ascii: " ") }, as: UTF8.self)
    return Int(pages).map { $0 * Int(sysconf(Int32(_SC_PAGESIZE))) }
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

  private func result(_ child: pid_t) throws(StorageError) -> String {
    let (bytes, isInTime) = receive()
    // The child ends itself; this is for one that cannot.
    if !isInTime { kill(child, SIGKILL) }
    var status: Int32 = 0
    while waitpid(child, &status, 0) < 0 && errno == EINTR {}
    switch bytes.first {
    case Self.success: return String(decoding: bytes.dropFirst(), as: UTF8.self)
    case Self.failure: throw Self.decode(bytes.dropFirst(), path)
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
    return .format(
      path: path, object: nil,
      reason: "is damaged: reading it in a child process \(outcome); restore it from a copy")
  }

  /// Everything the child says but its steps; false if it says nothing for too long.
  private func receive() -> (bytes: [UInt8], isInTime: Bool) {
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 4_096)
    let patience = Int32(clamping: (seconds + 2) * 1_000)
    while true {
      var entry = pollfd(fd: pipe.reading, events: Int16(POLLIN), revents: 0)
      let ready = poll(&entry, 1, patience)
      if ready < 0 && errno == EINTR { continue }
      guard ready > 0 else { return ([], false) }
      let count = read(pipe.reading, &buffer, buffer.count)
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else { return (bytes, true) }
      let news = buffer.prefix(count)
      bytes += bytes.isEmpty ? news.drop { $0 == Self.step } : news
    }
  }

  // MARK: Errors

  private static func encode(_ error: StorageError) -> [UInt8] {
    let fields =
      switch error {
      case .file(_, let reason): ["file", reason]
      case .format(_, let object, let reason): ["format", reason] + (object.map { [$0] } ?? [])
      case .memory(_, let byteCount): ["memory", String(byteCount)]
      }
    return Array(fields.joined(separator: "\0").utf8)
  }

  private static func decode(_ bytes: ArraySlice<UInt8>, _ path: String) -> StorageError {
    let fields = bytes.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
    guard fields.count >= 2 else {
      return .format(path: path, object: nil, reason: "is damaged")
    }
    switch fields[0] {
    case "file": return .file(path: path, reason: fields[1])
    case "memory":
      return .format(path: path, object: nil, reason: "is damaged: it asks for \(fields[1]) bytes of memory")
    default: return .format(path: path, object: fields.count > 2 ? fields[2] : nil, reason: fields[1])
    }
  }
}
