"""Results of queries in files: the same bits as in memory, from memory and from files, for estimators of all kinds."""

import os
import signal
import threading
from functools import partial

import h5py
import numpy as np
import pytest
import vaelib
from estimators import VAE, Classifier


@pytest.fixture(scope="module")
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


def results(model, examples):
    """By the name of a dataset: the calls that write it, given the target, and the values that it should have."""
    both = {
        "codes": (partial(model.transform_to_file, examples), model.transform(examples)),
        "reconstructions": (partial(model.reconstruct_to_file, examples), model.reconstruct(examples)),
    }
    return both | (vae_results if isinstance(model, VAE) else stack_results)(model, examples)


def vae_results(model, examples):
    mean, log_variance = model.encode(examples)
    latents = model.transform(examples)
    return {
        "mean": (partial(model.encode_to_file, examples), mean),
        "log_variance": (None, log_variance),  # written with the mean
        "sampled": (
            lambda file: model.reconstruct_to_file(examples, file, "sampled", "sample", 5),
            model.reconstruct(examples, "sample", 5),
        ),
        "decoded": (
            lambda file: model.inverse_transform_to_file(latents, file, "decoded"),
            model.inverse_transform(latents),
        ),
    }


def stack_results(model, examples):
    found = {
        "lower": (
            lambda file: model.transform_to_file(examples, file, "lower", layer=0),
            model.transform(examples, layer=0),
        ),
        "upper": (
            lambda file: model.reconstruct_to_file(examples, file, "upper", layer=1),
            model.reconstruct(examples, layer=1),
        ),
    }
    if isinstance(model, Classifier):
        found["probabilities"] = (partial(model.predict_proba_to_file, examples), model.predict_proba(examples))
    return found


def test_every_query(trained, examples, tmp_path):
    path = tmp_path / "results.h5"
    wanted = results(trained, examples)
    with vaelib.DatasetWriter(path) as file:
        for write, _ in wanted.values():
            if write is not None:
                write(file)
    assert set(vaelib.dataset_names(path)) == set(wanted)
    for name, (_, expected) in wanted.items():
        np.testing.assert_array_equal(stored(path, name), expected, err_msg=name)
        np.testing.assert_array_equal(vaelib.open_dataset(path, name).numpy(), expected, err_msg=name)


def test_the_source_may_be_the_target(trained, many, tmp_path):
    path = tmp_path / "data.h5"
    vaelib.write_dataset(path, x=many)
    with vaelib.open_dataset(path, "x", memory_budget=0) as dataset:
        trained.transform_to_file(dataset, path)
    np.testing.assert_array_equal(stored(path, "codes"), trained.transform(many))


def test_another_stored_type(trained, many, tmp_path):
    with vaelib.DatasetWriter(tmp_path / "out.h5") as file:
        file.add("codes", (2,), "float64", chunk_rows=100)
        trained.transform_to_file(many, file)
    assert stored(tmp_path / "out.h5", "codes").dtype == np.float64
    np.testing.assert_array_equal(stored(tmp_path / "out.h5", "codes"), trained.transform(many))


def large(many, times):
    """Many rows that take no memory."""
    return np.lib.stride_tricks.as_strided(many, (times * len(many), 12), (0, 1))


def test_progress(trained, many, tmp_path):
    told = []
    trained.transform_to_file(large(many, 60), tmp_path / "out.h5", callbacks=told.append)
    assert {progress.kind for progress in told[:-1]} == {"step"}
    assert told[-1].kind == "epoch"
    assert [progress.examples for progress in told] == sorted(progress.examples for progress in told)
    assert told[-1].examples == told[-1].examples_per_epoch == 60 * len(many)


class OnPurpose(Exception):
    pass


def fail(_progress):
    raise OnPurpose


@pytest.mark.parametrize(("callback", "error"), [(lambda _progress: True, vaelib.Cancelled), (fail, OnPurpose)])
def test_stopped_by_its_callback(trained, many, tmp_path, callback, error):
    path = tmp_path / "out.h5"
    vaelib.write_dataset(path, x=[1, 2, 3])
    with pytest.raises(error):
        trained.transform_to_file(large(many, 60), path, callbacks=callback)
    assert os.listdir(tmp_path) == ["out.h5"]
    assert vaelib.dataset_names(path) == ["x"]


@pytest.mark.parametrize("how", ["cancel", "ctrl-c"])
def test_stopped_from_outside(trained, many, tmp_path, how):
    action = trained.cancel if how == "cancel" else lambda: os.kill(os.getpid(), signal.SIGINT)
    timer = threading.Timer(0.3, action)
    timer.start()
    with pytest.raises(vaelib.Cancelled if how == "cancel" else KeyboardInterrupt):
        trained.transform_to_file(large(many, 10_000), tmp_path / "out.h5")
    timer.join()
    assert os.listdir(tmp_path) == []


def test_unsuitable_data(kind, trained, many, tmp_path):
    for value in (np.nan, 2) if isinstance(trained, VAE) else (np.nan,):  # stacks encode any number
        bad = many.astype("float32")
        bad[-1, 3] = value
        with pytest.raises(ValueError, match="row 20010, column 3"):
            trained.transform_to_file(bad, tmp_path / "out.h5")
    with pytest.raises(ValueError, match="features"):
        trained.transform_to_file(many[:, 1:], tmp_path / "out.h5")
    with pytest.raises(vaelib.FileMissing, match="nowhere"):
        trained.transform_to_file(many, tmp_path / "nowhere" / "out.h5")
    assert os.listdir(tmp_path) == []
    with pytest.raises(vaelib.NotFittedError):
        kind.make().transform_to_file(many, tmp_path / "out.h5")
