"""Finds and opens the shared library."""

from __future__ import annotations

import ctypes
import os

from vaelib._c.header import ABI_VERSION, FUNCTIONS

#: Names the library file to use; no other is tried then.
ENVIRONMENT_VARIABLE = "VAELIB_LIBRARY"

#: The folder vaelib, in a checkout or where packages are installed.
PACKAGE = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))


def candidates() -> list[str]:
    """Where the library may be, the first choice first; README.md of the package describes the order."""
    chosen = os.environ.get(ENVIRONMENT_VARIABLE)
    if chosen:
        return [chosen]
    name = f"libvaelib.so.{ABI_VERSION}"
    own = os.path.join(PACKAGE, name)
    if os.path.exists(own):
        return [own]  # came in the same wheel, so another one would hide what is wrong with it
    checkout = os.path.dirname(os.path.dirname(os.path.dirname(PACKAGE)))  # of bindings/python/vaelib
    return [os.path.join(checkout, ".build", "release", "libvaelib.so"), name]


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
        + "\nRun `make` in a checkout of vaelib and, unless the package is used from there, "
        + f"`pip install ./bindings/python`; or set {ENVIRONMENT_VARIABLE} to the library's path."
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
