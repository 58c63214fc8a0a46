"""Trainers of all kinds of estimators in each phase: views of memory, loops of one's own."""

import gc
import resource
import sys
import threading
from typing import Any, NamedTuple

import numpy as np
import pytest
import vaelib
from estimators import KINDS, Kind
from stacks import labels_of


class Phase(NamedTuple):
    """What a trainer trains, what it is told of it, what it tells of a step, and what 300 steps make of the loss."""

    kind: Kind
    options: dict[str, Any]
    metrics: tuple[str, ...]
    learned: float = 0.88

    def model(self):
        """An untrained estimator."""
        return self.kind.make(learning_rate=0.01, schedule="constant", random_state=0).initialize(12)

    def trainer(self, model):
        """A trainer of it, for forty examples."""
        return vaelib.Trainer(model, 40, **self.options)

    def data(self, x):
        """The examples, with labels where the phase needs them."""
        supervised = self.options.get("phase") == "supervised"
        return vaelib.Dataset(x, (labels_of(x) == "right").astype(int) if supervised else None)


STEP = ("learning_rate", "gradient_norm")
PHASES = {
    "vae": Phase(KINDS["vae"], {}, ("loss", "elbo", "reconstruction", "kl", *STEP, "kl_weight")),
    "lower layer": Phase(KINDS["autoencoder"], {"layer": 0}, ("loss", *STEP)),
    "upper layer": Phase(KINDS["classifier"], {"layer": 1}, ("loss", *STEP), 0.97),
    "unsupervised": Phase(KINDS["autoencoder"], {"phase": "unsupervised"}, ("loss", *STEP)),
    "supervised": Phase(KINDS["classifier"], {"phase": "supervised", "classes": 2}, ("loss", "error", *STEP)),
}


@pytest.fixture(params=PHASES.values(), ids=list(PHASES))
def phase(request):
    return request.param


@pytest.fixture
def model(phase):
    return phase.model()


@pytest.fixture
def trainer(phase, model):
    return phase.trainer(model)


@pytest.fixture
def data(phase, binary):
    return phase.data(binary)


def test_parameters_are_the_models_own_memory(trainer, model, binary):
    names = list(model.get_weights())
    assert list(trainer.named_parameters) == list(trainer.named_gradients) == names
    for number, name in enumerate(names):
        trainer.named_parameters[name][:] = number
    for number, (name, values) in enumerate(model.get_weights().items()):
        assert trainer.named_parameters[name].shape == trainer.named_gradients[name].shape == values.shape
        np.testing.assert_array_equal(values, np.full(values.shape, number))
    trainer.parameters[:] = 0
    codes = 0.0 if isinstance(model, vaelib.VAE) else 0.5
    np.testing.assert_array_equal(model.transform(binary), np.full((40, 2), codes))
    np.testing.assert_array_equal(model.reconstruct(binary), np.full((40, 12), 0.5))
    many = 2 if isinstance(model, vaelib.VAE) else binary[:2]
    np.testing.assert_array_equal(model.sample(many, random_state=0), np.full((2, 12), 0.5))


def test_compute_and_apply_are_a_step(phase, data):
    weights = []
    for split in (False, True):
        trainer = phase.trainer(phase.model())
        before = trainer.parameters.copy()
        for first in (0, 10, 20):
            if split:
                trainer.compute_gradients(data[first : first + 10])
                trainer.apply_gradients()
            else:
                trainer.step(data[first : first + 10])
        assert not np.array_equal(trainer.parameters, before)
        weights.append(trainer.parameters.copy())
    np.testing.assert_array_equal(*weights)


def test_a_loop_of_ones_own_learns(phase, trainer, data):
    first = trainer.compute_gradients(data)
    losses = [trainer.step(data)["loss"] for _ in range(300)]
    last = trainer.compute_gradients(data)
    assert set(first) == set(last) == set(phase.metrics)
    assert np.mean(losses[-10:]) < phase.learned * first["loss"]
    if isinstance(trainer._estimator, vaelib.VAE):
        assert losses[-1] < first["loss"] - 1
        assert last["loss"] == pytest.approx(last["kl"] - last["reconstruction"])


def test_gradients_of_half_batches_are_those_of_rows_of_their_own(phase, trainer, binary):
    """Data parallelism: rows 0 to 9 as one batch draw the same noise as the first half of a batch of 20."""
    twice = phase.data(np.concatenate([binary[:10], binary[:10]]))
    trainer.compute_gradients(phase.data(binary[:10]))
    half = trainer.gradients.copy()
    trainer.compute_gradients(twice[:10])
    assert half.any()
    np.testing.assert_array_equal(trainer.gradients, half)


