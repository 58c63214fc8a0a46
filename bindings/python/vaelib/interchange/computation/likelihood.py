"""What all likelihoods say of a group of columns: what the encoder sees, and mean, variance and density of p(x|z)."""

from __future__ import annotations

from typing import Any

from vaelib.interchange.computation.functions import log
from vaelib.interchange.computation.graph import Graph, Value
from vaelib.interchange.computation.normal_scores import NormalScores
from vaelib.models.columns import is_given


class Scale:
    """Mean m and deviation s of each of several columns, which are tensors of the model, and their normal scores."""

    def __init__(self, graph: Graph, prefix: str) -> None:
        self.mean = graph.tensor(f"{prefix}standardization/mean")
        self.deviation = graph.tensor(f"{prefix}standardization/deviation")
        #: None if columns do not become such.
        self.scores = NormalScores.of(graph, prefix)

    @classmethod
    def of(cls, graph: Graph, prefix: str = "") -> Scale | None:
        """That of the columns whose tensors begin so; None if they stay as they are, or were never seen."""
        deviation = graph.tensors.get(f"{prefix}standardization/deviation")
        return None if deviation is None or not deviation.all() else cls(graph, prefix)

    def apply(self, x: Value) -> Value:
        """(x - m) / s, by the inverse, as the library has it, or the normal score of that."""
        units = (x - self.mean) * (1 / self.deviation)
        return units if self.scores is None else self.scores.apply(units)

    def restore(self, x: Value) -> Value:
        """The opposite: x s + m.

        Raises
        ------
        ValueError
            Columns are normal scores inside.
        """
        if self.scores is not None:
            raise ValueError(MEANS_OF_SCORES)
        return x * self.deviation + self.mean

    def log_deviation(self) -> Value:
        """log s, in double precision."""
        return log(self.deviation.double())

    def log_slope(self, x: Value) -> Value:
        """The logarithm of how much what the encoder sees grows with the data, where it is x, in double precision."""
        units = -self.log_deviation()
        return units if self.scores is None else units + self.scores.log_slope(x)


#: Why there is no decoder for some models.
MEANS_OF_SCORES = (
    "columns of this model are normal scores inside (standardize_by is quantiles), of which means in the unit of the "
    "data are integrals that are not exported: use VAE.decode and VAE.reconstruct, or fit with standardize_by moments"
)


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
        #: 1 where a column of the example is missing, [width]; None where none can be.
        self.gaps: Value | None = None
        #: What the decoder sees of conditions, and the size factor; None where there are none.
        self.conditions: Value | None = None
        self.size_factor: Value | None = None

    @property
    def is_given(self) -> bool:
        """Whether columns are conditions, or a size factor: p(x|z) says nothing of them."""
        return is_given(self.options)

    @property
    def is_seen(self) -> bool:
        """Whether networks see the columns."""
        return not self.options.get("size_factor", False)

    @property
    def outputs(self) -> int:
        """How many outputs of the decoder it takes, if it is not given."""
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

    def shape(self, h: Value, name: str) -> Value:
        """The second number of each column before it is bounded: learned, predicted, or by the conditions."""
        if self.is_predicted:
            return self.slot(h, 1)
        if self.options["variance"] == "by_condition":
            assert self.conditions is not None
            return self.graph.dense(self.conditions, self.prefix + name)
        return self.tensor(name)

    @property
    def is_predicted(self) -> bool:
        """Whether the decoder puts out the second number of each column."""
        return bool(self.options["variance"] == "predicted")
