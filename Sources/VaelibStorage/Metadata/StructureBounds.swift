/// What the structure of a file may take, so that no file takes more time or memory than its length explains. Each byte
/// of structure is read once (`StructureLedger`); these are the bounds beside that.
enum StructureBounds {
  /// How many soft links are followed from one name to a dataset: as many as libhdf5 follows.
  static let softLinks = 16
  /// How many names are looked up in a group one by one. From then on there is a list of all its links, since some groups
  /// are read as a whole to find one name.
  static let groupLookups = 8
  /// Bytes of all soft links that are followed, to the sources of virtual datasets too: so many for each byte of the file,
  /// and so many besides.
  static let followedBytesPerByte = 8
  static let followedBytes = 4 << 20
  /// Bytes of all names in a list of datasets: so many for each byte of the file, and so many besides. A name in a list
  /// repeats those of the groups around it.
  static let listedBytesPerByte = 8
  static let listedBytes = 1 << 20
  /// How many parts the mappings of all virtual datasets of a file may have, and of one of them, beside those that the bytes
  /// of the mappings explain.
  static let virtualParts = 1 << 18
  static let partsOfVirtualDataset = 1 << 16
  /// How many elements the mappings of a virtual dataset may have together: so many for each of its own, since a mapping
  /// may replace a part of others.
  static let mappedElementsPerElement = 4
  /// Bytes of the path of a dataset that a message shows: its end.
  static let shownBytes = 256
  /// How many levels a tree of the newer kind has: even with two children a node it would have 2^24 leaves.
  static let treeLevels = 24
}