def test_an_optimiser_of_ones_own(trainer, data):
    before = trainer.compute_gradients(data)["loss"]
    trainer.parameters -= 0.01 * trainer.gradients
    assert trainer.compute_gradients(data)["loss"] < before


def test_the_arrays_keep_the_trainer_alive(phase, data):
    model = phase.model()
    trainer = phase.trainer(model)
    trainer.step(data)
    views = trainer.named_gradients
    expected = {name: values.copy() for name, values in views.items()}
    del trainer, model
    gc.collect()
    junk = [np.full(1000, n, dtype=np.float32) for n in range(200)]
    for name, values in expected.items():
        np.testing.assert_array_equal(views[name], values)
    assert len(junk) == 200


def test_bad_gradients_are_not_applied(trainer, data):
    trainer.compute_gradients(data)
    before = trainer.parameters.copy()
    trainer.gradients[np.flatnonzero(trainer.gradients)[3]] = np.nan
    with pytest.raises(vaelib.NumericalError):
        trainer.apply_gradients()
    np.testing.assert_array_equal(trainer.parameters, before)


def test_bad_batches(phase, trainer, binary):
    with pytest.raises(ValueError, match="11 features"):
        trainer.step(phase.data(binary[:, 1:]))
    with pytest.raises(vaelib.DataError, match="row 0"):
        trainer.step(phase.data(binary * 2 + 1))
    with pytest.raises(ValueError, match="examples_per_epoch"):
        vaelib.Trainer(trainer._estimator, -1, **phase.options)
    with pytest.raises(vaelib.InvalidArgument, match="examples_per_epoch"):
        vaelib.Trainer(trainer._estimator, 0, **phase.options)


def test_queries_between_steps_see_the_new_weights(trainer, model, binary, data):
    before = model.transform(binary)
    trainer.step(data)
    assert not np.array_equal(model.transform(binary), before)


def test_an_estimator_without_weights(kind):
    with pytest.raises(vaelib.NotFittedError):
        vaelib.Trainer(kind.make(), 10)


def test_threads_share_a_trainer(binary):
    """Each call is done and tells what it found, or is refused; what is done is done once."""
    vae = vaelib.VAE(latent_dim=2, hidden=(8,), random_state=0, likelihood="bernoulli").initialize(12)
    trainer = vaelib.Trainer(vae, examples_per_epoch=40)
    expected = trainer.compute_gradients(binary)
    done, refused = [], []

    def work():
        for _ in range(300):
            try:
                done.append(trainer.compute_gradients(binary))
            except vaelib.Busy as error:
                refused.append(error)

    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        threads = [threading.Thread(target=work) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        sys.setswitchinterval(interval)
    assert len(done) + len(refused) == 900
    assert done
    assert all(found == expected for found in done)


def test_parts_of_a_slice_and_of_an_array(binary):
    """Where a part begins is said once, by the slice or by first_row."""
    vae = vaelib.VAE(latent_dim=2, hidden=(8,), random_state=0, likelihood="bernoulli").initialize(12)
    trainer = vaelib.Trainer(vae, examples_per_epoch=40)
    trainer.compute_gradients(binary[33:], global_rows=40, first_row=33)
    expected = trainer.gradients.copy()
    whole = vaelib.Dataset(binary)
    for options in ({}, {"first_row": 33}):
        trainer.compute_gradients(whole[33:], global_rows=40, **options)
        np.testing.assert_array_equal(trainer.gradients, expected)
    trainer.compute_gradients(binary[33:], global_rows=40)
    assert not np.array_equal(trainer.gradients, expected)


def test_a_refused_trainer_changes_nothing():
    stack = vaelib.StackedDenoisingClassifier(hidden=(4,), loss="cross_entropy").initialize(6)
    for arguments in ({"examples_per_epoch": 0}, {"examples_per_epoch": 10, "layer": 3}):
        with pytest.raises((vaelib.InvalidArgument, IndexError)):
            vaelib.Trainer(stack, phase="supervised", classes=2, **arguments)
        assert "classifier/weight" not in stack.get_weights()
    vaelib.Trainer(stack, 10, phase="supervised", classes=2)
    assert list(stack.classes_) == [0, 1]


def test_the_batch_size_takes_no_memory():
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    vae = vaelib.VAE(latent_dim=2, hidden=(8,), batch_size=2**20, random_state=0, likelihood="bernoulli").initialize(
        784
    )
    vaelib.Trainer(vae, examples_per_epoch=2**40)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100 << 10  # KiB
