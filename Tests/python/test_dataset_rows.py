"""Every type, layout and choice of rows: streamed, in memory and in numpy they are the same numbers, bit for bit."""

import numpy as np
import pytest
import vaelib
from streams import open_both, write

ROWS, SHAPE = 1203, (5, 6)
TYPES = ["u1", "i1", "<u2", ">i2", "<i4", ">u4", "<i8", ">u8", "<f2", ">f4", "<f8", "bool"]
LAYOUTS = {
    "contiguous": {},
    "chunks": {"chunks": (100, *SHAPE)},
    "gzip": {"chunks": (64, *SHAPE), "compression": "gzip"},
    "gzip, shuffle": {"chunks": (64, *SHAPE), "compression": "gzip", "shuffle": True},
    "gzip, fletcher32": {"chunks": (50, *SHAPE), "compression": "gzip", "fletcher32": True},
    "gzip, all filters": {"chunks": (77, *SHAPE), "compression": 9, "shuffle": True, "fletcher32": True},
    "shuffle": {"chunks": (77, *SHAPE), "shuffle": True},
    "gzip, parts of rows": {"chunks": (64, 2, 6), "compression": "gzip"},
    "gzip, one row a chunk": {"chunks": (1, *SHAPE), "compression": "gzip"},
    "gzip, one chunk": {"chunks": (ROWS, *SHAPE), "compression": "gzip"},
}


@pytest.fixture
def numbers():
    """Small whole numbers, which every type holds, in runs that compress."""
    random = np.random.RandomState(0)
    return random.randint(0, 2, size=(ROWS, *SHAPE)) * random.randint(0, 100, size=(ROWS, 1, 1))


@pytest.fixture
def model():
    return vaelib.VAE(latent_dim=3, hidden=(7,), likelihood="gaussian", random_state=1).initialize(30)


SELECTIONS = {
    "everything": slice(None),
    "a slice": slice(130, 1111),
    "a slice inside a chunk": slice(70, 75),
    "ascending": np.arange(3, ROWS, 7),
    "descending": np.arange(ROWS - 1, -1, -3),
    "shuffled, with repeats": np.random.RandomState(1).randint(0, ROWS, size=2000),
    "a mask": np.random.RandomState(2).uniform(size=ROWS) < 0.3,
    "negative": np.array([-1, 0, -ROWS, 5]),
    "every fifth": slice(2, 1000, 5),
}


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("dtype", TYPES)
def test_every_type_and_layout(tmp_path, numbers, model, dtype, layout):
    values = numbers.astype(dtype)
    path = write(tmp_path / "x.h5", values, **LAYOUTS[layout])
    array = values.reshape(ROWS, 30).astype(np.float32)
    for dataset in open_both(path, scale=0.25):
        for rows in (slice(None), slice(130, 1111), np.arange(3, ROWS, 7)):
            np.testing.assert_array_equal(dataset[rows].numpy(), array[rows] * np.float32(0.25))
        np.testing.assert_array_equal(model.transform(dataset), model.transform(array * np.float32(0.25)))


@pytest.mark.parametrize("selection", SELECTIONS)
@pytest.mark.parametrize("layout", ["contiguous", "gzip", "gzip, parts of rows"])
def test_selections(tmp_path, numbers, model, layout, selection):
    rows = SELECTIONS[selection]
    path = write(tmp_path / "x.h5", numbers.astype("u1"), **LAYOUTS[layout])
    write(path, np.arange(ROWS), "y")
    array = numbers.reshape(ROWS, 30).astype(np.float32)
    for dataset in (*open_both(path, labels="y"), vaelib.Dataset(array, np.arange(ROWS))):
        chosen = dataset[rows]
        np.testing.assert_array_equal(chosen.numpy(), array[rows])
        np.testing.assert_array_equal(chosen.labels, np.arange(ROWS)[rows])
        np.testing.assert_array_equal(model.transform(chosen), model.transform(array[rows]))
        mean, log_variance = model.encode(chosen)
        np.testing.assert_array_equal(np.stack([mean, log_variance]), np.stack(model.encode(array[rows])))
        assert chosen.in_memory == dataset.in_memory


