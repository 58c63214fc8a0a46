"""Numbers, arrays, names and comments of C99 programs."""

from __future__ import annotations

import math
import re
import textwrap
from collections.abc import Iterable

#: How many numbers of an array stand in a line.
_PER_LINE = 6


def checked_name(name: str) -> str:
    """A name that functions may begin with.

    Raises
    ------
    ValueError
        It is no identifier of C.
    """
    if not isinstance(name, str) or not re.fullmatch(r"[A-Za-z][A-Za-z0-9_]*", name):
        raise ValueError(
            f"name must be an identifier of C, of letters, digits and _, which begins with a letter, not {name!r}"
        )
    return name


def literal(value: float, is_double: bool) -> str:
    """A number, exactly: 9 digits tell all floats apart, 17 all doubles."""
    if math.isinf(value):
        return "INFINITY" if value > 0 else "(-INFINITY)"
    text = f"{value:.{17 if is_double else 9}g}"
    if "." not in text and "e" not in text:
        text += ".0"
    text += "" if is_double else "f"
    return f"({text})" if text.startswith("-") else text


def array(name: str, values: Iterable[float], is_double: bool) -> str:
    """The definition of a constant array."""
    texts = [literal(value, is_double).strip("()") for value in values]
    lines = ["  " + ", ".join(texts[start : start + _PER_LINE]) for start in range(0, len(texts), _PER_LINE)]
    body = ",\n".join(lines)
    return f"static const {'double' if is_double else 'float'} {name}[{len(texts)}] = {{\n{body}\n}};\n"


def comment(lines: Iterable[str]) -> str:
    """A comment, whatever its lines hold."""
    # Nothing ends the comment, begins another, or is a trigraph, however such pairs overlap.
    texts = [re.sub(r"(?<=\*)(?=/)|(?<=/)(?=\*)|(?<=\?)(?=\?)", " ", line) for line in lines]
    wrapped = [part for text in texts for part in textwrap.wrap(text, 107) or [""]]
    return "\n".join(["/*", *(f" * {line}".rstrip() for line in wrapped), " */"]) + "\n"
