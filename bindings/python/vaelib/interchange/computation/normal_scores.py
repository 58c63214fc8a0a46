"""Columns as their normal scores (standardize_by "quantiles"): lines between knots, which go on beyond the ends."""

from __future__ import annotations

from vaelib.interchange.computation.functions import log
from vaelib.interchange.computation.graph import Graph, Value


class NormalScores:
    """t of several columns: it takes each of a column's knots to the score at the same place; both ascend.

    Intervals are found in single precision and lines followed in double precision, as in the library: numbers that are
    frequent in the data are knots, on either side of which slopes differ.
    """

    def __init__(self, graph: Graph, prefix: str) -> None:
        self.graph = graph
        self._knots, self._scores = f"{prefix}standardization/knots", f"{prefix}standardization/scores"

    @classmethod
    def of(cls, graph: Graph, prefix: str) -> NormalScores | None:
        """Those of the columns whose tensors begin so; None if there are none."""
        return cls(graph, prefix) if f"{prefix}standardization/knots" in graph.tensors else None

    def apply(self, x: Value) -> Value:
        """t(x)."""
        place = self.graph.interval(x, self._knots)
        beyond = x.double() - self.graph.entry(place, self._knots)
        return (beyond * self._slope(place) + self.graph.entry(place, self._scores)).single()

    def log_slope(self, score: Value) -> Value:
        """log t' where t is this, in double precision."""
        return log(self._slope(self.graph.interval(score, self._scores)))

    def _slope(self, place: Value) -> Value:
        """t' between a knot and the next."""
        return self._width(place, self._scores) / self._width(place, self._knots)

    def _width(self, place: Value, tensor: str) -> Value:
        return self.graph.entry(place + 1, tensor) - self.graph.entry(place, tensor)