@pytest.mark.parametrize("shape", [(300,), (300, 1), (300, 2, 3, 4, 5)])
def test_any_rank(tmp_path, shape):
    values = np.random.RandomState(0).randint(0, 256, size=shape).astype(np.uint8)
    path = write(tmp_path / "x.h5", values)
    write(path, values, "z", chunks=(32, *shape[1:]), compression="gzip")
    for name in ("x", "z"):
        for dataset in open_both(path, name):
            np.testing.assert_array_equal(dataset[17:290].numpy(), values.reshape(300, -1)[17:290])


def test_selections_of_selections(tmp_path, numbers):
    path = write(tmp_path / "x.h5", numbers.astype("u1"), **LAYOUTS["gzip"])
    array = numbers.reshape(ROWS, 30)
    random = np.random.RandomState(3)
    first, second = random.randint(0, ROWS, size=900), random.randint(0, 500, size=700)
    for dataset in open_both(path):
        chosen = dataset[first]
        np.testing.assert_array_equal(chosen[100:600].numpy(), array[first][100:600])
        np.testing.assert_array_equal(chosen[100:600][second].numpy(), array[first][100:600][second])
        np.testing.assert_array_equal(dataset[200:][second][5:20].numpy(), array[200:][second][5:20])


def test_rows_that_are_not_there(tmp_path, numbers):
    dataset = vaelib.Dataset(numbers.reshape(ROWS, 30))
    with pytest.raises(IndexError, match="1203 at position 2"):
        dataset[[0, 1, ROWS, 3]]
    with pytest.raises(IndexError, match="-1204"):
        dataset[[-ROWS - 1]]
    with pytest.raises(IndexError, match="mask"):
        dataset[np.ones(ROWS - 1, dtype=bool)]
    with pytest.raises(ValueError, match="at least 1"):
        dataset[np.zeros(0, dtype=int)]
    for wrong in (True, 0.5, np.zeros((2, 2), dtype=int), np.array([0.5]), "rows"):
        with pytest.raises(TypeError):
            dataset[wrong]


def test_concatenations(tmp_path, numbers, model):
    halves = numbers[:700], numbers[700:]
    paths = [tmp_path / "a.h5", tmp_path / "b.h5"]
    write(paths[0], halves[0].astype("u1"), **LAYOUTS["gzip"])
    write(paths[1], halves[1].astype(">i2"), **LAYOUTS["contiguous"])
    for path, first, count in zip(paths, (0, 700), (700, ROWS - 700), strict=True):
        write(path, np.arange(first, first + count), "y")
    array = numbers.reshape(ROWS, 30)
    expected = model.transform(array)
    for budget in (None, 0, 40_000):
        whole = vaelib.open_dataset(paths, "x", "y", memory_budget=budget)
        assert whole.in_memory == (budget is None)
        np.testing.assert_array_equal(whole.numpy(), array)
        np.testing.assert_array_equal(whole.labels, np.arange(ROWS))
        np.testing.assert_array_equal(model.transform(whole), expected)
        np.testing.assert_array_equal(whole[650:800].numpy(), array[650:800])
        rows = np.random.RandomState(5).randint(0, ROWS, size=800)
        np.testing.assert_array_equal(whole[rows].numpy(), array[rows])
        np.testing.assert_array_equal(whole[np.sort(rows)].numpy(), array[np.sort(rows)])


