"""Importing vaelib is quick, and imports nothing large but numpy, whatever else is installed."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import vaelib

PACKAGES = Path(vaelib.__file__).resolve().parents[1]
LARGE = (
    "sklearn",
    "scipy",
    "pandas",
    "polars",
    "pyarrow",
    "matplotlib",
    "h5py",
    "joblib",
    "onnx",
    "torch",
    "safetensors",
    "tqdm",
)


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


BASES = """
import sys
{first}
class Mine(vaelib.VAE):
    def fit(self, X, y=None, *, extra=None, **others):
        return super().fit(X, y, **others)
old, older = Mine(epochs=1), vaelib.StackedDenoisingRegressor()
{second}
import pickle, sklearn
from sklearn import base
mixins = {{
    vaelib.VAE: base.OutlierMixin,
    vaelib.StackedDenoisingAutoencoder: base.OutlierMixin,
    vaelib.StackedDenoisingClassifier: base.ClassifierMixin,
    vaelib.StackedDenoisingRegressor: base.RegressorMixin,
}}
for kind, mixin in mixins.items():
    made = kind()
    assert isinstance(made, base.BaseEstimator) and isinstance(made, base.TransformerMixin) and isinstance(made, mixin)
    others = set(mixins.values()) - {{mixin}}
    assert not any(isinstance(made, other) for other in others)
    assert kind.__name__ in made._repr_html_()
assert isinstance(old, base.BaseEstimator) and isinstance(old, base.OutlierMixin)
assert isinstance(older, base.BaseEstimator) and isinstance(older, base.RegressorMixin)
assert type(pickle.loads(pickle.dumps(old))) is Mine and base.clone(old).get_params() == old.get_params()
with sklearn.config_context(enable_metadata_routing=True):
    assert old.set_fit_request(extra=True).get_metadata_routing().fit.requests["extra"] is True
    assert "validation" in older.get_metadata_routing().fit.requests
assert [type(each).__name__ for each in sys.meta_path].count("_Watch") == 0
assert base.__spec__.loader.get_source("sklearn.base").startswith('\"\"\"')
print("good")
"""


@pytest.mark.parametrize(
    ("first", "second"),
    [("import sklearn, vaelib", ""), ("import vaelib", "import sklearn.linear_model")],
)
def test_scikit_learns_classes_are_bases_whichever_is_imported_first(tmp_path, first, second):
    pytest.importorskip("sklearn")
    Path(tmp_path / "program.py").write_text(BASES.format(first=first, second=second))
    process = subprocess.run(
        [sys.executable, "program.py"],
        env={**os.environ, "PYTHONPATH": str(PACKAGES)},
        capture_output=True,
        text=True,
        cwd=tmp_path,
    )
    assert process.stdout == "good\n", process.stderr


@pytest.mark.slow
def test_threads_that_import_both_at_once(tmp_path):
    pytest.importorskip("sklearn")
    program = """
import threading
def one(): import vaelib
def other(): import sklearn.base
threads = [threading.Thread(target=each) for each in (other, one)]
[each.start() for each in threads]
[each.join() for each in threads]
import vaelib, sklearn.base
print(isinstance(vaelib.VAE(), sklearn.base.BaseEstimator))
"""
    assert run(tmp_path, program) == "True\n"
