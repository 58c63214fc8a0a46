"""Log-likelihoods of test rows by models that have a formula for it, in nats of the raw data."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from defaults.report.parts import VALIDATION, Rows
from defaults.report.scale import Scale
from defaults.report.task import Measures
from defaults.sets import Matrix

Vector = npt.NDArray[np.float64]

COMPONENTS = (1, 2, 5, 10, 20)
"""What a fifth of the training rows chooses from."""


def of_rows(bounds: Vector) -> Measures:
    """The mean, and the median, which does not turn on a single row that is far from all others."""
    return {"bound": float(bounds.mean()), "median": float(np.median(bounds))}


def independent(train: Rows, test: Rows, is_grey: bool, seed: int) -> Measures:
    """Columns independent of each other: Bernoulli for grey levels, else Gaussian."""
    if not is_grey:
        scale = Scale.of(train.x)
        return of_rows(_standard_normal(scale(test.x)) + scale.jacobian)
    # Laplace's rule, so that no value is impossible.
    means = (train.x.sum(0, dtype=np.float64) + 1) / (len(train) + 2)
    each = test.x * np.log(means) + (1 - test.x) * np.log1p(-means)
    return of_rows(each.sum(1))


def principal_components(train: Rows, test: Rows, is_grey: bool, seed: int) -> Measures:
    """Probabilistic PCA of standardised columns."""
    from sklearn.decomposition import PCA

    return _linear(lambda components: PCA(components, random_state=seed), train, test, is_grey, seed)


def factor_analysis(train: Rows, test: Rows, is_grey: bool, seed: int) -> Measures:
    """Factor analysis of standardised columns."""
    from sklearn.decomposition import FactorAnalysis

    return _linear(lambda components: FactorAnalysis(components, random_state=seed), train, test, is_grey, seed)


def _linear(make: Any, train: Rows, test: Rows, is_grey: bool, seed: int) -> Measures:
    """As many components as are best for a fifth of the training rows; nothing for grey levels: another measure."""
    if is_grey:
        return {}
    from sklearn.model_selection import train_test_split

    first, second = train_test_split(train.x, test_size=VALIDATION, random_state=1000 + seed)
    candidates = [number for number in COMPONENTS if number < min(first.shape[1], len(first))]
    scores = [_score(make(number), first, second).mean() for number in candidates]
    best = candidates[int(np.argmax(scores))]
    return {**of_rows(_score(make(best), train.x, test.x)), "components": best}


def _score(model: Any, train: Matrix, test: Matrix) -> Vector:
    """Columns that do not vary in the training rows have no factors: they are Gaussian by themselves."""
    scale = Scale.of(train)
    x, tested = scale(train), scale(test)
    fitted = model.fit(x[:, scale.varies].astype(np.float64))
    scores: Vector = fitted.score_samples(tested[:, scale.varies].astype(np.float64))
    return scores + _standard_normal(tested[:, ~scale.varies]) + scale.jacobian


def _standard_normal(x: Matrix) -> Vector:
    each = -0.5 * np.log(2 * np.pi) - 0.5 * np.square(x, dtype=np.float64)
    return np.asarray(each.sum(1), np.float64)
