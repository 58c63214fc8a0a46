"""Model files, of the kind that the file says."""

from __future__ import annotations

import ctypes
import os

from vaelib._c import header
from vaelib._c.arguments import Path, path_bytes
from vaelib._c.calls import call, new_handle
from vaelib.models.native_stack import NativeStack
from vaelib.models.native_vae import NativeVAE

_KINDS: dict[str, type[NativeVAE | NativeStack]] = {kind.kind: kind for kind in (NativeVAE, NativeStack)}


def read_model(path: Path, check_in_child: bool = False) -> NativeVAE | NativeStack:
    """The model in a file, which a child process reads first if asked to.

    Raises
    ------
    FileError
        The file cannot be opened; FileNotFoundError if it does not exist.
    FormatError
        It is not a vaelib model, or damaged; the text says what is wrong in it.
    """
    place = path_bytes(path)
    handle = new_handle(header.Model, "vaelib_model_load", place, bool(check_in_child), path=os.fsdecode(place))
    kind = ctypes.c_char_p()
    call("vaelib_model_kind", handle, ctypes.byref(kind))
    return _KINDS[(kind.value or b"").decode()](handle)
