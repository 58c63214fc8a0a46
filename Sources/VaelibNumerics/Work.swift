/// A kind of work that a profile tells apart.
public struct Work: Hashable, Sendable {
  /// Which way a layer is used.
  public enum Pass: String, Sendable {
    case forward
    case backward
  }

  /// For work of a layer the layer's name.
  private let name: String
  private let pass: Pass?

  private init(_ name: String, _ pass: Pass? = nil) {
    (self.name, self.pass) = (name, pass)
  }

  /// What it is called in a profile.
  var label: String { pass.map { "\(name) \($0.rawValue)" } ?? name }

  /// The products of a layer.
  public static func products(_ layer: String, _ pass: Pass) -> Work { Work(layer, pass) }
  /// Shuffling rows, copying them and converting them to float.
  public static var gathering: Work { Work("gathering and conversion") }
  /// Whether values are allowed.
  public static var checking: Work { Work("checks of values") }
  /// Finding the columns' means and deviations, and bringing rows to one scale.
  public static var standardization: Work { Work("standardisation") }
  /// Random numbers, and what is done with them at once: noise, corruption, binarisation.
  public static var random: Work { Work("random numbers") }
  /// Biases, activations and their derivatives.
  public static var activations: Work { Work("biases and activations") }
  /// Samples of q(z|x), the KL term and its gradient.
  public static var latents: Work { Work("latents and KL") }
  /// The likelihood or loss of rows, and its gradient.
  public static var likelihood: Work { Work("likelihood or loss") }
  /// What a layer's loss adds to the reconstruction, and its gradient.
  public static var penalties: Work { Work("penalties") }
  public static var gradientNorm: Work { Work("norm of the gradient") }
  public static var optimizer: Work { Work("optimiser") }
  /// Bringing weights into the order in which products read them.
  public static var packing: Work { Work("packing of weights") }
  /// Waking the other threads of the pool, and waiting until they have finished.
  public static var waitingForWorkers: Work { Work("waiting for workers") }
  /// Waking the thread that reads ahead, and waiting for rows that it has not read yet.
  public static var waitingForReader: Work { Work("waiting for the reader") }
  /// Taking memory for numbers, which the system gives page by page.
  public static var memory: Work { Work("memory") }
  /// Reading a file where no thread reads ahead, and finding out how it is stored.
  public static var reading: Work { Work("reading") }
  /// Checkpoints, by which the data are known again, and results that go to files.
  public static var saving: Work { Work("saving") }
  /// Noting the weights to return to.
  public static var weightCopies: Work { Work("copies of the weights") }
  /// The program's own code, in callbacks.
  public static var callbacks: Work { Work("outside: callbacks") }
  /// What nothing else counts.
  static var other: Work { Work("everything else") }
}
