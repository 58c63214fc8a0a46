"""Checkpoints: interrupted trainings end with the bits of uninterrupted ones, and others are refused."""

import os
import signal
import time

import h5py
import numpy as np
import pytest
import vaelib
from checkpoints import (
    Interrupted,
    after_epochs,
    assert_same,
    autoencoder,
    classifier,
    examples,
    labels,
    streamed,
    vae,
)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "run.h5"


VAES = {
    "adam": {},
    "sgd": {"optimizer": "sgd", "momentum": 0.9, "nesterov": True, "learning_rate": 0.01},
    "adagrad": {"optimizer": "adagrad"},
    "rmsprop": {"optimizer": "rmsprop"},
    "adamw": {"optimizer": "adamw", "weight_decay": 0.1},
    "step": {"schedule": "step", "schedule_epochs": 1.5},
    "exponential": {"schedule": "exponential", "warmup_epochs": 2.0},
    "cosine": {"schedule": "cosine"},
    "warm-up": {"kl_warmup_epochs": 2.5, "gradient_clip_norm": 0.5},
    "patience": {"patience": 2, "learning_rate": 0.3, "validation_fraction": 0.2, "epochs": 8},
    "Monte Carlo": {"estimator": "monte_carlo", "samples": 3},
    "Gaussian": {"likelihood": "gaussian", "variance": "predicted", "binarization": "none"},
    "Student t": {"likelihood": "student_t", "binarization": "none"},
    "normal scores": {"likelihood": "student_t", "standardize_by": "quantiles", "binarization": "none"},
    "counts": {"likelihood": "zero_inflated_negative_binomial", "variance": "predicted", "binarization": "none"},
    "shares of counts": {"likelihood": "negative_binomial", "count_mean": "share", "binarization": "none"},
    "limited by the usual norm": {"gradient_clip_norm": "auto", "optimizer": "sgd", "learning_rate": 0.5},
    "back to the best weights": {
        "optimizer": "sgd",
        "learning_rate": 2.0,
        "epochs": 10,
        "warmup_epochs": 10.0,
        "likelihood": "bernoulli",
    },
    "as the library likes": {"batch_size": "auto", "gradient_clip_norm": "auto", "epochs": 7, "patience": 2},
}


@pytest.mark.parametrize("name", VAES)
@pytest.mark.parametrize("source", ["array", "streamed"])
def test_a_vae_goes_on_after_every_epoch_to_the_same_bits(name, source, path):
    values = np.floor(9 * examples()) if "counts" in name else examples()
    x = values if source == "array" else streamed(path.with_name("data.h5"), values)
    expected = vae(**VAES[name]).fit(x)
    for epochs in range(1, len(expected.history_["epoch"])):
        with pytest.raises(Interrupted):
            vae(**VAES[name]).fit(x, checkpoint=path, callbacks=after_epochs(epochs))
        resumed = vae(**VAES[name]).fit(x, checkpoint=path)
        assert_same(resumed, expected)
        assert_same(vaelib.load(path), expected)
        path.unlink()


@pytest.mark.parametrize("make", [autoencoder, classifier])
@pytest.mark.parametrize("source", ["array", "streamed"])
def test_a_stack_goes_on_after_every_epoch_of_every_phase_to_the_same_bits(make, source, path):
    y = labels() if make is classifier else None
    data = (examples(), y) if source == "array" else (streamed(path.with_name("data.h5"), examples(), y),)
    parameters = {"corruption_level": 0.3, "optimizer": "adam", "patience": 5, "validation_fraction": 0.2}
    if make is classifier:
        parameters["dropout"] = 0.3
    expected = make(**parameters).fit(*data)
    for epochs in range(1, len(expected.history_["epoch"])):
        with pytest.raises(Interrupted):
            make(**parameters).fit(*data, checkpoint=path, callbacks=after_epochs(epochs))
        assert_same(make(**parameters).fit(*data, checkpoint=path), expected)
        path.unlink()


@pytest.mark.parametrize("make", [vae, autoencoder, classifier])
@pytest.mark.parametrize("source", ["array", "streamed"])
def test_rows_with_weights_go_on_to_the_same_bits(make, source, path):
    y = labels() if make is classifier else None
    data = (examples(), y) if source == "array" else (streamed(path.with_name("data.h5"), examples(), y),)
    weights = np.arange(len(examples())) % 4 / 3
    parameters = {"patience": 5, "validation_fraction": 0.2}
    expected = make(**parameters).fit(*data, sample_weight=weights)
    for epochs in range(1, len(expected.history_["epoch"])):
        with pytest.raises(Interrupted):
            make(**parameters).fit(*data, sample_weight=weights, checkpoint=path, callbacks=after_epochs(epochs))
        assert_same(make(**parameters).fit(*data, sample_weight=weights, checkpoint=path), expected)
        path.unlink()


def test_checkpoints_do_not_change_the_outcome(path):
    expected = vae().fit(examples())
    assert_same(vae().fit(examples(), checkpoint=vaelib.Checkpoint(path, every_steps=1)), expected)


def test_a_finished_training_returns_at_once(path):
    first = vae().fit(examples(), checkpoint=path)
    seen = []
    again = vae().fit(examples(), checkpoint=path, callbacks=seen.append)
    assert not seen
    assert_same(again, first)
    np.testing.assert_array_equal(again.history_["seconds"], first.history_["seconds"])


