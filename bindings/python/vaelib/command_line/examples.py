"""Examples and what is to be learned of them."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from vaelib.command_line.errors import UsageError
from vaelib.command_line.places import Place


@dataclass(frozen=True)
class Examples:
    """The rows of one place: a Dataset, an array, or a table that has columns with names."""

    place: Place
    X: Any
    #: Labels or targets, and weights, where they were asked for.
    y: Any = None
    weights: Any = None
    #: The table as it was read, with columns that are no part of X.
    whole: Any = None
    #: Which rows of the file X leaves out, if it does.
    skipped: npt.NDArray[np.bool_] | None = None
    #: What is given beside X: labels or columns, a row for each, or one for all; None without.
    conditions: Any = None

    @property
    def rows(self) -> int:
        """How many there are in the file."""
        return len(self.X) if self.skipped is None else len(self.skipped)

    @property
    def source(self) -> str:
        """What messages call the place."""
        return "standard input" if self.place.path == "-" else str(self.place)

    def keywords(self, rows: Any = None) -> dict[str, Any]:
        """What queries of the rows, or of some of them, are told beside: their conditions, if there are some."""
        if self.conditions is None:
            return {}
        if rows is None or len(self.conditions) == 1:
            return {"conditions": self.conditions}
        return {"conditions": getattr(self.conditions, "iloc", self.conditions)[rows]}

    @property
    def held_out(self) -> Any:
        """The rows as models take held-out ones: with conditions as a pair."""
        return self.X if self.conditions is None else (self.X, self.conditions)

    @property
    def is_table(self) -> bool:
        """Whether columns have names."""
        return self.whole is not None


def names_known_to(model: Any) -> list[Any] | None:
    """What the columns that a model learned from are called, if they have names."""
    if model is None:
        return None
    table = getattr(model, "_table", None)
    if table is not None:
        return list(table.names)
    names = getattr(model, "feature_names_in_", None)
    return None if names is None else list(names)


def scale_as_said(arguments: argparse.Namespace, model: Any) -> None:
    """Has a model see its examples with the scaling of the options, if they say one, and not as those of training."""
    for name in ("scale", "shift"):
        if given(arguments, name) is not None:
            setattr(model, name, given(arguments, name))


def given(arguments: argparse.Namespace, name: str) -> Any:
    """The value of an option; None where the command has no such option."""
    return vars(arguments).get(name)


def refuse(arguments: argparse.Namespace, names: Sequence[str], reason: str) -> None:
    """Whether no option was given that has no meaning for a file."""
    for name in names:
        if given(arguments, name):
            raise UsageError(f"--{name.replace('_', '-')} has no meaning here: {reason}")


def is_table(found: Any) -> bool:
    """Whether columns have names."""
    return hasattr(found, "columns")
