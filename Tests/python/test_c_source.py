"""C programs of models: what they compute once compiled; names, comments, exactness; refusals."""

import ctypes
import os
import re
import subprocess

import numpy as np
import pytest
import vaelib
from interchange_models import NAMES, assert_close, expected, made
from vaelib.interchange import to_c

FLAGS = ["-std=c99", "-Wall", "-Wextra", "-Werror", "-pedantic", "-Wmissing-prototypes", "-Wshadow", "-O0"]
VERBS = {"encoder": "encode", "decoder": "decode", "classifier": "classify", "regressor": "predict"}


def compiled(folder, *sources):
    """A shared library of programs."""
    library = folder / "parts.so"
    compiler = os.environ.get("CC", "cc")
    subprocess.run([compiler, *FLAGS, "-shared", "-fPIC", *sources, "-o", library, "-lm"], check=True)
    return ctypes.CDLL(library)


def run(function, inputs, widths):
    """The outputs of a function, row by row."""
    rows = len(next(iter(inputs.values())))
    outputs = {name: np.empty((rows, width), dtype=np.float32) for name, width in widths.items()}
    arrays = [np.ascontiguousarray(each, dtype=np.float32) for each in [*inputs.values()]] + [*outputs.values()]
    for row in range(rows):
        function(*(ctypes.c_void_p(each[row].ctypes.data) for each in arrays))
    return outputs


@pytest.mark.parametrize("name", NAMES)
def test_a_program_computes_what_the_model_does(name, tmp_path):
    parts = expected(name)
    for part in parts:
        to_c(made(name)[0], tmp_path / f"{part}.c", part, name=f"the_{part}")
    library = compiled(tmp_path, *(tmp_path / f"{part}.c" for part in parts))
    for part, (inputs, outputs) in parts.items():
        function = getattr(library, f"the_{part}_{VERBS.get(part, part)}")
        found = run(function, inputs, {each: values.shape[1] for each, values in outputs.items()})
        assert_close(found, outputs, _tolerance(name, part), f"{name}, {part}")


def _tolerance(name, part):
    """Logarithms are rounded where bounds as large as 20 are added; what is their exponential differs accordingly."""
    logarithmic = (
        "poisson",
        "negative",
        "zero",
        "log_normal",
        "counts",
        "mixed",
        "gaps indicated",
        "conditions within",
        "size factors",
    )
    is_power = part == "decoder" and ("predicted" in name or name.startswith(logarithmic))
    return 4e-6 if is_power or part in ("kl", "reconstruction") else 1e-6


def test_numbers_are_exact(tmp_path):
    """To the last bit, also those that are hard to write: the outputs of a layer for rows of a unit matrix."""
    values = np.array([[1 / 3, 1e-38, 1.5e38, 16777217], [-0.1, 1e-45, 2**-126, 0]], dtype=np.float32)
    model = vaelib.StackedDenoisingRegressor(
        hidden=(2,), activation="identity", loss="squared_error", standardize=False
    )
    weights = model.initialize(2).get_weights() | {"layers/0/weight": np.eye(2), "regressor/weight": values}
    weights |= {"layers/0/bias": np.zeros(2), "regressor/bias": np.zeros(4)}
    zeros = {f"regressor/standardization/{name}": np.zeros(4) for name in ("mean", "deviation")}
    model.set_weights(weights | zeros)
    to_c(model, tmp_path / "numbers.c", "regressor")
    found = run(compiled(tmp_path, tmp_path / "numbers.c").model_predict, {"x": np.eye(2)}, {"prediction": 4})
    np.testing.assert_array_equal(found["prediction"].view(np.int32), values.view(np.int32))


def test_what_a_program_says_of_itself(tmp_path):
    pandas = pytest.importorskip("pandas")
    names = ["a */ b", "/*/ c", "d???/", "line\nbreak"]
    x = pandas.DataFrame(made("gaussian, predicted")[1], columns=names)
    model = vaelib.VAE(latent_dim=2, hidden=(6,), epochs=1).fit(x)
    to_c(model, tmp_path / "part.c", name="sensor_2")
    text = (tmp_path / "part.c").read_text()
    beginning = text.split("*/\n")[0]
    assert f"The encoder of a VAE, written by vaelib {vaelib.__version__}." in beginning
    assert "void sensor_2_encode(const float *x, float *mean, float *log_variance);" in beginning
    assert re.search(r"x +4 numbers\n.*mean +2 numbers\n.*log_variance +2 numbers", beginning)
    assert "a * / b" in beginning
    compiled(tmp_path, tmp_path / "part.c")
    bytes_said = int(re.search(r"takes (\d+) bytes of the stack", beginning.replace("\n *", ""))[1])
    assert bytes_said == sum(4 * int(size) for size in re.findall(r"^  float buffer\d+\[(\d+)\];", text, re.MULTILINE))
    assert "malloc" not in text
    assert re.findall("#include.*", text) == ["#include <math.h>"]


def test_memory_is_shared(tmp_path):
    """Of a deep network two layers are in memory at a time."""
    model = vaelib.VAE(latent_dim=2, hidden=(30, 20, 30, 20), likelihood="bernoulli").initialize(4)
    to_c(model, tmp_path / "part.c")
    sizes = re.findall(r"^  float buffer\d+\[(\d+)\];", (tmp_path / "part.c").read_text(), re.MULTILINE)
    assert sum(map(int, sizes)) <= 30 + 20 + 4


@pytest.mark.parametrize("name", ["", "2nd", "a-b", None, "größe", "_Model", "a b"])
def test_names_that_are_none(name, tmp_path):
    with pytest.raises(ValueError, match="name must be an identifier of C"):
        to_c(made("bernoulli")[0], tmp_path / "part.c", name=name)
    assert not list(tmp_path.iterdir())


def test_programs_that_cannot_be_written(tmp_path):
    with pytest.raises(ValueError, match="part must be one of encoder, decoder, kl"):
        to_c(made("bernoulli")[0], tmp_path / "part.c", "classifier")
    with pytest.raises(FileNotFoundError):
        to_c(made("bernoulli")[0], tmp_path / "nowhere" / "part.c")
    with pytest.raises(vaelib.NotFittedError):
        to_c(vaelib.VAE(), tmp_path / "part.c")
    assert not list(tmp_path.iterdir())
