"""Results of queries in files: the same bits as in memory, from memory and from files."""

import os
import signal
import threading

import h5py
import numpy as np
import pytest
import vaelib


@pytest.fixture
def many():
    return (np.random.RandomState(3).uniform(size=(20_011, 12)) < 0.4).astype(np.uint8)


@pytest.fixture(params=["array", "streamed", "slice of streamed", "tiny chunks"])
def examples(request, many, tmp_path):
    """The same rows in several forms."""
    if request.param == "array":
        return many
    with h5py.File(tmp_path / "examples.h5", "w") as file:
        file.create_dataset("x", data=many, chunks=(7 if request.param == "tiny chunks" else 1000, 12))
    dataset = vaelib.open_dataset(tmp_path / "examples.h5", "x", memory_budget=0)
    return dataset[1234:20_000] if request.param == "slice of streamed" else dataset


def stored(path, name):
    with h5py.File(path) as file:
        return file[name][...]


def test_a_vae(fitted, examples, tmp_path):
    path = tmp_path / "results.h5"
    with vaelib.DatasetWriter(path) as file:
        fitted.transform_to_file(examples, file)
        fitted.encode_to_file(examples, file)
        fitted.reconstruct_to_file(examples, file)
        fitted.reconstruct_to_file(examples, file, "sampled", "sample", 5)
        fitted.inverse_transform_to_file(fitted.transform(examples), file, "decoded")
    mean, log_variance = fitted.encode(examples)
    for name, expected in {
        "codes": mean,
        "mean": mean,
        "log_variance": log_variance,
        "reconstructions": fitted.reconstruct(examples),
        "sampled": fitted.reconstruct(examples, "sample", 5),
        "decoded": fitted.inverse_transform(mean),
    }.items():
        np.testing.assert_array_equal(stored(path, name), expected, err_msg=name)


def test_a_gaussian_vae(real, tmp_path):
    vae = vaelib.VAE(latent_dim=2, hidden=(4,), likelihood="gaussian", variance="predicted", epochs=1, random_state=1)
    vae.fit(real)
    vae.inverse_transform_to_file(vae.transform(real), tmp_path / "out.h5", "mean", "variance")
    expected = vae.decode(vae.transform(real))
    np.testing.assert_array_equal(stored(tmp_path / "out.h5", "mean"), expected.mean)
    np.testing.assert_array_equal(stored(tmp_path / "out.h5", "variance"), expected.variance)


def test_a_stack(examples, many, tmp_path):
    y = np.arange(len(many)) % 3
    stack = vaelib.StackedDenoisingClassifier(hidden=(6, 4), pretrain_epochs=1, finetune_epochs=1, random_state=1)
    stack.fit(many[:300], y[:300])
    path = tmp_path / "results.h5"
    with vaelib.DatasetWriter(path) as file:
        stack.transform_to_file(examples, file)
        stack.transform_to_file(examples, file, "lower", layer=0)
        stack.reconstruct_to_file(examples, file, layer=1)
        stack.predict_proba_to_file(examples, file)
    np.testing.assert_array_equal(stored(path, "codes"), stack.transform(examples))
    np.testing.assert_array_equal(stored(path, "lower"), stack.transform(examples, layer=0))
    np.testing.assert_array_equal(stored(path, "reconstructions"), stack.reconstruct(examples))
    np.testing.assert_array_equal(stored(path, "probabilities"), stack.predict_proba(examples))
    with pytest.raises(IndexError):
        stack.transform_to_file(examples, tmp_path / "none.h5", layer=2)
    auto = vaelib.StackedDenoisingAutoencoder(hidden=(6,), epochs=1, random_state=1).fit(many[:300])
    auto.transform_to_file(examples, path)
    np.testing.assert_array_equal(vaelib.open_dataset(path, "codes").numpy(), auto.transform(examples))


def test_the_source_may_be_the_target(fitted, many, tmp_path):
    path = tmp_path / "data.h5"
    vaelib.write_dataset(path, x=many)
    with vaelib.open_dataset(path, "x", memory_budget=0) as dataset:
        fitted.transform_to_file(dataset, path)
    np.testing.assert_array_equal(stored(path, "codes"), fitted.transform(many))


def test_another_stored_type(fitted, many, tmp_path):
    with vaelib.DatasetWriter(tmp_path / "out.h5") as file:
        file.add("codes", (2,), "float64", chunk_rows=100)
        fitted.transform_to_file(many, file)
    assert stored(tmp_path / "out.h5", "codes").dtype == np.float64
    np.testing.assert_array_equal(stored(tmp_path / "out.h5", "codes"), fitted.transform(many))


def large(many, times):
    """Many rows that take no memory."""
    return np.lib.stride_tricks.as_strided(many, (times * len(many), 12), (0, 1))


def test_progress(fitted, many, tmp_path):
    told = []
    fitted.transform_to_file(large(many, 60), tmp_path / "out.h5", callback=told.append)
    assert {progress.kind for progress in told[:-1]} == {"step"}
    assert told[-1].kind == "epoch"
    assert [progress.examples for progress in told] == sorted(progress.examples for progress in told)
    assert told[-1].examples == told[-1].examples_per_epoch == 60 * len(many)


class OnPurpose(Exception):
    pass


def fail(_progress):
    raise OnPurpose


@pytest.mark.parametrize(("callback", "error"), [(lambda _progress: True, vaelib.Cancelled), (fail, OnPurpose)])
def test_stopped_by_its_callback(fitted, many, tmp_path, callback, error):
    path = tmp_path / "out.h5"
    vaelib.write_dataset(path, x=[1, 2, 3])
    with pytest.raises(error):
        fitted.transform_to_file(large(many, 60), path, callback=callback)
    assert os.listdir(tmp_path) == ["out.h5"]
    assert vaelib.dataset_names(path) == ["x"]


@pytest.mark.parametrize("how", ["cancel", "ctrl-c"])
def test_stopped_from_outside(fitted, many, tmp_path, how):
    action = fitted.cancel if how == "cancel" else lambda: os.kill(os.getpid(), signal.SIGINT)
    timer = threading.Timer(0.3, action)
    timer.start()
    with pytest.raises(vaelib.Cancelled if how == "cancel" else KeyboardInterrupt):
        fitted.transform_to_file(large(many, 10_000), tmp_path / "out.h5")
    timer.join()
    assert os.listdir(tmp_path) == []


def test_unsuitable_data(fitted, many, tmp_path):
    bad = many.astype("float32")
    bad[-1, 3] = 2
    for examples, text in ((bad, "row 20010, column 3"), (many[:, 1:], "features")):
        with pytest.raises(ValueError, match=text):
            fitted.transform_to_file(examples, tmp_path / "out.h5")
    with pytest.raises(vaelib.FileMissing, match="nowhere"):
        fitted.transform_to_file(many, tmp_path / "nowhere" / "out.h5")
    assert os.listdir(tmp_path) == []
    with pytest.raises(vaelib.NotFittedError):
        vaelib.VAE().transform_to_file(many, tmp_path / "out.h5")
