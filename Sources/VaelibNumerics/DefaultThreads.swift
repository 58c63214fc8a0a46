import CKernels

/// How many threads are used if the program sets no number: the least of what the process may run on, what the quotas
/// of its control groups allow, and what the environment asks for; where it asks for nothing, the share of one of several
/// processes that were made to work side by side.
struct DefaultThreads: Sendable {
  /// At least 1.
  let count: Int
  /// Which of the limits it was: "one per processor".
  let reason: String
  /// What is wrong with a variable that could not be used; nil if nothing is.
  let complaint: String?

  /// - Parameters:
  ///   - processors: how many the process may run on.
  ///   - quota: the processors' worth of time that it may use, nil for no limit; rounded up.
  ///   - family: how many processes share them, this one included.
  ///   - variable: a variable of the environment. VAELIB_NUM_THREADS counts, or, where it is not set,
  ///     OMP_NUM_THREADS, of which the first number counts if it is a list.
  init(processors: Int, quota: Double?, family: Int, variable: (_ name: String) -> String?) {
    let request = ThreadRequest(variable)
    var least = (count: max(1, processors), reason: "one per processor")
    func limit(_ count: Int, _ reason: String) {
      if count < least.count { least = (count, reason) }
    }
    if let quota { limit(Int(max(1, min(quota.rounded(.up), 1e6))), "the CPU quota of the control group") }
    limit(WorkerPool.maximumThreads, "the maximum")
    if let count = request.count {
      limit(count, request.name)
    } else if family > 1 {
      limit(max(1, least.count / family), "the share of one of \(family) processes")
    }
    (count, reason) = least
    complaint = request.complaint
  }

  /// The default in this process as it is now.
  static func current() -> DefaultThreads {
    DefaultThreads(
      processors: Int(vaelib_processor_count()), quota: ControlGroups.processorQuota(SystemText.file),
      family: ProcessFamily.size(
        ProcessFamily.Files(contents: SystemText.file, link: SystemText.link, list: SystemText.names)),
      variable: SystemText.variable)
  }
}

/// What the environment says about threads.
private struct ThreadRequest {
  var name = ""
  var count: Int?
  var complaint: String?

  /// Variables that are empty count as not set. One that is not a number in range is ignored, with a complaint.
  init(_ variable: (String) -> String?) {
    let variables = [
      ("VAELIB_NUM_THREADS", WorkerPool.maximumThreads, false), ("OMP_NUM_THREADS", Int.max, true),
    ]
    for (name, most, isList) in variables {
      guard let text = variable(name).map(trimmed), !text.isEmpty else { continue }
      let number = isList ? trimmed(text.prefix { $0 != "," }) : text
      self.name = name
      if let count = Int(number), (1...most).contains(count) {
        self.count = count
        return
      }
      let range = most == Int.max ? "from 1 on" : "from 1 to \(most)"
      complaint = complaint ?? "\(name)=\(text) was ignored: expected a whole number \(range)"
    }
  }
}

private func trimmed(_ text: some StringProtocol) -> String {
  let start = text.drop(while: \.isWhitespace)
  return String(start.reversed().drop(while: \.isWhitespace).reversed())
}
