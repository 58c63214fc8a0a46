public import VaelibNumerics

/// What a model file holds, without knowing what a model is: named values, tensors and the training history.
public struct ModelContents: Sendable, Equatable {
  /// A named value.
  public struct Attribute: Sendable, Equatable {
    public var name: String
    public var value: AttributeValue

    public init(name: String, value: AttributeValue) {
      self.name = name
      self.value = value
    }
  }

  /// A named parameter tensor, row-major: [rows, columns] or [columns]. It is written from where its values lie.
  public struct Tensor: Sendable, Equatable {
    /// For example "encoder/0/weight".
    public var name: String
    public var shape: [Int]
    public var values: FloatSlice

    public init(name: String, shape: [Int], values: FloatSlice) {
      self.name = name
      self.shape = shape
      self.values = values
    }
  }

  /// One quantity of the training history, a value an epoch.
  public struct Column: Sendable, Equatable {
    public var name: String
    public var values: [Double]

    public init(name: String, values: [Double]) {
      self.name = name
      self.values = values
    }
  }

  /// A parameter of column groups, a value for each.
  public struct GroupParameter: Sendable, Equatable {
    public var name: String
    public var values: GroupValues

    public init(name: String, values: GroupValues) {
      self.name = name
      self.values = values
    }
  }

  public enum GroupValues: Sendable, Equatable {
    case numbers([Double])
    case texts([String])
  }

  /// What the classes of a classifier, the columns of examples or the categories of a column are called.
  public struct Classes: Sendable, Equatable {
    /// What the names stand for: "text", "integer" and so on.
    public var type: String
    public var names: [String]

    public init(type: String, names: [String]) {
      self.type = type
      self.names = names
    }
  }

  /// What the columns of examples are called, their types, and the names of their categories by their numbers.
  public struct Columns: Sendable, Equatable {
    public var names: Classes?
    public var types: [String]?
    public var categories: [Int: Classes] = [:]
  }

  /// Which kind of model: "vae".
  public var kind: String
  /// The version of the library that wrote the file.
  public var libraryVersion: String
  /// The earliest format that says all of it.
  public var formatVersion = 1
  /// How the network is built.
  public var architecture: [Attribute]
  /// How it was trained, and how far.
  public var training: [Attribute]
  /// What its data looked like.
  public var data: [Attribute]
  public var tensors: [Tensor]
  /// None where all columns are of one kind.
  public var columnGroups: [GroupParameter] = []
  public var history: [Column]
  /// nil where classes have no names, or there are none.
  public var classes: Classes?
  /// nil where nothing is known of columns but their numbers.
  public var columns: Columns?

  public init(
    kind: String, libraryVersion: String, architecture: [Attribute] = [], training: [Attribute] = [],
    data: [Attribute] = [], tensors: [Tensor] = [], history: [Column] = []
  ) {
    self.kind = kind
    self.libraryVersion = libraryVersion
    self.architecture = architecture
    self.training = training
    self.data = data
    self.tensors = tensors
    self.history = history
  }
}

/// A value that stands in a model file as an attribute.
public enum AttributeValue: Sendable, Equatable {
  /// A 64-bit signed integer.
  case count(Int)
  /// A 64-bit floating-point number.
  case real(Double)
  /// A UTF-8 text of at most 4096 bytes.
  case text(String)
  /// A list of at most 4096 64-bit signed integers.
  case counts([Int])
  /// A 64-bit unsigned integer.
  case seed(UInt64)
}
