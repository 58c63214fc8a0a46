"""netCDF's attributes: missing values, scaled numbers, integers whose type lacks a sign or has one too many."""

import h5py
import numpy as np
import pytest
import vaelib


@pytest.fixture
def write(tmp_path):
    """Writes values with attributes to a dataset "x" and returns the file's path."""

    def write_values(values, attributes, **options):
        path = str(tmp_path / "conventions.h5")
        with h5py.File(path, "w", libver=options.pop("libver", None)) as file:
            stored = file.create_dataset("x", data=values, **options)
            for name, value in attributes.items():
                stored.attrs[name] = value
        return path

    return write_values


VALUES = np.array([[1, -999, 3, 120], [-999, -5, 6, -1]])
BUDGETS = [None, 0]


@pytest.mark.parametrize("budget", BUDGETS)
@pytest.mark.parametrize("dtype", ["i2", ">i2", "i4", "i8", "f4", ">f8"])
@pytest.mark.parametrize("chunks", [None, (1, 3)])
def test_missing_values_become_nan(write, budget, dtype, chunks):
    path = write(VALUES.astype(dtype), {"_FillValue": np.array([-999], dtype), "missing_value": 120.0}, chunks=chunks)
    expected = np.where((VALUES == -999) | (VALUES == 120), np.nan, VALUES)
    with vaelib.open_dataset(path, "x", memory_budget=budget) as dataset:
        np.testing.assert_array_equal(dataset.numpy(), expected.astype("f4"))
        assert dataset.conventions == "_FillValue -999 as NaN, missing_value 120 as NaN"
        assert dataset[:1].conventions == dataset.conventions
        assert dataset.dtype == ("f4" if dtype in ("i2", ">i2", "f4") else "f8")
    with vaelib.open_dataset(path, "x", memory_budget=budget, conventions=False) as dataset:
        np.testing.assert_array_equal(dataset.numpy(), VALUES)
        assert dataset.conventions == ""
        assert dataset.dtype == np.dtype(dtype).newbyteorder("=")


@pytest.mark.parametrize("budget", BUDGETS)
def test_scaled_numbers(write, budget):
    attributes = {"scale_factor": 0.01, "add_offset": 273.15, "_FillValue": np.int16(-999)}
    path = write(VALUES.astype("i2"), attributes)
    meant = np.where(VALUES == -999, np.nan, VALUES * 0.01 + 273.15).astype("f4")
    with vaelib.open_dataset(path, "x", memory_budget=budget) as dataset:
        np.testing.assert_array_equal(dataset.numpy(), meant)
        assert dataset.conventions == "_FillValue -999 as NaN, number * 0.01 + 273.15"
    with vaelib.open_dataset(path, "x", memory_budget=budget, scale=2, shift=-1) as dataset:
        np.testing.assert_allclose(dataset.numpy(), meant * 2 - 1, rtol=1e-6)
        assert (dataset.scale, dataset.shift) == (2, -1)


@pytest.mark.parametrize("budget", BUDGETS)
def test_integers_whose_type_is_not_their_sign(write, budget):
    values = np.array([[-1, 2, -128]], "i1")
    with vaelib.open_dataset(write(values, {"_Unsigned": "true"}), "x", memory_budget=budget) as dataset:
        np.testing.assert_array_equal(dataset.numpy(), [[255, 2, 128]])
        assert (dataset.conventions, dataset.dtype) == ("integers as unsigned", np.uint8)
    path = write(values, {"_Unsigned": np.bytes_("true"), "_FillValue": np.int8(-1), "scale_factor": np.float32(0.5)})
    with vaelib.open_dataset(path, "x", memory_budget=budget) as dataset:
        np.testing.assert_array_equal(dataset.numpy(), [[np.nan, 1, 64]])
        assert dataset.conventions == "_FillValue 255 as NaN, integers as unsigned, number * 0.5 + 0"
    path = write(values.view("u1"), {"_Unsigned": "false"})
    with vaelib.open_dataset(path, "x", memory_budget=budget) as dataset:
        np.testing.assert_array_equal(dataset.numpy(), values)
        assert dataset.conventions == "integers as signed"


def test_attributes_that_say_nothing(write):
    nothing = {
        "_FillValue": np.nan, "scale_factor": 1.0, "add_offset": 0.0, "_Unsigned": "false", "units": "K",
        "missing_value": "none", "valid_range": [0, 1],
    }  # fmt: skip
    with vaelib.open_dataset(write(VALUES.astype("f4"), nothing), "x") as dataset:
        np.testing.assert_array_equal(dataset.numpy(), VALUES)
        assert dataset.conventions == ""


@pytest.mark.parametrize("libver", ["earliest", "v110", "latest"])
def test_many_attributes_in_a_heap(write, libver):
    """More than eight attributes stand in a heap of their own in newer files."""
    attributes = {f"note {index:03}": "x" * index for index in range(300)}
    attributes |= {"scale_factor": np.float32(0.5), "_FillValue": np.int16(-999), "add_offset": np.int32(7)}
    with vaelib.open_dataset(write(VALUES.astype("i2"), attributes, libver=libver), "x") as dataset:
        np.testing.assert_array_equal(dataset.numpy(), np.where(VALUES == -999, np.nan, VALUES * 0.5 + 7))


def test_models_name_a_missing_value(write):
    values = np.full((40, 3), 0.5, "f4")
    values[7, 1] = -1
    path = write(values, {"_FillValue": np.float32(-1)})
    for budget in BUDGETS:
        with (
            vaelib.open_dataset(path, "x", memory_budget=budget) as dataset,
            pytest.raises(vaelib.DataError, match="NaN at row 7, column 1"),
        ):
            vaelib.VAE(latent_dim=2, hidden=(4,), epochs=1, random_state=0).fit(dataset)


def test_files_of_netcdf4(tmp_path):
    netcdf = pytest.importorskip("netCDF4")
    path = str(tmp_path / "climate.nc")
    values = np.ma.masked_less(np.random.RandomState(0).uniform(-20, 20, size=(50, 6, 5)), -15)
    with netcdf.Dataset(path, "w") as file:
        for name, length in (("time", None), ("y", 6), ("x", 5)):
            file.createDimension(name, length)
        packed = file.createVariable("t", "i2", ("time", "y", "x"), zlib=True, fill_value=-32767)
        packed.scale_factor, packed.add_offset = 0.001, 1.5
        plain = file.createVariable("p", "f4", ("time", "y", "x"), fill_value=-1e30)
        for index in range(12):
            packed.setncattr(f"note_{index}", "text")
        packed[:], plain[:] = values, values
    with netcdf.Dataset(path) as file:
        expected = {name: file[name][:].filled(np.nan).reshape(50, 30).astype("f4") for name in ("t", "p")}
    for name in ("t", "p"):
        for budget in BUDGETS:
            with vaelib.open_dataset(path, name, memory_budget=budget) as dataset:
                np.testing.assert_allclose(dataset.numpy(), expected[name], rtol=1e-6)
    assert np.isnan(expected["t"]).any()
