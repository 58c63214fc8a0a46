"""Whether what a plain constructor gives is as good as what the search found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Judged:
    """How far plain is behind tuned, and the verdict, as text."""

    distance: str
    word: str


@dataclass(frozen=True)
class Verdict:
    """The rule for one measure."""

    #: 1 if a greater value is better, else -1.
    sign: int
    #: What is allowed in the measure's own unit.
    allowed: float
    #: What is allowed beside it, as a share of the tuned value.
    share: float = 0.0
    #: Whether one test row more may be wrong.
    allows_row: bool = False
    #: What values are multiplied by to be shown.
    unit: float = 1.0
    digits: int = 2

    def judge(self, plain: Sequence[float], tuned: Sequence[float], test_rows: int) -> Judged:
        """The verdict on the means over the same seeds."""
        if not plain:
            return Judged("-", "-")
        best = float(np.mean(tuned))
        behind = self.sign * (best - float(np.mean(plain)))
        limit = self.allowed + self.share * abs(best) + (1 / test_rows if self.allows_row else 0)
        # An error is a count divided by the rows: equal counts may differ by rounding.
        word = "as good" if behind <= limit + 1e-9 else "behind"
        return Judged(f"{self.unit * behind:.{self.digits}f}", f"{word} ({len(plain)})" if len(plain) > 1 else word)


VAE = Verdict(sign=1, allowed=1.0)
"""Within 1 nat."""
CLASSIFIER = Verdict(sign=-1, allowed=0.0, share=0.03, allows_row=True, unit=100, digits=1)
"""Within 3% of the wrong labels, and one row."""
AUTOENCODER = {"error": CLASSIFIER, "r2": Verdict(sign=1, allowed=0.03)}
"""Neighbours' labels as those of classifiers; R2 within .03."""
