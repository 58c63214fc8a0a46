"""Numbers, arrays, names and comments of C99 programs."""

from __future__ import annotations

import math
import re
import textwrap
from collections.abc import Iterable

_KEYWORDS = {
    "auto", "break", "case", "char", "const", "continue", "default", "do", "double", "else", "enum", "extern", "float",
    "for", "goto", "if", "inline", "int", "long", "register", "restrict", "return", "short", "signed", "sizeof",
    "static", "struct", "switch", "typedef", "union", "unsigned", "void", "volatile", "while",
}  # fmt: skip

#: How many numbers of an array stand in a line.
_PER_LINE = 6


def checked_name(name: str) -> str:
    """A name that functions may begin with.

    Raises
    ------
    ValueError
        It is no identifier of C, or one that C keeps for itself.
    """
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_]*", name) or name in _KEYWORDS:
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
    texts = [re.sub(r"\*/|/\*|\?\?", lambda found: " ".join(found[0]), line) for line in lines]
    wrapped = [part for text in texts for part in textwrap.wrap(text, 107) or [""]]
    return "\n".join(["/*", *(f" * {line}".rstrip() for line in wrapped), " */"]) + "\n"
