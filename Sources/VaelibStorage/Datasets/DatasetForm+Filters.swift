extension DatasetForm {
  /// Why chunks are not read that passed such filters, as the predicate of a sentence; nil if they are.
  ///
  /// Only filters that vaelib undoes itself: libhdf5 would load foreign ones as programs from folders that the environment
  /// names, and its decoders of those it brings believe what a damaged file says. Of the system's libraries only libzstd is
  /// loaded, which is told the size of its output.
  static func unsuitability(_ filters: [Filter]) -> String? {
    for filter in filters {
      if let name = unreadName(filter) { return refusal(filter, name) }
      if needsZstandard(filter), !Zstandard.isAvailable {
        return
          "is compressed with zstd, for which vaelib needs \(Zstandard.libraryName), which this system does not have; "
          + "install the package libzstd1 (Debian, Ubuntu) or libzstd (Fedora)"
      }
    }
    return nil
  }

  private static func refusal(_ filter: Filter, _ name: String) -> String {
    let plugin =
      filter.number < firstPlugin
      ? "" : "; h5repack needs the filter's plugin, which hdf5plugin has for Python, in HDF5_PLUGIN_PATH"
    return
      "is compressed with \(name), which vaelib does not read; 'h5repack -f GZIP=4 FILE NEW.h5' writes a file that it "
      + "reads\(plugin)"
  }

  /// What a message calls a filter that is not read; nil for one that is.
  private static func unreadName(_ filter: Filter) -> String? {
    let number = "filter \(filter.number)"
    switch filter.known {
    case nil: return filterName(filter.number).map { "\($0) (\(number))" } ?? number
    case .blosc:
      let codec = filter.values.count > 6 && filter.values[6] == 3 ? "snappy" : "an unknown codec"
      return BloscChunk.codec(filter.values) == nil ? "blosc and \(codec) (\(number))" : nil
    case .bitshuffle:
      return BitshuffleChunk.compression(filter.values) == nil
        ? "bitshuffle and an unknown codec (\(number))" : nil
    default: return nil
    }
  }

  private static func needsZstandard(_ filter: Filter) -> Bool {
    switch filter.known {
    case .zstandard: true
    case .blosc: BloscChunk.codec(filter.values) == .zstandard
    case .bitshuffle: BitshuffleChunk.compression(filter.values) == .zstandard
    default: false
    }
  }

  /// From this number on filters are plugins (the HDF Group's list of registered filters).
  private static let firstPlugin = 256

  private static func filterName(_ number: Int) -> String? {
    switch number {
    case 307: "bzip2"
    case 32_013: "zfp"
    case 32_017: "sz"
    case 32_026: "blosc2"
    default: nil
    }
  }
}
