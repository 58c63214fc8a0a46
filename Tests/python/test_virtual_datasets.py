"""Virtual datasets in one file: every value as h5py reads it, in memory and streamed; and which are refused."""

import time

import h5py
import numpy as np
import pytest
import vaelib
from virtual_files import check, fitting, layout, mapped, slab, source

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


def shifted(rows):
    """Another selection that is no grid, of as many elements."""
    space = slab((70, 20), (8, 7), (1, 1), None, (7, 20 - 7))
    space.select_hyperslab((0, 0), (1, 1), None, (7, 7), h5py.h5s.SELECT_OR)
    space.select_hyperslab((60, 19), (1, 1), None, (1, 1), h5py.h5s.SELECT_OR)
    assert rows.get_select_npoints() == space.get_select_npoints() == 141
    return space


def write_sources(file, stored):
    for name, shape in (("m", (60, 12)), ("c", (40, 5, 6)), ("r", (720,))):
        file.create_dataset(name, data=RANDOM.randint(-999, 999, shape).astype("i4"), **fitting(stored, shape))


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
