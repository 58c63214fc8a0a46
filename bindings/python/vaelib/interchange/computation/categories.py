"""The likelihood of columns of categories, which are stored as 0, 1, ..., K - 1: categorical."""

from __future__ import annotations

import numpy as np

from vaelib.interchange.computation.functions import equal, exp, log
from vaelib.interchange.computation.graph import Value
from vaelib.interchange.computation.likelihood import Likelihood


class Categorical(Likelihood):
    """l[x] - log sum_k exp(l[k]); outputs are K logits l of the first column, then of the second, and so on."""

    @property
    def _classes(self) -> int:
        return int(self.options["classes"])

    @property
    def outputs(self) -> int:
        """K for each column."""
        return self.width * self._classes

    def seen(self, x: Value) -> Value:
        """K numbers for each column: 1 in the category's place, else 0, also where no category is given."""
        places = np.tile(np.arange(self._classes), self.width)
        return equal(x.spread(self._classes), self.graph.constant(places))

    def mean(self, h: Value) -> Value:
        """The most probable category."""
        return h.grouped("group_argmax", self._classes)

    def variance(self, h: Value) -> Value:
        """The probability of all others."""
        return 1 - h.double().softmax(self._classes).grouped("group_maximum", self._classes)

    def log_density(self, x: Value, h: Value) -> Value:
        """l[x] less the logarithm of the sum."""
        logits = h.double()
        chosen = (logits * self.seen(x).double()).grouped("group_sum", self._classes)
        highest = logits.grouped("group_maximum", self._classes)
        powers = exp(logits - highest.spread(self._classes)).grouped("group_sum", self._classes)
        return chosen - highest - log(powers)
