"""Profiles: where the time of calls went, on demand or on the standard error stream."""

import os
import re
import subprocess
import sys
import threading
from pathlib import Path

import h5py
import numpy as np
import pytest
import vaelib

LINE = re.compile(r" *(\d+\.\d)% +(\d+\.\d{6}) +(\d+) +(\d+\.\d)?  (.+)")

IN_MEMORY = """
import numpy, vaelib
X = (numpy.random.RandomState(0).uniform(size=(400, 64)) < 0.4).astype("float32")
model = vaelib.VAE(latent_dim=2, hidden=(32,), epochs=4, batch_size=50, random_state=1).fit(X)
model.transform(X)
trainer = vaelib.Trainer(model, 400)
for _ in range(3):
    trainer.step(X[:50])
del trainer
"""

STREAMED = """
import sys, vaelib
data = vaelib.open_dataset(sys.argv[1], "x", memory_budget=200_000)
vaelib.VAE(latent_dim=2, hidden=(8,), epochs=2, batch_size=100, random_state=1).fit(data)
"""


def run(program, *arguments, **variables):
    """A program in a fresh interpreter."""
    environment = {name: value for name, value in os.environ.items() if name != "VAELIB_PROFILE"} | variables
    environment["PYTHONPATH"] = str(Path(vaelib.__file__).resolve().parents[1])
    environment["PYTHONWARNINGS"] = "ignore"
    return subprocess.run(
        [sys.executable, "-c", program, *arguments], env=environment, capture_output=True, text=True, check=True
    )


def tables(text):
    """The tables of a text: for each the name of what was measured, its seconds, and its lines by their work."""
    found = []
    for line in text.splitlines():
        if head := re.match(r"(vaelib_\w+.*): (\d+\.\d{4}) s, kernels ", line):
            found.append((head[1], float(head[2]), {}))
        elif row := LINE.fullmatch(line):
            found[-1][2][row[5]] = float(row[2]), int(row[3]), row[4]
        else:
            assert line == "  share       seconds      times  GFLOP/s  work"
    return found


@pytest.fixture
def profiling():
    """Calls are measured."""
    vaelib.set_profiling(True)
    yield
    vaelib.set_profiling(False)


def test_nothing_is_measured_or_printed_by_itself(tmp_path):
    for variables in ({}, {"VAELIB_PROFILE": "0"}, {"VAELIB_PROFILE": ""}):
        done = run(IN_MEMORY + "print(repr(vaelib.last_profile()))", **variables)
        assert (done.stdout, done.stderr) == ("''\n", "")


#: The queries with which ``fit`` calibrates scores once it has trained.
CALIBRATION = ["vaelib_vae_estimate_elbo", "vaelib_vae_estimate_column_terms"]


def test_a_variable_prints_every_call():
    done = run(IN_MEMORY, VAELIB_PROFILE="1")
    assert done.stdout == ""
    names = [name for name, _, _ in tables(done.stderr)]
    assert names == ["vaelib_vae_fit", *CALIBRATION, "vaelib_vae_encode_rows", "vaelib_trainer, all calls"]
    (_, seconds, fit), *_, (_, _, trainer) = tables(done.stderr)
    assert sum(line[0] for line in fit.values()) == pytest.approx(seconds, abs=1e-4)
    steps = fit["optimiser"][1]
    for layer in ("encoder/0", "encoder/head", "decoder/0", "decoder/head"):
        assert fit[f"{layer} backward"][1] == steps
        assert float(fit[f"{layer} forward"][2]) > 0
    assert trainer["optimiser"][1] == trainer["everything else"][1] == 3


def test_a_streamed_training_waits_for_its_reader(tmp_path):
    path = tmp_path / "data.h5"
    values = (np.random.RandomState(0).uniform(size=(20_000, 64)) < 0.4).astype(np.float32)
    with h5py.File(path, "w") as file:
        file.create_dataset("x", data=values, chunks=(100, 64), compression="gzip")
    (name, _, lines), *others = tables(run(STREAMED, str(path), VAELIB_PROFILE="1").stderr)
    assert [name, *(other for other, _, _ in others)] == ["vaelib_vae_fit", *CALIBRATION]
    assert lines["waiting for the reader"][1] > 0
    assert "reading" in lines
    assert "gathering and conversion" in lines


def test_the_last_call_of_the_thread(profiling, fitted, binary):
    fitted.transform(binary)
    assert vaelib.last_profile().startswith("vaelib_vae_encode_rows: ")
    fitted.reconstruct(binary)
    assert vaelib.last_profile().startswith("vaelib_vae_reconstruct: ")
    seen = []
    thread = threading.Thread(target=lambda: seen.append(vaelib.last_profile()))
    thread.start()
    thread.join()
    assert seen == [""]


def test_what_is_not_measured_leaves_the_last_table(profiling, fitted, binary):
    fitted.transform(binary)
    vaelib.set_profiling(False)
    fitted.reconstruct(binary)
    assert vaelib.last_profile().startswith("vaelib_vae_encode_rows: ")


def test_results_are_the_same(profiling, binary):
    def train():
        model = vaelib.VAE(latent_dim=2, hidden=(8,), epochs=3, batch_size=16, random_state=5)
        return model.fit(binary).transform(binary)

    measured = train()
    vaelib.set_profiling(False)
    assert np.array_equal(measured, train())
