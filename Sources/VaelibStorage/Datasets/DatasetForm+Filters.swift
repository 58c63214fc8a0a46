extension DatasetForm {
  /// Why chunks are not read that passed such filters, as the predicate of a sentence; nil if they are.
  ///
  /// Only filters that vaelib undoes itself: libhdf5 would load foreign ones as programs from folders that the environment
  /// names, and its decoders of those it brings believe what a damaged file says.
  static func unsuitability(_ filters: [Filter]) -> String? {
    for filter in filters {
      if let name = unreadName(filter) { return refusal(filter, name) }
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
    case .blosc: return BloscChunk.unreadCodec(filter.values).map { "blosc and \($0) (\(number))" }
    case .bitshuffle:
      return BitshuffleChunk.compression(filter.values) == nil ? "bitshuffle and zstd (\(number))" : nil
    default: return nil
    }
  }

  /// From this number on filters are plugins (the HDF Group's list of registered filters).
  private static let firstPlugin = 256

  private static func filterName(_ number: Int) -> String? {
    switch number {
    case 4: "szip"
    case 307: "bzip2"
    case 32_013: "zfp"
    case 32_015: "zstd"
    case 32_017: "sz"
    case 32_026: "blosc2"
    default: nil
    }
  }
}
