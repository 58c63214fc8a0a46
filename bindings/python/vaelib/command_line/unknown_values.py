"""Rows with a text that the model has not learned from: refused, left without a result, or with a gap in its place."""

from __future__ import annotations

import argparse
import dataclasses
from typing import Any

import numpy as np
import numpy.typing as npt

from vaelib._c.errors import DataError
from vaelib._c.names import nearest
from vaelib.command_line.csv_tables import names_shown
from vaelib.command_line.errors import UsageError
from vaelib.command_line.examples import Examples
from vaelib.command_line.parser import headed
from vaelib.command_line.progress import note
from vaelib.command_line.values import OneOf
from vaelib.data.frame_columns import read_columns

_WAYS = ("refuse", "skip", "gap")


def add_unknown(parser: argparse.ArgumentParser) -> None:
    """Adds the option that says what becomes of such rows."""
    unknown_help = (
        "tables: what becomes of a row with a text that the model has not learned from: refuse, the default, is an "
        "error; skip leaves it without a result; gap takes the text for missing"
    )
    headed(parser, "data").add_argument("--unknown", type=OneOf(_WAYS), metavar="NAME", help=unknown_help)


def without_unknown(arguments: argparse.Namespace, examples: Examples, model: Any) -> Examples:
    """The examples as the option says.

    Raises
    ------
    DataError
        Such rows are refused, and there is one; or all are such.
    """
    if not hasattr(examples.X, "iloc"):
        return examples
    cells = _unknown_cells(examples.X, model)
    if not cells:
        return examples
    rows = np.logical_or.reduce(list(cells.values()))
    way = vars(arguments).get("unknown") or "refuse"
    if way == "refuse":
        raise DataError(_refusal(arguments, examples, cells, model))
    count = f"{np.count_nonzero(rows)} of {examples.rows} rows of {examples.source}"
    where = f"a text in {names_shown(cells)} that the model has not learned from"
    if way == "gap":
        if getattr(model, "missing", "ignore") == "refuse":
            raise UsageError("--unknown gap is for a model that may lack numbers: vaelib train --missing ignore")
        note(arguments, f"{count} have {where}, which is taken for missing")
        X = examples.X.copy()
        for name, unknown in cells.items():
            X[name] = X[name].astype(object).mask(unknown)
        return dataclasses.replace(examples, X=X)
    if rows.all():
        raise DataError(f"all rows of {examples.source} have {where}")
    note(arguments, f"{count} have {where}, and get no result")
    y, weights = (None if each is None else each[~rows] for each in (examples.y, examples.weights))
    kept = examples.X.loc[~rows].reset_index(drop=True)
    given = examples.keywords(~rows)
    return dataclasses.replace(examples, X=kept, y=y, weights=weights, skipped=rows, **given)


def _unknown_cells(X: Any, model: Any) -> dict[Any, npt.NDArray[np.bool_]]:
    """Where each column has a text that is not known, if it has one."""
    cells = {}
    for name, column in zip(X.columns, read_columns(X), strict=True):
        known = known_values(name, model)
        if known is None:
            continue
        learned = set(known)
        values = zip(column.objects().tolist(), column.gaps.tolist(), strict=True)
        unknown = np.array([not gap and value not in learned for value, gap in values], dtype=np.bool_)
        if unknown.any():
            cells[name] = unknown
    return cells


def known_values(name: Any, model: Any) -> list[Any] | None:
    """The categories of a column that a model has learned from; None for a column of numbers."""
    categories = getattr(model, "categories_", None)
    if categories is not None:
        return list(categories[name].tolist()) if name in categories else None
    features = [str(each) for each in getattr(model, "feature_names_in_", ())]
    begin = f"{name}="
    values = [each[len(begin) :] for each in features if each.startswith(begin)]
    return values if values and str(name) not in features else None


def _refusal(
    arguments: argparse.Namespace, examples: Examples, cells: dict[Any, npt.NDArray[np.bool_]], model: Any
) -> str:
    """What is said of the first row that has such a text."""
    name, unknown = next(iter(cells.items()))
    row = int(np.argmax(unknown))
    value, known = examples.X[name].iloc[row], [str(each) for each in known_values(name, model) or ()]
    others = int(np.logical_or.reduce(list(cells.values())).sum()) - 1
    more = f" ({others} more {'row has' if others == 1 else 'rows have'} one, too)" if others else ""
    hint = nearest(str(value), known) or f"; it knows {names_shown(known)}"
    remedy = ". --unknown skip leaves such rows without a result" if "unknown" in vars(arguments) else ""
    return (
        f'{examples.source} has {str(value)!r} in row {row} (from 0), column "{name}", which the model has not learned '
        f"from{hint}{more}{remedy}"
    )
