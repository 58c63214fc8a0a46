import VaelibNetworks

/// The likelihoods there are, by the names that the header, files and bindings use.
public enum LikelihoodKind: String, CaseIterable, Sendable {
  case bernoulli
  case gaussian
}

extension VAEConfiguration {
  /// The likelihood that is asked for; tensors of its own are added to the layout.
  func makeLikelihood(_ layout: inout ParameterLayout) throws(NetworkError) -> any Likelihood {
    switch likelihood {
    case .bernoulli: BernoulliLikelihood(width: dataDimension)
    case .gaussian: try GaussianLikelihood(self, layout: &layout)
    }
  }
}
