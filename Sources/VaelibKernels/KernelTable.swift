/// The loops over floats that training spends its time in, compiled for one instruction set.
///
/// A table of C function pointers is a trivial type, so the variants share no generic code that the linker
/// might take from the wrong one. Formulas are meant element by element over `count` elements. Runs written
/// must not overlap other runs. NaN in, NaN out. Sums are formed in single precision for 512 terms at most,
/// beyond that in double, in an order fixed at compile time.
public struct KernelTable: Sendable {
  // MARK: Activations, forward, in place: values = A(values + bias)

  /// values += bias.
  public let addBias: BiasedActivation
  /// values = 1 / (1 + exp(-(values + bias))).
  public let biasSigmoid: BiasedActivation
  /// values = tanh(values + bias).
  public let biasTanh: BiasedActivation
  /// values = max(0, values + bias).
  public let biasRelu: BiasedActivation
  /// values = u where u = values + bias is positive, 0.01 u elsewhere.
  public let biasLeakyRelu: BiasedActivation
  /// values = u where u = values + bias is positive, exp(u) - 1 elsewhere.
  public let biasElu: BiasedActivation
  /// values = log(1 + exp(values + bias)).
  public let biasSoftplus: BiasedActivation

  // MARK: Activations, forward, from pre-activations

  /// out = x / (1 + exp(-x)).
  public let silu: Map
  /// out = x Phi(x), Phi the distribution function of N(0, 1) (the exact form, not the tanh approximation).
  public let gelu: Map

  // MARK: Activations, backward, in place: gradient *= A', from the saved output y

  /// gradient *= y (1 - y).
  public let sigmoidBackward: ActivationGradient
  /// gradient *= 1 - y^2.
  public let tanhBackward: ActivationGradient
  /// gradient = 0 where y is not positive.
  public let reluBackward: ActivationGradient
  /// gradient *= 0.01 where y is not positive.
  public let leakyReluBackward: ActivationGradient
  /// gradient *= y + 1 where y is not positive.
  public let eluBackward: ActivationGradient
  /// gradient *= 1 - exp(-y).
  public let softplusBackward: ActivationGradient

  // MARK: Activations, backward, in place, from the saved pre-activation x

  /// gradient *= s (1 + x (1 - s)), s = 1 / (1 + exp(-x)).
  public let siluBackward: ActivationGradient
  /// gradient *= Phi(x) + x phi(x), phi the density of N(0, 1).
  public let geluBackward: ActivationGradient

  // MARK: Likelihoods: log p(x|z) in nats

  /// sum(x l - log(1 + exp(l))), stable for any logit l.
  public let bernoulliLogLikelihood: BernoulliSum
  /// The same sum; gradient = weight (sigmoid(l) - x), that of weight times the negative log-likelihood.
  public let bernoulliGradient: BernoulliGradient
  /// sum of emphasis (softplus(l) - x l) over logits l; gradient = weight emphasis (sigmoid(l) - x).
  public let crossEntropyGradient: EmphasizedGradient
  /// sum of emphasis (r - x)^2 / 2; gradient = weight emphasis (r - x).
  public let squaredErrorGradient: EmphasizedGradient
  /// sum(-1/2 log(2 pi) - v/2 - (x - mean)^2 exp(-v) / 2), v = logVariance.
  public let gaussianLogLikelihood: GaussianSum
  /// The same sum; meanGradient = weight (mean - x) exp(-v) and logVarianceGradient = weight (1 - (x -
  /// mean)^2 exp(-v)) / 2, those of weight times the negative log-likelihood.
  public let gaussianGradient: GaussianGradient

  // MARK: Latent variables: q(z|x) = N(mean, exp(logVariance))

