/// The CPU quotas of Linux control groups: what `docker run --cpus` and Kubernetes' limits set.
enum ControlGroups {
  /// The processors' worth of time that this process may use, for example 1.5: the least quota of its own groups and of
  /// those around them. Nil where there is none.
  ///
  /// - Parameter contents: the text of the file at a path, nil if it cannot be read.
  static func processorQuota(_ contents: (_ path: String) -> String?) -> Double? {
    guard let memberships = contents("/proc/self/cgroup"), let mounts = contents("/proc/self/mountinfo")
    else { return nil }
    let groups = memberships.split(separator: "\n").compactMap { ControlGroup($0) }
    let hierarchies = mounts.split(separator: "\n").compactMap { ControlGroupHierarchy($0) }
    let quotas = hierarchies.flatMap { hierarchy in
      groups.filter { $0.version == hierarchy.version }.flatMap { hierarchy.folders(from: $0.path) }
        .compactMap { hierarchy.version.processorQuota(folder: $0, contents) }
    }
    return quotas.min()
  }
}

/// The two interfaces of the kernel; a machine may have both.
private enum ControlGroupVersion {
  case one
  case two

  /// The quota of one group: microseconds of processor time in a period, over the length of the period.
  func processorQuota(folder: String, _ contents: (String) -> String?) -> Double? {
    let numbers: [Double?]
    switch self {
    case .one:
      numbers = ["cpu.cfs_quota_us", "cpu.cfs_period_us"].map { name in
        contents("\(folder)/\(name)").flatMap { Double(firstWord: $0) }
      }
    case .two:
      // "max 100000" where there is no quota.
      let words = contents("\(folder)/cpu.max")?.split(whereSeparator: \.isWhitespace) ?? []
      numbers = words.map { Double($0) }
    }
    guard numbers.count == 2, let quota = numbers[0], let period = numbers[1], quota > 0, period > 0 else {
      return nil
    }
    return quota / period
  }
}

/// A line of /proc/self/cgroup: "4:cpu,cpuacct:/a/b" in version 1, "0::/a/b" in version 2.
private struct ControlGroup {
  let version: ControlGroupVersion
  let path: Substring

  /// Nil for groups that set no quota.
  init?(_ line: Substring) {
    let fields = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
    guard fields.count == 3 else { return nil }
    if fields[0] == "0", fields[1].isEmpty {
      version = .two
    } else if fields[1].split(separator: ",").contains("cpu") {
      version = .one
    } else {
      return nil
    }
    path = fields[2]
  }
}

/// A line of /proc/self/mountinfo: a tree of groups, or a part of one, as this process sees it.
private struct ControlGroupHierarchy {
  let version: ControlGroupVersion
  /// The group that is seen at the mount point.
  let root: String
  let mountPoint: String

  /// Nil for mounts of anything else.
  init?(_ line: Substring) {
    let fields = line.split(separator: " ")
    guard let separator = fields.dropFirst(6).firstIndex(of: "-"), separator + 1 < fields.count else {
      return nil
    }
    switch fields[separator + 1] {
    case "cgroup2": version = .two
    case "cgroup" where fields[fields.count - 1].split(separator: ",").contains("cpu"): version = .one
    default: return nil
    }
    root = unescaped(fields[3])
    mountPoint = unescaped(fields[4])
  }

  /// The folder of the group at `path` and those of the groups around it; none if the group lies outside of what is
  /// mounted.
  func folders(from path: Substring) -> [String] {
    let (inner, outer) = (path.split(separator: "/"), root.split(separator: "/"))
    guard inner.starts(with: outer) else { return [] }
    let below = inner.dropFirst(outer.count)
    return (0...below.count).map { ([mountPoint] + below.prefix($0).map(String.init)).joined(separator: "/") }
  }
}

/// Without the escapes of mountinfo: backslash, then three octal digits.
private func unescaped(_ field: Substring) -> String {
  var bytes: [UInt8] = []
  var rest = Array(field.utf8)[...]
  while let byte = rest.popFirst() {
    let digits = String(decoding: rest.prefix(3), as: UTF8.self)
    if byte == UInt8(ascii: "\\"), digits.utf8.count == 3, let code = UInt8(digits, radix: 8) {
      bytes.append(code)
      rest = rest.dropFirst(3)
    } else {
      bytes.append(byte)
    }
  }
  return String(decoding: bytes, as: UTF8.self)
}

extension Double {
  fileprivate init?(firstWord text: String) {
    guard let word = text.split(whereSeparator: \.isWhitespace).first else { return nil }
    self.init(word)
  }
}
