"""Files whose examples are not along the first axis: MATLAB's, loom's, and any other with ``row_axis``."""

import warnings

import h5py
import numpy as np
import pytest
import vaelib

RANDOM = np.random.RandomState(0)
LAYOUTS = {
    "contiguous": {},
    "chunks": {"chunks": (3, 7, 2)},
    "gzip": {"chunks": (4, 5, 3), "compression": "gzip", "shuffle": True},
    "checksums": {"chunks": (12, 9, 1), "fletcher32": True},
}
BUDGETS = [None, 0]


def arranged(cube, axis):
    """What is to be read: the axis of examples first, the others flattened."""
    return np.moveaxis(cube, axis, 0).reshape(cube.shape[axis], -1)


@pytest.fixture
def cube():
    return RANDOM.randint(-1000, 1000, size=(12, 10, 9)).astype("i2")


@pytest.mark.parametrize("options", LAYOUTS.values(), ids=list(LAYOUTS))
@pytest.mark.parametrize("budget", BUDGETS)
@pytest.mark.parametrize("axis", [0, 1, 2])
def test_any_axis_counts_examples(cube, tmp_path, options, budget, axis):
    path = str(tmp_path / "cube.h5")
    with h5py.File(path, "w") as file:
        file.create_dataset("x", data=cube, **options)
        file["y"] = np.arange(cube.shape[axis])
    with vaelib.open_dataset(path, "x", "y", row_axis=axis, memory_budget=budget) as dataset:
        expected = arranged(cube, axis)
        np.testing.assert_array_equal(dataset.numpy(), expected)
        np.testing.assert_array_equal(dataset[2:5].numpy(), expected[2:5])
        np.testing.assert_array_equal(dataset[[7, 0, 7]].numpy(), expected[[7, 0, 7]])
        np.testing.assert_array_equal(dataset.labels, np.arange(cube.shape[axis]))
    with vaelib.open_dataset(path, "x", row_axis=axis, memory_budget=budget, check_in_child=True) as dataset:
        np.testing.assert_array_equal(dataset.numpy(), arranged(cube, axis))


@pytest.mark.parametrize("options", [{}, {"chunks": (64, 500), "compression": "gzip"}], ids=["contiguous", "gzip"])
def test_training_streams_the_same_examples(tmp_path, options):
    """Large enough that a set that is streamed is shuffled in blocks and through a copy."""
    images = (RANDOM.uniform(size=(64, 9000)) < 0.3).astype("f4")
    path = str(tmp_path / "columns.h5")
    with h5py.File(path, "w") as file:
        file.create_dataset("x", data=images, **options)
        file.create_dataset("rows", data=np.ascontiguousarray(images.T))
    with (
        vaelib.open_dataset(path, "x", row_axis=1, memory_budget=0) as columns,
        vaelib.open_dataset(path, "rows", memory_budget=0) as rows,
    ):
        assert not columns.in_memory
        np.testing.assert_array_equal(columns.numpy(), images.T)
        vae = vaelib.VAE(latent_dim=2, hidden=(8,), epochs=2, random_state=0).fit(columns)
        np.testing.assert_array_equal(vae.transform(columns), vae.transform(rows))
        assert vae.history_["epoch"].tolist() == [1, 2]


def test_an_axis_that_is_not_there(cube, hdf5):
    path = hdf5(x=cube)
    with pytest.raises(vaelib.FormatError, match="row_axis is 3, allowed: 0 to 2"):
        vaelib.open_dataset(path, "x", row_axis=3)
    with pytest.raises(ValueError, match="row_axis"):
        vaelib.open_dataset(path, "x", row_axis=-1)


def opened_with_warnings(*arguments, **options):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        vaelib.open_dataset(*arguments, **options).close()
    return [str(warning.message) for warning in caught]


def test_a_hint_where_matlab_wrote_the_file(cube, tmp_path):
    path = str(tmp_path / "matlab.mat")
    with h5py.File(path, "w", userblock_size=512) as file:
        file.create_dataset("x", data=cube).attrs["MATLAB_class"] = np.bytes_("int16")
        file["plain"] = cube
    (text,) = opened_with_warnings(path, "x")
    assert "MATLAB" in text
    assert "row_axis=2" in text
    for axis in (0, 1, 2):
        assert opened_with_warnings(path, "x", row_axis=axis) == []
    assert opened_with_warnings(path, "plain") == []


def test_a_hint_where_the_file_is_a_loom(tmp_path):
    path = str(tmp_path / "cells.loom")
    with h5py.File(path, "w") as file:
        file["matrix"] = np.arange(60.0).reshape(5, 12)
        file["row_attrs/Gene"] = [b"a"] * 5
        file["col_attrs/CellID"] = [b"c"] * 12
        file["layers/spliced"] = np.arange(60.0).reshape(5, 12)
    for name in ("matrix", "layers/spliced"):
        (text,) = opened_with_warnings(path, name)
        assert "loom" in text
        assert "row_axis=1" in text
    assert opened_with_warnings(path, "matrix", row_axis=1) == []
    with h5py.File(path, "a") as file:
        del file["col_attrs"]
    assert opened_with_warnings(path, "matrix") == []


def test_a_hint_where_labels_fit_another_axis(cube, hdf5):
    path = hdf5(x=cube, y=np.arange(9))
    with pytest.raises(
        vaelib.FormatError, match=r"needs 12 labels, one a row; they fit axis 2, which row_axis=2 makes"
    ):
        vaelib.open_dataset(path, "x", "y")
    with vaelib.open_dataset(path, "x", "y", row_axis=2) as dataset:
        assert dataset.shape == (9, 120)
