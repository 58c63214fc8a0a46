"""Trainings that are killed with SIGKILL at any moment, saves included, end with the bits of those that never were."""

import os
import random
import signal
import time

import numpy as np
import pytest
import vaelib
from checkpoints import assert_same, autoencoder, classifier, examples, labels, streamed, vae

KILLS = 100


def start(train):
    """Runs ``train`` in a child process; returns its number."""
    process = os.fork()
    if process == 0:
        status = 1
        try:
            train()
            status = 0
        except BaseException as error:
            print(error, flush=True)
        finally:
            os._exit(status)  # the child must not return into pytest
    return process


def kill_after(process, seconds):
    """Waits so long, then kills the process; whether it had ended well before."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        ended, status = os.waitpid(process, os.WNOHANG)
        if ended:
            assert os.waitstatus_to_exitcode(status) == 0
            return True
        time.sleep(0.001)
    os.kill(process, signal.SIGKILL)
    _, status = os.waitpid(process, 0)
    if os.WIFSIGNALED(status):
        assert os.WTERMSIG(status) == signal.SIGKILL
        return False
    assert os.waitstatus_to_exitcode(status) == 0
    return True


def vae_in_memory(_folder):
    return vae(epochs=30, patience=20, validation_fraction=0.2, latent_dim=8, hidden=(64,)), (examples(),)


def vae_streamed(folder):
    return vae(epochs=20, optimizer="sgd", momentum=0.9, learning_rate=0.01), (streamed(folder / "x.h5", examples()),)


def stack_without_labels(_folder):
    return autoencoder(epochs=8, finetune_epochs=8, corruption_level=0.3), (examples(),)


def stack_with_labels(folder):
    data = (streamed(folder / "x.h5", examples(), labels()),)
    return classifier(pretrain_epochs=8, finetune_epochs=8, dropout=0.2, optimizer="adagrad"), data


CASES = [vae_in_memory, vae_streamed, stack_without_labels, stack_with_labels]


@pytest.mark.slow
@pytest.mark.parametrize("case", CASES)
def test_killed_trainings_end_with_the_same_bits(case, tmp_path):
    expected, data = case(tmp_path)
    expected.fit(*data)
    folder = tmp_path / "checkpoints"
    folder.mkdir()
    path = folder / "run.h5"
    moments = random.Random(7)
    kills = finished = written = 0

    def train():
        estimator, _ = case(tmp_path)
        estimator.fit(*data, checkpoint=vaelib.Checkpoint(path, every_steps=moments_between))

    while kills < KILLS // len(CASES) + 1 or finished == 0:
        moments_between = moments.randrange(1, 5)
        if kill_after(start(train), moments.uniform(0, 0.15)):
            found = vaelib.load(path)
            assert_same(found, expected)
            finished += 1
            path.unlink()
            continue
        kills += 1
        if path.exists():
            written += 1
            assert len(vaelib.load(path).history_["epoch"]) <= len(expected.history_["epoch"])
        assert len(list(folder.iterdir())) <= 2
    assert written > 0
    train()
    assert [file.name for file in folder.iterdir()] == ["run.h5"]
    assert np.isfinite(next(iter(vaelib.load(path).get_weights().values()))).all()
