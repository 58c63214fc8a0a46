"""Columns in units of their deviation, which peers need, and measures of reconstructions."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from defaults.preparation import deviations
from defaults.sets import Matrix


@dataclass(frozen=True)
class Scale:
    """Means and deviations of columns. Grey levels have a scale of their own, and stay as they are."""

    mean: Matrix
    deviation: Matrix
    #: The columns that vary.
    varies: npt.NDArray[np.bool_]

    @classmethod
    def of(cls, x: Matrix, *, is_grey: bool = False) -> Scale:
        """The scale that these rows have."""
        mean = x.mean(0, dtype=np.float64).astype(np.float32)
        varies = x.astype(np.float64).std(0) > 1e-6 * np.abs(x).max(0)
        return cls(np.zeros_like(mean) if is_grey else mean, np.ones_like(mean) if is_grey else deviations(x), varies)

    def __call__(self, x: Matrix) -> Matrix:
        """Rows in this scale."""
        return np.asarray((x - self.mean) / self.deviation, np.float32)

    @property
    def jacobian(self) -> float:
        """What turns the log-density of scaled rows into that of raw ones."""
        return -float(np.log(self.deviation.astype(np.float64)).sum())


def explained(x: Matrix, reconstruction: Matrix, scale: Scale, mean: Matrix) -> float:
    """R2: 1 - squared error / squared distance from the training rows' mean, of columns in this scale."""
    error = np.square((x - reconstruction) / scale.deviation, dtype=np.float64).sum()
    return float(1 - error / np.square((x - mean) / scale.deviation, dtype=np.float64).sum())
