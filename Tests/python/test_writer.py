"""Datasets written to HDF5 files, against h5py."""

import os
import subprocess
import sys
import threading
from pathlib import Path

import h5py
import numpy as np
import pytest
import vaelib

STORED = {
    **{name: name for name in ("uint8", "int8", "int16", "int32", "int64", "float32", "float64")},
    **{"bool": "uint8", "uint16": "int32", "uint32": "int64", "uint64": "int64", "float16": "float32"},
    **{"longdouble": "float64", "object": "float64", ">i2": "int16", ">f8": "float64"},
}


@pytest.fixture
def path(tmp_path):
    return tmp_path / "written.h5"


def names(folder):
    return sorted(os.listdir(folder))


@pytest.mark.parametrize(("dtype", "stored"), STORED.items())
def test_every_dtype(path, dtype, stored):
    values = np.random.RandomState(0).randint(0, 2 if dtype == "bool" else 100, size=(23, 3, 4)).astype(dtype)
    vaelib.write_dataset(path, x=values, y=values[:, 0, 0])
    with h5py.File(path) as file:
        assert file["x"].dtype == stored
        np.testing.assert_array_equal(file["x"][...], values.astype(stored))
        assert file["y"].shape == (23,)
    np.testing.assert_array_equal(vaelib.open_dataset(path, "x").numpy(), values.reshape(23, 12).astype("float32"))


def test_how_it_is_stored(path):
    images = np.random.RandomState(0).randint(0, 256, size=(3000, 28, 28)).astype("uint8")
    with vaelib.DatasetWriter(path) as file:
        file.append("images", images)
        file.add("plain", (28, 28), "uint8", compression=0, chunk_rows=10)
        file.append("plain", images[:25])
        file.append("few", images[:5])
    with h5py.File(path, libver=("earliest", "v108")) as file:
        stored = file["images"]
        assert (stored.compression, stored.compression_opts, stored.shuffle, stored.fletcher32) == (
            "gzip",
            4,
            True,
            True,
        )
        assert stored.maxshape == (None, 28, 28)
        assert stored.chunks[1:] == (28, 28)
        assert 256 << 10 <= np.prod(stored.chunks) <= 1 << 20
        plain = file["plain"]
        assert (plain.compression, plain.shuffle, plain.fletcher32, plain.chunks) == (None, False, True, (10, 28, 28))
        assert file["few"].chunks == (5, 28, 28)
        np.testing.assert_array_equal(stored[...], images)
        np.testing.assert_array_equal(plain[...], images[:25])
    assert path.read_bytes()[8] == 0  # the superblock version that the oldest readers know


@pytest.mark.parametrize("compression", range(10))
def test_every_level_of_compression(path, compression):
    random = np.random.RandomState(compression)
    steps, noise = np.arange(2500.0).reshape(-1, 5) // 7, random.randint(0, 256, size=(500, 5)).astype("uint8")
    with vaelib.DatasetWriter(path) as file:
        for name, values in ("steps", steps), ("noise", noise):
            file.add(name, (5,), values.dtype, compression=compression, chunk_rows=60)
            file.append(name, values)
    with h5py.File(path) as file:
        np.testing.assert_array_equal(file["steps"][...], steps)
        np.testing.assert_array_equal(file["noise"][...], noise)
        assert (file["steps"].id.get_storage_size() < steps.nbytes) == (compression > 0)


def test_equal_contents_give_equal_files(tmp_path):
    for name in ("a.h5", "b.h5"):
        vaelib.write_dataset(tmp_path / name, x=np.arange(10_000).reshape(-1, 4))
    assert (tmp_path / "a.h5").read_bytes() == (tmp_path / "b.h5").read_bytes()


def test_a_damaged_chunk_is_found(path):
    vaelib.write_dataset(path, x=np.random.RandomState(0).randint(0, 256, size=(1000, 100)).astype("uint8"))
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    with pytest.raises(vaelib.FormatError, match=r"written\.h5"):
        vaelib.open_dataset(path, "x").numpy()


@pytest.mark.parametrize("layout", [np.asfortranarray, lambda a: a[::-1], lambda a: a[:, ::-2], lambda a: a.T])
def test_any_layout(path, layout):
    values = layout(np.random.RandomState(0).normal(size=(40, 30)))
    vaelib.write_dataset(path, x=values)
    with h5py.File(path) as file:
        np.testing.assert_array_equal(file["x"][...], values)


