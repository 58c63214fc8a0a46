"""docs/file-format.md suffices: files are read and written with h5py, numpy and zlib alone, and mean what it says."""

import re
import shutil
import struct
import subprocess
import zlib
from pathlib import Path

import h5py
import numpy as np
import pandas as pd
import pytest
import vaelib
from model_files import ACTIVATIONS, COUNTS, StackReader, VAEReader
from vaelib._c.parameters import PARAMETERS

#: What the document's tables have beside the parameters.
BESIDE_PARAMETERS = ("layer_count", "class_count", "head", "output_count", "vaelib_version", "format", "kind")
DOCUMENT = (Path(__file__).resolve().parents[2] / "docs" / "file-format.md").read_text()

# ---- what the library writes, read so -------------------------------------------------------------------------------

X = np.random.RandomState(0).uniform(size=(20, 6)).astype(np.float32)


def randomised(estimator):
    """The estimator with random weights, biases included."""
    random = np.random.RandomState(1)
    state = {name: random.normal(scale=0.4, size=values.shape) for name, values in estimator.get_weights().items()}
    for name in ("knots", "scores"):
        if f"standardization/{name}" in state:
            state[f"standardization/{name}"] = estimator.get_weights()[f"standardization/{name}"]
    for name in ("deviation", "floor"):
        if f"standardization/{name}" in state:
            state[f"standardization/{name}"] = random.uniform(0.5, 2, size=6)
    if "standardization/total" in state:
        state["standardization/total"] = np.array([37.5])
    return estimator.set_weights(state)


def close(found, expected, unit=1.0):
    """Equal to 1e-6, of numbers that float32 arithmetic made from terms of the size ``unit``."""
    np.testing.assert_allclose(found, expected, rtol=1e-6, atol=1e-6 * unit)


VAES = {
    **{name: {"activation": name} for name in ACTIVATIONS},
    "no hidden layer": {"hidden": ()},
    "three hidden layers": {"hidden": (9, 7, 5), "decoder_hidden": (4, 8)},
    "fixed": {"likelihood": "gaussian", "variance": "fixed", "noise_stddev": 0.3},
    "learned": {"likelihood": "gaussian", "variance": "learned", "stddev_floor": 0.5},
    "predicted": {"likelihood": "gaussian", "variance": "predicted", "stddev_floor": 0.5},
    "normal scores": {"likelihood": "gaussian", "variance": "predicted", "standardize_by": "quantiles"},
    "laplace": {"likelihood": "laplace", "stddev_floor": 0.5},
    "student_t": {"likelihood": "student_t", "variance": "predicted", "stddev_floor": 0.5},
    "student_t, its degrees fixed": {"likelihood": "student_t", "degrees_of_freedom": 2.5, "noise_stddev": 0.3},
    "log_normal": {"likelihood": "log_normal", "stddev_floor": 0.5},
    "continuous_bernoulli": {"likelihood": "continuous_bernoulli"},
    "beta": {"likelihood": "beta"},
    "beta, predicted": {"likelihood": "beta", "variance": "predicted"},
    "poisson": {"likelihood": "poisson", "scale": 1, "shift": 0},
    "negative_binomial": {"likelihood": "negative_binomial", "scale": 1, "shift": 0},
    "zero_inflated_negative_binomial": {
        "likelihood": "zero_inflated_negative_binomial",
        "variance": "predicted",
        "scale": 1,
        "shift": 0,
    },
    "shares of the total": {"likelihood": "negative_binomial", "count_mean": "share", "scale": 1, "shift": 0},
    "shares of the total, added zeros": {
        "likelihood": "zero_inflated_negative_binomial",
        "count_mean": "share",
        "scale": 1,
        "shift": 0,
    },
    "counts as they are": {"likelihood": "negative_binomial", "standardize": False, "scale": 1, "shift": 0},
    "predicted, with a sigmoid": {"likelihood": "gaussian", "variance": "predicted", "mean_activation": "sigmoid"},
}


