"""What the readers that stand on scipy share: scipy where it is there, its errors, and what is left out."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import numpy.typing as npt

from vaelib._c.errors import FormatError, VaelibWarning
from vaelib._c.logs import warn
from vaelib.data.conversion.blocks import rows_of_shape


def scipy_io(path: str, what: str) -> Any:
    """The module scipy.io, which reads the file.

    Raises
    ------
    FormatError
        scipy is not installed.
    """
    try:
        return importlib.import_module("scipy.io")
    except ImportError:
        raise FormatError(f'file "{path}" is {what}, which needs scipy to be read: pip install scipy') from None


@contextmanager
def scipy_errors(path: str, what: str) -> Iterator[None]:
    """Turns whatever scipy raises about damaged content, which it does not promise, into a FormatError."""
    try:
        yield
    except (FormatError, ValueError) as error:
        if isinstance(error, FormatError):
            raise
        raise FormatError(f'file "{path}" is {what}, but damaged: {error}') from error
    except OSError as error:
        if error.errno is not None:
            raise
        raise FormatError(f'file "{path}" is {what}, but damaged: {error}') from error
    except (ArithmeticError, AttributeError, LookupError, EOFError, MemoryError, TypeError, RuntimeError) as error:
        reason = f"{type(error).__name__}: {error}"
        raise FormatError(
            f'file "{path}" is {what}, but damaged or of a kind that scipy does not read ({reason})'
        ) from (error)


def blocks_of(array: npt.NDArray[Any], path: str, name: str) -> Iterator[npt.NDArray[Any]]:
    """The rows of an array, or of a mapping of one, a block at a time."""
    rows = rows_of_shape(path, f'array "{name}"', array.shape, array.dtype)
    for first in range(0, len(array), rows):
        yield np.array(array[first : first + rows])


def report_left_out(path: str, what: str, left_out: dict[str, str], any_taken: bool) -> None:
    """Says which variables hold no numbers, in a warning; with nothing else in the file, in an error.

    Raises
    ------
    FormatError
        No variable was taken.
    """
    names = ", ".join(f"{name} ({kind})" for name, kind in left_out.items())
    if not any_taken:
        raise FormatError(f'file "{path}" is {what} without arrays of numbers' + (f"; it has {names}" if names else ""))
    if left_out:
        text = f'of file "{path}" these variables were left out, which are no arrays of real numbers: {names}'
        warn(text, VaelibWarning)
