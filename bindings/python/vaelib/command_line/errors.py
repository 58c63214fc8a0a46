"""What is wrong with a command line."""

from __future__ import annotations


class UsageError(Exception):
    """The command line itself is wrong: an unknown name, a value out of place, something missing."""
