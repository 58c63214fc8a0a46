"""What a refusal says: what the thing is, why it is not read, and what to type."""

import os
import subprocess
import sys

import h5py
import numpy as np
import pytest
import vaelib

X = np.random.RandomState(0).uniform(size=(20, 4)).astype("f4")
FILTERS = {
    307: "bzip2", 32001: "blosc and snappy", 32008: "bitshuffle and an unknown codec", 32013: "zfp", 32026: "blosc2",
    40000: None,
}  # fmt: skip
#: Settings of filters that are read with others.
SETTINGS = {32001: "2 2 4 320 5 1 3", 32008: "0 4 4 0 9"}


def filtered(path, number):
    """A dataset of which the file says that a filter was applied that nobody here has.

    Written by a process of its own: PyTables and netCDF4 give this one filters, which refuse these settings.
    """
    environment = {name: value for name, value in os.environ.items() if name != "HDF5_PLUGIN_PATH"}
    subprocess.run(
        [sys.executable, "-c", WRITE_FILTERED, path, str(number), *SETTINGS.get(number, "1").split()],
        check=True,
        env=environment,
    )


WRITE_FILTERED = """
import sys
import h5py
import numpy as np

creation = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
creation.set_chunk((20, 4))
# Optional: libhdf5 then writes the dataset without the filter.
creation.set_filter(int(sys.argv[2]), h5py.h5z.FLAG_OPTIONAL, tuple(map(int, sys.argv[3:])))
with h5py.File(sys.argv[1], "w") as file:
    space = h5py.h5s.create_simple((20, 4))
    dataset = h5py.h5d.create(file.id, b"x", h5py.h5t.NATIVE_FLOAT, space, creation)
    dataset.write_direct_chunk((0, 0), np.zeros((20, 4), "f4").tobytes())
"""


@pytest.mark.parametrize("number", FILTERS)
def test_filters(tmp_path, number):
    filtered(tmp_path / "x.h5", number)
    name = f"{FILTERS[number]} .filter {number}." if FILTERS[number] else f"filter {number},"
    with pytest.raises(vaelib.FormatError, match=rf"is compressed with {name}.*'h5repack -f GZIP=4 FILE NEW\.h5'"):
        vaelib.open_dataset(tmp_path / "x.h5", "x")
    assert vaelib.verify(tmp_path / "x.h5").datasets_unread == 1


def test_the_line_that_copies_values_of_other_files(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with h5py.File("source.h5", "w") as file:
        file["x"] = X
    layout = h5py.VirtualLayout((20, 4), "f4")
    layout[:] = h5py.VirtualSource("source.h5", "x", (20, 4))
    with h5py.File("x.h5", "w") as file:
        file.create_virtual_dataset("virtual", layout)
        external = [("values", 0, h5py.h5f.UNLIMITED)]
        file.create_dataset("external", data=X, external=external)
    for name in ("virtual", "external"):
        with pytest.raises(vaelib.FormatError, match=r"does not read.*'vaelib\.write_dataset\(.*\)'") as caught:
            vaelib.open_dataset("x.h5", name)
        line = str(caught.value).split("'")[1]
        eval(line.replace("FILE", "x.h5").replace("NAME", name), {"vaelib": vaelib, "h5py": h5py})
        np.testing.assert_array_equal(vaelib.open_dataset("NEW.h5", "x").numpy(), X)


def test_sets_without_examples(tmp_path):
    with h5py.File(tmp_path / "x.h5", "w") as file:
        file["one"], file["none"] = 3.0, h5py.Empty("f4")
        file.create_dataset("rows", shape=(0, 4), maxshape=(None, 4), dtype="f4")
    for name in ("one", "none"):
        with pytest.raises(vaelib.FormatError, match=r"an axis that counts examples.*vaelib info FILE"):
            vaelib.open_dataset(tmp_path / "x.h5", name)
    with pytest.raises(vaelib.FormatError, match="is empty: it has shape 0 x 4; its program has written no numbers"):
        vaelib.open_dataset(tmp_path / "x.h5", "rows")
