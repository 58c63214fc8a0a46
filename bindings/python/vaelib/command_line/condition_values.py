"""Conditions as the command line says them: NAME=VALUE,NAME=VALUE."""

from __future__ import annotations

import argparse
from typing import Any

import numpy as np
import numpy.typing as npt

from vaelib._c.names import nearest
from vaelib.command_line.csv_tables import names_shown
from vaelib.command_line.errors import UsageError
from vaelib.command_line.values import listed, real
from vaelib.data.categories import Categories
from vaelib.data.conditions import Conditions


def condition_row(text: str, known: Conditions) -> npt.NDArray[Any]:
    """One row of conditions: NAME=VALUE for each, or VALUE where there is one.

    Raises
    ------
    UsageError
        One is missing, or unknown, or has a value that is unsuitable.
    """
    try:
        entries = listed(text)
    except argparse.ArgumentTypeError as error:
        raise UsageError(f"--conditions {text}: {error}") from None
    names = [str(name) for name in known.names]
    if len(names) == len(entries) == 1 and not entries[0].startswith(f"{names[0]}="):
        entries = [f"{names[0]}={entries[0]}"]
    values: dict[str, Any] = {}
    for entry in entries:
        number = next((number for number, name in enumerate(names) if entry.startswith(f"{name}=")), None)
        if number is None:
            name, equals, _ = entry.partition("=")
            hint = f"the model has {names_shown(names)}{nearest(name, names)}"
            what = (
                f"there is no condition {name}: {hint}" if equals else f"{entry} is no file and no NAME=VALUE: {hint}"
            )
            raise UsageError(f"--conditions: {what}")
        values[names[number]] = _value(entry[len(names[number]) + 1 :], names[number], known.categories[number])
    missing = [name for name in names if name not in values]
    if missing:
        raise UsageError(f"--conditions {text}: {names_shown(missing)} is missing")
    row = np.empty((1, len(names)), dtype=object)
    row[0] = [values[name] for name in names]
    return row


def _value(text: str, name: str, categories: Categories | None) -> Any:
    if categories is None:
        try:
            return real({"true": "1", "false": "0"}.get(text.lower(), text))
        except argparse.ArgumentTypeError:
            raise UsageError(f"--conditions: {name} is a number, not {text!r}") from None
    known = {str(value): value for value in categories.values.tolist()}
    if text not in known:
        hint = nearest(text, known) or f"; it knows {names_shown(known)}"
        raise UsageError(f"--conditions: the model has not learned from {name} {text!r}{hint}")
    return known[text]
