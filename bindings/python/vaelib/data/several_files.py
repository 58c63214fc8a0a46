"""Several files as one dataset: which labels belong to which, and what may be held in memory."""

from __future__ import annotations

import os
from typing import Any


def one_for_each(paths: Any, wanted: int, what: str) -> list[Any]:
    """One file of labels, or of ``what`` there is, for each file of examples, or None."""
    if paths is None:
        return [None] * wanted
    if isinstance(paths, str | bytes | os.PathLike) or len(paths) != wanted:
        raise ValueError(f"{wanted} files of examples need {wanted} files of {what}, or none")
    return list(paths)


def budgets(sizes: list[int], budget: int) -> list[int]:
    """The memory budgets of files of these sizes, so that as a whole they are held in memory or not.

    A file that would fit alone is streamed too if the whole does not fit, with as large blocks as it may have.
    """
    if sum(sizes) <= budget:
        return [budget] * len(sizes)
    return [min(budget, size - 1) for size in sizes]
