import Glibc
import Testing

@testable import VaelibNumerics

/// How many threads there are before the program asks for a number.
@Suite struct DefaultThreadsTests {
  private func standard(
    processors: Int = 8, quota: Double? = nil, family: Int = 1, _ variables: [String: String] = [:]
  ) -> DefaultThreads {
    DefaultThreads(processors: processors, quota: quota, family: family) { variables[$0] }
  }

  @Test func theLeastLimitCounts() {
    #expect(standard().count == 8)
    #expect(standard(processors: 1000).count == 256)
    #expect(standard(quota: 3).count == 3)
    #expect(standard(quota: 12).count == 8)
    #expect(standard(quota: 3, ["VAELIB_NUM_THREADS": "2"]).count == 2)
    #expect(standard(quota: 3, ["VAELIB_NUM_THREADS": "5"]).count == 3)
    #expect(standard(processors: 2, ["VAELIB_NUM_THREADS": "5"]).count == 2)
  }

  @Test(arguments: [(0.01, 1), (1.0, 1), (1.01, 2), (2.5, 3), (1e300, 8), (Double.infinity, 8)])
  func quotasAreRoundedUp(quota: Double, count: Int) { #expect(standard(quota: quota).count == count) }

  @Test func processesOfAFamilyShareTheProcessors() {
    #expect(standard(family: 2).count == 4)
    #expect(standard(family: 3).count == 2)
    #expect(standard(family: 100).count == 1)
    #expect(standard(quota: 4, family: 2).count == 2)
    #expect(standard(family: 4).reason == "the share of one of 4 processes")
    // A program that asks for a number gets it.
    #expect(standard(family: 4, ["VAELIB_NUM_THREADS": "8"]).count == 8)
  }

  @Test func theOwnVariableComesFirst() {
    #expect(standard(["OMP_NUM_THREADS": "4"]).count == 4)
    #expect(standard(["OMP_NUM_THREADS": "3,2,1"]).count == 3)
    #expect(standard(["OMP_NUM_THREADS": " 3 , 2"]).count == 3)
    #expect(standard(["OMP_NUM_THREADS": "100000"]).count == 8)
    #expect(standard(["VAELIB_NUM_THREADS": "6", "OMP_NUM_THREADS": "4"]).count == 6)
    #expect(standard(["VAELIB_NUM_THREADS": " 6\n", "OMP_NUM_THREADS": "4"]).count == 6)
    #expect(standard(["VAELIB_NUM_THREADS": "", "OMP_NUM_THREADS": "4"]).count == 4)
  }

  @Test(arguments: ["0", "-1", "257", "2.5", "two", "2,3", "99999999999999999999"])
  func anUnsuitableNumberIsPassedOver(text: String) {
    let alone = standard(["VAELIB_NUM_THREADS": text])
    #expect(alone.count == 8)
    #expect(
      alone.complaint == "VAELIB_NUM_THREADS=\(text) was ignored: expected a whole number from 1 to 256")
    let beside = standard(["VAELIB_NUM_THREADS": text, "OMP_NUM_THREADS": "4"])
    #expect(beside.count == 4)
    #expect(beside.complaint == alone.complaint)
  }

  @Test func unsuitableListsArePassedOver() {
    for text in [",2", "x,2", "0"] {
      let standard = standard(["OMP_NUM_THREADS": text])
      #expect(standard.count == 8)
      #expect(standard.complaint?.hasPrefix("OMP_NUM_THREADS=\(text) was ignored") == true)
    }
  }

  @Test func reasons() {
    #expect(standard().reason == "one per processor")
    #expect(standard(quota: 2).reason == "the CPU quota of the control group")
    #expect(standard(["OMP_NUM_THREADS": "2"]).reason == "OMP_NUM_THREADS")
    #expect(standard(quota: 2, ["VAELIB_NUM_THREADS": "1"]).reason == "VAELIB_NUM_THREADS")
    #expect(standard(["VAELIB_NUM_THREADS": "8"]).reason == "one per processor")
    #expect(standard(["VAELIB_NUM_THREADS": "2"]).complaint == nil)
  }

  @Test func aPoolDescribesItsThreads() {
    let pool = WorkerPool()
    let standard = DefaultThreads.current()
    #expect(pool.threads == standard.count)
    #expect(pool.threadsDescription.contains("(\(standard.reason)"))
    pool.setThreads(1)
    #expect(pool.threadsDescription == "1 thread (set by the program)")
    pool.setThreads(3)
    #expect(pool.threadsDescription == "3 threads (set by the program)")
    pool.setThreads(0)
    #expect(pool.threadsDescription.contains("(\(standard.reason)"))
  }

  @Test func theSystemsFilesCanBeRead() throws {
    let status = try #require(SystemText.file("/proc/self/status"))
    #expect(status.contains("Pid:\t\(getpid())\n"))
    // Longer than one read.
    let maps = try #require(SystemText.file("/proc/self/maps"))
    #expect(maps.utf8.count > 4096 && maps.hasSuffix("\n"))
    #expect(SystemText.file("/proc/self/nothing") == nil)
    #expect(SystemText.file("/proc") == nil)
  }
}
