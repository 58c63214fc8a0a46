"""Finds and opens the shared library."""

from __future__ import annotations

import ctypes
import os
from collections.abc import Iterator

from vaelib._c.header import ABI_VERSION, FUNCTIONS

#: Names the library file to use; no other is tried then.
ENVIRONMENT_VARIABLE = "VAELIB_LIBRARY"


def candidates() -> Iterator[str]:
    """Where the library may be, the first choice first."""
    chosen = os.environ.get(ENVIRONMENT_VARIABLE)
    if chosen:
        yield chosen
        return
    package = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))
    yield os.path.join(package, "libvaelib.so")
    checkout = os.path.dirname(os.path.dirname(os.path.dirname(package)))  # of bindings/python/vaelib
    yield os.path.join(checkout, ".build", "release", "libvaelib.so")
    yield f"libvaelib.so.{ABI_VERSION}"  # wherever the system's loader looks


def load_library() -> ctypes.CDLL:
    """Opens the first library found, and makes sure that it has this package's ABI.

    Raises
    ------
    ImportError
        None could be opened (the text lists each place and why), or its ABI is another.
    """
    failures = []
    for candidate in candidates():
        try:
            library = ctypes.CDLL(candidate)
        except OSError as error:
            failures.append(f"  {candidate}: {error}")
            continue
        _check_abi(library, candidate)
        return library
    raise ImportError(
        "the vaelib library could not be opened; tried\n"
        + "\n".join(failures)
        + f"\nBuild it with `make build` in a checkout, or set {ENVIRONMENT_VARIABLE} to its path."
    )


def _check_abi(library: ctypes.CDLL, path: str) -> None:
    try:
        function = library.vaelib_abi_version
    except AttributeError:
        raise ImportError(f"{path} is not the vaelib library: it has no function vaelib_abi_version") from None
    function.restype, function.argtypes = ctypes.c_int, []
    found = function()
    if found != ABI_VERSION:
        raise ImportError(
            f"{path} has ABI {found}, this vaelib package needs ABI {ABI_VERSION}; "
            "install the package and the library of the same version"
        )


def _declared(library: ctypes.CDLL) -> ctypes.CDLL:
    """The library with the types of all its functions."""
    for name, (result, arguments) in FUNCTIONS.items():
        function = getattr(library, name)
        function.restype, function.argtypes = result, arguments
    return library


library = _declared(load_library())
