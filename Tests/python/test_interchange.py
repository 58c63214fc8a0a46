"""Exchange with other programs: the programs of docs/interchange.md, and the networks that they build."""

import os
import re
import sys
from pathlib import Path

import h5py
import numpy as np
import pytest
import vaelib
from vaelib.interchange import export_keras_weights

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "interchange.md"
ACTIVATIONS = ("sigmoid", "tanh", "relu", "leaky_relu", "elu", "softplus", "silu", "gelu", "identity")


def programs():
    """The code of each section of the document."""
    sections = re.split(r"^## ", DOCUMENT.read_text(), flags=re.MULTILINE)
    blocks = {text.split("\n", 1)[0]: re.findall(r"^```python\n(.*?)^```", text, re.M | re.S) for text in sections}
    first, *others = blocks
    return "\n".join(blocks[first]), {title: "\n".join(blocks[title]) for title in others}


BEGIN, SECTIONS = programs()

#: Sections whose programs need nothing but what the tests need anyway.
PLAIN = ["C", "By name", "From dense layers", "Without standardisation", "With nothing but h5py"]


def run(monkeypatch, tmp_path, section):
    """Runs the document's beginning and one of its sections; what they define."""
    monkeypatch.chdir(tmp_path)
    names = {}
    exec(compile(BEGIN, DOCUMENT.name, "exec"), names)
    exec(compile(SECTIONS[section], f"{DOCUMENT.name}, {section}", "exec"), names)
    return names


@pytest.fixture
def keras():
    """Keras on a backend that is here."""
    if "keras" not in sys.modules and "KERAS_BACKEND" not in os.environ:
        found = [name for name in ("jax", "torch", "tensorflow") if _is_installed(name)]
        os.environ["KERAS_BACKEND"] = found[0] if found else "numpy"
    return pytest.importorskip("keras")


def _is_installed(name):
    import importlib.util

    return importlib.util.find_spec(name) is not None


def test_every_section_is_tested():
    assert {title for title, code in SECTIONS.items() if code} == {*PLAIN, "ONNX", "PyTorch", "safetensors", "To Keras"}


@pytest.mark.parametrize("section", PLAIN)
def test_the_documents_programs(monkeypatch, tmp_path, section):
    run(monkeypatch, tmp_path, section)


def randomised(estimator, n_features):
    """The estimator with random weights, biases included."""
    random = np.random.RandomState(0)
    estimator.initialize(n_features)
    state = {name: random.normal(scale=0.4, size=values.shape) for name, values in estimator.get_weights().items()}
    return estimator.set_weights(state)


X = np.random.RandomState(1).uniform(size=(9, 6)).astype(np.float32)
VAES = {
    **{name: {"activation": name} for name in ACTIVATIONS},
    "no hidden layer": {"hidden": (), "decoder_hidden": ()},
    "another decoder": {"hidden": (5,), "decoder_hidden": (7, 4)},
    "fixed": {"likelihood": "gaussian", "variance": "fixed"},
    "learned": {"likelihood": "gaussian", "variance": "learned"},
    "predicted": {"likelihood": "gaussian", "variance": "predicted"},
    "laplace": {"likelihood": "laplace"},
    "student_t": {"likelihood": "student_t", "variance": "predicted"},
}


def make_vae(name):
    return randomised(
        vaelib.VAE(
            **{
                "latent_dim": 3,
                "hidden": (5, 4),
                "activation": "tanh",
                "standardize": False,
                "likelihood": "bernoulli",
                **VAES[name],
            }
        ),
        6,
    )


def make_classifier(**options):
    """A classifier of three classes with random weights."""
    stack = randomised(vaelib.StackedDenoisingClassifier(**options), 6)
    random = np.random.RandomState(2)
    head = {"classifier/weight": random.normal(size=(stack.hidden[-1], 3)), "classifier/bias": random.normal(size=3)}
    return stack.set_weights({**stack.get_weights(), **head})


@pytest.mark.parametrize(("section", "package"), [("ONNX", "onnxruntime"), ("safetensors", "safetensors")])
def test_programs_for_other_packages(monkeypatch, tmp_path, section, package):
    pytest.importorskip(package)
    run(monkeypatch, tmp_path, section)


def test_pytorch(monkeypatch, tmp_path):
    pytest.importorskip("torch")
    run(monkeypatch, tmp_path, "PyTorch")


@pytest.mark.slow  # Keras compiles each network
def test_keras(monkeypatch, tmp_path, keras):
    names = run(monkeypatch, tmp_path, "To Keras")
    for name in VAES:
        vae = make_vae(name)
        export_keras_weights(vae, "model.weights.h5")
        model = names["KerasVAE"](vae)
        model(X[:1])
        model.load_weights("model.weights.h5")
        output = keras.ops.convert_to_numpy(model(X))
        np.testing.assert_allclose(output[:, :6], vae.reconstruct(X), rtol=1e-5, atol=2e-6, err_msg=name)
        if name == "learned":
            own = keras.ops.convert_to_numpy(model.own[0])
            np.testing.assert_array_equal(own, vae.get_weights()["decoder/log_variance"])
        model.save_weights("keras.weights.h5")
        assert datasets("keras.weights.h5") == datasets("model.weights.h5")
    for tied in (True, False):
        stack = make_classifier(hidden=(5, 4, 3), tied=tied, activation="tanh", loss="squared_error", standardize=False)
        export_keras_weights(stack, "stack.weights.h5")
        model = names["KerasStack"](stack)
        model(X[:1])
        model.load_weights("stack.weights.h5")
        outputs = [keras.ops.convert_to_numpy(output) for output in model(X)]
        for found, expected in zip(outputs, (stack.reconstruct(X), stack.predict_proba(X)), strict=True):
            np.testing.assert_allclose(found, expected, rtol=1e-5, atol=2e-6)
        model.save_weights("keras.weights.h5")
        assert datasets("keras.weights.h5") == datasets("stack.weights.h5")


