"""What the report asks of a kind of estimator."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol

from defaults.report.parts import Rows
from defaults.sets import ExampleSet

Measures = dict[str, float]
#: Trains on the first rows, and measures by the second; the last is whether they are grey levels, or a seed.
Peer = Callable[[Rows, Rows, bool, int], Measures]
#: The rank of a try by its measures of the validation rows.
Rank = Callable[[Measures], tuple[float, ...]]


class Task(Protocol):
    """A kind of estimator: how it is made and judged, what is searched, and whom it is compared with."""

    name: str
    #: The part of the rows that is judged.
    test: float
    peers: Mapping[str, Peer]
    #: What can be searched for, by the measure: greater for what is to be chosen.
    ranks: Mapping[str, Rank]

    def suits(self, examples: ExampleSet) -> bool:
        """Whether the set is one for these estimators."""
        ...

    def plain(self, seed: int) -> Any:
        """What a user gets who says nothing."""
        ...

    def tuned(self, settings: dict[str, Any], train: Rows, seed: int, *, holds_out: bool) -> Any:
        """An estimator with drawn settings, for these rows; ``holds_out``: it is given no validation rows."""
        ...

    def fit(self, estimator: Any, train: Rows, validation: Rows | None) -> Any:
        """The estimator, trained."""
        ...

    def measure(self, estimator: Any, train: Rows, test: Rows, is_grey: bool) -> Measures:
        """What a trained estimator is worth."""
        ...
