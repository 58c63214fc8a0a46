"""The OpenBLAS that numpy brings."""

from __future__ import annotations

import ctypes
from pathlib import Path

import numpy as np


def library() -> Path | None:
    """Its file; None if this numpy takes its products from elsewhere."""
    folder = Path(np.__file__).resolve().parent.parent / "numpy.libs"
    found = sorted(folder.glob("libscipy_openblas64_*.so"))
    return found[0] if found else None


def description() -> str:
    """Its version and the kernels that it chose, as it reports them."""
    path = library()
    if path is None:
        return "numpy brings no OpenBLAS"
    loaded = ctypes.CDLL(str(path))
    texts = []
    for name in ("scipy_openblas_get_config64_", "scipy_openblas_get_corename64_"):
        function = getattr(loaded, name)
        function.restype = ctypes.c_char_p
        texts.append(function().decode())
    return f"{texts[0].strip()}, core type {texts[1]}"
