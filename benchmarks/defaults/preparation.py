"""Parts of a set for one seed, and the scale of real values."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from defaults.sets import ExampleSet, Labels, Matrix


@dataclass(frozen=True)
class Parts:
    """Rows for training, for stopping, and for judging; real values standardised by what the first two hold."""

    train: Matrix
    validation: Matrix
    test: Matrix
    is_grey: bool
    #: What turns a bound of the standardised test rows into one of the raw rows: minus the sum of log deviations.
    jacobian: float

    @property
    def independent(self) -> float:
        """The log-likelihood of a test row if columns were independent: Gaussian, or Bernoulli for grey levels."""
        if self.is_grey:
            means = np.clip(self.train.mean(0), 1e-3, 1 - 1e-3)
            each = self.test * np.log(means) + (1 - self.test) * np.log1p(-means)
        else:
            each = -0.5 * np.log(2 * np.pi) - 0.5 * np.square(self.test, dtype=np.float64)
        return float(each.sum(1).mean()) + self.jacobian


def deviations(x: Matrix) -> Matrix:
    """Each column's standard deviation; a constant column gets the median of the others, or 1 if there are none."""
    found = x.astype(np.float64).std(0)
    varies = found > 1e-6 * np.abs(x).max(0)
    found[~varies] = np.median(found[varies]) if varies.any() else 1.0
    return np.asarray(found, np.float32)


def split(examples: ExampleSet, seed: int, test: float = 0.2, validation: float = 0.1) -> Parts:
    """Random parts: ``test`` of all rows, then ``validation`` of what is left. Columns that are constant are left out.

    A constant column says nothing of a setting, but would count most in a learned variance's bound.
    """
    x = examples.x[np.random.RandomState(seed).permutation(len(examples.x))]
    tested = max(1, round(test * len(x)))
    stopped = max(1, round(validation * (len(x) - tested))) if validation > 0 else 0
    first, second, third = x[tested + stopped :], x[tested : tested + stopped], x[:tested]
    if examples.is_grey:
        return Parts(first, second, third, True, 0.0)
    kept = first.std(0) > 1e-6 * np.abs(first).max(0)
    first, second, third = first[:, kept], second[:, kept], third[:, kept]
    mean, deviation = first.mean(0, dtype=np.float64).astype(np.float32), deviations(first)
    parts = [(part - mean) / deviation for part in (first, second, third)]
    return Parts(parts[0], parts[1], parts[2], False, -float(np.log(deviation.astype(np.float64)).sum()))


@dataclass(frozen=True)
class LabelledParts:
    """Rows and labels for training, for stopping, and for judging; columns scaled to [0, 1] by what is not judged."""

    train: Matrix
    train_labels: Labels
    validation: Matrix
    validation_labels: Labels
    test: Matrix
    test_labels: Labels


def split_labelled(
    examples: ExampleSet, seed: int, test: float = 0.25, validation: float = 0.1, *, standardised: bool = False
) -> LabelledParts:
    """Random parts in which every class has its share; columns are scaled to [0, 1] or standardised."""
    from sklearn.model_selection import train_test_split

    assert examples.labels is not None
    x, y = examples.x, examples.labels
    x, tested, y, tested_labels = train_test_split(x, y, test_size=test, stratify=y, random_state=seed)
    if standardised:
        mean, deviation = x.mean(0), deviations(x)
        x, tested = ((part - mean) / deviation for part in (x, tested))
    else:
        low, span = x.min(0), np.ptp(x, axis=0)
        span[span == 0] = 1
        x, tested = (np.clip((part - low) / span, 0, 1).astype(np.float32) for part in (x, tested))
    first, second, first_labels, second_labels = train_test_split(
        x, y, test_size=validation, stratify=y, random_state=seed
    )
    return LabelledParts(first, first_labels, second, second_labels, tested, tested_labels)
