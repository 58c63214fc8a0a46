import Glibc
import Testing

@testable import VaelibStorage

@Suite struct ReadableFileTests {
  @Test func whatTheSystemRefuses() throws {
    let scratch = try Scratch()
    mkfifo(scratch.file("pipe"), 0o644)
    let cases = [
      (scratch.file("missing.h5"), "cannot be opened: no such file or directory"),
      ("", "cannot be opened: no such file or directory"),
      (scratch.folder, "cannot be read: it is a directory; name a file inside it"),
      (scratch.file("pipe"), "cannot be read: it is a device or a pipe, not a regular file"),
      ("/dev/null", "cannot be read: it is a device or a pipe, not a regular file"),
      (scratch.file("a\0b"), "cannot exist: its path contains a NUL byte"),
    ]
    for (path, reason) in cases {
      #expect(refusal(path) == .file(path: path, reason: reason))
    }
  }

  @Test(.enabled(if: geteuid() != 0, "root may read everything"))
  func permissions() throws {
    let scratch = try Scratch()
    let path = try scratch.write([1], "secret.h5")
    chmod(path, 0)
    #expect(refusal(path) == .file(path: path, reason: "cannot be opened: permission denied"))
  }

  @Test(arguments: [
    ("", "is empty; an HDF5 file was expected"),
    (
      "epoch,loss\n1,2\n",
      "is not an HDF5 file; it is text: if it holds lines of numbers, as CSV does, "
        + "'python -m vaelib convert FILE NEW.h5' converts it"
    ),
    (
      "PK\u{3}\u{4}",
      "is not an HDF5 file; it is a zip archive, such as NumPy's .npz: 'python -m vaelib convert FILE NEW.h5' "
        + "converts it (of .npz), or unpack it first"
    ),
    ("\u{1}\u{2}", "is not an HDF5 file"),
  ])
  func filesOfOtherFormats(_ text: String, _ reason: String) throws {
    let scratch = try Scratch()
    let path = try scratch.write(Array(text.utf8), "data.h5")
    #expect(refusal(path) == .format(path: path, object: nil, reason: reason))
  }

  @Test func binaryFormats() throws {
    let scratch = try Scratch()
    let numpy = try scratch.write([0x93] + Array("NUMPY\u{1}".utf8), "data.npy")
    #expect(
      refusal(numpy)?.description.hasSuffix(
        "it is a NumPy file: 'python -m vaelib convert FILE NEW.h5' converts it") == true)
    let gzip = try scratch.write([0x1F, 0x8B, 8, 0], "data.gz")
    #expect(
      refusal(gzip)?.description.contains("it is compressed with gzip: unpack it with 'gunzip FILE'") == true)
  }

  @Test(arguments: ["numbers.h5", "latest.h5", "userblock.h5"])
  func truncatedFiles(_ name: String) throws {
    let scratch = try Scratch()
    let bytes = try readBytes(fixture(name))
    #expect(throws: Never.self) { try Superblock.check(try ReadableFile(fixture(name))) }
    #expect(try ReadableFile(fixture(name)).byteCount == bytes.count)
    let shorter = try scratch.write(Array(bytes.dropLast()), "short.h5")
    #expect(
      refusal(shorter)
        == .format(
          path: shorter, object: nil,
          reason:
            "is truncated: it should have \(bytes.count) bytes and has \(bytes.count - 1); copy or download it "
            + "again, or write it again if the program that wrote it was killed"))
    let start = name == "userblock.h5" ? 512 : 0
    let superblock = try scratch.write(Array(bytes.prefix(start + 30)), "superblock.h5")
    #expect(refusal(superblock)?.description.hasSuffix("is truncated: it ends inside its superblock") == true)
  }

  @Test func aFileThatIsBeingWritten() throws {
    let scratch = try Scratch()
    let path = try scratch.write(readBytes(fixture("numbers.h5")), "data.h5")
    let descriptor = open(path, O_RDWR)
    flock(descriptor, LOCK_EX)
    #expect(
      refusal(path)
        == .file(
          path: path, reason: "cannot be read: another program has it open for writing; close it there first")
    )
    close(descriptor)
    #expect(throws: Never.self) { try Superblock.check(try ReadableFile(path)) }
  }

  private func refusal(_ path: String) -> StorageError? {
    storageError { () throws(StorageError) in try Superblock.check(try ReadableFile(path)) }
  }
}
