"""Stopping the training of estimators of all kinds: cancelling, Ctrl-C, signals, callbacks."""

import os
import signal
import threading
import time

import numpy as np
import pytest
import vaelib
from estimators import ENDLESS, FOREVER, Classifier, fit, labels_for


@pytest.fixture(params=ENDLESS.values(), ids=list(ENDLESS))
def endless(request):
    """Each training that takes minutes."""
    return request.param


@pytest.fixture(scope="module")
def many():
    return (np.random.RandomState(0).uniform(size=(5000, 64)) < 0.4).astype(np.float32)


def soon(action):
    """Acts a second from now, when a training is in its last phase."""
    timer = threading.Timer(1.0, action)
    timer.start()
    return timer


def check_usable(model, x, phases):
    """The model answers, and its history tells of these phases."""
    assert np.isfinite(model.transform(x)).all()
    assert np.isfinite(model.reconstruct(x)).all()
    assert set(model.history_.get("phase", ["fit"])) == set(phases)
    if not isinstance(model, Classifier) or "supervised" in phases:
        assert np.isfinite(model.score(x, *labels_for(model, x)))
    if "supervised" in phases:
        assert set(model.predict(x)) <= {"left", "right"}


def test_cancel_from_another_thread(endless, many):
    model, cancelled = endless.make(), []
    timer = soon(lambda: (cancelled.append(time.monotonic()), model.cancel()))
    with pytest.raises(vaelib.Cancelled):
        fit(model, many)
    assert time.monotonic() - cancelled[0] < 0.3
    timer.join()
    check_usable(model, many, endless.phases)
    assert len(model.history_["epoch"]) > 0
    model.cancel()
    check_usable(model, many, endless.phases)


def test_ctrl_c(endless, many):
    model, pressed = endless.make(), []
    timer = soon(lambda: (pressed.append(time.monotonic()), os.kill(os.getpid(), signal.SIGINT)))
    with pytest.raises(KeyboardInterrupt):
        fit(model, many)
    assert time.monotonic() - pressed[0] < 0.6
    timer.join()
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    check_usable(model, many, endless.phases)
    assert len(model.history_["epoch"]) > 0


@pytest.fixture
def slow_vae():
    """A model that takes five seconds or more to answer about so many rows."""
    threads = vaelib.threads()
    vaelib.set_threads(1)
    yield vaelib.VAE(latent_dim=2, hidden=(2048, 2048), likelihood="gaussian").initialize(16)
    vaelib.set_threads(threads)


@pytest.mark.parametrize("query", ["transform", "encode", "reconstruct", "inverse_transform", "score_samples"])
def test_ctrl_c_in_queries(slow_vae, query):
    """Also in those that tell nobody how far they are; the descriptor of an event loop is told, and kept."""
    rows = np.zeros((1 << 17, 2 if query == "inverse_transform" else 16), np.float32)
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    before, began = signal.set_wakeup_fd(writing), time.process_time()
    try:
        timer = threading.Timer(0.2, lambda: os.kill(os.getpid(), signal.SIGINT))
        timer.start()
        with pytest.raises(KeyboardInterrupt):
            getattr(slow_vae, query)(rows)
        assert time.process_time() - began < 2  # of the processor's time, whatever else it does
        timer.join()
        assert signal.SIGINT in os.read(reading, 16)
    finally:
        found = signal.set_wakeup_fd(before)
        os.close(reading)
        os.close(writing)
    assert found == writing
    assert getattr(slow_vae, query)(rows[:5]) is not None


def test_a_signal_handler_of_ones_own_may_cancel(endless, many):
    model = endless.make()
    previous = signal.signal(signal.SIGUSR1, lambda _signal, _frame: model.cancel())
    try:
        timer = soon(lambda: os.kill(os.getpid(), signal.SIGUSR1))
        with pytest.raises(vaelib.Cancelled):
            fit(model, many)
        timer.join()
    finally:
        signal.signal(signal.SIGUSR1, previous)
    check_usable(model, many, endless.phases)


def test_a_callback_ends_training(endless, many):
    model, told, last = endless.make(), [], endless.phases[-1]

    def callback(progress):
        told.append(progress)
        return progress.kind == "epoch" and progress.phase == last and progress.epoch == 2

    assert fit(model, many, callbacks=callback) is model
    history = model.history_
    assert len(history["epoch"][history.get("phase", np.full(len(history["epoch"]), "fit")) == last]) == 2
    assert told[-1].metrics["loss"] == history["loss"][-1]
    assert told[-1].epochs == FOREVER
    assert told[-1].examples == told[-1].examples_per_epoch == 5000
    check_usable(model, many, endless.phases)


def test_an_exception_of_a_callback_comes_out_of_fit(endless, many):
    class Mine(Exception):
        pass

    model, last = endless.make(), endless.phases[-1]

    def callback(progress):
        if progress.phase == last and progress.kind == "epoch":
            raise Mine("so it is")

    with pytest.raises(Mine, match="so it is"):
        fit(model, many, callbacks=callback)
    check_usable(model, many, endless.phases)


def test_an_exception_of_the_first_callback(endless, many):
    def callback(progress):
        raise ZeroDivisionError

    model = endless.make()
    with pytest.raises(ZeroDivisionError):
        fit(model, many, callbacks=callback)
    assert np.isfinite(model.transform(many)).all()


def test_a_callback_is_told_about_every_50_ms(endless, many):
    times = []
    fit(endless.make(), many, callbacks=lambda _: times.append(time.monotonic()) or times[-1] - times[0] > 1.0)
    assert np.diff(times).max() < 0.15
