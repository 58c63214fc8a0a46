"""Reports about a fitted model, as one page of HTML that needs no network; needs matplotlib."""

from __future__ import annotations

import os
from typing import Any

try:
    import matplotlib.figure  # noqa: F401
except ImportError as error:
    raise ImportError("a report needs matplotlib for its pictures: pip install matplotlib") from error

from vaelib._c.arguments import count
from vaelib.models.estimator import Estimator
from vaelib.plots.pictures import Shape
from vaelib.report.page import page, write_page
from vaelib.report.subject import Subject

__all__ = ["write_report"]


def write_report(
    model: Estimator[Any],
    data: Any,
    y: Any,
    path: str | os.PathLike[str],
    shape: Shape | bool | None,
    title: str | None,
    rows: int,
    conditions: Any,
) -> None:
    """Writes the report; the ``report`` of estimators says what of."""
    rows = count(rows, "rows")
    if rows < 2:
        raise ValueError(f"rows must be at least 2, not {rows}")
    subject = Subject(model, data, y, shape, rows, conditions)
    write_page(page(subject, title or f"Report of a {type(model).__name__}"), path)
