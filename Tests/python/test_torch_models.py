"""Modules of PyTorch: what they compute, their gradients, and the way back."""

import copy
import io
import sys

import numpy as np
import pytest
import vaelib
from interchange_models import NAMES, assert_close, expected, made
from vaelib.interchange import from_torch, to_torch


@pytest.fixture
def torch():
    """PyTorch, where it is installed."""
    return pytest.importorskip("torch")


def run(torch, module, part, inputs):
    """The outputs of a part, as arrays."""
    with torch.no_grad():
        found = module.compute(part, *(torch.tensor(values) for values in inputs.values()))
    return [each.numpy() for each in (found if isinstance(found, tuple) else (found,))]


@pytest.mark.parametrize("name", NAMES)
def test_a_module_computes_what_the_model_does_and_leads_back(name, torch):
    model = made(name)[0]
    module = to_torch(model)
    for part, (inputs, outputs) in expected(name).items():
        found = dict(zip(outputs, run(torch, module, part, inputs), strict=True))
        assert_close(found, outputs, 1e-5, f"{name}, {part}")
    back = from_torch(module, model)
    assert type(back) is type(model)
    assert back is not model
    weights = back.get_weights()
    assert all((weights[each] == values).all() for each, values in model.get_weights().items())


def test_methods(torch):
    vae, x = made("bernoulli")
    module, rows = to_torch(vae), torch.tensor(x)
    mean, log_variance = module.encode(rows)
    assert (module(rows) == module.decode(mean)).all()
    assert module.kl(rows).shape == module.reconstruction(rows, mean).shape == (len(x), 1)
    assert log_variance.requires_grad
    with pytest.raises(ValueError, match="has the parts encoder, decoder, kl, reconstruction, not 'classifier'"):
        module.classify(rows)
    for name, method in (("classifier", "classify"), ("regressor", "predict")):
        model, x = made(name)
        module = to_torch(model)
        assert (module(torch.tensor(x)) == getattr(module, method)(torch.tensor(x))).all()
    model, x = made("autoencoder")
    np.testing.assert_allclose(to_torch(model)(torch.tensor(x)).detach(), model.reconstruct(x), rtol=1e-4, atol=1e-4)


def test_conditions(torch):
    """Those within x are taken from it; those beside it come last."""
    model, x = made("conditions within")
    module, rows = to_torch(model), torch.tensor(np.asarray(x, dtype=np.float32))
    given = rows[:, model._fitted().condition_columns]
    mean, _ = module.encode(rows)
    decoded = module.decode(mean, given)
    np.testing.assert_allclose(decoded[0].detach(), model.decode(mean.detach(), conditions=given).mean, rtol=1e-4)
    for found, wanted in zip(module(rows), decoded, strict=True):
        assert (found == wanted).all()
    with pytest.raises(ValueError, match="decoder takes z and conditions, but 1 inputs are given"):
        module.decode(mean)
    with pytest.raises(ValueError, match="encoder takes x, but 2 inputs are given"):
        module.encode(rows, given)
    model, x = made("conditions beside")
    module, rows = to_torch(model), torch.tensor(np.asarray(x, dtype=np.float32))
    conditions = torch.tensor([[1.0, 3.0]]).repeat(len(x), 1)
    means = module(rows, conditions)[0].detach()
    np.testing.assert_allclose(means, model.reconstruct(x, conditions=[["b", 3.0]]), rtol=1e-3, atol=1e-3)
    mean, _ = module.encode(rows, conditions)
    loss = (module.kl(rows, conditions) - module.reconstruction(rows, mean, conditions)).mean()
    loss.backward()
    assert all(torch.isfinite(each.grad).all() for each in module.parameters() if each.grad is not None)


def test_normal_scores_have_no_decoder(torch):
    model, x = made("normal scores")
    module, rows = to_torch(model), torch.tensor(np.asarray(x, dtype=np.float32))
    mean, _ = module.encode(rows)
    (module.kl(rows) - module.reconstruction(rows, mean)).mean().backward()
    assert all(torch.isfinite(each.grad).all() for each in module.parameters())
    with pytest.raises(ValueError, match="has the parts encoder, kl, reconstruction, not 'decoder'"):
        module(rows)


def test_a_module_is_trained_and_leads_back(torch):
    """What is learned there, a log-variance and tied weights among it, is in the model afterwards."""
    for name in ("gaussian", "autoencoder"):
        model, x = made(name)
        before = {each: values.copy() for each, values in model.get_weights().items()}
        module, rows = to_torch(model), torch.tensor(x)
        optimizer = torch.optim.SGD(module.parameters(), lr=1e-3)
        for _ in range(5):
            optimizer.zero_grad()
            if name == "gaussian":
                mean, _ = module.encode(rows)
                loss = (module.kl(rows) - module.reconstruction(rows, mean)).mean()
            else:
                loss = ((module(rows) - rows) ** 2 / rows.var(dim=0)).mean()
            loss.backward()
            optimizer.step()
        trained = from_torch(module, model)
        changed = {each for each, values in trained.get_weights().items() if (values != before[each]).any()}
        assert changed == {each for each in before if "standardization" not in each}
        assert all((values == before[each]).all() for each, values in model.get_weights().items())
        np.testing.assert_allclose(trained.reconstruct(x), module(rows).detach(), rtol=1e-4, atol=1e-4) if (
            name == "autoencoder"
        ) else None


def test_layers_are_those_of_pytorch(torch):
    vae, _ = made("bernoulli")
    module, weights = to_torch(vae), vae.get_weights()
    assert isinstance(module.encoder.head, torch.nn.Linear)
    assert (module.encoder.head.weight.detach().numpy() == weights["encoder/head/weight"].T).all()
    assert set(module.state_dict()) == {name.replace("/", ".") for name in weights}


def test_a_state_leads_back(torch, tmp_path):
    vae, x = made("mixed, gaps indicated")
    content = io.BytesIO()
    torch.save(to_torch(vae).state_dict(), content)
    content.seek(0)
    twin = copy.copy(vae)
    twin.set_weights({name: values * 0 + 0.5 for name, values in vae.get_weights().items()})
    restored = from_torch(torch.load(content), twin)
    assert (restored.transform(x) == vae.transform(x)).all()
    loaded = to_torch(twin)
    loaded.load_state_dict(to_torch(vae).state_dict())
    assert (loaded.encode(torch.tensor(x))[0] == to_torch(vae).encode(torch.tensor(x))[0]).all()


def test_what_does_not_fit(torch):
    vae, _ = made("bernoulli")
    with pytest.raises(ValueError, match="the weights do not fit this VAE"):
        from_torch(to_torch(made("autoencoder")[0]), vae)
    module = to_torch(vae)
    with torch.no_grad():
        module.encoder.head.bias[1] = float("nan")
    with pytest.raises(ValueError, match="encoder/head/bias holds nan"):
        from_torch(module, vae)
    with pytest.raises(vaelib.NotFittedError):
        to_torch(vaelib.VAE())


def test_without_pytorch(monkeypatch):
    monkeypatch.setitem(sys.modules, "torch", None)
    monkeypatch.delitem(sys.modules, "vaelib.interchange.torch_modules", raising=False)
    with pytest.raises(ImportError, match="pip install torch"):
        to_torch(made("bernoulli")[0])
