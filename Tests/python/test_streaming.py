"""Data larger than memory: streamed, in memory and in numpy they give the same numbers, bit for bit."""

import os
import signal
import threading
import time

import h5py
import numpy as np
import pytest
import vaelib

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


def write(path, values, name="x", **options):
    with h5py.File(path, "a") as file:
        file.create_dataset(name, data=values, **options)
    return path


def open_both(path, name="x", labels=None, **options):
    """The set in memory, and streamed with as little memory as possible."""
    memory = vaelib.open_dataset(path, name, labels, **options)
    stream = vaelib.open_dataset(path, name, labels, memory_budget=0, **options)
    assert (memory.in_memory, stream.in_memory) == (True, False)
    return memory, stream


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
    with h5py.File(path, "a") as file:
        file["y"] = np.arange(ROWS)
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
    for wrong in (3, 0.5, np.zeros((2, 2), dtype=int), np.array([0.5]), "rows"):
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


@pytest.fixture
def images(tmp_path):
    """Binary images in chunks of 50 rows, of which a small window holds some, and labels."""
    random = np.random.RandomState(0)
    labels = random.randint(0, 3, size=4001)
    prototypes = random.uniform(size=(3, 120)) < 0.4
    values = (prototypes[labels] ^ (random.uniform(size=(4001, 120)) < 0.1)).astype(np.uint8)
    path = write(tmp_path / "images.h5", values, chunks=(50, 120), compression="gzip")
    write(path, labels, "y")
    return path


def weights(model):
    return b"".join(values.tobytes() for values in model.get_weights().values())


SETS = {
    "whole": lambda d: d,
    "slice": lambda d: d[75:3333],
    "selection": lambda d: d[np.random.RandomState(0).randint(0, 4001, size=3000)],
    "split": lambda d: d.split(0.3, random_state=1)[0],
    "joined": lambda d: vaelib.concatenate([d[3000:], d[:1000]]),
}


@pytest.mark.parametrize("kind", SETS)
@pytest.mark.parametrize("budget", [0, 300_000])
def test_training_gives_the_same_bits_for_any_number_of_threads(images, kind, budget):
    results = set()
    for threads in (1, 2):
        vaelib.set_threads(threads)
        data = SETS[kind](vaelib.open_dataset(images, "x", memory_budget=budget))
        model = vaelib.VAE(latent_dim=2, hidden=(20,), epochs=2, batch_size=64, random_state=3)
        model.fit(data, validation=data[:500])
        assert model.history_["examples_seen"][-1] == 2 * len(data)
        results.add(weights(model))
    assert len(results) == 1


@pytest.mark.parametrize("kind", SETS)
def test_sets_in_memory_are_trained_on_as_arrays(images, kind):
    data = SETS[kind](vaelib.open_dataset(images, "x"))
    options = {"latent_dim": 2, "hidden": (20,), "epochs": 2, "batch_size": 64, "random_state": 3}
    array = vaelib.VAE(**options).fit(data.numpy())
    same = vaelib.VAE(**options).fit(data)
    assert (weights(same) == weights(array)) == (kind != "slice")  # a slice has the noise of the whole


def test_stacks_learn_from_streams(images):
    results = []
    for threads in (1, 2):
        vaelib.set_threads(threads)
        data = vaelib.open_dataset(images, "x", "y", memory_budget=0)
        training, validation = data.split(0.2, random_state=1)
        stack = vaelib.StackedDenoisingClassifier(
            hidden=(30,), pretrain_epochs=1, finetune_epochs=6, batch_size=50, random_state=1
        ).fit(training, validation=validation)
        assert stack.score(validation.numpy(), validation.labels) > 0.95
        results.append(weights(stack))
    assert results[0] == results[1]


def test_each_example_comes_once_an_epoch(tmp_path):
    """With zero weights a bias' gradient is the sum of what is dealt; one step over all shows each row once."""
    values = np.eye(600, dtype=np.uint8)
    path = write(tmp_path / "eye.h5", values, chunks=(7, 600), compression="gzip")
    data = vaelib.open_dataset(path, "x", memory_budget=0)
    model = vaelib.VAE(
        latent_dim=1, hidden=(), epochs=1, batch_size=600, optimizer="sgd", learning_rate=600.0, momentum=0.0
    ).initialize(600)
    model.set_weights({name: np.zeros_like(value) for name, value in model.get_weights().items()})
    model.set_params(warm_start=True).fit(data)
    bias = model.get_weights()["decoder/head/bias"].reshape(-1)
    np.testing.assert_allclose(bias, 1 - 300, rtol=1e-5)  # each column is set once, and half expected 600 times


def threads_of_this_process():
    return len(os.listdir("/proc/self/task"))


def test_the_reading_thread_ends_with_the_call(images):
    data = vaelib.open_dataset(images, "x", memory_budget=0)
    model = vaelib.VAE(latent_dim=2, hidden=(20,), epochs=1, random_state=3).fit(data)
    before = threads_of_this_process()
    during = []

    def stop(progress):
        during.append(threads_of_this_process())
        raise KeyError("stop")

    for _ in range(20):
        model.transform(data)
        with pytest.raises(KeyError):
            model.set_params(warm_start=True, epochs=100).fit(data, callback=stop)
    assert threads_of_this_process() == before
    assert during


