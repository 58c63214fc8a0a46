"""How usual rows are to a stack of denoising auto-encoders, and what each column has to do with it."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from vaelib.data.dataset import Dataset
from vaelib.models.estimator import Estimator
from vaelib.models.native_stack import NativeStack

Vector = npt.NDArray[np.float64]

#: As near to 0 and 1 as reconstructed probabilities are taken to be: the steps of float32.
_LEAST_PROBABILITY = 1e-7


class StackScores(Estimator[NativeStack]):
    """Scores of rows and shares of columns in them."""

    def score_samples(self: Any, X: Any) -> Vector:
        """Minus the loss of each row's reconstruction through all layers, shape (n_samples,): higher is more usual."""
        errors: Vector = self.reconstruction_error(X)
        return -errors

    def _scores(self, examples: Dataset) -> Vector:
        return self.score_samples(examples)

    def _column_shares(self: Any, examples: Dataset) -> Vector:
        """Minus the loss of each column's reconstruction, shape (n_samples, n_features)."""
        x, restored = np.asarray(examples.numpy(), np.float64), np.asarray(self.reconstruct(examples), np.float64)
        if np.atleast_1d(self.loss_)[0] == "cross_entropy":
            p = np.clip(restored, _LEAST_PROBABILITY, 1 - _LEAST_PROBABILITY)
            return np.asarray(x * np.log(p) + (1 - x) * np.log1p(-p))
        deviation = np.asarray(self.get_weights().get("standardization/deviation", 0), np.float64)
        return np.asarray(-(((x - restored) / np.where(deviation > 0, deviation, 1)) ** 2) / 2)
