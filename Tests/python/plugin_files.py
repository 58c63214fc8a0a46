"""Tests/VaelibStorageTests/Fixtures/plugins.h5, which hdf5plugin wrote, and the numbers in it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

PATH = Path(__file__).resolve().parents[1] / "VaelibStorageTests/Fixtures/plugins.h5"
#: The types of the matrices in each group.
KINDS = ("|u1", "<i2", ">f4", "<f8")


def numbers(kind: str) -> Any:
    """A matrix whose first rows are easily compressed, and whose last ones are not at all; "long": 12,012 bytes."""
    if kind == "long":
        return (np.arange(3003) // 100).astype("<i4").reshape(1001, 3)
    index = np.arange(30 * 9, dtype=np.uint64)
    hashed = index * np.uint64(0x9E3779B97F4A7C15) >> np.uint64(32)
    values = np.where(index < 15 * 9, index // np.uint64(5), hashed % np.uint64(2**31))
    return (values % np.uint64(200) if kind == "|u1" else values).astype("u4").astype(kind).reshape(30, 9)