def test_concatenations_of_different_kinds(tmp_path, numbers):
    array = numbers.reshape(ROWS, 30)
    path = write(tmp_path / "a.h5", array.astype("u1"))
    stream = vaelib.open_dataset(path, "x", scale=0.5, memory_budget=0)
    memory = vaelib.Dataset(array.astype(np.float64), scale=2, shift=1)
    whole = vaelib.concatenate([stream[5:50], memory[[3, 1]], stream])
    np.testing.assert_array_equal(whole.numpy(), np.concatenate([array[5:50] / 2, array[[3, 1]] * 2 + 1, array / 2]))
    assert (whole.scale, whole.shift, whole.in_memory, whole.labels) == (1, 0, False, None)
    assert vaelib.concatenate([stream, stream]).scale == 0.5
    with pytest.raises(ValueError, match="columns"):
        vaelib.concatenate([memory, vaelib.Dataset(array[:, :7])])
    with pytest.raises(ValueError, match="labels"):
        vaelib.concatenate([vaelib.Dataset(array, np.arange(ROWS)), memory])
    with pytest.raises(ValueError, match="at least 1"):
        vaelib.concatenate([])
    many = vaelib.concatenate([vaelib.Dataset(array[:1])] * 2000)
    with pytest.raises(ValueError, match="pieces"):
        vaelib.concatenate([many] * 600)


def test_labels_from_another_file(tmp_path, numbers):
    x, y = tmp_path / "x.h5", tmp_path / "y.h5"
    write(x, numbers.astype("u1"))
    write(y, np.arange(ROWS), "digits")
    write(y, np.arange(5), "few")
    for budget in (None, 0):
        dataset = vaelib.open_dataset(x, "x", "digits", labels_path=y, memory_budget=budget)
        np.testing.assert_array_equal(dataset.labels, np.arange(ROWS))
        with pytest.raises(vaelib.FormatError, match=r"few.*y\.h5.*x\.h5"):
            vaelib.open_dataset(x, "x", "few", labels_path=y, memory_budget=budget)
    with pytest.raises(FileNotFoundError, match=r"none\.h5"):
        vaelib.open_dataset(x, "x", "digits", labels_path=tmp_path / "none.h5")
    both = vaelib.open_dataset([x, x], "x", "digits", labels_path=[y, y])
    np.testing.assert_array_equal(both.labels, np.tile(np.arange(ROWS), 2))
    with pytest.raises(ValueError, match="2 files"):
        vaelib.open_dataset([x, x], "x", "digits", labels_path=y)


def test_splits(tmp_path, numbers):
    path = write(tmp_path / "x.h5", numbers.astype("u1"), **LAYOUTS["gzip"])
    write(path, np.arange(ROWS), "y")
    sides = []
    for dataset in open_both(path, labels="y"):
        training, validation = dataset.split(0.2, random_state=7)
        assert len(validation) == round(0.2 * ROWS)
        rows = np.concatenate([training.labels, validation.labels])
        np.testing.assert_array_equal(np.sort(rows), np.arange(ROWS))
        for side in (training, validation):
            assert (np.diff(side.labels) > 0).all()
            np.testing.assert_array_equal(side.numpy(), numbers.reshape(ROWS, 30)[side.labels])
        sides.append(validation.labels)
        assert not np.array_equal(dataset.split(0.2, random_state=8)[1].labels, validation.labels)
    np.testing.assert_array_equal(sides[0], sides[1])
    small = vaelib.Dataset(np.zeros((3, 2)))
    assert [len(side) for side in small.split(1e-9)] == [2, 1]
    assert [len(side) for side in small.split(1 - 1e-9)] == [1, 2]
    for fraction in (0, 1, -0.5, float("nan")):
        with pytest.raises(ValueError, match="fraction"):
            small.split(fraction)
    with pytest.raises(ValueError, match="two"):
        small[:1].split(0.5)


def test_every_row_is_chosen_equally_often():
    dataset = vaelib.Dataset(np.zeros((20, 1)), np.arange(20))
    counts = np.zeros(20)
    for seed in range(1000):
        counts[dataset.split(0.25, random_state=seed)[1].labels] += 1
    assert counts.sum() == 5000
    assert ((counts - 250) ** 2 / 250 / 0.75).sum() < 50  # chi-square, 19 degrees of freedom
