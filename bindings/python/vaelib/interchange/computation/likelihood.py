"""What all likelihoods say of a group of columns: what the encoder sees, and mean, variance and density of p(x|z)."""

from __future__ import annotations

from typing import Any

from vaelib.interchange.computation.functions import log
from vaelib.interchange.computation.graph import Graph, Value


class Scale:
    """Mean m and deviation s of each of several columns, which are tensors of the model."""

    def __init__(self, graph: Graph, prefix: str) -> None:
        self.mean = graph.tensor(f"{prefix}standardization/mean")
        self.deviation = graph.tensor(f"{prefix}standardization/deviation")

    @classmethod
    def of(cls, graph: Graph, prefix: str = "") -> Scale | None:
        """That of the columns whose tensors begin so; None if they stay as they are, or were never seen."""
        deviation = graph.tensors.get(f"{prefix}standardization/deviation")
        return None if deviation is None or not deviation.all() else cls(graph, prefix)

    def apply(self, x: Value) -> Value:
        """(x - m) / s, by the inverse, as the library has it."""
        return (x - self.mean) * (1 / self.deviation)

    def restore(self, x: Value) -> Value:
        """The opposite: x s + m."""
        return x * self.deviation + self.mean

    def log_deviation(self) -> Value:
        """log s, in double precision."""
        return log(self.deviation.double())


class Likelihood:
    """p(x|z) of a group of ``width`` neighbouring columns, from the decoder's outputs h for them.

    Log-densities are in double precision: their terms are much larger than their sum.
    """

    #: A number that a column may hold, for places where one is missing.
    substitute = 0.0

    def __init__(self, graph: Graph, group: dict[str, Any], prefix: str) -> None:
        self.graph = graph
        self.options = group
        self.width: int = group["columns"]
        self.prefix = prefix
        self.scale = Scale.of(graph, prefix)

    @property
    def outputs(self) -> int:
        """How many outputs of the decoder it takes."""
        return self.width

    def seen(self, x: Value) -> Value:
        """What the encoder sees of columns that lack nothing."""
        return x

    def mean(self, h: Value) -> Value:
        """The mean of p(x|z)."""
        raise NotImplementedError

    def variance(self, h: Value) -> Value:
        """The variance of p(x|z)."""
        raise NotImplementedError

    def log_density(self, x: Value, h: Value) -> Value:
        """log p(x|z) of each column in nats, in double precision."""
        raise NotImplementedError

    def slot(self, h: Value, number: int) -> Value:
        """The outputs number ``number``, of which there is one for each column."""
        return h.part(number * self.width, (number + 1) * self.width)

    def tensor(self, name: str) -> Value:
        """A tensor of the likelihood's own."""
        return self.graph.tensor(self.prefix + name)

    @property
    def is_predicted(self) -> bool:
        """Whether the decoder puts out the second number of each column."""
        return bool(self.options["variance"] == "predicted")
