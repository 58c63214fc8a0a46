import VaelibNetworks

/// The likelihoods there are, by the names that the header, files and bindings use.
public enum LikelihoodKind: String, CaseIterable, Sendable {
  case bernoulli
  case gaussian
  case studentT = "student_t"
  case laplace
  case logNormal = "log_normal"
  case continuousBernoulli = "continuous_bernoulli"
  case beta
  case poisson
  case negativeBinomial = "negative_binomial"
  case zeroInflatedNegativeBinomial = "zero_inflated_negative_binomial"
}

extension LikelihoodKind {
  /// What stands behind the name.
  var type: any Likelihood.Type {
    switch self {
    case .bernoulli: BernoulliLikelihood.self
    case .gaussian: GaussianLikelihood.self
    case .studentT: StudentTLikelihood.self
    case .laplace: LaplaceLikelihood.self
    case .logNormal: LogNormalLikelihood.self
    case .continuousBernoulli: ContinuousBernoulliLikelihood.self
    case .beta: BetaLikelihood.self
    case .poisson: PoissonLikelihood.self
    case .negativeBinomial: NegativeBinomialLikelihood.self
    case .zeroInflatedNegativeBinomial: ZeroInflatedNegativeBinomialLikelihood.self
    }
  }

  /// Those whose data may be drawn as 0 or 1.
  static var binary: [LikelihoodKind] { allCases.filter { $0.type.greyWarning != nil } }
}

extension VAEConfiguration {
  /// The likelihood that is asked for; tensors of its own are added to the layout.
  func makeLikelihood(_ kind: LikelihoodKind, _ layout: inout ParameterLayout) throws(NetworkError)
    -> any Likelihood
  {
    try kind.type.init(self, layout: &layout)
  }
}
