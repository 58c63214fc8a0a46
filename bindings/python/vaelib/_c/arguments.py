"""Python's numbers and texts as arguments of the library: counts, seeds, strings."""

from __future__ import annotations

import operator
import os
from typing import Any, TypeAlias

import numpy as np

#: The path of a file; bytes where it is in no known encoding.
Path: TypeAlias = "str | bytes | os.PathLike[str] | os.PathLike[bytes]"


def count(value: Any, name: str = "the number") -> int:
    """A whole number that fits size_t; the library itself checks its range.

    Raises
    ------
    TypeError
        It is not a whole number.
    ValueError
        It is negative or does not fit.
    """
    try:
        number = operator.index(value)
    except TypeError:
        raise TypeError(f"{name} must be an integer, not {value!r}") from None
    if not 0 <= number < 2**64:
        raise ValueError(f"{name} must be between 0 and 2^64 - 1, not {number}")
    return number


def seed_from(random_state: Any) -> int:
    """A seed for the library: an integer is one, a generator draws one, None draws one from numpy's global state."""
    if random_state is None:
        random_state = np.random.mtrand._rand
    if isinstance(random_state, np.random.RandomState):
        return int(random_state.randint(2**31 - 1))
    if isinstance(random_state, np.random.Generator):
        return int(random_state.integers(2**63 - 1))
    try:
        seed = operator.index(random_state)
    except TypeError:
        raise ValueError(
            f"random_state must be None, an integer, a RandomState or a Generator, not {random_state!r}"
        ) from None
    if not 0 <= seed < 2**64:
        raise ValueError(f"random_state must be between 0 and 2^64 - 1, not {seed}")
    return seed


def path_bytes(path: Path) -> bytes:
    """The path of a file as the library takes it, of whatever bytes."""
    return text(os.fsencode(path))


def name_bytes(name: str | bytes) -> bytes:
    """The name of an object in a file as the library takes it, of whatever bytes.

    Bytes that are not UTF-8 stand in a str as lone surrogates, as ``os.fsdecode`` has them in paths.
    """
    return text(name.encode(errors="surrogateescape") if isinstance(name, str) else name)


def text(value: str | bytes) -> bytes:
    """A string as the library takes it. C ends a string at its first NUL, so one inside is refused."""
    encoded = value.encode() if isinstance(value, str) else value
    if b"\0" in encoded:
        raise ValueError(f"embedded null character in {value!r}")
    return encoded
