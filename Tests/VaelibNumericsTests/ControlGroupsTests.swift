import Testing

@testable import VaelibNumerics

/// CPU quotas, from the texts that the kernel writes in containers and under systemd.
@Suite struct ControlGroupsTests {
  private static let mountOfTwo =
    "29 23 0:26 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate"
  private static let mountsOfOne = """
    31 23 0:28 / /sys/fs/cgroup ro - tmpfs tmpfs rw,mode=755
    32 31 0:29 / /sys/fs/cgroup/cpuset rw - cgroup cgroup rw,cpuset
    33 31 0:30 / /sys/fs/cgroup/cpu,cpuacct rw,relatime shared:9 - cgroup cgroup rw,cpu,cpuacct
    """

  private func quota(_ files: [String: String]) -> Double? { ControlGroups.processorQuota { files[$0] } }

  private func two(_ group: String, mount: String = mountOfTwo, _ files: [String: String]) -> Double? {
    quota(
      files.merging(["/proc/self/cgroup": "0::\(group)\n", "/proc/self/mountinfo": mount + "\n"]) { $1 })
  }

  private func one(_ group: String, mounts: String = mountsOfOne, _ files: [String: String]) -> Double? {
    let memberships = "7:cpuset:/other\n4:cpu,cpuacct:\(group)\n1:name=systemd:/x\n0::/\n"
    return quota(
      files.merging(["/proc/self/cgroup": memberships, "/proc/self/mountinfo": mounts]) { $1 })
  }

  @Test func versionTwo() {
    #expect(two("/", ["/sys/fs/cgroup/cpu.max": "150000 100000\n"]) == 1.5)
    #expect(two("/", ["/sys/fs/cgroup/cpu.max": "20000 50000\n"]) == 0.4)
  }

  @Test func groupsAroundLimitToo() {
    let files = [
      "/sys/fs/cgroup/a/cpu.max": "200000 100000\n",
      "/sys/fs/cgroup/a/b/cpu.max": "max 100000\n",
      "/sys/fs/cgroup/a/b/c/cpu.max": "600000 100000\n",
      "/sys/fs/cgroup/z/cpu.max": "100000 100000\n",
    ]
    #expect(two("/a/b/c", files) == 2)
    #expect(two("/a/b", files) == 2)
    #expect(two("/z", files) == 1)
    #expect(two("/", files) == nil)
  }

  @Test func versionOne() {
    let folder = "/sys/fs/cgroup/cpu,cpuacct"
    let files = [
      "\(folder)/cpu.cfs_quota_us": "-1\n", "\(folder)/cpu.cfs_period_us": "100000\n",
      "\(folder)/a/cpu.cfs_quota_us": "300000\n", "\(folder)/a/cpu.cfs_period_us": "100000\n",
      "\(folder)/a/b/cpu.cfs_quota_us": "-1\n", "\(folder)/a/b/cpu.cfs_period_us": "100000\n",
      "/sys/fs/cgroup/cpuset/other/cpu.cfs_quota_us": "1\n",
      "/sys/fs/cgroup/cpuset/other/cpu.cfs_period_us": "100000\n",
    ]
    #expect(one("/", files) == nil)
    #expect(one("/a", files) == 3)
    #expect(one("/a/b", files) == 3)
  }

  /// A container without a namespace of its own for control groups sees its group at the mount point.
  @Test func theMountPointMayShowTheGroupItself() {
    let mounts = "33 31 0:30 /docker/4f2 /sys/fs/cgroup/cpu ro - cgroup cgroup rw,cpu"
    let files = [
      "/sys/fs/cgroup/cpu/cpu.cfs_quota_us": "250000", "/sys/fs/cgroup/cpu/cpu.cfs_period_us": "100000",
    ]
    #expect(one("/docker/4f2", mounts: mounts, files) == 2.5)
    #expect(one("/docker/4f2/inner", mounts: mounts, files) == 2.5)
    #expect(one("/docker/4f", mounts: mounts, files) == nil)
    #expect(one("/", mounts: mounts, files) == nil)
  }

  @Test func bothVersionsAtOnce() {
    let files = [
      "/sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us": "300000",
      "/sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us": "100000", "/unified/cpu.max": "200000 100000",
    ]
    let mounts = Self.mountsOfOne + "\n38 31 0:41 / /unified rw - cgroup2 none rw"
    #expect(one("/", mounts: mounts, files) == 2)
  }

  @Test func escapedNames() {
    let mount = #"29 23 0:26 /user\134x2dgroup /sys/fs/control\040groups rw - cgroup2 none rw"#
    let files = ["/sys/fs/control groups/cpu.max": "100000 100000"]
    #expect(two(#"/user\x2dgroup"#, mount: mount, files) == 1)
  }

  @Test(arguments: [
    "", "max", "max 100000", "100000", "100000 0", "0 100000", "-1 100000", "many 100000", "nan 100000",
    "1 2 3",
  ])
  func noQuota(text: String) { #expect(two("/", ["/sys/fs/cgroup/cpu.max": text]) == nil) }

  @Test func missingFiles() {
    #expect(quota([:]) == nil)
    #expect(quota(["/proc/self/cgroup": "0::/\n"]) == nil)
    #expect(quota(["/proc/self/cgroup": "0::/\n", "/proc/self/mountinfo": ""]) == nil)
    #expect(quota(["/proc/self/cgroup": "", "/proc/self/mountinfo": Self.mountOfTwo]) == nil)
    #expect(
      quota(["/proc/self/cgroup": ":\n0:\nx", "/proc/self/mountinfo": "1 2 3\n- - -\n1 2 3 4 5 6 -"]) == nil)
    #expect(two("/", [:]) == nil)
    #expect(one("/", ["/sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us": "100000"]) == nil)
  }
}
