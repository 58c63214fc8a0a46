import CKernels
import Testing

@testable import VaelibNumerics

/// Serialised, since whether calls are measured belongs to the process.
@Suite(.serialized) struct ProfileTests {
  private func measured(_ body: () -> Void) -> Profile {
    Profiler.isOn = true
    defer { Profiler.isOn = false }
    let profiler = Profiler("test")
    profiler.measure(body)
    return profiler.profile
  }

  private func work(milliseconds: UInt64) {
    let end = vaelib_nanoseconds() + milliseconds * 1_000_000
    while vaelib_nanoseconds() < end {}
  }

  private func milliseconds(_ profile: Profile, _ work: Work) -> Double {
    Double(profile.entries[work]?.nanoseconds ?? 0) * 1e-6
  }

  @Test func timesAddUpToTheWhole() {
    var inside: UInt64 = 0
    let outerBegin = vaelib_nanoseconds()
    let profile = measured {
      let begin = vaelib_nanoseconds()
      work(milliseconds: 5)
      profiled(.gathering) { work(milliseconds: 10) }
      profiled(.products("layer", .forward)) {
        work(milliseconds: 1)
        profiled(.activations) { work(milliseconds: 40) }
        work(milliseconds: 1)
      }
      inside = vaelib_nanoseconds() - begin
    }
    let outside = vaelib_nanoseconds() - outerBegin
    #expect(inside <= profile.nanoseconds && profile.nanoseconds <= outside)
    #expect(milliseconds(profile, .other) >= 5)
    #expect(milliseconds(profile, .gathering) >= 10)
    #expect(milliseconds(profile, .activations) >= 40)
    #expect(milliseconds(profile, .products("layer", .forward)) >= 2)
    #expect(profile.entries.count == 4)
  }

  @Test func countsAndOperations() throws {
    let (weights, rows, products) = (
      try FloatBuffer(count: 64), try FloatBuffer(count: 32), try FloatBuffer(count: 32)
    )
    let a = MatrixView(base: rows.base, rows: 4, columns: 8)
    let b = MatrixView(base: weights.base, rows: 8, columns: 8)
    let c = MatrixView(base: products.base, rows: 4, columns: 8)
    let packed = try PackedMatrix(b)
    let profile = measured {
      for _ in 0..<3 {
        profiled(.products("layer", .forward)) {
          multiply(a, b, into: c)
          multiply(a, packed, into: c)
        }
      }
    }
    let entry = profile.entries[.products("layer", .forward)]
    #expect(entry?.count == 3 && entry?.operations == 3 * 2 * (2 * 4 * 8 * 8))
    #expect(profile.entries[.other]?.count == 1 && profile.entries[.other]?.operations == 0)
  }

  @Test func callsAddUp() {
    Profiler.isOn = true
    defer { Profiler.isOn = false }
    let profiler = Profiler("test")
    for _ in 0..<2 { profiler.measure { profiled(.optimizer) {} } }
    work(milliseconds: 50)
    #expect(profiler.profile.entries[.optimizer]?.count == 2 && profiler.profile.entries[.other]?.count == 2)
    #expect(profiler.profile.nanoseconds < 50_000_000)
  }

  @Test func errorsLeaveNothingOpen() {
    Profiler.isOn = true
    defer { Profiler.isOn = false }
    let profiler = Profiler("test")
    let error = NumericsError.outOfMemory(bytes: 1)
    #expect(throws: error) {
      try profiler.measure { () throws(NumericsError) in
        try profiled(.random) { () throws(NumericsError) in throw error }
      }
    }
    profiler.measure { profiled(.random) {} }
    #expect(profiler.profile.entries[.random]?.count == 2 && profiler.profile.entries[.other]?.count == 2)
  }

  @Test func nothingIsRecordedWhileOff() {
    let profiler = Profiler("test")
    profiler.measure { profiled(.gathering) {} }
    #expect(profiler.profile.entries.keys.map(\.label) == ["everything else"])
    // Nor outside a call that is measured.
    Profiler.isOn = true
    defer { Profiler.isOn = false }
    profiled(.gathering) {}
    #expect(profiler.profile.entries.count == 1)
  }

  @Test func otherThreadsRecordNothing() {
    let pool = WorkerPool()
    pool.setThreads(4)
    let begin = vaelib_nanoseconds()
    let profile = measured {
      for _ in 0..<20 {
        pool.run(parts: 64) { _ in
          profiled(.random) { work(milliseconds: 1) }
        }
      }
    }
    #expect(profile.nanoseconds <= vaelib_nanoseconds() - begin)
    #expect((1..<20 * 64).contains(profile.entries[.random]?.count ?? 0))
    #expect((profile.entries[.waitingForWorkers]?.count ?? 0) >= 20)
  }

  @Test func callbacksAreOutside() {
    let inner = Profiler("inner")
    let profile = measured {
      profiled(.latents) {
        Profiler.callback {
          #expect(vaelib_thread_profiler() == nil)
          profiled(.gathering) {}
          inner.measure { profiled(.random) { work(milliseconds: 5) } }
          #expect(vaelib_thread_profiler() == nil)
        }
      }
      profiled(.optimizer) {}
    }
    #expect(milliseconds(profile, .callbacks) >= 5)
    #expect(Set(profile.entries.keys) == [.other, .latents, .callbacks, .optimizer])
    #expect(Set(inner.profile.entries.keys) == [.other, .random])
  }

  @Test func theTable() {
    var profile = Profile("vaelib_vae_fit")
    profile.entries = [
      .products("encoder/0", .backward): .init(
        nanoseconds: 1_500_000_000, count: 12, operations: 150_000_000_000),
      .callbacks: .init(nanoseconds: 499_500_000, count: 3),
      .other: .init(nanoseconds: 500_000, count: 1),
    ]
    let expected = [
      "vaelib_vae_fit: 2.0000 s, \(cpuDescription())",
      "  share       seconds      times  GFLOP/s  work",
      "  75.0%      1.500000         12    100.0  encoder/0 backward",
      "  25.0%      0.499500          3           outside: callbacks",
      "   0.0%      0.000500          1           everything else",
    ]
    #expect(profile.text == expected.joined(separator: "\n") + "\n")
  }

  @Test func aTableOfNothing() {
    #expect(Profile("test").isEmpty)
    #expect(Profile("test").text.hasPrefix("test: 0.0000 s, "))
    #expect(!measured {}.isEmpty)
  }
}
