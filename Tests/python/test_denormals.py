"""Numbers too small to be normal are data like others: only computing takes them for zero."""

import h5py
import numpy as np
import pytest
import vaelib

TINY = np.array([[1e-45, -1e-40, 2.0**-149, 1.0], [2e-39, 0.0, -0.0, 1e-38]])


@pytest.mark.parametrize("dtype", ["<f4", ">f4", "<f8", ">f8"])
@pytest.mark.parametrize("budget", [None, 0])
def test_reading(tmp_path, dtype, budget):
    with h5py.File(tmp_path / "x.h5", "w") as file:
        file["x"] = TINY.astype(dtype)
    read = vaelib.open_dataset(tmp_path / "x.h5", "x", memory_budget=budget).numpy()
    np.testing.assert_array_equal(read, TINY.astype("f4"))
    np.testing.assert_array_equal(vaelib.Dataset(TINY.astype(dtype)).numpy(), TINY.astype("f4"))
    scaled = vaelib.Dataset(TINY.astype(dtype), scale=0.5).numpy()
    assert scaled[0, 1] == np.float32(TINY.astype(dtype)[0, 1] * 0.5) != 0


@pytest.mark.parametrize("dtype", ["f4", "f8"])
@pytest.mark.parametrize("source", ["f4", "f8"])
def test_writing(tmp_path, dtype, source):
    with vaelib.DatasetWriter(tmp_path / "x.h5") as writer:
        writer.add("x", (4,), dtype)
        writer.append("x", TINY.astype(source))
    with h5py.File(tmp_path / "x.h5") as file:
        np.testing.assert_array_equal(file["x"][...], TINY.astype(source).astype(dtype))