@pytest.mark.parametrize("name", ["adam", "patience", "step"])
def test_a_finished_training_can_be_lengthened(name, path):
    expected = vae(**VAES[name] | {"epochs": 12}).fit(examples())
    vae(**VAES[name] | {"epochs": 3}).fit(examples(), checkpoint=path)
    assert_same(vae(**VAES[name] | {"epochs": 12}).fit(examples(), checkpoint=path), expected)


def test_a_fine_tuning_can_be_lengthened(path):
    expected = autoencoder(finetune_epochs=6).fit(examples())
    autoencoder().fit(examples(), checkpoint=path)
    assert_same(autoencoder(finetune_epochs=6).fit(examples(), checkpoint=path), expected)


def test_without_resume_training_begins_anew(path):
    vae(random_state=1).fit(examples(), checkpoint=path)
    anew = vaelib.Checkpoint(path, resume=False)
    assert_same(vae().fit(examples(), checkpoint=anew), vae().fit(examples()))
    assert_same(vae().fit(examples(), checkpoint=path), vae().fit(examples()))
    stack = autoencoder().fit(examples())
    assert_same(autoencoder().fit(examples(), checkpoint=anew), stack)
    assert_same(autoencoder().fit(examples(), checkpoint=path), stack)


@pytest.mark.parametrize("state", [None, np.random.RandomState(5), np.random.default_rng(5)])
def test_the_seed_of_a_generator_comes_from_the_checkpoint(state, path):
    with pytest.raises(Interrupted):
        vae(random_state=state).fit(examples(), checkpoint=path, callbacks=after_epochs(2))
    resumed = vae(random_state=state).fit(examples(), checkpoint=path)
    assert_same(resumed, vae(random_state=resumed.seed_).fit(examples()))
    with pytest.raises(Interrupted):
        classifier(random_state=state).fit(
            examples(), labels(), checkpoint=path.with_name("stack.h5"), callbacks=after_epochs(8)
        )
    stack = classifier(random_state=state).fit(examples(), labels(), checkpoint=path.with_name("stack.h5"))
    assert_same(stack, classifier(random_state=stack.seed_).fit(examples(), labels()))


def test_a_warm_start_goes_on_too(path):
    expected = vae(warm_start=True).fit(examples()).fit(examples())
    started = vae(warm_start=True).fit(examples())
    with pytest.raises(Interrupted):
        started.fit(examples(), checkpoint=path, callbacks=after_epochs(2))
    assert_same(vae().fit(examples(), checkpoint=path), expected)


def test_a_pretrained_stack_goes_on_with_its_own_seed(path):
    pretrained = autoencoder(random_state=8).fit(examples())
    expected = classifier(pretrained=pretrained).fit(examples(), labels())
    with pytest.raises(Interrupted):
        classifier(pretrained=pretrained, random_state=3).fit(
            examples(), labels(), checkpoint=path, callbacks=after_epochs(2)
        )
    assert_same(
        classifier(pretrained=pretrained, random_state=None).fit(examples(), labels(), checkpoint=path), expected
    )


def test_a_callback_that_ends_the_training_leaves_a_checkpoint(path):
    stopped = vae().fit(examples(), checkpoint=path, callbacks=lambda progress: progress.epoch == 2)
    assert len(stopped.history_["epoch"]) == 2
    assert_same(vaelib.load(path), stopped)
    assert_same(vae().fit(examples(), checkpoint=path), vae().fit(examples()))


def test_ctrl_c_leaves_a_checkpoint_at_the_very_step(path):
    def press(progress):
        if progress.epoch == 3:
            os.kill(os.getpid(), signal.SIGINT)

    stopped = vae()
    with pytest.raises(KeyboardInterrupt):
        stopped.fit(examples(), checkpoint=path, callbacks=press)
    assert 2 <= len(stopped.history_["epoch"]) <= 3
    assert_same(vaelib.load(path), stopped)
    assert_same(vae().fit(examples(), checkpoint=path), vae().fit(examples()))


@pytest.mark.slow
@pytest.mark.parametrize("chunk", [(7, 1000), (9000, 10), (45_000, 3)])
def test_a_set_of_many_windows_goes_on_in_the_middle_of_one(chunk, path):
    values = np.random.RandomState(0).randint(0, 2, size=(45_000, 1000)).astype(np.uint8)
    x = streamed(path.with_name("data.h5"), values, chunk=chunk)

    def train(checkpoint, callback):
        # Steps wide enough that a report, due every 50 ms, comes well before the epoch ends on a fast machine too.
        return vae(epochs=1, batch_size=3000, hidden=(400,)).fit(x, checkpoint=checkpoint, callbacks=callback)

    expected = train(None, None)
    for stop in (3000, 15_000, 28_000):

        def callback(progress, stop=stop):
            if progress.examples >= stop:
                raise Interrupted
            time.sleep(0.06)  # So that every step reports.

        with pytest.raises(Interrupted):
            train(path, callback)
        with h5py.File(path) as file:
            assert file["checkpoint"].attrs["rows"] >= stop
    assert_same(train(path, None), expected)
