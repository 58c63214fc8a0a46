"""The programs that a newcomer runs first."""

import doctest
import os
import subprocess
import sys
from pathlib import Path

import h5py
import numpy as np
import pytest
import vaelib
import vaelib.models.autoencoder
import vaelib.models.classifier
import vaelib.models.regressor
import vaelib.models.vae

REPOSITORY = Path(__file__).resolve().parents[2]
DEMO = REPOSITORY / "bindings" / "python" / "examples" / "digits.py"


def run_demo(tmp_path, *options):
    environment = {**os.environ, "PYTHONPATH": os.path.dirname(os.path.dirname(vaelib.__file__))}
    command = [sys.executable, str(DEMO), "--epochs", "2", "--samples", "5", "--output", "out", *options]
    return subprocess.run(command, env=environment, cwd=tmp_path, capture_output=True, text=True)


def test_the_examples_in_the_documentation():
    models = vaelib.models
    for module in (models.vae, models.autoencoder, models.classifier, models.regressor):
        assert doctest.testmod(module).failed == 0
        assert doctest.testmod(module).attempted > 2


@pytest.mark.slow
def test_the_demo(tmp_path):
    pytest.importorskip("matplotlib")
    pytest.importorskip("sklearn")
    process = run_demo(tmp_path)
    assert process.returncode == 0, process.stderr
    assert "test bound" in process.stdout
    assert "test log-likelihood" in process.stdout
    pictures = {path.name for path in (tmp_path / "out").glob("*.png")}
    assert pictures == {
        *("latents.png", "manifold.png", "reconstructions.png", "samples.png", "training.png"),
        *("denoising.png", "filters.png", "pretraining.png"),
    }
    assert "test error of the stack" in process.stdout
    assert "test error of logistic regression" in process.stdout
    assert vaelib.load(tmp_path / "out" / "vae.h5").n_features_in_ == 64


@pytest.mark.slow
def test_the_demo_with_data_of_ones_own(tmp_path):
    pytest.importorskip("matplotlib")
    with h5py.File(tmp_path / "mine.h5", "w") as file:
        file["x_train"] = np.random.RandomState(0).uniform(size=(200, 4, 6))
    process = run_demo(tmp_path, "--data", "mine.h5")
    assert process.returncode == 0, process.stderr
    assert "20 rows of x_train are kept for testing" in process.stdout
    assert (tmp_path / "out" / "samples.png").exists()
    process = run_demo(tmp_path, "--data", "nowhere.h5")
    assert process.returncode == 1
    assert "nowhere.h5" in process.stderr
    assert "Traceback" not in process.stderr