@pytest.mark.parametrize("name", VAES)
def test_a_vae_is_read_by_the_document(tmp_path, name):
    options = {"latent_dim": 3, "hidden": (5, 4), "epochs": 2, "scale": 0.5, "shift": 0.25, **VAES[name]}
    options.setdefault("binarization", "none" if "likelihood" in options else "dynamic")
    x = np.floor(8 * X) if options.get("likelihood") in COUNTS else X
    vae = randomised(vaelib.VAE(**options, random_state=1).fit(x))
    vae.save(tmp_path / "model.h5")
    reader = VAEReader(tmp_path / "model.h5")
    assert reader.kind == "vae"
    for key, values in reader.history.items():
        np.testing.assert_array_equal(values, vae.history_[key])
    (mean, log_variance), (z, found) = reader.encode(x), vae.encode(x)
    close(z, mean)
    close(found, log_variance, unit=4)  # on their way through the bounds they are as large as 20
    mean, log_variance = reader.decode(z.astype(np.float64))
    if log_variance is None:
        close(vae.decode(z), mean)
        return
    if options.get("standardize_by") == "quantiles":  # means over the knots are numerical
        deviation = np.exp(log_variance / 2)
        np.testing.assert_allclose((vae.decode(z).mean - mean) / deviation, 0, atol=1e-3)
        np.testing.assert_allclose(np.sqrt(vae.decode(z).variance), deviation, rtol=5e-3)
        return
    # Of exponents as large as that, and of the sum that shares are of.
    rounding = 8 if options["likelihood"] == "log_normal" else 2 if options.get("count_mean") == "share" else 1
    np.testing.assert_allclose(vae.decode(z).mean, mean, rtol=1e-6 * rounding, atol=1e-6)
    np.testing.assert_allclose(vae.decode(z).variance, np.exp(log_variance), rtol=4e-6 * rounding)


def test_a_vae_of_several_kinds_of_columns_is_read_by_the_document(tmp_path):
    random = np.random.RandomState(4)
    counts = random.poisson(3, size=(20, 3))
    x = np.concatenate([X[:, :2], random.randint(3, size=(20, 2)), counts, X[:, 2:] > 0.5], axis=1)
    columns = [
        ("student_t", [0], {"degrees_of_freedom": 3}), ("log_normal", [1], {"variance": "predicted"}),
        ("categorical", [2, 3]), ("zero_inflated_negative_binomial", [4]),
        ("poisson", [5, 6], {"count_mean": "share"}), ("bernoulli", [7, 8, 9, 10]),
    ]  # fmt: skip
    vae = vaelib.VAE(latent_dim=3, hidden=(5, 4), columns=columns, epochs=5, random_state=1).fit(x.astype(np.float32))
    vae.save(tmp_path / "model.h5")
    reader = VAEReader(tmp_path / "model.h5")
    (mean, log_variance), (z, found) = reader.encode(x), vae.encode(x)
    close(z, mean, unit=4)
    close(found, log_variance, unit=4)
    mean, log_variance = reader.decode(z.astype(np.float64))
    np.testing.assert_allclose(vae.decode(z).mean, mean, rtol=1e-5)
    np.testing.assert_allclose(vae.decode(z).variance, np.exp(log_variance), rtol=1e-4)


def test_a_vae_with_conditions_is_read_by_the_document(tmp_path):
    random = np.random.RandomState(5)
    counts, kinds = random.poisson(3, size=(20, 2)), random.randint(3, size=(20, 2))
    x = np.concatenate([kinds[:, :1], counts, kinds[:, 1:], X], axis=1).astype(np.float32)
    given = {"condition": True}
    columns = [
        ("categorical", [0], given), ("poisson", [1], given), ("poisson", [2]), ("categorical", [3]),
        ("gaussian", [4, 5]), ("log_normal", [6], given), ("gaussian", [7], given), ("bernoulli", [8, 9], given),
    ]  # fmt: skip
    vae = vaelib.VAE(latent_dim=3, hidden=(5, 4), columns=columns, epochs=5, random_state=1).fit(x)
    vae.save(tmp_path / "model.h5")
    reader = VAEReader(tmp_path / "model.h5")
    (mean, log_variance), (z, found) = reader.encode(x), vae.encode(x)
    close(z, mean, unit=4)
    close(found, log_variance, unit=4)
    modelled = [2, 3, 4, 5]
    mean, log_variance = reader.decode(np.concatenate([z.astype(np.float64), reader.conditions(x)], axis=1))
    decoded = vae.decode(z, conditions=np.delete(x, modelled, axis=1))
    np.testing.assert_allclose(decoded.mean[:, modelled], mean, rtol=1e-5)
    np.testing.assert_allclose(decoded.variance[:, modelled], np.exp(log_variance), rtol=1e-4)


