import Glibc

/// What a child process that checks a file may take: so much memory beyond what its parent has, and so many seconds of
/// computing for each step.
struct ChildLimits {
  /// Memory that any file may take: buffers of a step, chunks, what malloc reserves.
  private static let budget = 512 << 20
  /// Memory for the structure of a file, or for the numbers of a model file: so many times its size.
  private static let fileMultiple = 4
  /// Bytes a second that any disk gives.
  private static let slowestDisk = 16 << 20
  /// What a child needs whatever the file.
  static let leastMemory = 1 << 20
  /// How much longer a step may take by the clock, on a busy machine.
  private static let clockFactor = 5

  /// Bytes of address space that the child may have; nil if that cannot be known.
  private let addressSpace: Int?
  /// How many of those bytes the child may take itself.
  let memory: Int
  /// Seconds of computing for each step.
  let seconds: Int

  /// The limits for a file of so many bytes. The host's own limits stay in force.
  init(fileByteCount: Int) {
    seconds = 2 + fileByteCount / Self.slowestDisk
    let wanted = Self.budget + Self.fileMultiple * fileByteCount
    guard let used = Self.memoryInUse() else {
      (addressSpace, memory) = (nil, wanted)
      return
    }
    var limit = rlimit()
    getrlimit(Self.resource(RLIMIT_AS), &limit)
    memory = max(0, min(wanted, Int(clamping: limit.rlim_cur) - used))
    addressSpace = used + memory
  }

  /// Seconds on the clock for each step.
  var clockSeconds: Int { Self.clockFactor * seconds }

  /// Sets the limits for this process.
  func apply() {
    var none = rlimit(rlim_cur: 0, rlim_max: 0)
    setrlimit(Self.resource(RLIMIT_CORE), &none)
    if let addressSpace { Self.set(RLIMIT_AS, addressSpace) }
    allowStep()
  }

  /// Whether it was this process's limit of memory that so many bytes were refused for, and not that the system has no
  /// more: they would have come near it, with the most that the process has had.
  func forbid(_ byteCount: Int) -> Bool {
    guard let addressSpace, let most = Self.mostMemoryInUse() else { return true }
    return byteCount > addressSpace - memory / 2 - most
  }

  /// The time for a step, from now on.
  func allowStep() {
    alarm(UInt32(clamping: clockSeconds))
    var usage = rusage()
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    Self.set(RLIMIT_CPU, usage.ru_utime.tv_sec + usage.ru_stime.tv_sec + seconds + 1)
  }

  private static func set(_ kind: __rlimit_resource, _ value: Int) {
    var limit = rlimit()
    getrlimit(resource(kind), &limit)
    limit.rlim_cur = min(limit.rlim_max, rlim_t(value))
    setrlimit(resource(kind), &limit)
  }

  private static func resource(_ kind: __rlimit_resource) -> __rlimit_resource_t {
    __rlimit_resource_t(kind.rawValue)
  }

  /// Bytes of address space that this process has had at most.
  private static func mostMemoryInUse() -> Int? {
    let lines = read("/proc/self/status").split(separator: UInt8(ascii: "\n"))
    guard let line = lines.first(where: { $0.starts(with: "VmPeak:".utf8) }) else { return nil }
    let digits = line.filter { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    return Int(String(decoding: digits, as: UTF8.self)).map { $0 << 10 }
  }

  /// Bytes of address space of this process.
  private static func memoryInUse() -> Int? {
    let pages = read("/proc/self/statm").prefix { $0 != UInt8(ascii: " ") }
    return Int(String(decoding: pages, as: UTF8.self)).map { $0 * Int(sysconf(Int32(_SC_PAGESIZE))) }
  }

  /// The beginning of a file that the system makes; nothing if it cannot be read.
  private static func read(_ path: String) -> ArraySlice<UInt8> {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return [] }
    defer { close(descriptor) }
    var text = [UInt8](repeating: 0, count: 2048)
    let count = Glibc.read(descriptor, &text, text.count)
    return text.prefix(max(0, count))
  }
}
