import Glibc
import Testing

@testable import VaelibStorage

@Suite struct AtomicFileTests {
  private let old: [UInt8] = [1, 2, 3]

  @Test func replacesAFileAndLeavesNothingElse() throws {
    let scratch = try Scratch()
    let path = try scratch.write(old, "model.h5")
    try AtomicFile.write([4, 5], to: path)
    #expect(try readBytes(path) == [4, 5])
    #expect(scratch.contents == ["model.h5"])
  }

  @Test func permissionsAreThoseOfTheReplacedFile() throws {
    let scratch = try Scratch()
    let path = try scratch.write(old, "model.h5")
    chmod(path, 0o640)
    try AtomicFile.write([4], to: path)
    #expect(try mode(path) == 0o640)
  }

  @Test func permissionsOfANewFileFollowTheUmask() throws {
    let scratch = try Scratch()
    let reference = open(scratch.file("reference"), O_WRONLY | O_CREAT, 0o666)
    close(reference)
    try AtomicFile.write([4], to: scratch.file("model.h5"))
    #expect(try mode(scratch.file("model.h5")) == mode(scratch.file("reference")))
  }

  @Test func aSymbolicLinkStaysOne() throws {
    let scratch = try Scratch()
    let path = try scratch.write(old, "model.h5")
    symlink("model.h5", scratch.file("latest.h5"))
    try AtomicFile.write([4], to: scratch.file("latest.h5"))
    #expect(try readBytes(path) == [4])
    var status = stat()
    lstat(scratch.file("latest.h5"), &status)
    #expect(status.st_mode & S_IFMT == S_IFLNK)
  }

  @Test func aNameOfGreatestLengthIsWritten() throws {
    let scratch = try Scratch()
    let name = String(repeating: "n", count: 255)
    try AtomicFile.write(old, to: scratch.file(name))
    #expect(scratch.contents == [name])
  }

  @Test func missingFoldersAndDirectoriesAreRefused() throws {
    let scratch = try Scratch()
    let cases = [
      (
        scratch.file("missing/model.h5"),
        "cannot be created: its folder does not exist, no such file or directory"
      ),
      (scratch.folder, "cannot be written: it is a directory"),
      (scratch.file("missing/"), "cannot be written: it names a directory"),
      ("", "cannot be written: it names a directory"),
      ("/dev/null", "cannot be written: it is a device or a pipe, not a regular file"),
      (scratch.file("a\0b"), "cannot be written: its path contains a NUL byte"),
    ]
    for (path, reason) in cases {
      let error = storageError { () throws(StorageError) in try AtomicFile.write(old, to: path) }
      #expect(error == .file(path: path, reason: reason))
    }
    #expect(scratch.contents.isEmpty)
  }

  @Test func aFullDiskLeavesTheOldFile() throws {
    let scratch = try Scratch()
    let path = try scratch.write(old, "model.h5")
    let error = try withFileSizeLimit(4 << 20) {
      storageError { () throws(StorageError) in
        try AtomicFile.write([UInt8](repeating: 0, count: 5 << 20), to: path)
      }
    }
    #expect(error == .file(path: path, reason: "cannot be written: file too large"))
    #expect(try readBytes(path) == old)
    #expect(scratch.contents == ["model.h5"])
  }

  private func mode(_ path: String) throws -> mode_t {
    var status = stat()
    try #require(stat(path, &status) == 0)
    return status.st_mode & 0o777
  }

  /// Lets the kernel refuse to make any file longer than `byteCount`; other tests write shorter ones.
  private func withFileSizeLimit<Result>(_ byteCount: UInt, _ body: () -> Result) throws -> Result {
    signal(SIGXFSZ, SIG_IGN)
    var before = rlimit()
    try #require(getrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &before) == 0)
    var limit = before
    limit.rlim_cur = byteCount
    try #require(setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit) == 0)
    defer {
      setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &before)
      signal(SIGXFSZ, SIG_DFL)
    }
    return body()
  }
}
