"""What columns of examples are called, and what their numbers say."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from vaelib.models.estimator import Estimator


def column_names(model: Estimator[Any]) -> list[str]:
    """What the columns of its examples are called."""
    names = getattr(model, "feature_names_in_", None)
    return (
        [f"column {number}" for number in range(model.n_features_in_)]
        if names is None
        else [str(name) for name in names]
    )


def category_names(model: Estimator[Any]) -> dict[int, list[str]]:
    """What the categories of columns are called, by the number of the column; of those beside X none."""
    table = getattr(model, "_table", None)
    categories = {}
    for column, count in model._fitted().category_counts.items():
        if column >= model.n_features_in_:
            continue
        known = None if table is None else table.categories[column]
        if known is not None:
            categories[column] = [str(value) for value in known.values]
        elif table is not None and table.kinds[column] == "boolean":
            categories[column] = ["False", "True"]
        else:
            categories[column] = [str(code) for code in range(count)]
    return categories


def value_text(value: float, categories: Sequence[str] | None = None) -> str:
    """A number of a column, or the name of the category that it stands for; shares of categories are numbers."""
    if not np.isfinite(value):
        return "missing"
    code = round(float(value))
    return number_text(value) if categories is None or code != value else categories[min(code, len(categories) - 1)]


def number_text(value: float) -> str:
    """A number with four digits that count, or the digits before its point."""
    return f"{value:,.0f}" if 1e4 <= abs(value) < 1e9 else f"{value:.4g}"
