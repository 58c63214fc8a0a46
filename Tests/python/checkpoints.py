"""What the tests of checkpoints share: data, small estimators, and the comparison of two that were trained."""

import h5py
import numpy as np
import vaelib

ROWS, COLUMNS = 70, 6

#: A rate that is the same in every epoch, so that a training can be lengthened, and gradients as they are.
STEADY = {"learning_rate": 0.001, "schedule": "constant", "gradient_clip_norm": 0.0}


#: The layers of Bernoulli's likelihood.
SIGMOID = {"activation": "sigmoid", "loss": "cross_entropy"}


def examples(rows=ROWS, seed=0):
    """Grey levels that depend on each other a little."""
    latent = np.random.RandomState(seed).uniform(size=(rows, 2))
    mixing = np.random.RandomState(99).uniform(size=(2, COLUMNS))
    return (latent @ mixing / 2).astype(np.float32)


def labels(rows=ROWS):
    return np.arange(rows) % 3


def streamed(path, values, classes=None, chunk=None):
    """The values as a dataset that is read in blocks of few rows, a window at a time."""
    with h5py.File(path, "w") as file:
        file.create_dataset("x", data=values, chunks=chunk or (7, values.shape[1]))
        if classes is not None:
            file["y"] = classes
    dataset = vaelib.open_dataset(path, "x", labels=None if classes is None else "y", memory_budget=0)
    assert not dataset.in_memory
    return dataset


def vae(**parameters):
    defaults = {"latent_dim": 2, "hidden": (5,), "epochs": 4, "batch_size": 16, "random_state": 3, **STEADY}
    return vaelib.VAE(**{**defaults, "activation": "tanh", "binarization": "dynamic", **parameters})


def autoencoder(**parameters):
    defaults = {"hidden": (5, 4), "epochs": 3, "finetune_epochs": 3, "batch_size": 16, "random_state": 3}
    return vaelib.StackedDenoisingAutoencoder(**{**defaults, **STEADY, **SIGMOID, **parameters})


def classifier(**parameters):
    defaults = {"hidden": (5, 4), "pretrain_epochs": 3, "finetune_epochs": 4, "batch_size": 16, "random_state": 3}
    return vaelib.StackedDenoisingClassifier(**{**defaults, **STEADY, **SIGMOID, **parameters})


def assert_same(found, expected):
    """Weights and history are the same bits; seconds may differ."""
    weights, wanted = found.get_weights(), expected.get_weights()
    assert list(weights) == list(wanted)
    for name, values in wanted.items():
        np.testing.assert_array_equal(weights[name].view(np.uint32), values.view(np.uint32), err_msg=name)
    assert set(found.history_) == set(expected.history_)
    for name, column in expected.history_.items():
        if name != "seconds":
            np.testing.assert_array_equal(found.history_[name], column, err_msg=name)


class Interrupted(Exception):
    """Raised by the callbacks of these tests."""


def after_epochs(count):
    """A callback that raises once so many epochs have ended."""
    left = count

    def callback(progress):
        nonlocal left
        left -= progress.kind == "epoch"
        if left <= 0:
            raise Interrupted

    return callback
