public import VaelibNetworks

/// The architecture of a variational auto-encoder. The initial values are the defaults, defined here only.
public struct VAEConfiguration: Sendable, Equatable {
  public var dataDimension = 0
  public var latentDimension = 20
  public var hidden = [256]
  /// nil mirrors the encoder.
  public var decoderHidden: [Int]?
  public var activation = Activation.relu
  /// nil leaves it to `resolve`.
  public var likelihood: LikelihoodKind?
  public var options = LikelihoodOptions()
  /// What each column is, where they are of different kinds: then neither `likelihood` nor `options` matter.
  public var groups: [ColumnGroup] = []
  public var missing = MissingValues.refuse
  public var initializer = Initializer.glorotUniform
  public var initializerStddev = 0.01
  public var seed: UInt64 = 0

  public init() {}

  /// The groups, of which there is one where none were given.
  var decidedGroups: [ColumnGroup] {
    if !groups.isEmpty { return groups }
    var all = ColumnGroup()
    (all.columns, all.likelihood, all.options) = (dataDimension, likelihood, options)
    return [all]
  }

  /// The least that encoders see of an example: a number for each column, or for each category of one, but of size factors
  /// nothing. Needs groups of at most 2^24 columns together, and no more categories than there may be.
  public var inputWidth: Int { groups.isEmpty ? dataDimension : groups.reduce(0) { $0 + $1.width } }

  /// What decoders see, behind z, of conditions; the least where numbers of categories are left to the data.
  public var conditionWidth: Int { groups.reduce(0) { $0 + ($1.condition == 1 ? $1.width : 0) } }

  /// The least that decoders put out for an example.
  public var outputWidth: Int { inputWidth - conditionWidth }

  /// Whether a column has the size factors of rows.
  var hasSizeFactor: Bool { groups.contains { $0.sizeFactor == 1 } }

  /// The groups of columns that are not given.
  var modelledGroups: [ColumnGroup] { decidedGroups.filter { !$0.isGiven } }

  /// The names of the likelihoods, for messages.
  var likelihoodNames: String {
    var names: [String] = []
    for group in modelledGroups {
      let name = group.likelihood?.rawValue ?? "auto"
      if !names.contains(name) { names.append(name) }
    }
    return names.joined(separator: ", ")
  }

  /// The decoder's hidden widths, mirrored from the encoder unless given.
  public var decoderWidths: [Int] { decoderHidden ?? hidden.reversed() }
}

extension ColumnGroup {
  /// What networks see of an example's columns of the group, at least.
  fileprivate var width: Int {
    sizeFactor == 1 ? 0 : columns * (likelihood == .categorical ? max(1, classes) : 1)
  }
}