  /// A clamp without corners: t = lower + softplus(raw - lower), out = upper - softplus(upper - t)
  /// (Chua et al. 2018, "Deep reinforcement learning in a handful of trials", appendix A.1).
  public let boundLogVariance: Bound
  /// gradient *= sigmoid(upper - t) sigmoid(raw - lower), in place.
  public let boundLogVarianceBackward: BoundGradient
  /// z = mean + exp(logVariance / 2) noise.
  public let sampleLatent: LatentSample
  /// KL(q || N(0, I)) = -1/2 sum(1 + v - mean^2 - exp(v)), v = logVariance (AEVB, appendix B).
  public let klDivergence: Divergence
  /// Through z = mean + exp(v / 2) noise, adding: meanGradient += zGradient,
  /// logVarianceGradient += zGradient exp(v / 2) noise / 2. `mean` is not read.
  public let latentGradient: LatentGradient
  /// Of weight times klDivergence, overwriting: meanGradient = weight mean,
  /// logVarianceGradient = weight (exp(v) - 1) / 2.
  public let klGradient: DivergenceGradient

  // MARK: Optimisers over flat runs; each first forms g' = gradientScale g + decay p

  /// v = momentum v + g'; p -= rate (nesterov == 0 ? v : g' + momentum v). PyTorch's form; nesterov is 0 or
  /// 1.
  public let sgd: SGD
  /// s += g'^2; p -= rate g' / (sqrt(s) + epsilon) (Duchi et al. 2011).
  public let adagrad: Adagrad
  /// s = decayRate s + (1 - decayRate) g'^2; p -= rate g' / (sqrt(s) + epsilon) (Hinton 2012).
  public let rmsprop: RMSProp
  /// m = beta1 m + (1 - beta1) g'; v = beta2 v + (1 - beta2) g'^2; p -= rate ((m / correction1) / (sqrt(v /
  /// correction2) + epsilon) + decoupledDecay p), correction = 1 - beta^t (Kingma & Ba 2015; decoupledDecay:
  /// Loshchilov & Hutter 2019).
  public let adam: Adam

  // MARK: Element by element

  /// out = exp(factor x).
  public let exponential: Exponential
  /// out = 1 / (1 + exp(-x)).
  public let sigmoid: Map
  /// y += x.
  public let addTo: Addition
  /// values *= factor.
  public let scale: Scaling

  // MARK: Reductions

  /// sum(x^2).
  public let sumOfSquares: Sum
  /// 1 if all values are finite, else 0. outLow, outHigh: least and greatest finite value; +inf and -inf if
  /// none is.
  public let finiteRange: FiniteRange

  // MARK: Random numbers: Philox 4x32-10 under the key (key0, key1)

  /// The four words of the block at a four-word counter.
  public let philoxBlock: Block
  /// Value 4 b + i is (word i of block (firstBlock + b, c1, c2, c3) >> 8) 2^-24, in [0, 1).
  public let uniforms: Draw
  /// N(0, 1) by Box and Muller (1958): words (a, b) = (0, 1), then (2, 3), of a block give r cos t, r sin t
  /// with r = sqrt(-2 log((a + 1/2) 2^-32)), t = 2 pi b 2^-32.
  public let normals: Draw
  /// In place, probabilities in, draws out: 1 where the uniform value is below the probability, else 0.
  public let bernoulliDraws: Draw

  // MARK: Conversion of a run that may be unaligned: out = Float(Double(source) scale + shift)

  /// From UInt8.
  public let convertUInt8: Conversion
  /// From Int8.
  public let convertInt8: Conversion
  /// From Int16.
  public let convertInt16: Conversion
  /// From Int32.
  public let convertInt32: Conversion
  /// From Int64.
  public let convertInt64: Conversion
  /// From Float32.
  public let convertFloat32: Conversion
  /// From Float64.
  public let convertFloat64: Conversion

  // MARK: -

