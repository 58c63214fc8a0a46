"""Sources of another type than the virtual dataset: the numbers that become of theirs."""

import h5py
import numpy as np
import pytest
import vaelib
from virtual_files import check, layout, source

pytestmark = pytest.mark.filterwarnings("ignore:.*has one axis")
RANDOM = np.random.RandomState(0)


NUMBERS = ["i1", "u1", "<i2", ">u2", "i4", "u4", ">i8", "u8", "f2", "<f4", ">f4", "f8", "?"]


def special(kind):
    """Numbers at the ends of a type's range, and others."""
    if kind == "?":
        return np.array([True, False, True, True, False, False])
    kind = np.dtype(kind)
    if kind.kind == "f":
        return np.array([0.5, -2.5, 300.7, 3e4, -3e4, 1e-5, np.inf, -np.inf, 65504, -1, 255.99, 127.5], kind)
    info = np.iinfo(kind)
    return np.array([0, 1, 100, 127, info.max, info.min, info.max - 1, info.max // 2, info.min // 2 + 1], kind)


@pytest.mark.parametrize("kind", NUMBERS)
@pytest.mark.parametrize("stored", NUMBERS)
def test_sources_of_another_type(tmp_path, kind, stored):
    values = np.resize(special(stored), (24, 3))
    if np.dtype(stored) == "f2" and np.dtype(kind).kind in "iu":
        # libhdf5 2.0 leaves it to the processor what becomes of those beyond.
        values = np.abs(np.where(np.abs(values) < 128, values, 100))
    if np.dtype(kind).kind in "iu" and np.dtype(stored).newbyteorder("S") == np.dtype(
        kind.translate(str.maketrans("iu", "ui"))
    ):
        # Where the order of the bytes differs, too, libhdf5 2.0 takes the bits as they are.
        values = np.abs(values // 4)
    target = layout((30, 3), kind)
    target[:24] = source("x", values.shape)
    with h5py.File(tmp_path / "x.h5", "w", libver="v110") as file:
        file.create_dataset("x", data=values, chunks=(5, 2), compression="gzip", fillvalue=1)
        file.create_virtual_dataset("v", target, fillvalue=True if kind == "?" else 3)
    # Nothing but booleans becomes one; no larger number is rounded to one of 16 bits.
    unread = kind == "?" or (kind == "f2" and np.dtype(stored).itemsize > 1)
    if unread and kind != stored:
        with pytest.raises(vaelib.FormatError, match=r"virtual dataset that vaelib does not read.*write_dataset"):
            vaelib.open_dataset(tmp_path / "x.h5", "v")
        return
    with np.errstate(over="ignore"):
        check(tmp_path / "x.h5", "v")


def test_not_a_number_becomes_zero(tmp_path):
    """What libhdf5 makes of it depends on the processor."""
    target = layout((3, 1), "i4")
    target[...] = source("x", (3, 1))
    with h5py.File(tmp_path / "x.h5", "w", libver="v110") as file:
        file["x"] = np.array([[np.nan], [1.5], [-1e30]])
        file.create_virtual_dataset("v", target)
    np.testing.assert_array_equal(vaelib.open_dataset(tmp_path / "x.h5", "v").numpy().ravel(), [0, 1, -(2.0**31)])
