"""Importing vaelib is quick, and imports nothing large but numpy, whatever else is installed."""

import os
import subprocess
import sys
from pathlib import Path

import vaelib

PACKAGES = Path(vaelib.__file__).resolve().parents[1]
LARGE = ("sklearn", "scipy", "pandas", "polars", "matplotlib", "h5py", "joblib", "onnx", "torch", "safetensors", "tqdm")


def run(tmp_path, program):
    """What a fresh interpreter prints."""
    process = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, "PYTHONPATH": str(PACKAGES)},
        capture_output=True,
        text=True,
        cwd=tmp_path,
    )
    assert process.returncode == 0, process.stderr
    return process.stdout


def test_only_numpy_is_imported(tmp_path):
    """Not even by using the estimator."""
    program = f"""
import sys, numpy, vaelib
def imported():
    return sorted(set({LARGE}) & set(sys.modules))
print(imported())
vae = vaelib.VAE(latent_dim=2, hidden=(4,), epochs=1)
try:
    vae.transform(numpy.eye(5))
except vaelib.NotFittedError as error:
    print(type(error) is vaelib.NotFittedError)
print(vae.fit_transform(numpy.eye(5)).shape, repr(vae), imported())
"""
    assert run(tmp_path, program).splitlines() == [
        "[]",
        "True",
        "(5, 2) VAE(epochs=1, hidden=(4,), latent_dim=2) []",
    ]


def test_importing_takes_milliseconds(tmp_path):
    """Beyond numpy; scikit-learn alone would take a second or two."""
    program = """
import time
began = time.process_time()
import numpy
between = time.process_time()
import vaelib
print(between - began, time.process_time() - between)
"""
    runs = [tuple(map(float, run(tmp_path, program).split())) for _ in range(3)]
    numpy_seconds, vaelib_seconds = (min(seconds) for seconds in zip(*runs, strict=True))
    print(f"import numpy: {1e3 * numpy_seconds:.0f} ms, then import vaelib: {1e3 * vaelib_seconds:.0f} ms")
    assert vaelib_seconds < 0.3
