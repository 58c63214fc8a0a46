"""How usual rows are to a variational auto-encoder, and what each column has to do with it."""

from __future__ import annotations

from typing import Any, Literal, overload

import numpy as np
import numpy.typing as npt

from vaelib._c.arrays import pointer
from vaelib.data.dataset import Dataset
from vaelib.models.estimator import Estimator
from vaelib.models.native_vae import NativeVAE

Vector = npt.NDArray[np.float64]

#: Latent samples for a score. More change little: rows have them in common.
_SAMPLES = 10


class VAEScores(Estimator[NativeVAE]):
    """Scores of rows and shares of columns in them."""

    estimator: str
    binarization: str

    @overload
    def score_samples(
        self,
        X: Any,
        samples: int = ...,
        *,
        conditions: Any = ...,
        method: str = ...,
        return_standard_error: Literal[False] = ...,
    ) -> Vector: ...

    @overload
    def score_samples(
        self,
        X: Any,
        samples: int = ...,
        *,
        conditions: Any = ...,
        method: str = ...,
        return_standard_error: Literal[True],
    ) -> tuple[Vector, Vector]: ...

    def score_samples(
        self,
        X: Any,
        samples: int = _SAMPLES,
        *,
        conditions: Any = None,
        method: str = "bound",
        return_standard_error: bool = False,
    ) -> Vector | tuple[Vector, Vector]:
        """How usual each row is, in nats, shape (n_samples,): higher is more usual.

        All rows have the same latent noise, which follows from ``seed_``. So a row has the same score wherever it
        stands, and two scores do not differ by their noise.

        Parameters
        ----------
        X : array of shape (n_samples, n_features) or Dataset
            The rows.
        samples : int, default 10
            Latent samples per row.
        conditions : optional
            What is given beside X, if ``fit`` had it.
        method : {"bound", "log_likelihood"}, default "bound"
            The evidence lower bound, as of ``elbo``, or log p(x) by importance sampling, as of ``log_likelihood``.
        return_standard_error : bool, default False
            Whether the standard errors of log p(x) are wanted, too.
        """
        if method not in ("bound", "log_likelihood"):
            raise ValueError(f'method must be "bound" or "log_likelihood", not {method!r}')
        if method == "bound" and return_standard_error:
            raise ValueError('the bound comes without a standard error: return_standard_error is for "log_likelihood"')
        self._fitted()
        examples = self._examples(X, conditions=conditions)
        if method == "bound":
            return self._scores(examples, samples)
        scores, errors = np.empty(examples.rows), np.empty(examples.rows) if return_standard_error else None
        sizes = (pointer(scores), pointer(errors), scores.size)
        self._evaluate_alike("vaelib_vae_estimate_log_likelihood", examples, {"samples": samples}, sizes)
        return scores if errors is None else (scores, errors)

    def _scores(self, examples: Dataset, samples: int = _SAMPLES) -> Vector:
        scores = np.empty(examples.rows)
        settings, outputs = {"samples": samples, "estimator": self.estimator}, (pointer(scores), None, None)
        self._evaluate_alike("vaelib_vae_estimate_elbo", examples, settings, (*outputs, scores.size))
        return scores

    def _column_shares(self, examples: Dataset) -> Vector:
        """The mean of log p(x_d|z) of each column: a row adds up to its score and KL(q(z|x) || p(z))."""
        shares = np.empty((examples.rows, self._fitted().data_dim))
        outputs = (pointer(shares), shares.size)
        self._evaluate_alike("vaelib_vae_estimate_column_terms", examples, {"samples": _SAMPLES}, outputs)
        return self._own_columns(shares)

    def _evaluate_alike(self, name: str, examples: Any, settings: dict[str, Any], outputs: tuple[Any, ...]) -> None:
        """An evaluation with the same noise for all rows."""
        settings |= {"common_noise": True, "binarization": self.binarization}
        self._fitted().evaluate(name, examples, settings, self.seed_, self._reporting(None), outputs)
