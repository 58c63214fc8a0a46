"""Parameters that are given to plain constructors of VAEs, one experiment a list of them."""

from __future__ import annotations

from typing import Any

Given = dict[str, Any]


def tails() -> list[Given]:
    """How heavy the tails of p(x|z) are, and whether the decoder says how wide it is; the first is the default."""
    return [
        {"likelihood": "gaussian", "variance": "learned"},
        {"likelihood": "student_t", "variance": "learned"},
        {"likelihood": "student_t", "variance": "learned", "degrees_of_freedom": 5.0},
        {"likelihood": "gaussian", "variance": "predicted"},
        {"likelihood": "student_t", "variance": "predicted"},
        {"likelihood": "student_t", "variance": "predicted", "degrees_of_freedom": 5.0},
    ]


GRIDS = {"tails": tails}