def datasets(path):
    """Names, shapes and values of all datasets of a file."""
    found = {}
    with h5py.File(path) as file:
        file.visititems(
            lambda name, item: found.update({name: item[...].tolist()} if isinstance(item, h5py.Dataset) else {})
        )
    return found


def test_the_layout_of_files_for_keras(tmp_path):
    vae = make_vae("learned")
    export_keras_weights(vae, tmp_path / "model.weights.h5")
    state = vae.get_weights()
    found = datasets(tmp_path / "model.weights.h5")
    names = {"encoder/layers/dense": "encoder/0", "encoder/layers/dense_1": "encoder/1"}
    names |= {"encoder/layers/dense_2": "encoder/head", "decoder/layers/dense": "decoder/0"}
    names |= {"decoder/layers/dense_1": "decoder/1", "decoder/layers/dense_2": "decoder/head"}
    expected = {"vars/0": state["decoder/log_variance"].tolist()}
    for path, name in names.items():
        expected[f"{path}/vars/0"] = state[f"{name}/weight"].tolist()
        expected[f"{path}/vars/1"] = state[f"{name}/bias"].tolist()
    assert found == expected


@pytest.mark.parametrize("tied", [True, False])
def test_the_layout_of_files_of_stacks_for_keras(tmp_path, tied):
    stack = make_classifier(hidden=(5, 4), tied=tied, loss="cross_entropy", activation="sigmoid")
    export_keras_weights(stack, tmp_path / "stack.weights.h5")
    state, found = stack.get_weights(), datasets(tmp_path / "stack.weights.h5")
    assert len(found) == 10
    own = state["layers/1/weight"].T if tied else state["layers/1/decoder/weight"]
    assert found["decoder/layers/dense/vars/0"] == own.tolist()
    assert found["decoder/layers/dense/vars/1"] == state["layers/1/decoder/bias"].tolist()
    assert found["decoder/layers/dense_1/vars/1"] == state["layers/0/decoder/bias"].tolist()
    assert found["encoder/layers/dense_1/vars/0"] == state["layers/1/weight"].tolist()
    assert found["classifier/vars/0"] == state["classifier/weight"].tolist()
    assert found["classifier/vars/1"] == state["classifier/bias"].tolist()


@pytest.mark.parametrize(("kind", "head"), [(vaelib.StackedDenoisingRegressor, "regressor"),
                                           (vaelib.StackedDenoisingClassifier, "multilabel")])  # fmt: skip
def test_heads_of_targets_in_files_for_keras(tmp_path, kind, head):
    stack = randomised(kind(hidden=(5, 4), loss="cross_entropy", activation="sigmoid"), 6)
    y = (X[:, :3] > 0.5).astype(int)
    stack = kind(hidden=(5, 4), pretrain_epochs=0, finetune_epochs=1, pretrained=stack).fit(X, y)
    export_keras_weights(stack, tmp_path / "stack.weights.h5")
    found = datasets(tmp_path / "stack.weights.h5")
    assert len(found) == 10
    kernel, bias = (np.array(found[f"{head}/vars/{index}"]) for index in (0, 1))
    outputs = stack.transform(X) @ kernel + bias
    if head == "regressor":
        np.testing.assert_allclose(outputs, stack.predict(X), rtol=1e-5, atol=1e-6)
    else:
        np.testing.assert_allclose(1 / (1 + np.exp(-outputs)), stack.predict_proba(X), rtol=1e-5, atol=1e-6)


def test_files_for_keras_that_cannot_be_written(tmp_path, monkeypatch):
    vae = make_vae("tanh")
    with pytest.raises(ValueError, match=r'ends in "\.weights\.h5"'):
        export_keras_weights(vae, tmp_path / "model.h5")
    with pytest.raises(FileNotFoundError):
        export_keras_weights(vae, tmp_path / "nowhere" / "model.weights.h5")
    (tmp_path / "old.weights.h5").write_text("old")
    monkeypatch.setitem(sys.modules, "h5py", None)
    with pytest.raises(ImportError, match="pip install h5py"):
        export_keras_weights(vae, tmp_path / "old.weights.h5")
    assert [(each.name, each.read_text()) for each in tmp_path.iterdir()] == [("old.weights.h5", "old")]
    monkeypatch.undo()
    export_keras_weights(vae, tmp_path / "old.weights.h5")
    assert len(datasets(tmp_path / "old.weights.h5")) == 12
    assert len(list(tmp_path.iterdir())) == 1


def test_an_unfitted_estimator_has_nothing_to_export(tmp_path):
    for estimator in (vaelib.VAE(), vaelib.StackedDenoisingAutoencoder()):
        with pytest.raises(vaelib.NotFittedError):
            export_keras_weights(estimator, tmp_path / "model.weights.h5")
