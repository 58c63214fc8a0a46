/// A kind of work that a profile tells apart.
public struct Work: Hashable, Sendable {
  /// Which way a layer is used.
  public enum Pass: String, Sendable {
    case forward
    case backward
  }

  /// What it is called in the profile: for work of a layer the layer's name.
  let name: String
  let pass: Pass?

  private init(_ name: String, _ pass: Pass? = nil) {
    (self.name, self.pass) = (name, pass)
  }

  /// The products of a layer.
  public static func products(_ layer: String, _ pass: Pass) -> Work { Work(layer, pass) }
  /// Copying rows and converting them to float.
  public static var gathering: Work { Work("gathering and conversion") }
  /// Whether values are allowed.
  public static var checking: Work { Work("checks of values") }
  public static var standardization: Work { Work("standardisation") }
  /// Random numbers, and what is done with them at once: noise, corruption, binarisation.
  public static var random: Work { Work("random numbers") }
  /// Biases, activations and their derivatives.
  public static var activations: Work { Work("biases and activations") }
  /// Samples of q(z|x), the KL term and its gradient.
  public static var latents: Work { Work("latents and KL") }
  /// The likelihood or loss of rows, and its gradient.
  public static var likelihood: Work { Work("likelihood or loss") }
  public static var gradientNorm: Work { Work("norm of the gradient") }
  public static var optimizer: Work { Work("optimiser") }
  /// Bringing weights into the order in which products read them.
  public static var packing: Work { Work("packing of weights") }
  /// The other threads of the pool have not finished yet.
  public static var waitingForWorkers: Work { Work("waiting for workers") }
  /// The next rows have not been read from their file yet.
  public static var waitingForReader: Work { Work("waiting for the reader") }
  /// Checkpoints.
  public static var saving: Work { Work("saving") }
  /// The program's own code, in callbacks.
  public static var callbacks: Work { Work("outside: callbacks") }
  /// What nothing else counts.
  static var other: Work { Work("everything else") }
}
