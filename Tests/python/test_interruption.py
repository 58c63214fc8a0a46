"""Stopping calls, callbacks, and calls from many threads and processes."""

import os
import signal
import subprocess
import sys
import threading
import time

import numpy as np
import pytest
import vaelib


@pytest.fixture
def endless():
    """An estimator whose fit takes minutes."""
    return vaelib.VAE(latent_dim=2, hidden=(64,), epochs=10**6, batch_size=100, random_state=0)


@pytest.fixture
def many():
    return (np.random.RandomState(0).uniform(size=(5000, 64)) < 0.4).astype(np.float32)


def after(seconds, action):
    timer = threading.Timer(seconds, action)
    timer.start()
    return timer


def check_usable(model, x):
    assert np.isfinite(model.transform(x)).all()
    assert np.isfinite(model.score(x))


def test_cancel_from_another_thread(endless, many):
    cancelled = []
    timer = after(0.4, lambda: (cancelled.append(time.monotonic()), endless.cancel()))
    with pytest.raises(vaelib.Cancelled):
        endless.fit(many)
    assert time.monotonic() - cancelled[0] < 0.3
    timer.join()
    check_usable(endless, many)
    endless.cancel()
    check_usable(endless, many)


def test_ctrl_c(endless, many):
    timer = after(0.4, lambda: os.kill(os.getpid(), signal.SIGINT))
    started = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        endless.fit(many)
    assert time.monotonic() - started < 1.0
    timer.join()
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    check_usable(endless, many)
    assert len(endless.history_["epoch"]) > 0


def test_ctrl_c_in_a_query(fitted, many):
    model = vaelib.VAE(latent_dim=2, hidden=(64,), epochs=1).fit(many)
    timer = after(0.3, lambda: os.kill(os.getpid(), signal.SIGINT))
    started = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        model.log_likelihood(many, samples=20_000)
    assert time.monotonic() - started < 1.0
    timer.join()
    check_usable(model, many)


def test_a_signal_handler_of_ones_own_may_cancel(endless, many):
    previous = signal.signal(signal.SIGUSR1, lambda _signal, _frame: endless.cancel())
    try:
        timer = after(0.3, lambda: os.kill(os.getpid(), signal.SIGUSR1))
        with pytest.raises(vaelib.Cancelled):
            endless.fit(many)
        timer.join()
    finally:
        signal.signal(signal.SIGUSR1, previous)
    check_usable(endless, many)


def test_a_callback_ends_training(endless, many):
    told = []

    def callback(progress):
        told.append(progress)
        return progress.kind == "epoch" and progress.epoch == 2

    assert endless.fit(many, callback=callback) is endless
    assert len(endless.history_["epoch"]) == 2
    assert told[-1].metrics["loss"] == endless.history_["loss"][-1]
    assert told[-1].epochs == 10**6
    assert told[-1].examples == told[-1].examples_per_epoch == 5000
    check_usable(endless, many)


def test_an_exception_of_a_callback_comes_out_of_fit(endless, many):
    class Mine(Exception):
        pass

    def callback(progress):
        raise Mine("so it is")

    with pytest.raises(Mine, match="so it is"):
        endless.fit(many, callback=callback)
    check_usable(endless, many)


def test_callbacks_of_queries(many):
    model = vaelib.VAE(latent_dim=2, hidden=(64,), epochs=1).fit(many)
    told = []
    model.log_likelihood(many, samples=300, callback=told.append)
    assert {entry.kind for entry in told[:-1]} == {"step"}
    assert told[-1].kind == "epoch"
    assert told[-1].examples == told[-1].examples_per_epoch == 5000
    assert [entry.examples for entry in told] == sorted(entry.examples for entry in told)
    with pytest.raises(vaelib.Cancelled):
        model.log_likelihood(many, samples=20_000, callback=lambda progress: True)
    with pytest.raises(ZeroDivisionError):
        model.elbo(many, samples=20_000, callback=lambda progress: 1 / 0)


def test_a_callback_is_told_about_every_50_ms(many):
    times = []
    model = vaelib.VAE(latent_dim=2, hidden=(64,), epochs=10**6)
    model.fit(many, callback=lambda progress: times.append(time.monotonic()) or times[-1] - times[0] > 1.0)
    assert np.diff(times).max() < 0.15


