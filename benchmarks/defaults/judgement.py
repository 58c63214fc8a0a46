"""How near settings come to the best that was tried on the same set and seed, as a table of text."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Outcome:
    """What one training gave, larger is better, and what would have been had with no model at all."""

    value: float
    without: float
    updates: int
    seconds: float


@dataclass(frozen=True)
class Loss:
    """How far from the best: in the outcome's own unit, and as a share of what the best gains over no model."""

    distance: float
    share: float
    updates: int


#: A set and a seed.
Case = tuple[str, int]
#: The values that tell a line of the table from the others.
Setting = tuple[str, ...]


def outcome_of_vae(found: dict[str, Any]) -> Outcome:
    """The bound of the test rows at the best validation bound, against independent columns."""
    best = int(np.nanargmax(found["validation"]))
    return Outcome(found["test"][best], found["independent"], found["updates"][best], found["seconds"][-1])


def outcome_of_stack(found: dict[str, Any]) -> Outcome:
    """The share of right labels in the test rows at the least validation loss."""
    best = int(np.argmin(found["validation_loss"]))
    seconds = found["pretraining_seconds"] + found["seconds"][-1]
    return Outcome(1 - found["test_error"][best], 0.0, found["updates"][best], seconds)


def losses(outcomes: dict[Setting, dict[Case, Outcome]], unit: float) -> dict[Setting, dict[Case, Loss]]:
    """Each setting's distance from the best; what the best gains is taken to be at least ``unit``."""
    best: dict[Case, float] = defaultdict(lambda: -np.inf)
    for found in outcomes.values():
        for case, outcome in found.items():
            best[case] = max(best[case], outcome.value)
    table: dict[Setting, dict[Case, Loss]] = {}
    for setting, found in outcomes.items():
        table[setting] = {}
        for case, outcome in found.items():
            distance = best[case] - outcome.value
            gain = max(best[case] - outcome.without, unit)
            table[setting][case] = Loss(distance, distance / gain, outcome.updates)
    return table


def table(losses_of: dict[Setting, dict[Case, Loss]], names: Sequence[str]) -> Iterable[str]:
    """A line a setting: for each set the mean over seeds of distance, share in percent, and thousands of updates."""
    yield " " * 28 + "".join(name.replace("table ", "")[:12].rjust(17) for name in names)
    for setting, found in losses_of.items():
        cells, shares = [], []
        for name in names:
            those = [loss for (of, _), loss in found.items() if of == name]
            if not those:
                cells.append(" " * 17)
                continue
            distance, share, updates = (
                float(np.mean([getattr(loss, part) for loss in those])) for part in ("distance", "share", "updates")
            )
            shares.append(share)
            cells.append(f"{distance:8.3f}{100 * share:4.0f}%{updates / 1000:4.1f}")
        summary = f" | mean {100 * np.mean(shares):.1f}%, median {100 * np.median(shares):.1f}%"
        yield ", ".join(setting).ljust(28) + "".join(cells) + summary
