"""Stopping the long queries of VAEs, and what they tell of themselves."""

import os
import signal
import threading
import time

import numpy as np
import pytest
import vaelib


@pytest.fixture(scope="module")
def many():
    return (np.random.RandomState(0).uniform(size=(5000, 64)) < 0.4).astype(np.float32)


@pytest.fixture
def model(many):
    return vaelib.VAE(latent_dim=2, hidden=(64,), epochs=1, warm_start=True).fit(many)


def after(seconds, action):
    timer = threading.Timer(seconds, action)
    timer.start()
    return timer


def test_ctrl_c_in_a_query(model, many):
    timer = after(0.3, lambda: os.kill(os.getpid(), signal.SIGINT))
    started = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        model.log_likelihood(many, samples=20_000)
    assert time.monotonic() - started < 1.0
    timer.join()
    assert np.isfinite(model.transform(many)).all()
    assert np.isfinite(model.score(many))


def test_callbacks_of_queries(model, many):
    told = []
    model.log_likelihood(many, samples=300, callbacks=told.append)
    assert {entry.kind for entry in told[:-1]} == {"step"}
    assert told[-1].kind == "epoch"
    assert told[-1].examples == told[-1].examples_per_epoch == 5000
    assert [entry.examples for entry in told] == sorted(entry.examples for entry in told)
    with pytest.raises(vaelib.Cancelled):
        model.log_likelihood(many, samples=20_000, callbacks=lambda progress: True)
    with pytest.raises(ZeroDivisionError):
        model.elbo(many, samples=20_000, callbacks=lambda progress: 1 / 0)


def test_training_while_a_query_runs_is_refused(model, many):
    outcome = []

    def train():
        try:
            model.fit(many)
        except vaelib.Busy:
            outcome.append("busy")
        model.cancel()

    timer = after(0.2, train)
    with pytest.raises(vaelib.Cancelled):
        model.log_likelihood(many, samples=20_000)
    timer.join()
    assert outcome == ["busy"]
