/// Finds the datasets of a file, and the groups that hold sparse matrices: all of them, or as many as an error message shows where a name is not among them.
struct DatasetList {
  private static let shownLimit = 20
  private static let visitedLimit = 1_000

  private let file: MetadataFile
  private var found: [(path: String, header: ObjectHeader)] = []

  /// The first datasets. What cannot be read is left out: the list is a help, and the error it helps with is there.
  init(_ file: MetadataFile) {
    self.file = file
    var walk = ObjectWalk(file)
    var choice = ListedObjects(file)
    for _ in 0..<Self.visitedLimit where found.count <= Self.shownLimit {
      do throws(StorageError) {
        guard let (step, header) = try walk.next() else { return }
        if choice.lists(step, header, walk) { found.append((walk.shownPath(step), header)) }
      } catch {
        continue
      }
    }
  }

  /// "it has x_train (60000 x 784), y_train (60000)".
  var sentence: String {
    let texts = found.compactMap { path, header -> String? in
      do throws(StorageError) {
        guard DatasetMetadata.isDataset(header) else { return "\(path) (a sparse matrix)" }
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
    var choice = ListedObjects(file)
    while let (step, header) = try walk.next() {
      guard choice.lists(step, header, walk) else { continue }
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

/// Which objects of a walk through a file are listed: datasets, and sparse matrices in place of their parts.
private struct ListedObjects {
  private let file: MetadataFile
  /// The steps that led to sparse matrices.
  private var matrices: Set<Int> = []

  init(_ file: MetadataFile) { self.file = file }

  mutating func lists(_ step: Int, _ header: ObjectHeader, _ walk: ObjectWalk) -> Bool {
    let (parent, name) = walk.link(step)
    if DatasetMetadata.isDataset(header) {
      return !matrices.contains(parent) || !SparseGroup.partNames.contains { name.elementsEqual($0.utf8) }
    }
    // The root has no name by which it could be opened. What is wrong with a matrix is said when it is opened.
    guard step > 0, let group = try? SparseGroup(header, file, name: ""),
      (try? group.hasForm) == true
    else { return false }
    matrices.insert(step)
    return true
  }
}
