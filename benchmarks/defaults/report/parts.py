"""Parts of a set for the report: raw rows, as a user has them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from defaults.sets import ExampleSet, Labels, Matrix

VALIDATION = 0.2
"""The part of the training rows by which a search chooses."""


@dataclass(frozen=True)
class Rows:
    """Examples of one part, and their labels where the set has some."""

    x: Matrix
    labels: Labels | None = None

    def __len__(self) -> int:
        return len(self.x)

    @property
    def classes(self) -> Labels:
        """The labels, of a set that has some."""
        assert self.labels is not None
        return self.labels


@dataclass(frozen=True)
class ReportParts:
    """What an estimator is given, and what it is judged by."""

    train: Rows
    test: Rows
    is_grey: bool

    def for_search(self, seed: int) -> tuple[Rows, Rows]:
        """The training rows without a fifth, and that fifth."""
        return _divided(self.train, VALIDATION, 1000 + seed)


def report_parts(examples: ExampleSet, seed: int, test: float) -> ReportParts:
    """The set's own test rows; where it has none, ``test`` of its rows by chance, of each class its share."""
    whole = Rows(examples.x, examples.labels)
    if examples.test_x is not None:
        return ReportParts(whole, Rows(examples.test_x, examples.test_labels), examples.is_grey)
    train, tested = _divided(whole, test, seed)
    return ReportParts(train, tested, examples.is_grey)


def _divided(rows: Rows, fraction: float, seed: int) -> tuple[Rows, Rows]:
    from sklearn.model_selection import train_test_split

    split: Any = train_test_split(np.arange(len(rows)), test_size=fraction, stratify=rows.labels, random_state=seed)
    return _chosen(rows, split[0]), _chosen(rows, split[1])


def _chosen(rows: Rows, indices: Labels) -> Rows:
    return Rows(rows.x[indices], None if rows.labels is None else rows.labels[indices])
