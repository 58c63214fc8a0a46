"""Weights in files of safetensors: names, shapes, the way back, refusals."""

import sys

import numpy as np
import pytest
import vaelib
from interchange_models import made
from vaelib.interchange import load_safetensors, save_safetensors

package = pytest.importorskip("safetensors")


@pytest.mark.parametrize("name", ["mixed, gaps indicated", "autoencoder", "classifier", "regressor"])
def test_there_and_back(name, tmp_path):
    model, x = made(name)
    save_safetensors(model, tmp_path / "weights.safetensors")
    with package.safe_open(tmp_path / "weights.safetensors", "numpy") as file:
        assert file.metadata() == {"vaelib_version": vaelib.__version__, "model": type(model).__name__}
        found = {each: file.get_tensor(each) for each in file.keys()}  # noqa: SIM118
    weights = model.get_weights()
    assert set(found) == set(weights)
    assert all(found[each].dtype == np.float32 and (found[each] == values).all() for each, values in weights.items())
    twin = type(model)(**model.get_params()).initialize(np.asarray(x))
    assert load_safetensors(twin, tmp_path / "weights.safetensors") is twin
    assert (twin.transform(x) == model.transform(x)).all()
    assert [each.name for each in tmp_path.iterdir()] == ["weights.safetensors"]


def test_weights_that_do_not_fit(tmp_path):
    path = tmp_path / "weights.safetensors"
    vae, x = made("bernoulli")
    save_safetensors(made("gelu layers")[0], path)
    before = vae.transform(x)
    with pytest.raises(ValueError, match="the weights do not fit this VAE"):
        load_safetensors(vae, path)
    assert (vae.transform(x) == before).all()
    path.write_bytes(path.read_bytes()[:100])
    with pytest.raises(ValueError, match=r"weights\.safetensors' is not a file of safetensors that can be read"):
        load_safetensors(vae, path)
    with pytest.raises(FileNotFoundError):
        load_safetensors(vae, tmp_path / "nowhere")


def test_without_safetensors(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "safetensors", None)
    for act in (save_safetensors, load_safetensors):
        with pytest.raises(ImportError, match="pip install safetensors"):
            act(made("bernoulli")[0], tmp_path / "weights.safetensors")
    assert not list(tmp_path.iterdir())
