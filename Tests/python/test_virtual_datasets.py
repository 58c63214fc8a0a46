"""Virtual datasets: every value as h5py reads it, in memory and streamed, from one file and from several."""

import subprocess
import sys
import time

import h5py
import numpy as np
import pytest
import vaelib
from h5py.h5s import UNLIMITED

pytestmark = pytest.mark.filterwarnings("ignore:.*has one axis")
RANDOM = np.random.RandomState(0)
STORED = {
    "contiguous": {},
    "chunked": {"chunks": (7, 3)},
    "gzip": {"chunks": (16, 5), "compression": "gzip"},
    "shuffled": {"chunks": (10, 4), "compression": "gzip", "shuffle": True},
    "lzf": {"chunks": (64, 12), "compression": "lzf", "fletcher32": True},
    "scaled": {"chunks": (9, 12), "scaleoffset": 0},
}
VERSIONS = pytest.mark.parametrize(
    "versions", [("earliest", "v110"), ("v110", "v110"), ("latest", "latest")], ids="-".join
)


def expected(path, name, row_axis=0):
    """What h5py reads, with rows first and flattened."""
    with h5py.File(path) as file:
        values = np.moveaxis(file[name][...], row_axis, 0)
    return values.reshape(len(values), -1).astype("f4")


def check(path, name, row_axis=None, **options):
    """In memory, streamed and streamed as it is trained on, bit for bit."""
    wanted = expected(path, name, row_axis or 0)
    ways: list[dict] = [{}, {"memory_budget": 0}]
    if row_axis is None:
        ways.append({"memory_budget": 0, "check_in_child": True})
    else:
        options["row_axis"] = row_axis
    for way in ways:
        with vaelib.open_dataset(path, name, **way, **options) as data:
            np.testing.assert_array_equal(data.numpy(), wanted, err_msg=f"{name} {way} {options}")
            rows = RANDOM.permutation(len(wanted))[: max(1, len(wanted) // 3)]
            np.testing.assert_array_equal(data[rows].numpy(), wanted[rows], err_msg=f"{name} {way} {options}")


def layout(shape, dtype="f4", maxshape=None):
    return h5py.VirtualLayout(shape, dtype, maxshape)


def source(name, shape, file="."):
    return h5py.VirtualSource(file, name, shape)


def pieces():
    """Layouts by name, made of the sets `m` (60 x 12), `c` (40 x 5 x 6) and `r` (720), in one file."""
    made = {}

    def new(name, shape, dtype="i4"):
        made[name] = layout(shape, dtype)
        return made[name]

    m, c, r = (60, 12), (40, 5, 6), (720,)
    new("whole", m)[...] = source("m", m)
    both = new("rows", (120, 12))
    both[:60], both[60:] = source("m", m), source("m", m)
    some = new("parts of rows", (70, 12))
    some[3:20], some[31:68] = source("m", m)[10:27], source("m", m)[20:57]
    beside = new("beside", (60, 24))
    beside[:, :12], beside[:, 12:] = source("m", m), source("m", m)
    turns = new("rows take turns", (120, 12))
    turns[::2], turns[1::2] = source("m", m), source("m", m)
    columns = new("columns take turns", (60, 24))
    columns[:, ::2], columns[:, 1::2] = source("m", m), source("m", m)
    new("every third", (20, 12))[...] = source("m", m)[::3]
    new("third to second", (50, 12))[1:41:2] = source("m", m)[2::3]
    new("some columns", (60, 4))[...] = source("m", m)[:, 1::3]
    new("corner", (80, 20))[10:40, 5:15] = source("m", m)[30:, 2:]
    tiles = new("tiles", (60, 12))
    for row in range(0, 60, 13):
        for column in range(0, 12, 5):
            place = slice(row, min(row + 13, 60)), slice(column, min(column + 5, 12))
            tiles[place] = source("m", m)[place]
    upset = new("tiles elsewhere", (60, 12))
    for row in range(0, 60, 20):
        for column in range(0, 12, 4):
            upset[row : row + 20, column : column + 4] = source("m", m)[40 - row : 60 - row, 8 - column : 12 - column]
    new("some rows", (60, 12))[[1, 5, 6, 7, 20, 33, 59]] = source("m", m)[10:17]
    new("from some rows", (7, 12))[...] = source("m", m)[[1, 5, 6, 7, 20, 33, 59]]
    new("some to some", (60, 12))[[0, 2, 3, 50]] = source("m", m)[[7, 8, 30, 31]]
    new("one row each", (60, 12))
    for row in range(60):
        made["one row each"][row] = source("m", m)[(row * 7) % 60]
    turned = new("transposed", (12, 60))
    for column in range(12):
        turned[column] = source("m", m)[:, column]
    deep = new("stacked", (3, 60, 12))
    for number in range(3):
        deep[number] = source("m", m)
    last = new("stacked behind", (60, 12, 2))
    last[:, :, 0], last[:, :, 1] = source("m", m), source("m", m)
    new("cut", (10, 5, 3))[...] = source("c", c)[5:15, :, 1:6:2]
    new("axes in between", (40, 6))[...] = source("c", c)[:, 3, :]
    new("one axis", (720,))[...] = source("r", r)
    signal = new("signals", (60, 12))
    for row in range(60):
        signal[row] = source("r", r)[12 * row : 12 * row + 12]
    new("a matrix of signals", (60, 12))[...] = source("r", r)
    new("a signal of a matrix", (720,))[...] = source("m", m)
    new("another form", (30, 24))[...] = source("m", m)
    new("yet another form", (48, 15))[...] = source("m", m)
    new("a box as rows", (40, 30))[...] = source("c", c)
    new("never mapped", (10, 4))
    new("one number", (5, 4))[2, 3] = source("r", r)[100]
    new("mixed", (100, 12))
    made["mixed"][:60] = source("m", m)
    made["mixed"][70:90:2] = source("m", m)[:10]
    return made


def slab(shape, start, count, stride=None, block=None):
    space = h5py.h5s.create_simple(shape)
    space.select_hyperslab(start, count, stride, block)
    return space


def shifted(rows):
    """Another selection that is no grid, of as many elements."""
    space = slab((70, 20), (8, 7), (1, 1), None, (7, 20 - 7))
    space.select_hyperslab((0, 0), (1, 1), None, (7, 7), h5py.h5s.SELECT_OR)
    space.select_hyperslab((60, 19), (1, 1), None, (1, 1), h5py.h5s.SELECT_OR)
    assert rows.get_select_npoints() == space.get_select_npoints() == 141
    return space


def mapped(file, name, shape, target, origin, path=b"m", file_name=b".", kind=h5py.h5t.STD_I32LE):
    creation = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    creation.set_virtual(target, file_name, path, origin)
    return h5py.h5d.create(file.id, name.encode(), kind, h5py.h5s.create_simple(shape), creation)


def write_sources(file, stored):
    for name, shape in (("m", (60, 12)), ("c", (40, 5, 6)), ("r", (720,))):
        file.create_dataset(name, data=RANDOM.randint(-999, 999, shape).astype("i4"), **fitting(stored, shape))


def fitting(stored, shape):
    """Options with chunks that fit a shape."""
    if "chunks" not in stored:
        return stored
    chunks = (*stored["chunks"], 4)[: len(shape)]
    return {**stored, "chunks": tuple(min(pair) for pair in zip(chunks, shape, strict=True))}


@VERSIONS
@pytest.mark.parametrize("stored", STORED)
def test_layouts(tmp_path, versions, stored):
    path = tmp_path / "data.h5"
    with h5py.File(path, "w", libver=versions) as file:
        write_sources(file, STORED[stored])
        for name, each in pieces().items():
            file.create_virtual_dataset(name, each, fillvalue=-7)
        rows = slab((60, 12), (2, 1), (10, 2), (5, 5), (3, 2))
        mapped(file, "blocks", (40, 9), slab((40, 9), (3, 2), (30, 4)), rows)
        mapped(file, "blocks, another form", (30, 16), slab((30, 16), (1, 0), (20, 6)), rows)
        rows = slab((60, 12), (0, 0), (15, 1), (4, 1), (3, 12))
        mapped(file, "other blocks", (90, 14), slab((90, 14), (1, 2), (9, 1), (9, 1), (5, 12)), rows)
        rows = slab((60, 12), (0, 0), (1, 1), (1, 1), (20, 3))
        rows.select_hyperslab((10, 5), (1, 1), None, (20, 4), h5py.h5s.SELECT_OR)
        rows.select_hyperslab((50, 11), (1, 1), None, (1, 1), h5py.h5s.SELECT_OR)
        mapped(file, "no grid", (141,), h5py.h5s.create_simple((141,)), rows)
        mapped(file, "no grid anywhere", (70, 20), shifted(rows), rows)
    with h5py.File(path) as file:
        names = [name for name in file if file[name].is_virtual]
    assert len(names) > 30
    for name in names:
        check(path, name)
    with h5py.File(path) as file:
        axes = {name: file[name].ndim for name in names}
    for name in names:
        for axis in range(1, axes[name]):
            check(path, name, row_axis=axis)
    report = vaelib.verify(path)
    # Nothing of one was ever written.
    assert (report.datasets_read, report.datasets_unread) == (len(names) + 2, 1)


# ---- several files ----


@pytest.fixture
def parts(tmp_path):
    """A folder with a virtual dataset, and another with the files of its values."""
    for folder in ("main", "parts"):
        (tmp_path / folder).mkdir()
    values = RANDOM.uniform(size=(100, 6)).astype("f4")
    both = layout((100, 6))
    for number, options in enumerate([{}, {"chunks": (8, 4), "compression": "gzip"}, {"chunks": (50, 6)}, {}]):
        with h5py.File(tmp_path / f"parts/{number}.h5", "w") as file:
            file.create_dataset("group/x", data=values[25 * number : 25 * number + 25], **fitting(options, (25, 6)))
            file["labels"] = np.arange(25) % 3 + number
            file["link"] = h5py.SoftLink("/group/x")
        name = f"../parts/{number}.h5" if number % 2 else str(tmp_path / f"parts/{number}.h5")
        both[25 * number : 25 * number + 25] = source("link" if number == 3 else "group/x", (25, 6), name)
    labels = layout((100,), "i8")
    for number in range(4):
        labels[25 * number : 25 * number + 25] = source("labels", (25,), f"../parts/{number}.h5")
    with h5py.File(tmp_path / "main/main.h5", "w", libver="v110") as file:
        file.create_virtual_dataset("x", both)
        file.create_virtual_dataset("labels", labels)
        file["own"] = values
        file["linked"] = h5py.SoftLink("x")
    with h5py.File(tmp_path / "parts/linking.h5", "w") as file:
        file["elsewhere"] = h5py.ExternalLink("../main/main.h5", "x")
    return tmp_path


def test_sources_in_other_files(parts):
    path, allowed = parts / "main/main.h5", {"external_folders": [parts / "parts"]}
    for name in ("x", "linked"):
        check(path, name, **allowed)
    for in_child in (False, True):
        labelled = vaelib.open_dataset(path, "own", "labels", check_in_child=in_child, **allowed)
        np.testing.assert_array_equal(labelled.labels, np.arange(100) % 25 % 3 + np.arange(100) // 25)
        labelled = vaelib.open_dataset(path, "x", "labels", labels_path=path, check_in_child=in_child, **allowed)
        np.testing.assert_array_equal(labelled.labels, np.arange(100) % 25 % 3 + np.arange(100) // 25)
        report = vaelib.verify(path, check_in_child=in_child)
        assert (report.datasets_read, report.datasets_unread) == (1, 2)
    linking = vaelib.open_dataset(parts / "parts/linking.h5", "elsewhere", external_folders=[parts])
    np.testing.assert_array_equal(linking.numpy(), expected(path, "x"))
    assert vaelib.dataset_names(path) == ["labels", "own", "x"]


def test_sources_in_folders_that_nobody_named(parts):
    path = parts / "main/main.h5"
    for in_child in (False, True):
        with pytest.raises(
            vaelib.FormatError, match=r'"x".*virtual dataset with values in file.*0\.h5.*external_folders'
        ):
            vaelib.open_dataset(path, "x", check_in_child=in_child)
        with pytest.raises(vaelib.FormatError, match=r"main\.h5.*virtual dataset.*0\.h5.*which is not in a folder"):
            vaelib.open_dataset(path, "x", external_folders=[parts / "main"], check_in_child=in_child)
    with pytest.raises(vaelib.FileError, match="no folder for external links"):
        vaelib.open_dataset(path, "x", external_folders=[parts / "nowhere"])


def test_sources_that_are_missing(parts):
    path, allowed = parts / "main/main.h5", {"external_folders": [parts / "parts"]}
    with h5py.File(parts / "parts/2.h5", "a") as file:
        del file["group/x"]
    assert np.isfinite(expected(path, "x")).all()  # libhdf5 makes fill values of it, and says nothing
    with pytest.raises(
        vaelib.FormatError, match=r'"x".*values in dataset "group/x" of file.*2\.h5.*not there.*write_dataset'
    ):
        vaelib.open_dataset(path, "x", **allowed)
    (parts / "parts/1.h5").unlink()
    with pytest.raises(vaelib.FileError, match=r'main\.h5.*virtual dataset.*"x".*1\.h5.*[Nn]o such file'):
        vaelib.open_dataset(path, "x", **allowed)
    (parts / "parts/1.h5").write_bytes(b"no HDF5" * 100)
    with pytest.raises(vaelib.FormatError, match=r"1\.h5.*is not an HDF5 file"):
        vaelib.open_dataset(path, "x", **allowed)


def test_sources_that_became_shorter_or_longer(parts):
    path, allowed = parts / "main/main.h5", {"external_folders": [parts / "parts"]}
    for rows, match in ((24, "another number of elements|does not have"), (26, "another number of elements|")):
        with h5py.File(parts / "parts/0.h5", "a") as file:
            del file["group/x"]
            file["group/x"] = np.zeros((rows, 6), "f4")
        try:
            wanted = expected(path, "x")
        except OSError:
            with pytest.raises(vaelib.FormatError, match=match):
                vaelib.open_dataset(path, "x", **allowed)
        else:
            np.testing.assert_array_equal(vaelib.open_dataset(path, "x", **allowed).numpy(), wanted)


def test_more_files_than_are_open_at_a_time(tmp_path):
    """Files are closed while others are read, and opened again; one that was replaced meanwhile is noticed."""
    count = 120
    values = RANDOM.randint(0, 99, (count, 5, 4)).astype("u1")
    every, linked = layout((count, 5, 4), "u1"), layout((count, 5, 4), "u1")
    for number in range(count):
        with h5py.File(tmp_path / f"{number}.h5", "w") as file:
            file["x"] = values[number]
            file["link"] = h5py.ExternalLink(f"{count - 1 - number}.h5", "x")
        every[number] = source("x", (5, 4), f"{number}.h5")
        linked[number] = source("link", (5, 4), f"{number}.h5")
    with h5py.File(tmp_path / "all.h5", "w", libver="v110") as file:
        file.create_virtual_dataset("x", every)
        file.create_virtual_dataset("linked", linked)
    program = """
import os, resource, shutil, sys
import vaelib
resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))
data = vaelib.open_dataset("all.h5", "x", memory_budget=0, external_folders=["."])
assert len(os.listdir("/proc/self/fd")) < 50, os.listdir("/proc/self/fd")
first = data.numpy()
assert (data[::-1].numpy() == first[::-1]).all()
linked = vaelib.open_dataset("all.h5", "linked", memory_budget=0, external_folders=["."])
assert (linked.numpy() == first[::-1]).all()
assert vaelib.open_dataset("all.h5", "x", external_folders=["."], check_in_child=True).numpy().sum() == first.sum()
shutil.copy("3.h5", "new.h5")
os.replace("new.h5", "3.h5")
try:
    data.numpy()
except vaelib.FileError as error:
    assert "3.h5" in str(error) and "changed" in str(error), error
else:
    raise AssertionError("not noticed")
print(int(first.sum()))
"""
    done = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) == values.sum()


# ---- types ----

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


def test_tables_and_arrays(tmp_path):
    table = np.zeros(30, [("a", "f4"), ("text", "S3"), ("b", "i2", (2,)), ("inner", [("c", ">f8")])])
    table["a"], table["b"] = RANDOM.uniform(size=30), RANDOM.randint(-9, 9, (30, 2))
    table["inner"]["c"] = RANDOM.uniform(size=30)
    rows = layout((60,), table.dtype)
    rows[:30], rows[30:] = source("table", (30,)), source("table", (30,))
    other = layout((30,), np.dtype([("a", "f8")]))
    other[...] = source("table", (30,))
    with h5py.File(tmp_path / "x.h5", "w", libver="v110") as file:
        file.create_dataset("table", data=table, chunks=(7,), compression="gzip", shuffle=True)
        file.create_virtual_dataset("rows", rows)
        file.create_virtual_dataset("other", other)
    for columns in (None, ["inner/c", "a"]):
        twice = vaelib.open_dataset(tmp_path / "x.h5", "table", columns=columns).numpy()
        for budget in (0, 1 << 20):
            read = vaelib.open_dataset(tmp_path / "x.h5", "rows", columns=columns, memory_budget=budget).numpy()
            np.testing.assert_array_equal(read, np.concatenate([twice, twice]))
    with pytest.raises(vaelib.FormatError, match="compound values of another kind"):
        vaelib.open_dataset(tmp_path / "x.h5", "other")


def test_labels_texts_conventions_and_windows(tmp_path):
    values = RANDOM.randint(-3, 100, (40, 3)).astype("i2")
    words = np.array([b"one", b"two", b"three"])[RANDOM.randint(0, 3, 40)]
    x, fixed, text = layout((80, 3), "i2"), layout((80,), "S5"), layout((80,), h5py.string_dtype())
    classes = layout((80,), "f8")
    for half in (slice(40), slice(40, 80)):
        x[half], fixed[half] = source("x", (40, 3)), source("fixed", (40,))
        text[half], classes[half] = source("text", (40,)), source("classes", (40,))
    with h5py.File(tmp_path / "x.h5", "w", libver="v110") as file:
        file.create_dataset("x", data=values, chunks=(9, 2), compression="gzip")
        file.create_dataset("fixed", data=words, chunks=(6,), compression="gzip")
        file.create_dataset("text", data=words.astype(object), dtype=h5py.string_dtype(), chunks=(6,))
        file.create_dataset("classes", data=np.arange(40, dtype="i2") % 4)
        for name, each in (("v", x), ("vfixed", fixed), ("vtext", text), ("vclasses", classes)):
            file.create_virtual_dataset(name, each)
        file["v"].attrs.update(_FillValue=np.int16(7), scale_factor=0.5, add_offset=2.0)
    path = tmp_path / "x.h5"
    wanted = np.where(np.tile(values, (2, 1)) == 7, np.nan, np.tile(values, (2, 1)) * 0.5 + 2).astype("f4")
    for budget in (0, 1 << 20):
        data = vaelib.open_dataset(path, "v", "vfixed", memory_budget=budget)
        np.testing.assert_array_equal(data.numpy(), wanted)
        assert "_FillValue 7" in data.conventions
        assert list(data.labels) == [word.decode() for word in np.tile(words, 2)]
        data = vaelib.open_dataset(path, "v", "vtext", memory_budget=budget, conventions=False)
        assert list(data.labels) == [word.decode() for word in np.tile(words, 2)]
        data = vaelib.open_dataset(path, "v", memory_budget=budget, window=4, window_step=2, conventions=False)
        cut = np.tile(values, (2, 1))
        cut = np.stack([cut[row : row + 4].reshape(-1) for row in range(0, 77, 2)])
        np.testing.assert_array_equal(data.numpy(), cut)
        data = vaelib.open_dataset(path, "v", "vclasses", memory_budget=budget)
        np.testing.assert_array_equal(data.labels, np.tile(np.arange(40) % 4, 2))


def test_training_is_the_same_as_with_a_plain_set(tmp_path):
    values = (RANDOM.uniform(size=(3000, 40)) < 0.3).astype("f4")
    rows = layout((3000, 40))
    rows[:1000], rows[1000:] = source("a", (1000, 40)), source("b", (2000, 40))
    with h5py.File(tmp_path / "x.h5", "w", libver="v110") as file:
        file.create_dataset("x", data=values, chunks=(16, 40), compression="gzip")
        file.create_dataset("a", data=values[:1000], chunks=(16, 40), compression="gzip")
        file.create_dataset("b", data=values[1000:], chunks=(16, 40), compression="gzip")
        file.create_virtual_dataset("v", rows)
    results = []
    for name in ("x", "v"):
        vae = vaelib.VAE(latent_dim=2, hidden=(8,), epochs=2, random_state=0)
        vae.fit(vaelib.open_dataset(tmp_path / "x.h5", name))
        results.append(vae.transform(vaelib.open_dataset(tmp_path / "x.h5", name, memory_budget=0)))
    np.testing.assert_array_equal(*results)


# ---- axes without an end ----


def endless(file, name, shape, maximum, target, sources, kind=h5py.h5t.IEEE_F32LE):
    creation = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    for (file_name, path), chosen, origin in zip(*[iter(sources)] * 3, strict=True):
        creation.set_virtual(chosen, file_name, path, origin)
    space = h5py.h5s.create_simple(shape, maximum)
    return h5py.h5d.create(file.id, name, kind, space, creation)


def slab_of(shape, maximum, *numbers):
    space = h5py.h5s.create_simple(shape, maximum)
    space.select_hyperslab(*numbers)
    return space


@pytest.mark.parametrize("grown", [0, 1, 5, 6, 17])
def test_axes_that_grow_with_their_sources(tmp_path, grown):
    path = tmp_path / "x.h5"
    with h5py.File(path, "w", libver="v110") as file:
        for name in "ab":
            file.create_dataset(name, (5, 4), "f4", maxshape=(None, 4), chunks=(3, 4))[...] = RANDOM.uniform(
                size=(5, 4)
            )
        grows, fixed = ((5, 4), (UNLIMITED, 4)), ((10, 4), (UNLIMITED, 4))
        whole = slab_of(*grows, (0, 0), (UNLIMITED, 1), (1, 1), (1, 4))
        endless(file, b"one", *fixed, None, [(b".", b"a"), whole, whole])
        turns = [slab_of(*fixed, (number, 0), (UNLIMITED, 1), (2, 1), (1, 4)) for number in range(2)]
        endless(file, b"turns", *fixed, None, [(b".", b"a"), turns[0], whole, (b".", b"b"), turns[1], whole])
        pairs = slab_of(*fixed, (1, 0), (UNLIMITED, 1), (5, 1), (3, 4))
        endless(file, b"blocks", *fixed, None, [(b".", b"a"), pairs, whole])
        every = slab_of(*grows, (1, 0), (UNLIMITED, 1), (2, 1), (1, 4))
        endless(file, b"every second", *fixed, None, [(b".", b"a"), whole, every])
        run = slab_of(*grows, (2, 0), (1, 1), None, (UNLIMITED, 4))
        endless(file, b"run", *fixed, None, [(b".", b"b"), run, run])
        first = slab_of(*fixed, (0, 0), (1, 1), None, (5, 4))
        rest = slab_of(*fixed, (5, 0), (1, 1), None, (UNLIMITED, 4))
        endless(file, b"fixed start", *fixed, None, [(b".", b"b"), first, slab_of(*grows, (0, 0), (1, 1), None, (5, 4)),
                                                     (b".", b"a"), rest, whole])  # fmt: skip
        file["a"].resize(grown, 0)
        file["a"][...] = RANDOM.uniform(size=(grown, 4))
    with h5py.File(path) as file:
        shapes = {name: file[name].shape for name in file if file[name].is_virtual}
    assert len(shapes) == 6
    for name, shape in shapes.items():
        if 0 in shape:
            with pytest.raises(vaelib.FormatError, match="is empty"):
                vaelib.open_dataset(path, name)
        else:
            check(path, name)


@pytest.mark.parametrize("count", [1, 3, 12])
def test_sources_with_numbered_names(tmp_path, count):
    values = RANDOM.uniform(size=(count, 5, 4)).astype("f4")
    space = ((5, 4), (UNLIMITED, 4))
    blocks = slab_of(*space, (0, 0), (UNLIMITED, 1), (6, 1), (5, 4))
    whole = h5py.h5s.create_simple((5, 4))
    with h5py.File(tmp_path / "x.h5", "w", libver="v110") as file:
        for number in range(count):
            file[f"part {number}%"] = values[number]
            with h5py.File(tmp_path / f"{number}-of.h5", "w") as other:
                other["x"] = values[number] + 1
        endless(file, b"own", *space, None, [(b".", b"part %b%%"), blocks, whole])
        endless(file, b"files", *space, None, [(b"%b-of.h5", b"x"), blocks, whole])
        endless(file, b"none", *space, None, [(b".", b"nothing %b"), blocks, whole])
    check(tmp_path / "x.h5", "own")
    check(tmp_path / "x.h5", "files", external_folders=[tmp_path])
    with pytest.raises(vaelib.FormatError, match="external_folders"):
        vaelib.open_dataset(tmp_path / "x.h5", "files")
    with pytest.raises(vaelib.FormatError, match='dataset "nothing 0" of this file, which is not there'):
        vaelib.open_dataset(tmp_path / "x.h5", "none")


# ---- refusals, and what they cost ----


def test_virtual_datasets_of_virtual_datasets(tmp_path):
    with h5py.File(tmp_path / "x.h5", "w", libver="v110") as file:
        file["x"] = np.zeros((10, 4), "f4")
        sources = {"first": "x", "second": "first", "itself": "itself", "there": "back", "back": "there"}
        for name, of in sources.items():
            each = layout((10, 4))
            each[...] = source(of, (10, 4))
            file.create_virtual_dataset(name, each)
    check(tmp_path / "x.h5", "first")
    for name in ("second", "itself", "there", "back"):
        with pytest.raises(vaelib.FormatError, match=r"which is virtual itself.*write_dataset"):
            vaelib.open_dataset(tmp_path / "x.h5", name)
    report = vaelib.verify(tmp_path / "x.h5")
    assert (report.datasets_read, report.datasets_unread) == (2, 4)


def test_mappings_that_overlap(tmp_path):
    """The last one holds; many times as many elements as there are is refused."""
    with h5py.File(tmp_path / "x.h5", "w", libver="v110") as file:
        file.create_dataset("a", data=RANDOM.uniform(size=(20, 4)), chunks=(3, 3), compression="gzip")
        file.create_dataset("b", data=RANDOM.uniform(size=(20, 4)), chunks=(20, 4), compression="gzip")
        some = layout((50, 4))
        some[5:25], some[10:30:2], some[20:24, 1:3] = (
            source("b", (20, 4)), source("a", (20, 4))[:10], source("b", (20, 4))[:4, 2:])  # fmt: skip
        file.create_virtual_dataset("some", some)
        every = layout((20, 4))
        every[...] = source("a", (20, 4))
        every[3] = source("b", (20, 4))[0]
        file.create_virtual_dataset("every", every)
        often = layout((20, 4))
        for name in "abaab":
            often[...] = source(name, (20, 4))
        file.create_virtual_dataset("often", often)
    check(tmp_path / "x.h5", "some")
    check(tmp_path / "x.h5", "every")
    with pytest.raises(vaelib.FormatError, match=r"more than 4 times as many elements.*'vaelib\.write_dataset"):
        vaelib.open_dataset(tmp_path / "x.h5", "often")


def test_filters_of_a_source_are_named(tmp_path):
    with h5py.File(tmp_path / "x.h5", "w", libver="v110") as file:
        creation = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
        creation.set_chunk((10, 4))
        creation.set_filter(307, h5py.h5z.FLAG_OPTIONAL, (1,))
        space = h5py.h5s.create_simple((10, 4))
        h5py.h5d.create(file.id, b"packed", h5py.h5t.NATIVE_FLOAT, space, creation)
        each = layout((10, 4))
        each[...] = source("packed", (10, 4))
        file.create_virtual_dataset("v", each)
    with pytest.raises(vaelib.FormatError, match=r'dataset "packed" .*compressed with bzip2'):
        vaelib.open_dataset(tmp_path / "x.h5", "v")


@pytest.mark.parametrize("shape", [(10_000,), (100, 100)])
def test_ten_thousand_mappings_of_one_chunk(tmp_path, shape):
    """Each chunk is decoded once, whichever mappings have elements of it."""
    values = RANDOM.randint(0, 50, 500_000).astype("i4")
    each = layout(shape, "i4")
    for number, place in enumerate(np.ndindex(shape)):
        each[place] = source("x", (500_000,))[number * 7919 % 500_000]
    with h5py.File(tmp_path / "x.h5", "w", libver="v110") as file:
        file.create_dataset("x", data=values, chunks=(500_000,), compression="gzip")
        file.create_virtual_dataset("v", each)
    wanted = values[np.arange(10_000) * 7919 % 500_000].reshape(shape[0], -1)
    for budget in (1 << 20, 0):
        start = time.process_time()
        read = vaelib.open_dataset(tmp_path / "x.h5", "v", memory_budget=budget).numpy()
        assert time.process_time() - start < 0.3
        np.testing.assert_array_equal(read, wanted)