def test_size_factors_and_dispersions_by_condition_are_read_by_the_document(tmp_path):
    random = np.random.RandomState(6)
    counts, kinds = random.poisson(3, size=(20, 5)), random.randint(3, size=(20, 2))
    size = np.exp(random.normal(3, 1, size=(20, 1)))
    x = np.concatenate([kinds, counts, size, X[:, :1] / 300 + 0.1], axis=1).astype(np.float32)
    share = {"count_mean": "share", "variance": "by_condition"}
    columns = [
        ("categorical", [0], {"condition": True}), ("gaussian", [1], {"condition": True}),
        ("negative_binomial", [2, 3], share), ("zero_inflated_negative_binomial", [4, 5, 6], share),
        ("auto", [7], {"size_factor": True}), ("beta", [8], {"variance": "by_condition"}),
    ]  # fmt: skip
    vae = vaelib.VAE(latent_dim=3, hidden=(5, 4), columns=columns, epochs=5, random_state=1).fit(x)
    weights = {
        name: values if "standardization" in name else random.normal(scale=0.4, size=values.shape)
        for name, values in vae.get_weights().items()
    }
    vae.set_weights(weights).save(tmp_path / "model.h5")
    reader = VAEReader(tmp_path / "model.h5")
    (mean, log_variance), (z, found) = reader.encode(x), vae.encode(x)
    close(z, mean, unit=4)
    close(found, log_variance, unit=4)
    modelled = [2, 3, 4, 5, 6, 8]
    seen = np.concatenate([z.astype(np.float64), reader.conditions(x)], axis=1)
    mean, log_variance = reader.decode(seen, reader.size_factors(x))
    decoded = vae.decode(z, conditions=np.delete(x, modelled, axis=1))
    np.testing.assert_allclose(decoded.mean[:, modelled], mean, rtol=1e-5)
    np.testing.assert_allclose(decoded.variance[:, modelled], np.exp(log_variance), rtol=1e-4)


FRAME = {
    "ü": np.resize(["x", "", "ä"], 20),
    "b": np.resize([True, False], 20),
    "c": np.arange(20, dtype=np.float64),
    "d": pd.Categorical(np.resize([7, -1], 20)),
}


def test_what_a_data_frame_was_is_read_by_the_document(tmp_path):
    x = pd.DataFrame(FRAME).astype({"ü": object})
    vae = vaelib.VAE(latent_dim=2, hidden=(3,), epochs=1, random_state=0).fit(x)
    vae.save(tmp_path / "model.h5")
    reader = VAEReader(tmp_path / "model.h5")
    assert reader.column_names == ("text", ["ü", "b", "c", "d"])
    assert reader.column_types == [
        "category pandas.object", "boolean pandas.bool", "real pandas.float64", "category pandas.category",
    ]  # fmt: skip
    assert reader.categories == {"0": ("text", ["", "x", "ä"]), "3": ("integer", ["-1", "7"])}


@pytest.mark.parametrize("tied", [(True, True, True), (False, True, False)])
@pytest.mark.parametrize(
    ("activation", "loss"),
    [
        ("sigmoid", "cross_entropy"),
        (("sigmoid", "tanh", "relu"), ("cross_entropy", "cross_entropy", "squared_error")),
        (("gelu", "sigmoid", "identity"), ("squared_error", "squared_error", "cross_entropy")),
    ],
)
def test_a_stack_is_read_by_the_document(tmp_path, tied, activation, loss):
    options = {"hidden": (5, 4, 3), "tied": tied, "activation": activation, "loss": loss, "shift": 0.125, "scale": 0.75}
    stack = vaelib.StackedDenoisingClassifier(**options, pretrain_epochs=1, finetune_epochs=2, random_state=1)
    randomised(stack.fit(X, np.resize(["x", "ÿ", ""], len(X)))).save(tmp_path / "stack.h5")
    reader = StackReader(tmp_path / "stack.h5")
    assert (reader.kind, reader.architecture["class_count"]) == ("stack", 3)
    assert reader.classes == ["", "x", "ÿ"]
    assert reader.training["pretraining_epochs"] == 1
    assert reader.training["supervised_epochs"] == 2
    for key, values in reader.history.items():
        expected = [{"pretraining": 0, "supervised": 1}[each] for each in stack.history_["phase"]]
        np.testing.assert_array_equal(values, expected if key == "phase" else stack.history_[key])
    for top in range(3):
        codes = stack.transform(X, layer=top)
        close(codes, reader.encode(X, top))
        close(stack.inverse_transform(codes, layer=top), reader.decode(codes.astype(np.float64), top))
        close(stack.reconstruct(X, layer=top), reader.decode(reader.encode(X, top), top), unit=4)
    close(stack.predict_proba(X), reader.probabilities(X))
    assert stack.predict(X).tolist() == [reader.classes[index] for index in reader.probabilities(X).argmax(axis=1)]


