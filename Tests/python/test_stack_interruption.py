"""Stopping the training of stacks, and calls that collide with it."""

import os
import signal
import threading
import time

import numpy as np
import pytest
import vaelib
from stacks import examples, labels_of

FOREVER = 10**6


@pytest.fixture(scope="module")
def many():
    return examples(5000, 64)


def classifier(**options):
    return vaelib.StackedDenoisingClassifier(hidden=(64, 32), random_state=0, **options)


@pytest.mark.parametrize(
    ("options", "phases"),
    [
        ({"pretrain_epochs": FOREVER}, {"pretraining"}),
        ({"pretrain_epochs": 1, "finetune_epochs": FOREVER}, {"pretraining", "supervised"}),
    ],
    ids=["pretraining", "fine-tuning"],
)
def test_ctrl_c_keeps_what_was_reached(many, options, phases):
    model = classifier(**options)
    timer = threading.Timer(1.0, lambda: os.kill(os.getpid(), signal.SIGINT))
    timer.start()
    started = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        model.fit(many, labels_of(many))
    assert time.monotonic() - started < 2
    timer.join()
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    assert set(model.history_["phase"]) == phases
    assert np.isfinite(model.transform(many)).all()
    if "supervised" in phases:
        assert set(model.predict(many)) <= {"left", "right"}


def test_colliding_calls_are_refused_at_once(many):
    model = vaelib.StackedDenoisingAutoencoder(hidden=(64,), epochs=FOREVER, random_state=0).initialize(64)
    ended, data = [], vaelib.Dataset(many)

    def pretrain():
        model._fitted().train("vaelib_stack_pretrain", (data.handle,), {}, 0, None, None)

    def train():
        try:
            pretrain()
        except vaelib.Cancelled as error:
            ended.append(error)

    thread = threading.Thread(target=train)
    thread.start()
    time.sleep(0.3)
    for call in (
        lambda: model.transform(many),
        lambda: model.filters(),
        lambda: model.set_weights({}, strict=False),
        pretrain,
        lambda: vaelib.Trainer(model, 10).step(many),
    ):
        begin = time.monotonic()
        with pytest.raises(vaelib.Busy):
            call()
        assert time.monotonic() - begin < 0.5
    model.cancel()
    thread.join(20)
    assert len(ended) == 1
    assert np.isfinite(model.transform(many)).all()


def test_queries_from_many_threads_agree(many):
    model = vaelib.StackedDenoisingAutoencoder(hidden=(16, 8), epochs=1, random_state=0).fit(many)
    expected = model.reconstruct(many)
    results = []
    threads = [threading.Thread(target=lambda: results.append(model.reconstruct(many))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results) == 4
    for result in results:
        np.testing.assert_array_equal(result, expected)
