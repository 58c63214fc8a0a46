"""Numbers that are written as texts."""

from __future__ import annotations


def is_number(text: str) -> bool:
    """Whether a text is a number as Python's float() reads it."""
    try:
        float(text)
    except ValueError:
        return False
    return True