@pytest.mark.parametrize("head", ["gaussian", "sigmoid"])
def test_heads_of_targets_are_read_by_the_document(tmp_path, head):
    y = np.stack([1000 * X[:, 0], X[:, 1] - 7], axis=1) if head == "gaussian" else (X[:, :2] > 0.5).astype(int)
    kind = vaelib.StackedDenoisingRegressor if head == "gaussian" else vaelib.StackedDenoisingClassifier
    stack = kind(hidden=(5, 4), pretrain_epochs=1, finetune_epochs=3, random_state=1).fit(X, y)
    stack.save(tmp_path / "stack.h5")
    reader = StackReader(tmp_path / "stack.h5")
    found = {name: reader.architecture[name] for name in ("class_count", "head", "output_count")}
    assert found == {"class_count": 0, "head": head, "output_count": 2}
    np.testing.assert_array_equal(reader.history["error"], stack.history_["error"])
    if head == "gaussian":
        np.testing.assert_allclose(stack.predict(X), reader.targets(X), rtol=1e-5)
    else:
        close(stack.predict_proba(X), reader.indicators(X))


# ---- what the document's writer writes, read by the library ---------------------------------------------------------


def writer():
    """The document's function that writes a file."""
    names = {"h5py": h5py, "struct": struct, "zlib": zlib}
    definitions = [code for code in re.findall(r"^```python\n(.*?)^```", DOCUMENT, re.M | re.S) if "def " in code]
    for code in definitions:
        exec(code.split('\nwith open("model.h5"')[0], names)
    return names["write_model"]


VAE_HISTORY = (
    "epoch", "examples_seen", "loss", "reconstruction", "kl", "validation_reconstruction", "validation_kl", "kl_weight",
    "learning_rate", "seconds",
)  # fmt: skip
STACK_HISTORY = (
    "phase", "layer", "epoch", "loss", "validation_loss", "error", "validation_error", "learning_rate", "seconds",
)  # fmt: skip
TRAINING = {
    "epochs": 7, "batch_size": 9, "estimator": "analytic", "samples": 1, "beta": 1.0, "kl_warmup_epochs": 0.0,
    "binarization": "none", "optimizer": "sgd", "learning_rate": 0.5, "momentum": 0.0, "nesterov": 0, "beta1": 0.9,
    "beta2": 0.999, "epsilon": 1e-8, "schedule": "constant", "schedule_epochs": 10.0, "schedule_factor": 0.1,
    "warmup_epochs": 0.0, "weight_decay": 0.0, "gradient_clip_norm": 0.0, "patience": 0, "dropout": 0.0,
    "seed": np.uint64(2**64 - 1),
}  # fmt: skip
DATA = {"scale": 0.5, "shift": 0.25}
LAYER = {
    "width": 5, "activation": "sigmoid", "tied": 1, "loss": "cross_entropy", "corruption": "masking",
    "corruption_level": 0.25, "corruption_range": "given", "corruption_low": 0.0, "corruption_high": 1.0,
    "corrupted_weight": 1.0, "untouched_weight": 1.0, "weight_l1": 0.0, "weight_l2": 0.0, "sparsity_target": 0.05,
    "sparsity_weight": 0.0, "contraction_weight": 0.0, "epochs": 0, "learning_rate": 0.0,
}  # fmt: skip


