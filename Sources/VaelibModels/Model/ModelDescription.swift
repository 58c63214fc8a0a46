public import VaelibNetworks

/// What is known of a model beside its weights, at one moment.
public struct ModelDescription: Sendable {
  public internal(set) var layout: ParameterLayout
  /// How many classes its classifier knows; 0 without one.
  public internal(set) var classes = 0
  /// The names of the classes; nil if they have none.
  public internal(set) var classNames: ClassNames?
  public internal(set) var record = TrainingRecord()
}
