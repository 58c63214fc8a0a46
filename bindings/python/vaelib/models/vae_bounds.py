"""How well a fitted estimator explains data: bounds and likelihoods, in nats per example."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, overload

import numpy as np
import numpy.typing as npt

from vaelib._c.arguments import seed_from
from vaelib._c.arrays import pointer
from vaelib._c.long_calls import Callbacks
from vaelib._c.parameters import allowed
from vaelib.data.sample_weights import mean
from vaelib.models.documentation import fill_in
from vaelib.models.estimator import Estimator
from vaelib.models.native_vae import NativeVAE

Vector = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Bound:
    """The evidence lower bound of each example and its two terms, shape (n_samples,): elbo = reconstruction - kl."""

    elbo: Vector
    reconstruction: Vector
    kl: Vector


class VAEBounds(Estimator[NativeVAE]):
    """The evidence lower bound and the importance-sampled likelihood."""

    seed_: int
    estimator: str
    binarization: str

    def elbo(
        self,
        X: Any,
        # from the library: evaluation.samples
        samples: int = 1,
        # end
        *,
        conditions: Any = None,
        estimator: str | None = None,
        binarization: str | None = None,
        random_state: Any = None,
        callbacks: Callbacks = None,
    ) -> Bound:
        """The evidence lower bound of each example, with its two terms.

        Parameters
        ----------
        X : array of shape (n_samples, n_features) or Dataset
            The examples.
        samples : {samples}
            Latent samples per example.
        conditions : optional
            What is given beside X, if ``fit`` had it; then bounds are those of log p(x|c).
        estimator : {estimator}; optional
            The form of the KL term; by default the estimator's own.
        binarization : {binarization}; optional
            Whether values are probabilities, drawn as 0 or 1; by default the estimator's own.
        random_state : optional
            By default the training's seed, so that equal calls give equal results.
        callbacks : callable or sequence of callables, optional
            As in ``fit``; if one returns True, ``Cancelled`` is raised.
        """
        examples = self._examples_of_fitted(X, conditions)
        bound = Bound(*(np.empty(examples.rows) for _ in range(3)))
        outputs = (pointer(bound.elbo), pointer(bound.reconstruction), pointer(bound.kl))
        settings = {"samples": samples, "estimator": self.estimator if estimator is None else estimator}
        self._evaluate("vaelib_vae_estimate_elbo", examples, settings, binarization, random_state, callbacks, outputs)
        return bound

    @overload
    def log_likelihood(
        self,
        X: Any,
        samples: int = ...,
        *,
        conditions: Any = ...,
        return_standard_error: Literal[False] = ...,
        binarization: str | None = ...,
        random_state: Any = ...,
        callbacks: Callbacks = ...,
    ) -> Vector: ...

    @overload
    def log_likelihood(
        self,
        X: Any,
        samples: int = ...,
        *,
        conditions: Any = ...,
        return_standard_error: Literal[True],
        binarization: str | None = ...,
        random_state: Any = ...,
        callbacks: Callbacks = ...,
    ) -> tuple[Vector, Vector]: ...

    def log_likelihood(
        self,
        X: Any,
        samples: int = 100,
        *,
        conditions: Any = None,
        return_standard_error: bool = False,
        binarization: str | None = None,
        random_state: Any = None,
        callbacks: Callbacks = None,
    ) -> Vector | tuple[Vector, Vector]:
        """log p(x) of each example by importance sampling, shape (n_samples,).

        log (1/K) sum_k p(x|z_k) p(z_k) / q(z_k|x) with K = ``samples`` draws from q(z|x): in expectation a lower bound
        that tightens with K (Burda et al. 2015). The other parameters are those of ``elbo``. With
        ``return_standard_error=True`` also the estimate's standard error, NaN for one sample.
        """
        examples = self._examples_of_fitted(X, conditions)
        values = np.empty(examples.rows)
        errors = np.empty(examples.rows) if return_standard_error else None
        outputs = (pointer(values), pointer(errors))
        settings = {"samples": samples}
        self._evaluate(
            "vaelib_vae_estimate_log_likelihood", examples, settings, binarization, random_state, callbacks, outputs
        )
        return values if errors is None else (values, errors)

    def score(self, X: Any, y: object = None, sample_weight: Any = None, *, conditions: Any = None) -> float:
        """The mean evidence lower bound of X, in nats per example, weighted if asked for; larger is better.

        ``y`` is ignored.
        """
        return mean(self.elbo(X, conditions=conditions).elbo, sample_weight)

    def _examples_of_fitted(self, X: Any, conditions: Any) -> Any:
        self._fitted()
        return self._examples(X, conditions=conditions)

    def _evaluate(
        self,
        name: str,
        examples: Any,
        settings: dict[str, Any],
        binarization: str | None,
        random_state: Any,
        callbacks: Callbacks,
        outputs: tuple[Any, ...],
    ) -> None:
        seed = self.seed_ if random_state is None else seed_from(random_state)
        settings["binarization"] = self.binarization if binarization is None else binarization
        self._fitted().evaluate(name, examples, settings, seed, self._reporting(callbacks), (*outputs, examples.rows))


fill_in(VAEBounds.elbo, **{name: allowed("evaluation", name) for name in ("samples", "estimator", "binarization")})