def layers(random, *names_and_widths):
    """Random dense layers by name."""
    weights = {}
    for name, inputs, outputs in names_and_widths:
        weights[f"{name}/weight"] = random.normal(scale=0.4, size=(inputs, outputs))
        weights[f"{name}/bias"] = random.normal(scale=0.4, size=outputs)
    return weights


def test_a_vae_that_the_document_writes(tmp_path):
    random = np.random.RandomState(3)
    architecture = {
        "data_dim": 6, "latent_dim": 2, "hidden": np.array([5, 4]), "decoder_hidden": np.array([], dtype="int64"),
        "activation": "silu", "likelihood": "gaussian", "variance": "predicted", "mean_activation": "sigmoid",
        "noise_stddev": 1.0, "stddev_floor": 0.01, "initializer": "normal", "initializer_stddev": 0.01,
        "seed": np.uint64(3),
    }  # fmt: skip
    weights = layers(random, ("encoder/0", 6, 5), ("encoder/1", 5, 4), ("encoder/head", 4, 4), ("decoder/head", 2, 12))
    groups = {"architecture": architecture, "training": TRAINING, "data": DATA}
    history = {name: [1.0, 2.0] for name in VAE_HISTORY}
    writer()(tmp_path / "model.h5", "vae", groups, weights, history)
    vae, reader = vaelib.load(tmp_path / "model.h5"), VAEReader(tmp_path / "model.h5")
    assert (vae.epochs, vae.scale, vae.hidden, vae.decoder_hidden) == (7, 0.5, (5, 4), ())
    assert vae.history_["loss"].tolist() == [1.0, 2.0]
    (mean, log_variance), (z, found) = reader.encode(X), vae.encode(X)
    close(z, mean)
    close(found, log_variance, unit=4)
    mean, log_variance = reader.decode(z.astype(np.float64))
    close(vae.decode(z).mean, mean)
    np.testing.assert_allclose(vae.decode(z).variance, np.exp(log_variance), rtol=4e-6)
    vae.set_params(epochs=1).fit(X)


def test_the_columns_of_a_data_frame_that_the_document_writes(tmp_path):
    random = np.random.RandomState(3)
    architecture = {
        "data_dim": 3, "latent_dim": 2, "hidden": np.array([], dtype="int64"),
        "decoder_hidden": np.array([], dtype="int64"), "activation": "silu", "likelihood": "bernoulli",
        "variance": "fixed", "mean_activation": "identity", "noise_stddev": 1.0, "stddev_floor": 0.01,
        "initializer": "normal", "initializer_stddev": 0.01, "seed": np.uint64(3),
    }  # fmt: skip
    weights = layers(random, ("encoder/head", 3, 4), ("decoder/head", 2, 3))
    groups = {"architecture": architecture, "training": TRAINING, "data": {"scale": 1.0, "shift": 0.0}}
    history = {name: [] for name in VAE_HISTORY}
    names = {"columns": ("integer", ["5", "3", "1"]), "columns/1": ("text", ["no", "yes"])}
    types = ["boolean pandas.boolean", "category polars.String", "real pandas.float32"]
    writer()(tmp_path / "model.h5", "vae", groups, weights, history, names, types)
    vae = vaelib.load(tmp_path / "model.h5")
    assert {name: values.tolist() for name, values in vae.categories_.items()} == {3: ["no", "yes"]}
    x = pd.DataFrame({5: [True, False], 3: ["yes", "no"], 1: [0.0, 1.0]})
    found = vae.reconstruct(x)
    assert list(found.columns) == [5, 3, 1]
    assert list(found.dtypes.astype(str)) == ["boolean", "category", "float32"]
    np.testing.assert_array_equal(vae.transform(x), vae.transform(np.array([[1, 1, 0], [0, 0, 1]])))


