import Testing

@testable import VaelibNumerics

/// Which processes are counted as working side by side.
@Suite struct ProcessFamilyTests {
  /// A system where process 10, of two threads, has children; this process is 20.
  private struct System {
    var programs = ["10": "/bin/python", "20": "/bin/python", "21": "/bin/python", "22": "/bin/python"]
    var commands = [
      "10": "python\0train.py\0", "20": "python\0train.py\0", "21": "python\0train.py\0",
      "22": "python\0train.py\0",
    ]
    var children = ["10": "20 21 ", "11": "22 "]
    var stat = "20 (a) name) S 10 20 20 0 -1"

    var size: Int {
      func process(_ path: String) -> String {
        let name = String(path.split(separator: "/")[1])
        return name == "self" ? "20" : name
      }
      return ProcessFamily.size(
        ProcessFamily.Files(
          contents: { path in
            if path == "/proc/self/stat" { return stat }
            if path.hasSuffix("/cmdline") { return commands[process(path)] }
            return children[String(path.split(separator: "/")[3])]
          },
          link: { programs[process($0)] },
          list: { $0 == "/proc/10/task" ? ["10", "11"] : [] }))
    }
  }

  @Test func childrenOfAllThreadsOfTheParentThatAreForkedFromItCount() {
    #expect(System().size == 3)
  }

  @Test func childrenThatRunAnotherProgramOrWereStartedAnewDoNot() {
    var system = System()
    system.programs["21"] = "/bin/sh"
    system.commands["22"] = "python\0other.py\0"
    #expect(system.size == 1)
  }

  @Test func childrenThatPythonStartedAnewForMultiprocessingDo() {
    var system = System()
    for (number, process) in ["20", "21"].enumerated() {
      system.commands[process] = "python\0-c\0spawn_main(pipe_handle=\(number))\0--multiprocessing-fork\0"
    }
    system.commands["22"] = "python\0-c\0from multiprocessing.resource_tracker import main\0"
    #expect(system.size == 2)
  }

  @Test func aProcessThatNobodyForkedIsAlone() {
    var system = System()
    system.commands["20"] = "python\0other.py\0"
    #expect(system.size == 1)
    system = System()
    system.programs["10"] = "/bin/bash"
    #expect(system.size == 1)
    system = System()
    system.stat = "1 (init) S 0 1 1"
    #expect(system.size == 1)
    system.stat = ""
    #expect(system.size == 1)
  }

  @Test func childrenThatCannotBeSeenDoNotCount() {
    var system = System()
    system.children = [:]
    #expect(system.size == 1)
    system = System()
    system.programs["22"] = nil
    #expect(system.size == 2)
  }
}
