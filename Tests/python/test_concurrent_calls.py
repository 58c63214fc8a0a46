"""Calls on one estimator from many threads, in forked children, and at the end of the program."""

import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest
import vaelib
from estimators import FOREVER, KINDS, VAE, answers, different, train_in_place


def test_queries_from_many_threads(trained, binary):
    expected, wrong, done = answers(trained, binary), [], []

    def work():
        for _ in range(20):
            wrong.extend(different(answers(trained, binary), expected))
        done.append(True)

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
    assert len(done) == 6


def test_colliding_calls_are_refused_at_once(kind):
    many = (np.random.RandomState(0).uniform(size=(5000, 64)) < 0.4).astype(np.float32)
    model = kind.make(hidden=(64,), batch_size=100, random_state=0).initialize(64)
    ended, weights = [], model.get_weights()

    def train():
        try:
            train_in_place(model, many, FOREVER)
        except vaelib.Cancelled as error:
            ended.append(error)

    thread = threading.Thread(target=train)
    thread.start()
    time.sleep(0.3)
    calls = [
        lambda: model.transform(many),
        lambda: model.reconstruct(many),
        lambda: model.set_weights(weights),
        lambda: model.set_weights({}, strict=False),
        lambda: train_in_place(model, many, FOREVER),
        lambda: vaelib.Trainer(model, 100).step(many[:10]),
    ]
    if isinstance(model, VAE):
        calls += [lambda: model.elbo(many)]
    else:
        data = vaelib.Dataset(many)
        calls += [
            lambda: model.filters(),
            lambda: model._fitted().train("vaelib_stack_pretrain", (data.handle,), {}, 0, None, None),
        ]
    try:
        for call in calls:
            started = time.monotonic()
            with pytest.raises(vaelib.Busy):
                call()
            assert time.monotonic() - started < 0.2
    finally:
        model.cancel()
        thread.join(20)
    assert len(ended) == 1
    assert np.isfinite(model.transform(many)).all()
    assert np.isfinite(model.reconstruct(many)).all()


BEGINNING = """
import os, sys, threading, time, numpy, vaelib
from estimators import FOREVER, KINDS, fit, train_in_place
x = (numpy.random.RandomState(0).uniform(size=(2000, 64)) < 0.4).astype("float32")
kind = KINDS[sys.argv[1]]
options = {"hidden": (64,), "random_state": 0}
"""

FORK = """
model = fit(kind.make(**options), x)
expected = model.transform(x)
child = os.fork()
if child == 0:
    ok = numpy.array_equal(model.transform(x), expected)
    ok = ok and numpy.array_equal(fit(kind.make(**options), x).transform(x), expected)
    os._exit(0 if ok else 3)
status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
assert numpy.array_equal(model.transform(x), expected)
sys.exit(status)
"""

FORK_WHILE_TRAINING = """
model = kind.make(**options).initialize(64)
def train():
    try: train_in_place(model, x, FOREVER)
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
    other = fit(kind.make(**options), x)
    os._exit(0 if numpy.isfinite(other.reconstruct(x)).all() else 3)
status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
model.cancel()
thread.join()
sys.exit(status)
"""

EXIT_WHILE_TRAINING = """
model = kind.make(**options).initialize(64)
thread = threading.Thread(target=train_in_place, args=(model, x, FOREVER), daemon=True)
thread.start()
time.sleep(0.3)
sys.exit(0 if thread.is_alive() else 5)
"""


@pytest.mark.parametrize("program", [FORK, FORK_WHILE_TRAINING, EXIT_WHILE_TRAINING], ids=["fork", "training", "exit"])
@pytest.mark.parametrize("name", KINDS)
def test_forked_children_go_on_and_programs_end(name, program):
    folders = (Path(vaelib.__file__).parents[1], Path(__file__).parent)
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(str(folder) for folder in folders)}
    process = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", BEGINNING + program, name],
        env=environment,
        timeout=60,
        capture_output=True,
        text=True,
    )
    assert process.returncode == 0, process.stderr
