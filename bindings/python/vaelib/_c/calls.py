"""Calls of the library: the one way in, which passes on warnings and raises errors."""

from __future__ import annotations

import ctypes
from typing import Any, TypeVar

from vaelib._c.errors import error_for_status
from vaelib._c.library import library
from vaelib._c.logs import warn
from vaelib._c.warning_kinds import kind_of

StructureType = TypeVar("StructureType", bound=ctypes.Structure)


def call(name: str, *arguments: Any, path: str | None = None) -> None:
    """Calls a function that returns a status, passes on its warnings, and raises its error.

    ``path`` is a file or folder that must exist for the call to work: a missing one becomes a FileNotFoundError.
    """
    status = getattr(library, name)(*arguments)
    warning = library.vaelib_last_warning()
    if status == 0 and not warning:
        return
    error = error_for_status(status, library.vaelib_last_error().decode(), path) if status != 0 else None
    try:
        for line in warning.decode().split("\n") if warning else []:
            warn(line, kind_of(line))
    finally:
        if error is not None:
            raise error


def sized(structure: type[StructureType]) -> StructureType:
    """An empty structure that tells its size, as the header asks of every structure."""
    return structure(struct_size=ctypes.sizeof(structure))


def defaults(structure: type[StructureType]) -> StructureType:
    """A structure that the library has filled with its defaults."""
    config = sized(structure)
    call(f"{structure.c_name}_init", ctypes.byref(config))
    return config


def described(structure: type[StructureType], name: str, *arguments: Any, path: str | None = None) -> StructureType:
    """A structure that a function fills, given as its last argument."""
    description = sized(structure)
    call(name, *arguments, ctypes.byref(description), path=path)
    return description


def new_handle(kind: type[ctypes.Structure], name: str, *arguments: Any, path: str | None = None) -> Any:
    """The handle that a function makes, given as its last argument."""
    handle = ctypes.POINTER(kind)()
    call(name, *arguments, ctypes.byref(handle), path=path)
    return handle