def test_pieces_of_any_size_interleaved(path):
    random = np.random.RandomState(0)
    x, y = random.normal(size=(5000, 7)).astype("float32"), random.randint(0, 10, 5000)
    with vaelib.DatasetWriter(path) as file:
        file.add("group/x", (7,), "float32", chunk_rows=64)
        first = 0
        while first < 5000:
            piece = slice(first, first + random.randint(0, 300))
            file.append("group/x", x[piece])
            file.append("y", y[piece])
            first = piece.stop
    with h5py.File(path) as file:
        np.testing.assert_array_equal(file["group/x"][...], x)
        np.testing.assert_array_equal(file["y"][...], y)
    assert (vaelib.open_dataset(path, "group/x", "y", memory_budget=0).labels == y).all()


@pytest.mark.parametrize(
    ("dtype", "value", "text"),
    [
        *[("uint8", 300, "300"), ("uint8", -1, "-1"), ("int8", 128, "128"), ("uint8", 0.5, "0.5")],
        *[("int64", 1e19, "1e[+]19"), ("int32", np.nan, "NaN"), ("int64", np.uint64(2**63), "9[.]22.*")],
        *[("float32", 1e39, "1e[+]39")],
    ],
)
def test_what_does_not_fit(path, dtype, value, text):
    with vaelib.DatasetWriter(path) as file:
        file.add("x", (2,), dtype)
        file.append("x", [[1, 2]])
        with pytest.raises(vaelib.DataError, match=rf"{text} at row 1, column 0.*\"x\".*{dtype}"):
            file.append("x", np.array([[1, 2], [value, 3]], dtype=np.asarray(value).dtype))
        file.append("x", [[3, 4]])
    np.testing.assert_array_equal(vaelib.open_dataset(path, "x").numpy(), [[1, 2], [3, 4]])


def test_not_a_number_and_infinities_are_numbers_for_floats(path):
    values = np.array([[np.nan, np.inf, -np.inf, 1e-310]])
    with vaelib.DatasetWriter(path) as file:
        file.append("same", values)
        file.add("narrow", (4,), "float32")
        file.append("narrow", values)
    with h5py.File(path) as file:
        np.testing.assert_array_equal(file["same"][...], values)
        np.testing.assert_array_equal(file["narrow"][...], values.astype("float32"))


def append_and_fail(file):
    file.append("x", np.ones((10_000, 100), dtype="uint8"))
    file.append("x", np.full((1, 100), 300))


def test_an_exception_abandons(path, tmp_path):
    vaelib.write_dataset(path, x=[[1.0, 2.0]])
    before = path.read_bytes()
    file = vaelib.DatasetWriter(path)
    with pytest.raises(vaelib.DataError), file:
        append_and_fail(file)
    assert path.read_bytes() == before
    assert names(tmp_path) == ["written.h5"]
    with pytest.raises(vaelib.InvalidHandle):
        file.append("x", [[1.0]])


def test_a_forgotten_writer_leaves_nothing(tmp_path):
    program = "import sys, vaelib; file = vaelib.DatasetWriter('x.h5'); file.append('x', [1, 2, 3])"
    environment = {**os.environ, "PYTHONPATH": os.path.dirname(os.path.dirname(vaelib.__file__))}
    subprocess.run([sys.executable, "-c", program], cwd=tmp_path, env=environment, check=True)
    assert names(tmp_path) == []


def test_finishing_by_hand(path):
    file = vaelib.DatasetWriter(path)
    file.append("x", [1, 2, 3])
    assert not path.exists()
    file.finish()
    assert path.exists()
    file.abandon()
    assert path.exists()
    assert "closed" in repr(file)


def test_mistakes(path, tmp_path):
    with vaelib.DatasetWriter(path) as file:
        for name, rows in (("a", 3.0), ("b", np.ones((2, 0))), ("c", [1j, 2]), ("d", ["x"]), ("", [1])):
            with pytest.raises(ValueError, match=r"."):
                file.append(name, rows)
        file.append("x", np.ones((2, 3)))
        for wrong in (np.ones((2, 4)), np.ones(3), np.ones((2, 3, 1))):
            with pytest.raises(ValueError, match=r'"x"'):
                file.append("x", wrong)
        for mistake in (
            {"dtype": "uint16"},
            {"compression": 10},
            {"compression": -1},
            {"chunk_rows": -1},
            {"shape": (0,)},
        ):
            with pytest.raises(ValueError, match=r"dtype|compression|chunk_rows|shape"):
                file.add("y", **mistake)
        with pytest.raises(vaelib.InvalidArgument, match="already"):
            file.add("x")
    with pytest.raises(vaelib.InvalidArgument, match="no dataset"), vaelib.DatasetWriter(tmp_path / "none.h5"):
        pass
    with pytest.raises(vaelib.InvalidArgument, match="no rows"):
        vaelib.write_dataset(tmp_path / "none.h5", x=np.ones((0, 3)))
    assert names(tmp_path) == ["written.h5"]


