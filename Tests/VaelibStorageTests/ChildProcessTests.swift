import Glibc
import Testing

@testable import VaelibStorage

/// What a child process says of a file that exhausts it: each outcome in its own words.
@Suite struct ChildProcessTests {
  private func failure(_ body: () throws(StorageError) -> Void) -> String {
    let error = storageError { () throws(StorageError) in
      _ = try ChildProcess.run("file.h5", byteCount: 0) { (_) throws(StorageError) in
        try body()
        return []
      }
    }
    return error.map { "\($0)" } ?? ""
  }

  @Test func resultsAndErrorsComeBack() throws {
    let bytes = try ChildProcess.run("file.h5", byteCount: 0) { (stepDone) throws(StorageError) in
      for _ in 0..<10_000 { stepDone() }
      return [0, 0xFF] + [UInt8](repeating: 1, count: 100_000)
    }
    #expect(bytes.count == 100_002 && bytes.prefix(2) == [0, 0xFF])
    let text = failure { () throws(StorageError) in
      throw .format(path: "file.h5", object: "dataset \"x\"", reason: "is odd")
    }
    #expect(text == "dataset \"x\" of file \"file.h5\" is odd")
  }

  @Test func aChildWhoseResultNobodyWantsIsEnded() {
    var questions = 0
    let error = storageError { () throws(StorageError) in
      _ = try ChildProcess.run(
        "file.h5", byteCount: 0,
        isStopped: {
          questions += 1
          return questions == 3
        }
      ) { (_) throws(StorageError) in while true {} }
    }
    #expect(error == .cancelled && questions == 3)
  }

  @Test func aLackOfMemoryIsNoDamage() {
    let atOnce = failure { () throws(StorageError) in
      guard let memory = malloc(4 << 30) else { throw .memory(path: "file.h5", byteCount: 4 << 30) }
      free(memory)
    }
    let littleByLittle = failure { () throws(StorageError) in
      while malloc(1 << 20) != nil {}
      throw .memory(path: "file.h5", byteCount: 1 << 20)
    }
    for text in [atOnce, littleByLittle] {
      #expect(text.contains("more memory than check_in_child allows, 512 MiB"))
      #expect(!text.contains("damaged") && !text.contains("1048576"))
    }
  }

  @Test func aSystemWithoutMemoryIsNotTheFilesFault() {
    let text = failure { () throws(StorageError) in throw .memory(path: "file.h5", byteCount: 1_024) }
    #expect(text == "file \"file.h5\" needs 1024 bytes of memory, which the system refused")
  }

  @Test func aLargeFileMayTakeMore() {
    let small = ChildLimits(fileByteCount: 0).memory
    #expect(ChildLimits(fileByteCount: 1 << 30).memory == small + 4 << 30)
  }

  @Test func crashesAndLoopsAreDamage() {
    #expect(failure { () throws(StorageError) in kill(getpid(), SIGSEGV) }.contains("crashed it (signal 11)"))
    let abort = failure { () throws(StorageError) in kill(getpid(), SIGABRT) }
    #expect(abort.contains("is damaged, or needs more memory than check_in_child allows (512 MiB)"))
    #expect(failure { () throws(StorageError) in _exit(0) }.contains("ended it"))
    #expect(failure { () throws(StorageError) in while true {} }.contains("did not come to an end"))
  }
}
