"""ONNX files: what ONNX Runtime computes of them is what vaelib does; what they say of themselves; refusals."""

import json
import sys

import numpy as np
import pytest
import vaelib
from interchange_models import NAMES, assert_close, expected, made
from vaelib.interchange import to_onnx

onnx = pytest.importorskip("onnx")
onnxruntime = pytest.importorskip("onnxruntime")


def run(path, inputs):
    """The outputs of a file by their names."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(path, options)
    names = [each.name for each in session.get_outputs()]
    return dict(zip(names, session.run(names, inputs), strict=True))


@pytest.mark.parametrize("name", NAMES)
def test_a_file_computes_what_the_model_does(name, tmp_path):
    path = tmp_path / "part.onnx"
    for part, (inputs, outputs) in expected(name).items():
        to_onnx(made(name)[0], path, part)
        assert_close(run(path, inputs), outputs, 1e-5, f"{name}, {part}")


def test_what_a_file_says_of_itself(tmp_path):
    import pandas as pd

    path = tmp_path / "part.onnx"
    x = made("classifier")[1]
    frame = pd.DataFrame(np.asarray(x), columns=["größe", "b", "c", "d"])
    named = vaelib.StackedDenoisingClassifier(hidden=(3,), pretrain_epochs=0, finetune_epochs=1)
    to_onnx(named.fit(frame, np.arange(len(x)) % 2 == 0), path, "classifier")
    content = onnx.load(path)
    properties = {each.key: each.value for each in content.metadata_props}
    assert json.loads(properties.pop("columns")) == ["größe", "b", "c", "d"]
    assert json.loads(properties.pop("classes")) == ["False", "True"]
    assert properties == {
        "vaelib_version": vaelib.__version__,
        "model": "StackedDenoisingClassifier",
        "part": "classifier",
    }
    assert (content.producer_name, content.opset_import[0].version) == ("vaelib", 17)
    shapes = {each.name: each.type.tensor_type.shape.dim for each in [*content.graph.input, *content.graph.output]}
    assert {name: (rows.dim_param, width.dim_value) for name, (rows, width) in shapes.items()} == {
        "x": ("N", 4),
        "probabilities": ("N", 2),
    }
    assert {each.name for each in content.graph.initializer} >= set(named.get_weights()) - {"layers/0/decoder/bias"} - {
        name for name in named.get_weights() if "standardization" in name
    }


def test_any_number_of_rows(tmp_path):
    path = tmp_path / "part.onnx"
    for name in ("mixed, gaps indicated", "bernoulli"):
        model, x = made(name)
        to_onnx(model, path, "decoder")
        for rows in (0, 1, 3):
            z = np.zeros((rows, 2), dtype=np.float32)
            assert run(path, {"z": z})["mean"].shape == (rows, x.shape[1])


def test_what_a_file_says_of_conditions_and_categories(tmp_path):
    path = tmp_path / "part.onnx"
    model, _ = made("conditions beside")
    to_onnx(model, path, "decoder")
    properties = {each.key: each.value for each in onnx.load(path).metadata_props}
    assert json.loads(properties["conditions"]) == ["conditions[0]", "conditions[1]"]
    assert json.loads(properties["categories"]) == {"conditions[0]": ["a", "b"]}
    assert [each.name for each in onnx.load(path).graph.input] == ["z", "conditions"]


@pytest.mark.parametrize(("name", "part", "message"), [
    ("normal scores", "decoder", "one of encoder, kl, reconstruction for this VAE, not 'decoder': columns of this mo"),
    ("bernoulli", "classifier", "part must be one of encoder, decoder, kl, reconstruction for this VAE, not 'class"),
    ("autoencoder", "classifier", "one of encoder, decoder for this StackedDenoisingAutoencoder"),
    ("classifier", "regressor", "one of encoder, decoder, classifier for"),
    ("regressor", "kl", "one of encoder, decoder, regressor for"),
])  # fmt: skip
def test_a_part_that_a_model_lacks(name, part, message, tmp_path):
    with pytest.raises(ValueError, match=message):
        to_onnx(made(name)[0], tmp_path / "part.onnx", part)
    assert not list(tmp_path.iterdir())


def test_files_that_cannot_be_written(tmp_path, monkeypatch):
    model = made("bernoulli")[0]
    with pytest.raises(FileNotFoundError):
        to_onnx(model, tmp_path / "nowhere" / "part.onnx")
    with pytest.raises(vaelib.NotFittedError):
        to_onnx(vaelib.VAE(), tmp_path / "part.onnx")
    (tmp_path / "part.onnx").write_text("old")
    monkeypatch.setitem(sys.modules, "onnx", None)
    with pytest.raises(ImportError, match="pip install onnx"):
        to_onnx(model, tmp_path / "part.onnx")
    assert [(each.name, each.read_text()) for each in tmp_path.iterdir()] == [("part.onnx", "old")]
    monkeypatch.undo()
    to_onnx(model, tmp_path / "part.onnx")
    assert [each.name for each in tmp_path.iterdir()] == ["part.onnx"]
