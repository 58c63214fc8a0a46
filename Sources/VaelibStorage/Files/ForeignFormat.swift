/// A format that people take for HDF5, or have in its place, known by the first bytes of its files.
struct ForeignFormat {
  /// What a file of it is: "a web page".
  let name: String
  /// How its numbers come to vaelib.
  let remedy: String
  /// The bytes that it begins with, and where.
  private let signature: [UInt8]
  private let offset: Int

  /// As many bytes of a file as tell.
  static let byteCount = 512

  private init(_ signature: [UInt8], at offset: Int = 0, _ name: String, _ remedy: String) {
    (self.signature, self.offset, self.name, self.remedy) = (signature, offset, name, remedy)
  }

  private init(_ signature: String, at offset: Int = 0, _ name: String, _ remedy: String) {
    self.init(Array(signature.utf8), at: offset, name, remedy)
  }

  /// What a file that begins so is, and what to do, as the end of a sentence; empty if that is not known.
  static func remark(_ start: [UInt8]) -> String {
    if let known = binary.first(where: { $0.matches(start) }) ?? archive(start) ?? safetensors(start) {
      return "; it is \(known.name): \(known.remedy)"
    }
    guard isText(start) else { return "" }
    let words = Array(start.drop { $0 <= 0x20 }.map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 })
    if let known = text.first(where: { $0.matches(words) }) {
      return "; it is \(known.name): \(known.remedy)"
    }
    return "; it is text: if it holds lines of numbers, as CSV does, \(converter)"
  }

  private func matches(_ start: [UInt8]) -> Bool {
    start.dropFirst(offset).starts(with: signature)
  }

  private static func isText(_ start: [UInt8]) -> Bool {
    let bytes = start.starts(with: [0xEF, 0xBB, 0xBF]) ? start.dropFirst(3) : start[...]
    return !bytes.isEmpty && bytes.allSatisfy { $0 >= 0x20 && $0 != 0x7F || [0x09, 0x0A, 0x0D].contains($0) }
  }

  /// What the first member of a zip archive says of it.
  private static func archive(_ start: [UInt8]) -> ForeignFormat? {
    guard start.starts(with: Array("PK\u{3}\u{4}".utf8)) else { return nil }
    let length = start.count > 27 ? Int(start[26]) | Int(start[27]) << 8 : 0
    let member = String(decoding: start.dropFirst(30).prefix(length), as: UTF8.self)
    if member.hasSuffix("data.pkl") || member.hasSuffix(".format_version") {
      return ForeignFormat(
        "", "a PyTorch file",
        "load it with torch.load where you trust it, and write its arrays with vaelib.DatasetWriter")
    }
    if member == "[Content_Types].xml" || member.hasPrefix("_rels/") || member.hasPrefix("xl/") {
      return ForeignFormat("", "an Excel or Office document", "save the sheet as CSV, then \(converter)")
    }
    if member == "metadata.json" || member == "config.json" {
      return ForeignFormat(
        "", "a zip archive, such as Keras makes of models",
        "load it with the program that wrote it; docs/interchange.md says how weights come to vaelib")
    }
    return ForeignFormat(
      "", "a zip archive, such as NumPy's .npz", "\(converter) (of .npz), or unpack it first")
  }

  /// The length of a header in JSON, then the header.
  private static func safetensors(_ start: [UInt8]) -> ForeignFormat? {
    guard start.count > 10, start[8...].starts(with: Array("{\"".utf8)), start[4..<8].allSatisfy({ $0 == 0 })
    else { return nil }
    return ForeignFormat(
      "", "a safetensors file",
      "load it with safetensors.numpy.load_file, and write its arrays with vaelib.DatasetWriter")
  }

  private static var converter: String { "'python -m vaelib convert FILE NEW.h5' converts it" }
  private static var toArray: String {
    "read such files into one array, and write it with vaelib.DatasetWriter"
  }
  private static func unpack(_ command: String) -> String { "unpack it with '\(command) FILE'" }

  private static var binary: [ForeignFormat] {
    [
      ForeignFormat([0x93] + Array("NUMPY".utf8), "a NumPy file", converter),
      ForeignFormat("MATLAB 5.0", "a MATLAB file of version 5 to 7", converter),
      ForeignFormat("MATLAB 7.3", "a MATLAB file of version 7.3, cut short", "copy or download it again"),
      ForeignFormat("CDF\u{1}", "a netCDF-3 file", converter),
      ForeignFormat("CDF\u{2}", "a netCDF-3 file", converter),
      ForeignFormat(
        "CDF\u{5}", "a netCDF file of the 64-bit data format",
        "'nccopy -k netCDF-4 FILE NEW.nc' makes it HDF5, which vaelib reads"),
      ForeignFormat(
        [0x0E, 0x03, 0x13, 0x01], "HDF4, an older format", "'h4toh5 FILE NEW.h5' converts it"),
      ForeignFormat([0, 0, 0x08], "IDX, the format of MNIST", converter),
      ForeignFormat([0, 0, 0x0D], "IDX, the format of MNIST", converter),
      ForeignFormat(
        [0x1F, 0x8B], "compressed with gzip",
        "\(unpack("gunzip")); CSV, IDX and .npy are converted by 'python -m vaelib convert FILE NEW.h5' as they are"
      ),
      ForeignFormat("BZh", "compressed with bzip2", unpack("bunzip2")),
      ForeignFormat([0xFD] + Array("7zXZ".utf8), "compressed with xz", unpack("unxz")),
      ForeignFormat([0x28, 0xB5, 0x2F, 0xFD], "compressed with Zstandard", unpack("unzstd")),
      ForeignFormat([0x04, 0x22, 0x4D, 0x18], "compressed with LZ4", unpack("unlz4")),
      ForeignFormat([0x37, 0x7A, 0xBC, 0xAF], "a 7z archive", unpack("7z x")),
      ForeignFormat("Rar!", "a RAR archive", unpack("unrar x")),
      ForeignFormat("ustar", at: 257, "a tar archive", unpack("tar -xf")),
      ForeignFormat(
        "PAR1", "a Parquet file", "pandas.read_parquet reads it, and vaelib takes the data frame"),
      ForeignFormat(
        "ARROW1", "a Feather or Arrow file", "pandas.read_feather reads it, and vaelib takes the data frame"),
      ForeignFormat("ORC", "an ORC file", "pandas.read_orc reads it, and vaelib takes the data frame"),
      ForeignFormat(
        "SQLite format 3", "an SQLite database",
        "pandas.read_sql reads its tables, and vaelib takes the data frame"),
      ForeignFormat(
        [0xD0, 0xCF, 0x11, 0xE0], "an Excel or Office document", "save the sheet as CSV, then \(converter)"),
    ] + pickles + media
  }

  private static var pickles: [ForeignFormat] {
    (2...5).map { version in
      ForeignFormat(
        [0x80, version], "a Python pickle",
        "loading one can run any program, so vaelib does not; load it with Python where you trust it, and write its "
          + "arrays with vaelib.DatasetWriter")
    }
  }

  private static var media: [ForeignFormat] {
    [
      ForeignFormat([0x89] + Array("PNG".utf8), "a PNG image", toArray),
      ForeignFormat([0xFF, 0xD8, 0xFF], "a JPEG image", toArray),
      ForeignFormat("GIF8", "a GIF image", toArray),
      ForeignFormat("II*\0", "a TIFF image", toArray),
      ForeignFormat("MM\0*", "a TIFF image", toArray),
      ForeignFormat("RIFF", "a sound or image file (RIFF)", toArray),
      ForeignFormat("DICM", at: 128, "a DICOM image", toArray),
      ForeignFormat("SIMPLE  =", "a FITS file", "astropy.io.fits reads it; \(toArray)"),
      ForeignFormat("GRIB", "a GRIB file", "'cdo -f nc4 copy FILE NEW.nc' makes it HDF5, which vaelib reads"),
      ForeignFormat("%PDF", "a PDF document", "look for the data that it speaks of"),
      ForeignFormat("RDX2", "an R workspace", "write its arrays with R's rhdf5 or write.csv"),
      ForeignFormat("RDX3", "an R workspace", "write its arrays with R's rhdf5 or write.csv"),
    ]
  }

  /// In lower case, without leading blanks.
  private static var text: [ForeignFormat] {
    let page = "a download went wrong, or this page leads to the file; download the file itself"
    return [
      ForeignFormat("<!doctype html", "a web page", page),
      ForeignFormat("<html", "a web page", page),
      ForeignFormat("<?xml", "XML", "look for the data that it describes"),
      ForeignFormat(
        "version https://git-lfs", "a pointer of Git LFS in place of the file",
        "'git lfs pull' fetches the file"),
      ForeignFormat(
        "/annex/objects/", "a pointer of git-annex in place of the file",
        "'git annex get FILE' fetches the file"),
      ForeignFormat("{", "JSON", "read it with Python, and write its arrays with vaelib.DatasetWriter"),
      ForeignFormat("[", "JSON", "read it with Python, and write its arrays with vaelib.DatasetWriter"),
      ForeignFormat(
        "%%matrixmarket", "a Matrix Market file", "scipy.io.mmread reads it, and vaelib takes the array"),
      ForeignFormat(
        "@relation", "an ARFF file", "scipy.io.arff.loadarff reads it, and vaelib takes the array"),
    ]
  }
}
