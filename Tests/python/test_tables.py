"""Types of stored values beyond plain numbers: enumerations, tables of named columns."""

import h5py
import numpy as np
import pytest
import vaelib


@pytest.fixture
def write(tmp_path):
    """Writes values with a type to a dataset "x" and returns the file's path."""

    def write_values(values, dtype):
        path = str(tmp_path / "types.h5")
        with h5py.File(path, "w") as file:
            file.create_dataset("x", data=values, dtype=dtype)
        return path

    return write_values


@pytest.mark.parametrize("base", ["i1", "u1", "i2", "u2", "i4", "u4", "i8", "u8", ">i2", ">i4"])
def test_enumerations_are_their_integers(write, base):
    values = np.random.RandomState(0).randint(0, 4, size=(20, 3))
    path = write(values, h5py.enum_dtype({"low": 0, "middle": 1, "high": 2, "other": 3}, basetype=base))
    for budget in (None, 0):
        with vaelib.open_dataset(path, "x", memory_budget=budget) as dataset:
            np.testing.assert_array_equal(dataset.numpy(), values)
    assert vaelib.verify(path).datasets_read == 1