  /// A table of these kernels. Spelled out because Swift makes no public memberwise initializer; it has the
  /// compiler check that every variant fills every entry.
  public init(
    addBias: @escaping BiasedActivation,
    biasSigmoid: @escaping BiasedActivation,
    biasTanh: @escaping BiasedActivation,
    biasRelu: @escaping BiasedActivation,
    biasLeakyRelu: @escaping BiasedActivation,
    biasElu: @escaping BiasedActivation,
    biasSoftplus: @escaping BiasedActivation,
    silu: @escaping Map,
    gelu: @escaping Map,
    sigmoidBackward: @escaping ActivationGradient,
    tanhBackward: @escaping ActivationGradient,
    reluBackward: @escaping ActivationGradient,
    leakyReluBackward: @escaping ActivationGradient,
    eluBackward: @escaping ActivationGradient,
    softplusBackward: @escaping ActivationGradient,
    siluBackward: @escaping ActivationGradient,
    geluBackward: @escaping ActivationGradient,
    bernoulliLogLikelihood: @escaping BernoulliSum,
    bernoulliGradient: @escaping BernoulliGradient,
    crossEntropyGradient: @escaping EmphasizedGradient,
    squaredErrorGradient: @escaping EmphasizedGradient,
    gaussianLogLikelihood: @escaping GaussianSum,
    gaussianGradient: @escaping GaussianGradient,
    boundLogVariance: @escaping Bound,
    boundLogVarianceBackward: @escaping BoundGradient,
    sampleLatent: @escaping LatentSample,
    klDivergence: @escaping Divergence,
    latentGradient: @escaping LatentGradient,
    klGradient: @escaping DivergenceGradient,
    sgd: @escaping SGD,
    adagrad: @escaping Adagrad,
    rmsprop: @escaping RMSProp,
    adam: @escaping Adam,
    exponential: @escaping Exponential,
    sigmoid: @escaping Map,
    addTo: @escaping Addition,
    scale: @escaping Scaling,
    sumOfSquares: @escaping Sum,
    finiteRange: @escaping FiniteRange,
    philoxBlock: @escaping Block,
    uniforms: @escaping Draw,
    normals: @escaping Draw,
    bernoulliDraws: @escaping Draw,
    convertUInt8: @escaping Conversion,
    convertInt8: @escaping Conversion,
    convertInt16: @escaping Conversion,
    convertInt32: @escaping Conversion,
    convertInt64: @escaping Conversion,
    convertFloat32: @escaping Conversion,
    convertFloat64: @escaping Conversion
  ) {
    self.addBias = addBias
    self.biasSigmoid = biasSigmoid
    self.biasTanh = biasTanh
    self.biasRelu = biasRelu
    self.biasLeakyRelu = biasLeakyRelu
    self.biasElu = biasElu
    self.biasSoftplus = biasSoftplus
    self.silu = silu
    self.gelu = gelu
    self.sigmoidBackward = sigmoidBackward
    self.tanhBackward = tanhBackward
    self.reluBackward = reluBackward
    self.leakyReluBackward = leakyReluBackward
    self.eluBackward = eluBackward
    self.softplusBackward = softplusBackward
    self.siluBackward = siluBackward
    self.geluBackward = geluBackward
    self.bernoulliLogLikelihood = bernoulliLogLikelihood
    self.bernoulliGradient = bernoulliGradient
    self.crossEntropyGradient = crossEntropyGradient
    self.squaredErrorGradient = squaredErrorGradient
    self.gaussianLogLikelihood = gaussianLogLikelihood
    self.gaussianGradient = gaussianGradient
    self.boundLogVariance = boundLogVariance
    self.boundLogVarianceBackward = boundLogVarianceBackward
    self.sampleLatent = sampleLatent
    self.klDivergence = klDivergence
    self.latentGradient = latentGradient
    self.klGradient = klGradient
    self.sgd = sgd
    self.adagrad = adagrad
    self.rmsprop = rmsprop
    self.adam = adam
    self.exponential = exponential
    self.sigmoid = sigmoid
    self.addTo = addTo
    self.scale = scale
    self.sumOfSquares = sumOfSquares
    self.finiteRange = finiteRange
    self.philoxBlock = philoxBlock
    self.uniforms = uniforms
    self.normals = normals
    self.bernoulliDraws = bernoulliDraws
    self.convertUInt8 = convertUInt8
    self.convertInt8 = convertInt8
    self.convertInt16 = convertInt16
    self.convertInt32 = convertInt32
    self.convertInt64 = convertInt64
    self.convertFloat32 = convertFloat32
    self.convertFloat64 = convertFloat64
  }
}
