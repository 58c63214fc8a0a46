/// The likelihoods there are, by the names that the header, files and bindings use.
public enum LikelihoodKind: String, CaseIterable, Sendable {
  case bernoulli
  case gaussian
  case studentT = "student_t"
  case laplace
  case logNormal = "log_normal"
  case continuousBernoulli = "continuous_bernoulli"
  case beta
  case categorical
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
    case .categorical: CategoricalLikelihood.self
    case .poisson: PoissonLikelihood.self
    case .negativeBinomial: NegativeBinomialLikelihood.self
    case .zeroInflatedNegativeBinomial: ZeroInflatedNegativeBinomialLikelihood.self
    }
  }

  /// Those of counts.
  static var counts: [LikelihoodKind] { [.poisson, .negativeBinomial, .zeroInflatedNegativeBinomial] }

  /// Those whose data may be drawn as 0 or 1.
  static var binary: [LikelihoodKind] { [.bernoulli] }
}
