"""The names of a data frame's columns, beside their numbers in messages: column 3 ('age')."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

#: One column, or the first and the last of several, as the library writes them.
_NUMBERS = re.compile(r"\bcolumn (\d+)\b|\bcolumns (\d+) to (\d+)\b")

Names = Sequence[object]


def column_text(column: int, names: Names | None) -> str:
    """How a message calls a column: by its number, from 0, and its name if it has one."""
    return f"column {column}" + _name(column, column, names)


def with_column_names(message: str, names: Names | None) -> str:
    """The message, in which columns that have a name are called by it too."""
    if names is None:
        return message

    def named(found: re.Match[str]) -> str:
        one, first, last = found.groups()
        return found[0] + _name(int(one or first), int(one or last), names)

    return _NUMBERS.sub(named, message)


def names_known_to(arguments: Sequence[Any]) -> Names | None:
    """What the columns of the dataset among a call's arguments are called, if its handle was told."""
    found = (getattr(argument, "column_names", None) for argument in arguments)
    return next((names for names in found if names is not None), None)


def _name(first: int, last: int, names: Names | None) -> str:
    if names is None or last >= len(names) or not isinstance(names[first], str):
        return ""
    return f" ({names[first]!r})" if first == last else f" ({names[first]!r} to {names[last]!r})"