def test_queries_from_many_threads(fitted, binary):
    expected = fitted.elbo(binary, 20).elbo
    latents = fitted.transform(binary)
    wrong = []

    def work():
        for _ in range(20):
            if not np.array_equal(fitted.elbo(binary, 20).elbo, expected):
                wrong.append("elbo")
            if not np.array_equal(fitted.transform(binary), latents):
                wrong.append("transform")

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_colliding_calls_are_refused_at_once(endless, many):
    endless.set_params(warm_start=True).initialize(64)
    refused = []

    def query(progress):
        return bool(refused)

    def collide():
        time.sleep(0.3)
        for call in (
            lambda: endless.transform(many),
            lambda: endless.set_weights({"encoder/0/bias": np.zeros((1, 64))}),
            lambda: endless.fit(many),
            lambda: vaelib.Trainer(endless, 100).step(many[:10]),
        ):
            started = time.monotonic()
            try:
                call()
            except vaelib.Busy:
                if time.monotonic() - started < 0.2:
                    refused.append(call)
        endless.cancel()

    thread = threading.Thread(target=collide)
    thread.start()
    with pytest.raises(vaelib.Cancelled):
        endless.fit(many)
    thread.join()
    assert len(refused) == 4
    check_usable(endless, many)


def test_training_while_a_query_runs_is_refused(many):
    model = vaelib.VAE(latent_dim=2, hidden=(64,), epochs=1, warm_start=True).fit(many)
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


FORK_PROGRAM = """
import os, sys, numpy, vaelib
x = (numpy.random.RandomState(0).uniform(size=(2000, 64)) < 0.4).astype("float32")
model = vaelib.VAE(latent_dim=2, hidden=(64,), epochs=2, random_state=0).fit(x)
expected = model.transform(x)
child = os.fork()
if child == 0:
    ok = numpy.array_equal(model.transform(x), expected)
    other = vaelib.VAE(latent_dim=2, hidden=(64,), epochs=2, random_state=0).fit(x)
    ok = ok and numpy.array_equal(other.transform(x), expected)
    os._exit(0 if ok else 3)
status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
assert numpy.array_equal(model.transform(x), expected)
sys.exit(status)
"""

FORK_WHILE_TRAINING = """
import os, sys, threading, time, numpy, vaelib
x = (numpy.random.RandomState(0).uniform(size=(2000, 64)) < 0.4).astype("float32")
model = vaelib.VAE(latent_dim=2, hidden=(64,), epochs=10**6, random_state=0, warm_start=True).initialize(64)
def train():
    try: model.fit(x)
    except vaelib.Cancelled: pass
thread = threading.Thread(target=train)
thread.start()
time.sleep(0.3)
child = os.fork()
if child == 0:
    try:
        model.transform(x)
        os._exit(4)
    except vaelib.Busy:
        pass
    other = vaelib.VAE(latent_dim=2, hidden=(64,), epochs=2, random_state=0).fit(x)
    os._exit(0 if numpy.isfinite(other.score(x)) else 3)
status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
model.cancel()
thread.join()
sys.exit(status)
"""


@pytest.mark.parametrize("program", [FORK_PROGRAM, FORK_WHILE_TRAINING], ids=["idle", "while training"])
def test_a_forked_child_goes_on(program):
    environment = {**os.environ, "PYTHONPATH": os.path.dirname(os.path.dirname(vaelib.__file__))}
    process = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", program], env=environment, timeout=60, capture_output=True, text=True
    )
    assert process.returncode == 0, process.stderr


def test_exit_while_training_in_a_daemon_thread():
    program = """
import threading, time, numpy, vaelib
x = (numpy.random.RandomState(0).uniform(size=(2000, 64)) < 0.4).astype("float32")
model = vaelib.VAE(epochs=10**6)
threading.Thread(target=model.fit, args=(x,), daemon=True).start()
time.sleep(0.3)
"""
    environment = {**os.environ, "PYTHONPATH": os.path.dirname(os.path.dirname(vaelib.__file__))}
    process = subprocess.run(
        [sys.executable, "-c", program], env=environment, timeout=30, capture_output=True, text=True
    )
    assert process.returncode == 0, process.stderr
