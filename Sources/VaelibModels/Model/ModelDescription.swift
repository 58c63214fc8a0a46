public import VaelibNetworks

/// What is known of a model beside its weights, at one moment.
public struct ModelDescription: Sendable {
  public internal(set) var layout: ParameterLayout
  /// The head of a stack; nil without one.
  public internal(set) var head: HeadShape?
  /// The names of the classes; nil if they have none.
  public internal(set) var classNames: ClassNames?
  public internal(set) var record = TrainingRecord()
}
