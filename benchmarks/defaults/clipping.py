"""Limits for the norm of a gradient that follow the model or the training, tried here before an engine has them."""

from __future__ import annotations

import math

MEMORY = 0.01
"""The weight of a new norm in the running scale."""


class Limit:
    """A largest norm: fixed, in proportion to the root of the number of columns, or to the norms seen so far.

    The running scale is a moving average of norms after clipping, so that it can follow a training into steeper
    country, but no single norm can lift it by more than ``factor * MEMORY``.
    """

    def __init__(self, columns: int, fixed: float = 0.0, per_root: float = 0.0, running: float = 0.0) -> None:
        self._fixed = fixed if fixed > 0 else per_root * math.sqrt(columns)
        self._factor = running
        self._scale = math.nan
        self.clipped = 0

    @property
    def is_on(self) -> bool:
        """Whether there is a limit at all."""
        return self._fixed > 0 or self._factor > 0

    def scale(self, norm: float) -> float:
        """What the gradient is to be multiplied by."""
        limit = math.inf
        if self._fixed > 0:
            limit = self._fixed
        elif self._factor > 0 and not math.isnan(self._scale):
            limit = self._factor * self._scale
        kept = min(norm, limit)
        self._scale = kept if math.isnan(self._scale) else (1 - MEMORY) * self._scale + MEMORY * kept
        self.clipped += norm > limit
        return kept / norm if norm > limit else 1.0
