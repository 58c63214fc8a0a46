"""Exceptions and warnings, one for each kind of outcome a call of the library can have."""

from __future__ import annotations

import os
import sys

from vaelib._c.header import STATUS


class VaelibError(Exception):
    """The base of all exceptions that vaelib defines. ``str(error)`` says what was wrong and where."""


class InvalidArgument(VaelibError, ValueError):
    """A parameter is out of its range, of the wrong size, or an unknown name."""


class InvalidHandle(VaelibError, ValueError):
    """A dataset, model or trainer was closed before it was used."""


class OutOfMemory(VaelibError, MemoryError):
    """There is not enough memory."""


class Busy(VaelibError):
    """The model is in use by another call, which excludes this one."""


class Cancelled(VaelibError):
    """The call was stopped by ``cancel()`` or by its callback."""


class FileError(VaelibError, OSError):
    """The operating system refused a file."""


class FileMissing(FileError, FileNotFoundError):
    """A file, or the folder it should go to, does not exist."""


class FormatError(VaelibError, ValueError):
    """A file is not what it should be: not HDF5, truncated, without the dataset, damaged."""


class DataError(VaelibError, ValueError):
    """Unsuitable data: wrong width, NaN or infinite values, values that the likelihood does not allow."""


class NumericalError(VaelibError, ArithmeticError):
    """Training produced numbers that are not finite; the last good weights were kept."""


class InternalError(VaelibError):
    """A defect of the library; please report it with the message."""


class VaelibWarning(UserWarning):
    """Something that the caller should know although the call succeeded."""


class ConvergenceWarning(VaelibWarning):
    """A training ended while its loss was still falling.

    Where scikit-learn is imported, the warning is a ``sklearn.exceptions.ConvergenceWarning`` too.
    """


_ERRORS: dict[int, type[VaelibError]] = {
    STATUS["invalid_argument"]: InvalidArgument,
    STATUS["invalid_handle"]: InvalidHandle,
    STATUS["out_of_memory"]: OutOfMemory,
    STATUS["busy"]: Busy,
    STATUS["cancelled"]: Cancelled,
    STATUS["file_error"]: FileError,
    STATUS["format_error"]: FormatError,
    STATUS["data_error"]: DataError,
    STATUS["numerical_error"]: NumericalError,
    STATUS["internal_error"]: InternalError,
}


def error_for_status(status: int, message: str, path: str | None = None) -> VaelibError:
    """The exception for a vaelib_status other than VAELIB_OK; ``path`` is what must exist for the call to work."""
    kind = _ERRORS.get(status, InternalError)
    if kind is FileError and path is not None and not os.path.exists(path):
        kind = FileMissing
    return kind(message)


def caller_depth() -> int:
    """The ``stacklevel`` at which a warning points to the first line outside this package."""
    package = os.path.dirname(os.path.dirname(__file__)) + os.sep
    depth = 1
    frame = sys._getframe(1)
    while frame.f_back is not None and frame.f_code.co_filename.startswith(package):
        frame = frame.f_back
        depth += 1
    return depth
