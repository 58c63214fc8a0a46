/// Finds the datasets of a file: all of them, or as many as an error message shows where a name is not among them.
struct DatasetList {
  private static let shownLimit = 20
  private static let visitedLimit = 1_000

  private let file: MetadataFile
  private var found: [(path: String, header: ObjectHeader)] = []

  /// The first datasets. What cannot be read is left out: the list is a help, and the error it helps with is there.
  init(_ file: MetadataFile) {
    self.file = file
    var walk = ObjectWalk(file)
    for _ in 0..<Self.visitedLimit where found.count <= Self.shownLimit {
      do throws(StorageError) {
        guard let (step, header) = try walk.next() else { return }
        if DatasetMetadata.isDataset(header) { found.append((walk.shownPath(step), header)) }
      } catch {
        continue
      }
    }
  }

  /// "it has x_train (60000 x 784), y_train (60000)".
  var sentence: String {
    let texts = found.compactMap { path, header -> String? in
      do throws(StorageError) {
        return "\(path) (\(Self.text(try DatasetMetadata.shape(header, file))))"
      } catch {
        return nil
      }
    }
    guard !texts.isEmpty else { return "it has no datasets" }
    let isCut = texts.count > Self.shownLimit
    return "it has " + texts.prefix(Self.shownLimit).joined(separator: ", ") + (isCut ? " and others" : "")
  }

  private static func text(_ shape: [Int]?) -> String {
    switch shape {
    case nil: "no values"
    case []: "one value"
    case let shape?: shape.map(String.init).joined(separator: " x ")
    }
  }

  /// The paths of all datasets; see `ObjectWalk`. Throws where something on the way makes no sense, and where the paths
  /// take more than the file explains: each repeats the names of the groups around it.
  static func paths(_ file: MetadataFile) throws(StorageError) -> [[UInt8]] {
    let limit = StructureBounds.listedBytes + StructureBounds.listedBytesPerByte * file.byteCount
    var listed = 0
    var found: [Int] = []
    var walk = ObjectWalk(file)
    while let (step, header) = try walk.next() {
      guard DatasetMetadata.isDataset(header) else { continue }
      listed += walk.pathBytes(step)
      guard listed <= limit else {
        throw file.file.error(
          "has datasets in groups so deep that their names take more than \(limit >> 20) MiB; they can be opened, but "
            + "not listed")
      }
      found.append(step)
    }
    return found.map { walk.path($0) }
  }
}
