"""The trainer as Python sees it: views of memory, loops of one's own."""

import gc
import resource
import sys
import threading

import numpy as np
import pytest
import vaelib


@pytest.fixture
def trainer(binary):
    vae = vaelib.VAE(latent_dim=2, hidden=(8,), learning_rate=0.01, random_state=0).initialize(12)
    return vaelib.Trainer(vae, examples_per_epoch=40)


def test_parameters_are_the_models_own_memory(trainer, binary):
    vae = trainer._estimator
    trainer.named_parameters["decoder/head/bias"][:] = 3.5
    np.testing.assert_array_equal(vae.get_weights()["decoder/head/bias"], np.full(12, 3.5))
    trainer.parameters[:] = 0
    np.testing.assert_array_equal(vae.sample(2, random_state=0), np.full((2, 12), 0.5))
    for name, values in vae.get_weights().items():
        assert trainer.named_parameters[name].shape == values.shape


def test_compute_and_apply_are_a_step(binary):
    weights = []
    for split in (False, True):
        vae = vaelib.VAE(latent_dim=2, hidden=(8,), learning_rate=0.01, random_state=0).initialize(12)
        trainer = vaelib.Trainer(vae, 40)
        for first in (0, 10, 20):
            if split:
                trainer.compute_gradients(binary[first : first + 10])
                trainer.apply_gradients()
            else:
                trainer.step(binary[first : first + 10])
        weights.append(trainer.parameters.copy())
    np.testing.assert_array_equal(*weights)


def test_a_loop_of_ones_own_learns(trainer, binary):
    first = trainer.compute_gradients(binary)["loss"]
    for _ in range(300):
        result = trainer.step(binary)
    assert result["loss"] < first - 1
    assert result["loss"] == pytest.approx(result["kl"] - result["reconstruction"])


def test_gradients_of_half_batches_average_to_those_of_the_whole():
    """Data parallelism: rows 0 to 9 as one batch draw the same noise as the first half of a batch of 20."""
    x = (np.random.RandomState(0).uniform(size=(20, 12)) < 0.4).astype(np.float32)
    vae = vaelib.VAE(latent_dim=2, hidden=(8,), random_state=0).initialize(12)
    trainer = vaelib.Trainer(vae, 40)
    data = vaelib.Dataset(np.concatenate([x[:10], x[:10]]))
    trainer.compute_gradients(x[:10])
    half = trainer.gradients.copy()
    trainer.compute_gradients(data[:10])
    np.testing.assert_array_equal(trainer.gradients, half)


def test_an_optimiser_of_ones_own(trainer, binary):
    trainer.compute_gradients(binary)
    before = trainer.compute_gradients(binary)["loss"]
    trainer.parameters -= 0.01 * trainer.gradients
    assert trainer.compute_gradients(binary)["loss"] < before


def test_the_arrays_keep_the_trainer_alive(binary):
    vae = vaelib.VAE(latent_dim=2, hidden=(8,), random_state=0).initialize(12)
    trainer = vaelib.Trainer(vae, 40)
    trainer.step(binary)
    view, expected = trainer.named_gradients["encoder/0/weight"], trainer.named_gradients["encoder/0/weight"].copy()
    del trainer, vae
    gc.collect()
    junk = [np.full(1000, n, dtype=np.float32) for n in range(200)]
    np.testing.assert_array_equal(view, expected)
    assert len(junk) == 200


def test_bad_gradients_are_not_applied(trainer, binary):
    trainer.compute_gradients(binary)
    before = trainer.parameters.copy()
    trainer.gradients[3] = np.nan
    with pytest.raises(vaelib.NumericalError):
        trainer.apply_gradients()
    np.testing.assert_array_equal(trainer.parameters, before)


def test_bad_batches(trainer, binary):
    with pytest.raises(ValueError, match="11 features"):
        trainer.step(binary[:, 1:])
    with pytest.raises(vaelib.DataError, match="row 0"):
        trainer.step(binary * 2 + 1)
    with pytest.raises(ValueError, match="examples_per_epoch"):
        vaelib.Trainer(trainer._estimator, -1)
    with pytest.raises(vaelib.InvalidArgument, match="examples_per_epoch"):
        vaelib.Trainer(trainer._estimator, 0)


def test_queries_between_steps_see_the_new_weights(trainer, binary):
    before = trainer._estimator.transform(binary)
    trainer.step(binary)
    assert not np.array_equal(trainer._estimator.transform(binary), before)


def test_threads_share_a_trainer(binary):
    """Each call is done and tells what it found, or is refused; what is done is done once."""
    vae = vaelib.VAE(latent_dim=2, hidden=(8,), random_state=0).initialize(12)
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
    vae = vaelib.VAE(latent_dim=2, hidden=(8,), random_state=0).initialize(12)
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
    stack = vaelib.StackedDenoisingClassifier(hidden=(4,)).initialize(6)
    for arguments in ({"examples_per_epoch": 0}, {"examples_per_epoch": 10, "layer": 3}):
        with pytest.raises((vaelib.InvalidArgument, IndexError)):
            vaelib.Trainer(stack, phase="supervised", classes=2, **arguments)
        assert "classifier/weight" not in stack.get_weights()
    vaelib.Trainer(stack, 10, phase="supervised", classes=2)
    assert list(stack.classes_) == [0, 1]


def test_the_batch_size_takes_no_memory():
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    vae = vaelib.VAE(latent_dim=2, hidden=(8,), batch_size=2**20, random_state=0).initialize(784)
    vaelib.Trainer(vae, examples_per_epoch=2**40)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100 << 10  # KiB