@pytest.mark.parametrize("trained", [False, True])
def test_a_stack_that_the_document_writes(tmp_path, trained):
    random = np.random.RandomState(3)
    architecture = {
        "data_dim": 6, "initializer": "normal", "initializer_stddev": 0.01, "seed": np.uint64(3), "layer_count": 2,
        "class_count": 3,
    }  # fmt: skip
    architecture |= {f"layer_0_{name}": value for name, value in LAYER.items()}
    architecture |= {f"layer_1_{name}": value for name, value in {**LAYER, "width": 4, "tied": 0}.items()}
    weights = layers(random, ("layers/0", 6, 5), ("layers/1", 5, 4), ("layers/1/decoder", 4, 5), ("classifier", 4, 3))
    weights["layers/0/decoder/bias"] = random.normal(size=6)
    training = {f"supervised_{name}": value for name, value in TRAINING.items()} if trained else {}
    history = {name: [1.0] if trained else [] for name in STACK_HISTORY}
    groups = {"architecture": architecture, "training": training, "data": DATA}
    names = {"classes": ("integer", ["-1", "30", "7"]), "columns": ("text", ["a", "ü", "", "b", "c", "d"])}
    writer()(tmp_path / "stack.h5", "stack", groups, weights, history, names)
    stack, reader = vaelib.load(tmp_path / "stack.h5"), StackReader(tmp_path / "stack.h5")
    assert stack.classes_.tolist() == [-1, 30, 7]
    assert stack.feature_names_in_.tolist() == ["a", "ü", "", "b", "c", "d"]
    assert (stack.tied, stack.shift) == ((True, False), 0.25)
    if trained:
        assert (stack.finetune_epochs, stack.batch_size, stack.learning_rate) == (7, 9, 0.5)
    close(stack.predict_proba(X), reader.probabilities(X))
    close(stack.reconstruct(X), reader.decode(reader.encode(X, 1), 1))


@pytest.mark.parametrize("scaled", [False, True])
def test_a_regressor_that_the_document_writes(tmp_path, scaled):
    random = np.random.RandomState(3)
    architecture = {
        "data_dim": 6, "initializer": "normal", "initializer_stddev": 0.01, "seed": np.uint64(3), "layer_count": 1,
        "class_count": 0, "head": "gaussian", "output_count": 2,
    }  # fmt: skip
    architecture |= {f"layer_0_{name}": value for name, value in LAYER.items()}
    weights = layers(random, ("layers/0", 6, 5), ("regressor", 5, 2))
    weights["layers/0/decoder/bias"] = random.normal(size=6)
    for name, values in (("mean", [100.0, -3.0]), ("deviation", [20.0, 0.5])):
        weights[f"regressor/standardization/{name}"] = np.array(values if scaled else [0.0, 0.0])
    groups = {"architecture": architecture, "training": {}, "data": DATA}
    writer()(tmp_path / "stack.h5", "stack", groups, weights, {name: [] for name in STACK_HISTORY})
    stack, reader = vaelib.load(tmp_path / "stack.h5"), StackReader(tmp_path / "stack.h5")
    assert stack.n_outputs_ == 2
    np.testing.assert_allclose(stack.predict(X), reader.targets(X), rtol=1e-5, atol=1e-5)


# ---- the document itself --------------------------------------------------------------------------------------------


def test_the_documents_tables_are_the_librarys_parameters():
    """Each group of parameters is a run of rows; a stack's counts and its head are no parameters."""
    models = DOCUMENT.partition("\n## Model files")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| `(\w+)` \| (count|real|text|counts|seed) \| (.*) \|$", models, flags=re.MULTILINE)
    listed = [row for row in rows if row[0] not in BESIDE_PARAMETERS]
    types = {
        "choice": "text",
        "flag": "count",
        "widths": "counts",
        "optional widths": "counts",
        "automatic count": "count",
        "automatic real": "real",
    }
    stored = [each for each in PARAMETERS if each.group not in ("evaluation", "imputation")]
    expected = [(each.name, types.get(each.type, each.type), each.allowed) for each in stored]
    assert listed == expected


def test_h5dump_reads_a_model(tmp_path):
    if shutil.which("h5dump") is None:
        pytest.skip("there is no h5dump")
    vaelib.VAE(latent_dim=2, hidden=(4,), likelihood="bernoulli").initialize(6).save(tmp_path / "model.h5")
    command = ["h5dump", "-H", str(tmp_path / "model.h5")]
    text = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert 'ATTRIBUTE "activation"' in text
    assert "H5T_IEEE_F32LE" in text
    assert (
        "USERBLOCK_SIZE 512"
        in subprocess.run(
            ["h5dump", "-B", "-H", str(tmp_path / "model.h5")], capture_output=True, text=True, check=True
        ).stdout
    )