KINDS = {
    "noise, which is stored": lambda random: random.integers(0, 256, size=(500, 200)),
    "few values": lambda random: random.choice([0, 1, 255], size=(500, 200), p=[0.98, 0.01, 0.01]),
    "one value": lambda random: np.full((500, 200), 7),
    "steps of any length": lambda random: np.cumsum(random.uniform(size=(500, 200)) < 0.01, axis=1),
    "rare values": lambda random: np.minimum(random.geometric(0.4, size=(500, 200)) ** 2, 255),
    "repetitions near and far": lambda random: np.tile(random.integers(0, 256, size=(5, 200)), (100, 1)),
}


@pytest.mark.parametrize("level", [0, 1, 4, 9])
@pytest.mark.parametrize("kind", KINDS)
def test_everything_that_gzip_makes(tmp_path, kind, level):
    values = KINDS[kind](np.random.default_rng(0)).astype(np.uint8)
    path = tmp_path / "x.h5"
    for rows in (1, 3, 160, 500):
        write(path, values, f"x{rows}", chunks=(rows, 200), compression="gzip", compression_opts=level)
    for rows in (1, 3, 160, 500):
        stream = vaelib.open_dataset(path, f"x{rows}", memory_budget=0)
        np.testing.assert_array_equal(stream.numpy(), values)


def test_damage_of_any_kind_does_no_harm(tmp_path):
    """Whatever stands in a chunk, reading it gives numbers or an error."""
    random = np.random.default_rng(0)
    values = np.minimum(random.geometric(0.3, size=(4, 300)), 255).astype(np.uint8)
    outcomes = {"good": 0, "refused": 0}
    for kind in range(300):
        path = tmp_path / "x.h5"
        path.unlink(missing_ok=True)
        write(path, values, chunks=(4, 300), compression="gzip")
        with h5py.File(path) as file:
            chunk = file["x"].id.get_chunk_info(0)
        with open(path, "r+b") as file:
            file.seek(chunk.byte_offset + (0 if kind % 3 else random.integers(0, chunk.size)))
            file.write(random.bytes(1 + kind % 60))
        try:
            vaelib.open_dataset(path, "x", memory_budget=0).numpy()
            outcomes["good"] += 1
        except vaelib.FormatError:
            outcomes["refused"] += 1
    assert outcomes["refused"] > 250


def test_damage_is_reported_with_the_name_of_the_file(tmp_path):
    random = np.random.RandomState(0)
    values = random.randint(0, 2, size=(5000, 100)).astype(np.uint8)
    path = write(tmp_path / "damaged.h5", values, chunks=(50, 100), compression="gzip")
    with h5py.File(path) as file:
        places = [file["x"].id.get_chunk_info(index).byte_offset for index in range(100)]
    with open(path, "r+b") as file:
        for place in places[60:70]:
            file.seek(place + 100)
            file.write(random.bytes(200))
    data = vaelib.open_dataset(path, "x", memory_budget=0)
    model = vaelib.VAE(latent_dim=2, hidden=(5,), epochs=1, random_state=0).initialize(100)
    before = weights(model)
    for call in (model.set_params(warm_start=True).fit, model.transform):
        with pytest.raises(vaelib.FormatError, match=r"damaged\.h5"):
            call(data)
        assert weights(model) == before
    np.testing.assert_array_equal(data[:3000].numpy(), values[:3000])
    np.testing.assert_array_equal(data[3500:].numpy(), values[3500:])


def test_bad_values_are_found_by_their_row(tmp_path):
    values = np.zeros((3000, 10), dtype=np.float32)
    values[2345, 6] = np.nan
    data = vaelib.open_dataset(write(tmp_path / "x.h5", values), "x", memory_budget=0)
    for call in (
        vaelib.VAE(latent_dim=2, hidden=(5,), epochs=1).fit,
        vaelib.VAE(latent_dim=2).initialize(10).transform,
    ):
        with pytest.raises(vaelib.DataError, match="row 2345, column 6"):
            call(data)


def test_cancelling_while_streaming(images):
    data = vaelib.open_dataset(images, "x", memory_budget=0)
    model = vaelib.VAE(latent_dim=2, hidden=(20,), epochs=10**6, random_state=0)
    asked = []

    def interrupt():
        time.sleep(0.5)
        asked.append(time.monotonic())
        os.kill(os.getpid(), signal.SIGINT)

    thread = threading.Thread(target=interrupt)
    thread.start()
    with pytest.raises(KeyboardInterrupt):
        model.fit(data)
    assert time.monotonic() - asked[0] < 1.0
    thread.join()
    assert np.isfinite(model.transform(data)).all()


def test_a_forked_child_goes_on(images):
    data = vaelib.open_dataset(images, "x", memory_budget=0)

    def fit(callback=None):
        model = vaelib.VAE(latent_dim=2, hidden=(20,), epochs=3, random_state=0)
        return weights(model.fit(data, callback=callback))

    expected = fit()
    children = []

    def fork(progress):
        """Forks in the middle of a fit; parent and child both go on with it."""
        if len(children) < 3:
            children.append(os.fork())
            if children[-1] == 0:
                children.extend([0] * 3)

    here = os.getpid()
    try:
        result = fit(fork)
    finally:
        if os.getpid() != here:
            os._exit(0 if result == expected == fit() else 1)
    assert result == expected
    for child in children:
        assert os.waitpid(child, 0)[1] == 0
