"""Minibatches for trainings that count updates."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt


class Batches:
    """Row numbers in an order that is drawn anew when all were used; batches are always full."""

    def __init__(self, rows: int, size: int, seed: int) -> None:
        self.rows, self.size = rows, min(size, rows)
        self._random = np.random.RandomState(seed)
        self._order = np.empty(0, np.int64)

    def draw(self) -> npt.NDArray[np.int64]:
        """The next batch."""
        while len(self._order) < self.size:
            self._order = np.concatenate([self._order, self._random.permutation(self.rows)])
        chosen, self._order = self._order[: self.size], self._order[self.size :]
        return chosen
