"""What the tests share: estimators whose weights the oracle knows, and small data."""

import os
import signal
from dataclasses import fields

import h5py
import numpy as np
import pytest
import vaelib
from c_interface import handles as handles
from estimators import KINDS, fit
from reference.quantiles import random_knots
from reference.vae import Architecture

# A shell that starts the tests in the background has them ignore Ctrl-C, which some of them send.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


class Pair:
    """An estimator with random weights, and the oracle's architecture and float64 weights of the same model."""

    def __init__(self, data_dim, architecture, training=None, seed=1, scale=0.5):
        self.seed = seed
        architecture = {"likelihood": "bernoulli", **architecture}
        self.vae = vaelib.VAE(**architecture, **(training or {}), random_state=seed).initialize(data_dim)
        names = {field.name for field in fields(Architecture)} - {"data_dim"}
        self.oracle = Architecture(data_dim=data_dim, **{name: getattr(self.vae, name) for name in names})
        random = np.random.RandomState(seed)
        shapes = self.oracle.shapes()
        self.weights = {
            name: random.normal(scale=scale, size=shape).astype(np.float32).astype(np.float64)
            for name, shape in shapes.items()
        }
        if self.oracle.standardizes:
            self.weights["standardization/deviation"] = np.linspace(0.5, 2, data_dim).astype(np.float32).astype(float)
            if "standardization/floor" in self.weights:  # where columns have a scale of their own in p(x|z)
                self.weights["standardization/floor"][:] = np.float32(self.oracle.stddev_floor)
                self.weights["standardization/floor"][::4] = 1  # of columns that were constant
            if "standardization/total" in self.weights:
                self.weights["standardization/total"][:] = 21
            if self.oracle.has_scores:
                self.weights |= random_knots(data_dim)
        self.vae.set_weights(self.weights)

    def flat(self, tensors):
        """Named tensors in the arena's order, as one flat array."""
        return np.concatenate([np.asarray(tensors[name]).reshape(-1) for name in self.oracle.shapes()])

    def named(self, flat):
        """The tensors in a flat array."""
        tensors, offset = {}, 0
        for name, shape in self.oracle.shapes().items():
            size = int(np.prod(shape))
            tensors[name] = flat[offset : offset + size].reshape(shape)
            offset += size
        return tensors


@pytest.fixture
def pair():
    return Pair


@pytest.fixture
def binary():
    """Forty binary examples of twelve dimensions."""
    return (np.random.RandomState(0).uniform(size=(40, 12)) < 0.4).astype(np.float32)


@pytest.fixture
def real():
    """Forty real-valued examples of six dimensions."""
    return np.random.RandomState(1).normal(size=(40, 6)).astype(np.float32)


@pytest.fixture
def fitted(binary):
    """A small estimator, fitted."""
    return vaelib.VAE(latent_dim=2, hidden=(8,), epochs=3, batch_size=16, random_state=5).fit(binary)


@pytest.fixture(params=KINDS.values(), ids=list(KINDS))
def kind(request):
    """Each kind of estimator."""
    return request.param


@pytest.fixture
def trained(kind, binary):
    """A small estimator of each kind, fitted."""
    return fit(kind.make(), binary)


@pytest.fixture
def hdf5(tmp_path):
    """Writes datasets to a new HDF5 file and returns its path."""

    def write(name="data.h5", **datasets):
        path = os.path.join(tmp_path, name)
        with h5py.File(path, "w") as file:
            for key, values in datasets.items():
                file[key] = values
        return path

    return write


@pytest.fixture(autouse=True)
def all_threads():
    """Each test begins with the default number of threads."""
    vaelib.set_threads(0)
