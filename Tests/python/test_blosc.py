"""Blosc as PyTables and pandas write it."""

import h5py
import numpy as np
import pytest
import vaelib

tables = pytest.importorskip("tables")
RANDOM = np.random.default_rng(0)
READ = ("blosclz", "lz4", "lz4hc", "zlib", "zstd")
KINDS = ("u1", "<i2", ">i4", "<f4", "<f8")


def values(kind, rows=30_000):
    """Numbers of which a part is easily compressed and a part is not."""
    smooth = np.cumsum(RANDOM.integers(-2, 3, (rows, 3)), axis=0)
    smooth[rows // 3 : rows // 2] = RANDOM.integers(0, 2**15, (rows // 2 - rows // 3, 3))
    return (smooth % 250 if kind == "u1" else smooth).astype(kind)


def check(path, name, expected):
    """Reads a dataset from its file and at once."""
    for budget in (0, 1 << 30):
        found = vaelib.open_dataset(path, name, memory_budget=budget).numpy()
        np.testing.assert_array_equal(found, expected.reshape(len(expected), -1).astype("f4"))


@pytest.mark.parametrize("codec", READ)
@pytest.mark.parametrize("level", [1, 9])
@pytest.mark.parametrize("shuffling", [{}, {"shuffle": False}, {"shuffle": False, "bitshuffle": True}], ids=str)
def test_arrays(tmp_path, codec, level, shuffling):
    filters = tables.Filters(complevel=level, complib=f"blosc:{codec}", fletcher32=level == 9, **shuffling)
    arrays = {kind.strip("<>"): values(kind) for kind in KINDS}
    with tables.open_file(tmp_path / "x.h5", "w") as file:
        for name, array in arrays.items():
            file.create_carray("/", name, obj=array, filters=filters, chunkshape=(9_001, 3))
    with h5py.File(tmp_path / "x.h5") as file:
        assert file["f4"].id.get_create_plist().get_filter(0)[0] == 32001
    for name, array in arrays.items():
        check(tmp_path / "x.h5", name, array)
    assert vaelib.verify(tmp_path / "x.h5").datasets_read == len(arrays)


def test_tables(tmp_path):
    """Elements of more bytes than a block is split into streams for."""
    kind = np.dtype([("a", "<f8"), ("b", "<i4", (3,)), ("c", "S5")])
    rows = np.zeros(20_000, kind)
    rows["a"], rows["b"] = np.cumsum(RANDOM.normal(size=20_000)), RANDOM.integers(0, 99, (20_000, 3))
    with tables.open_file(tmp_path / "x.h5", "w") as file:
        for index, codec in enumerate(READ):
            filters = tables.Filters(complevel=5, complib=f"blosc:{codec}", bitshuffle=index % 2 == 1)
            file.create_table("/", codec, obj=rows, filters=filters)
    for codec in READ:
        found = vaelib.open_dataset(tmp_path / "x.h5", codec, columns=["b", "a"]).numpy()
        np.testing.assert_array_equal(found, np.column_stack([rows["b"], rows["a"]]).astype("f4"))


@pytest.mark.filterwarnings("ignore")
def test_data_frames(tmp_path):
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame(values("<f8", 5000), columns=list("abc"))
    for layout, name in (("fixed", "x/block0_values"), ("table", "x/table")):
        frame.to_hdf(tmp_path / f"{layout}.h5", key="x", format=layout, complib="blosc", complevel=9, data_columns=True)
        columns = list("abc") if layout == "table" else None
        found = vaelib.open_dataset(tmp_path / f"{layout}.h5", name, columns=columns).numpy()
        np.testing.assert_array_equal(found, frame.to_numpy().astype("f4"))
