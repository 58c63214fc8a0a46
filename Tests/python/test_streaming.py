"""Learning from data larger than memory: the order, the thread that reads ahead, damage, cancelling, fork."""

import os
import signal
import threading
import time

import h5py
import numpy as np
import pytest
import vaelib
from streams import write


@pytest.fixture(params=[(50, 120), (4001, 7)], ids=["rows", "columns"])
def images(request, tmp_path):
    """Binary images in chunks of 50 rows, of which a small window holds some, or of some columns; and labels."""
    random = np.random.RandomState(0)
    labels = random.randint(0, 3, size=4001)
    prototypes = random.uniform(size=(3, 120)) < 0.4
    values = (prototypes[labels] ^ (random.uniform(size=(4001, 120)) < 0.1)).astype(np.uint8)
    path = write(tmp_path / "images.h5", values, chunks=request.param, compression="gzip")
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
        latent_dim=1,
        hidden=(),
        epochs=1,
        batch_size=600,
        optimizer="sgd",
        learning_rate=600.0,
        momentum=0.0,
        likelihood="bernoulli",
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
            model.set_params(warm_start=True, epochs=100).fit(data, callbacks=stop)
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
    model = vaelib.VAE(latent_dim=2, hidden=(5,), epochs=1, random_state=0, likelihood="bernoulli").initialize(100)
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
        vaelib.VAE(latent_dim=2, likelihood="bernoulli").initialize(10).transform,
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

    def fit(callbacks=None):
        model = vaelib.VAE(latent_dim=2, hidden=(20,), epochs=3, random_state=0)
        return weights(model.fit(data, callbacks=callbacks))

    expected = fit()
    children = []

    def fork(progress):
        """Forks in the middle of a fit; parent and child both go on with it."""
        if len(children) < 3:
            children.append(os.fork())
            if children[-1] == 0:
                children.extend([0] * 3)

    here, status = os.getpid(), 1
    try:
        result = fit(fork)
        if os.getpid() != here:
            status = 0 if result == expected == fit() else 1
    finally:
        if os.getpid() != here:
            os._exit(status)  # a child must not return into pytest
    assert result == expected
    for child in children:
        assert os.waitpid(child, 0)[1] == 0