def test_targets_that_cannot_be(tmp_path):
    with pytest.raises(vaelib.FileMissing, match="nowhere"):
        vaelib.DatasetWriter(tmp_path / "nowhere" / "x.h5")
    with pytest.raises(vaelib.FileError, match="directory"):
        vaelib.DatasetWriter(tmp_path)
    with pytest.raises(vaelib.FileError, match="directory"):
        vaelib.DatasetWriter(f"{tmp_path}/")
    with pytest.raises(ValueError, match="null character"):
        vaelib.DatasetWriter("a\0b")


def test_one_user_at_a_time(fitted, binary, path):
    collisions = []

    def callback(_progress):
        with pytest.raises(vaelib.Busy, match="writer"):
            file.append("x", [1])
        collisions.append(1)

    with vaelib.DatasetWriter(path) as file:
        file.add("x")
        fitted.transform_to_file(binary, file, callbacks=callback)
        assert collisions
        file.append("x", [1])


def test_two_writers_of_one_target(path, tmp_path):
    """The last to finish wins, and each file is whole."""
    first, second = vaelib.DatasetWriter(path), vaelib.DatasetWriter(path)
    first.append("x", np.full((1000, 10), 1.0))
    second.append("x", np.full((2000, 10), 2.0))
    second.finish()
    assert vaelib.open_dataset(path, "x").rows == 2000
    first.finish()
    assert vaelib.open_dataset(path, "x").rows == 1000
    assert names(tmp_path) == ["written.h5"]


def test_two_processes_and_many_threads(path, tmp_path):
    program = """
import sys, numpy as np, vaelib
for round in range(20):
    vaelib.write_dataset('written.h5', x=np.full((3000, 20), float(sys.argv[1])))
"""
    environment = {**os.environ, "PYTHONPATH": os.path.dirname(os.path.dirname(vaelib.__file__))}
    command = [sys.executable, "-c", program]
    processes = [subprocess.Popen([*command, str(number)], cwd=tmp_path, env=environment) for number in (1, 2)]
    threads = [
        threading.Thread(target=vaelib.write_dataset, args=(path,), kwargs={"x": np.full((3000, 20), number)})
        for number in range(3, 9)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    while any(process.poll() is None for process in processes):
        with vaelib.open_dataset(path, "x") as dataset:
            assert len(np.unique(dataset.numpy())) == 1
    assert [process.returncode for process in processes] == [0, 0]
    assert names(tmp_path) == ["written.h5"]


def test_names_of_datasets(path, hdf5):
    vaelib.write_dataset(path, **{"b/c": [1], "a": [2], "b/a": [3]})
    assert vaelib.dataset_names(path) == ["a", "b/a", "b/c"]
    many = hdf5("many.h5", **{f"x{index:04}": [index] for index in range(1500)})
    assert vaelib.dataset_names(many) == [f"x{index:04}" for index in range(1500)]
    deep = "a/b/c/d/e/f/g/h/i/j/k"
    with h5py.File(hdf5("deep.h5", **{deep: [1], "z": [2]}), "a") as file:
        file["again"] = file["z"]
        file["circle"] = file["a"]
        path = file.filename
    assert vaelib.dataset_names(path) == [deep, "again"]
    with pytest.raises(vaelib.FileMissing):
        vaelib.dataset_names("nowhere.h5")


@pytest.mark.parametrize("name", ["group_tree_address", "group_tree_cycle", "link_size", "model_heap_size"])
def test_no_names_are_missed_where_groups_are_damaged(name):
    corpus = Path(__file__).resolve().parents[1] / "c" / "mutation" / "corpus"
    with pytest.raises(vaelib.FormatError, match=name):
        vaelib.dataset_names(corpus / f"{name}.h5")
