"""Values on the command line, as the types of argparse's options: what they raise becomes its message."""

from __future__ import annotations

import argparse
import math
from collections.abc import Callable, Sequence
from typing import Any

from vaelib._c.names import nearest


def real(text: str) -> float:
    """A finite number, or a fraction such as 1/255."""
    numerator, slash, denominator = text.partition("/")
    try:
        number = float(numerator) / float(denominator) if slash else float(text)
    except (ValueError, ZeroDivisionError):
        raise argparse.ArgumentTypeError(f"{text!r} is not a number") from None
    if not math.isfinite(number):
        raise argparse.ArgumentTypeError(f"{text!r} is not a finite number")
    return number


def whole(text: str) -> int:
    """A whole number."""
    try:
        return int(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number") from None


def wholes(text: str) -> tuple[int, ...]:
    """Whole numbers that commas separate."""
    return tuple(whole(each) for each in text.split(","))


def picture_shape(text: str) -> tuple[int, ...]:
    """The height and width of a picture, and 3 if it is in colours, with x between them."""
    sizes = text.lower().split("x")
    if len(sizes) not in (2, 3) or not all(size.isdecimal() and int(size) > 0 for size in sizes):
        raise argparse.ArgumentTypeError(f"{text!r} is not a height and a width, as in 28x20, or 32x32x3 in colours")
    return tuple(int(size) for size in sizes)


def listed(text: str) -> list[str]:
    """Names that commas separate; a comma in a name is written as two."""
    names = [name.strip().replace("\0", ",") for name in text.replace(",,", "\0").split(",")]
    if "" in names:
        raise argparse.ArgumentTypeError(f"{text!r} has an empty name; names are separated by single commas")
    return names


class OneOf:
    """One of several names."""

    def __init__(self, choices: Sequence[str]) -> None:
        self.choices = tuple(choices)

    def __call__(self, text: str) -> str:
        """The name."""
        if text not in self.choices:
            known = ", ".join(self.choices)
            raise argparse.ArgumentTypeError(f"{text!r} is not one of {known}{nearest(text, self.choices)}")
        return text


class OfLayers:
    """One value for all layers, or several that commas separate."""

    def __init__(self, reader: Callable[[str], Any]) -> None:
        self.reader = reader

    def __call__(self, text: str) -> Any:
        """The value, or a tuple of them."""
        return tuple(map(self.reader, text.split(","))) if "," in text else self.reader(text)


def choices_of(action: argparse.Action) -> tuple[str, ...]:
    """The names that an option, or a file's place, may have; none if it has no such list."""
    reader: Any = action.type.reader if isinstance(action.type, OfLayers) else action.type
    return reader.choices if isinstance(reader, OneOf) else ()
