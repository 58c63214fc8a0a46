"""Datasets where numpy wants an array, or Python a sequence."""

import h5py
import numpy as np
import pytest
import vaelib

X = np.random.RandomState(0).randint(0, 255, size=(5000, 30)).astype("u1")


@pytest.fixture(params=[None, 0], ids=["in memory", "streamed"])
def dataset(request, tmp_path):
    with h5py.File(tmp_path / "x.h5", "w") as file:
        file.create_dataset("x", data=X, chunks=(64, 30), compression="gzip")
    return vaelib.open_dataset(tmp_path / "x.h5", "x", scale=2.0, shift=1.0, memory_budget=request.param)


def test_arrays(dataset):
    expected = X.astype("f4") * 2 + 1
    for array in (np.asarray(dataset), np.array(dataset), np.asarray(dataset[:]), np.vstack([dataset])):
        assert array.dtype == np.float32
        np.testing.assert_array_equal(array, expected)
    for dtype in (np.float64, "i4"):
        np.testing.assert_array_equal(np.asarray(dataset, dtype=dtype), expected.astype(dtype))
        assert np.asarray(dataset, dtype=dtype).dtype == dtype
    assert np.mean(dataset) == np.float32(expected.mean(dtype="f4"))
    with pytest.raises(ValueError, match="only by a copy"):
        dataset.__array__(copy=False)


def test_rows(dataset):
    expected = X.astype("f4") * 2 + 1
    for row in (0, 17, -1, np.int64(4999), np.uint8(3), np.array(7)):
        assert dataset[row].shape == (30,)
        np.testing.assert_array_equal(dataset[row], expected[row])
    for row in (5000, -5001, 2**70):
        with pytest.raises(IndexError):
            dataset[row]
    for row in (True, np.True_, 1.0, "x", None):
        with pytest.raises(TypeError):
            dataset[row]
    assert len(dataset) == 5000


def test_iteration(dataset):
    expected = X.astype("f4") * 2 + 1
    np.testing.assert_array_equal(list(dataset), expected)
    np.testing.assert_array_equal(list(dataset[10:20]), expected[10:20])
    np.testing.assert_array_equal(next(reversed(dataset)), expected[-1])


def test_closed_datasets(dataset):
    dataset.close()
    for use in (np.asarray, list, lambda closed: closed[0]):
        with pytest.raises(vaelib.InvalidHandle):
            use(dataset)


@pytest.mark.parametrize("dtype", ["u1", "i1", "u8", "i2"])
def test_row_numbers_of_small_types(dataset, dtype):
    numbers = np.array([3, 100, 0] if dtype[0] == "u" else [3, -100, 0], dtype)
    np.testing.assert_array_equal(dataset[numbers].numpy(), X[numbers.astype(int)].astype("f4") * 2 + 1)
