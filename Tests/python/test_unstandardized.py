"""Weights of models that standardise, for networks that take columns as they are."""

import numpy as np
import pytest
import vaelib
from vaelib.interchange import export_keras_weights, unstandardized_weights

X = (np.random.RandomState(0).normal(size=(80, 5)) * [1, 100, 0.01, 3, 7] + [0, 5, -2, 1000, 3]).astype(np.float32)
Y = np.where(X[:, 0] > 0, "left", "right")
VAES = {
    "learned": {},
    "predicted": {"variance": "predicted"},
    "fixed": {"variance": "fixed"},
    "without hidden layers": {"hidden": (), "decoder_hidden": ()},
    "told what is missing": {"missing": "indicate"},
}
STACKS = {
    "tied": {},
    "own decoders": {"tied": False},
    "two layers": {"hidden": (6, 3), "activation": "tanh"},
}


def close(found, expected):
    scale = np.maximum(X.std(axis=0), 1e-3) if np.shape(expected)[1:] == (5,) else 1
    np.testing.assert_allclose(found / scale, expected / scale, rtol=1e-4, atol=2e-4)


@pytest.mark.parametrize("options", VAES.values(), ids=list(VAES))
def test_vaes(options):
    vae = vaelib.VAE(**{"latent_dim": 2, "hidden": (6,), "epochs": 5, "random_state": 0, **options}).fit(X)
    weights = unstandardized_weights(vae)
    assert not any(name.startswith("standardization") for name in weights)
    plain = vaelib.VAE(**{**vae.get_params(), "likelihood": "gaussian", "standardize": False}).initialize(5)
    plain.set_weights(weights)
    close(plain.transform(X), vae.transform(X))
    close(plain.reconstruct(X), vae.reconstruct(X))
    deviation = vae.get_weights()["standardization/deviation"]
    codes = vae.transform(X)
    if vae.variance != "fixed":
        expected = vae.decode(codes).variance
        np.testing.assert_allclose(plain.decode(codes).variance * deviation**2, expected, rtol=1e-3)


@pytest.mark.parametrize("options", STACKS.values(), ids=list(STACKS))
def test_stacks(options):
    settings = {"hidden": (6,), "pretrain_epochs": 3, "finetune_epochs": 3, "random_state": 0, **options}
    stack = vaelib.StackedDenoisingClassifier(**settings).fit(X, Y)
    tied = (False, *[stack.tied] * (len(stack.hidden) - 1))
    plain = vaelib.StackedDenoisingClassifier(**{**settings, "tied": tied, "loss": stack.loss_, "standardize": False})
    plain.initialize(5).set_weights(unstandardized_weights(stack))
    close(plain.transform(X), stack.transform(X))
    close(plain.reconstruct(X), stack.reconstruct(X))
    close(plain.predict_proba(X), stack.predict_proba(X))


@pytest.mark.parametrize("targets", [1, 3])
def test_regressors(targets, tmp_path):
    y = np.stack([1000 + 50 * X[:, 0], 0.01 * X[:, 1], np.full(len(X), -7.0)], axis=1)
    y = y[:, 0] if targets == 1 else y
    settings = {"hidden": (6,), "pretrain_epochs": 3, "finetune_epochs": 30, "random_state": 0}
    model = vaelib.StackedDenoisingRegressor(**settings).fit(X, y)
    weights = unstandardized_weights(model)
    assert not any("standardization" in name for name in weights)
    own = {"tied": False, "loss": model.loss_, "standardize": False}
    plain = vaelib.StackedDenoisingRegressor(**{**settings, **own}).initialize(5).set_weights(weights, strict=False)
    scale = model.get_weights()["regressor/standardization/deviation"]
    np.testing.assert_allclose(plain.predict(X) / scale, model.predict(X) / scale, rtol=1e-4, atol=2e-3)
    code = np.maximum(X @ weights["layers/0/weight"] + weights["layers/0/bias"], 0)
    outputs = (code @ weights["regressor/weight"] + weights["regressor/bias"]).reshape(model.predict(X).shape)
    np.testing.assert_allclose(outputs / scale, model.predict(X) / scale, rtol=1e-4, atol=2e-3)
    export_keras_weights(model, tmp_path / "model.weights.h5")
    h5py = pytest.importorskip("h5py")
    with h5py.File(tmp_path / "model.weights.h5") as file:
        np.testing.assert_array_equal(file["regressor/vars/0"][...], weights["regressor/weight"])
        np.testing.assert_array_equal(file["regressor/vars/1"][...], weights["regressor/bias"])


def test_models_that_do_not_standardise_give_their_weights():
    vae = vaelib.VAE(latent_dim=2, hidden=(4,), likelihood="bernoulli", random_state=0).initialize(5)
    own, found = vae.get_weights(), unstandardized_weights(vae)
    assert list(own) == list(found)
    assert all((own[name] == found[name]).all() for name in own)


def test_files_for_keras_have_them(tmp_path):
    h5py = pytest.importorskip("h5py")
    vae = vaelib.VAE(latent_dim=2, hidden=(6,), epochs=2, random_state=0).fit(X)
    export_keras_weights(vae, tmp_path / "vae.weights.h5")
    with h5py.File(tmp_path / "vae.weights.h5") as file:
        kernel, bias = (file[f"encoder/layers/dense/vars/{index}"][...] for index in (0, 1))
    expected = unstandardized_weights(vae)
    np.testing.assert_array_equal(kernel, expected["encoder/0/weight"])
    np.testing.assert_array_equal(bias, expected["encoder/0/bias"])
    assert not np.array_equal(kernel, vae.get_weights()["encoder/0/weight"])


@pytest.mark.parametrize("likelihood", ["poisson", "negative_binomial", "zero_inflated_negative_binomial"])
def test_counts(likelihood):
    counts = np.random.RandomState(5).poisson([1, 3, 20, 0.2, 400], size=(300, 5)).astype(np.float32)
    settings = {"latent_dim": 2, "hidden": (6,), "likelihood": likelihood, "epochs": 5, "random_state": 0}
    vae = vaelib.VAE(**settings).fit(counts)
    plain = vaelib.VAE(**settings, standardize=False).initialize(5).set_weights(unstandardized_weights(vae))
    np.testing.assert_allclose(plain.transform(counts), vae.transform(counts), rtol=1e-4, atol=2e-4)
    np.testing.assert_allclose(plain.reconstruct(counts), vae.reconstruct(counts), rtol=1e-4)


def test_shares_of_a_total():
    counts = np.random.RandomState(5).poisson([1, 3, 20, 0.2, 400], size=(300, 5)).astype(np.float32)
    settings = {"latent_dim": 2, "hidden": (6,), "likelihood": "poisson", "count_mean": "share", "epochs": 5}
    vae = vaelib.VAE(**settings, random_state=0).fit(counts)
    weights = unstandardized_weights(vae)
    assert not any("standardization" in name for name in weights)

    def network(part, x):
        hidden = np.maximum(x @ weights[f"{part}/0/weight"] + weights[f"{part}/0/bias"], 0)
        return hidden @ weights[f"{part}/head/weight"] + weights[f"{part}/head/bias"]

    codes = network("encoder", np.log1p(counts))[:, :2]
    np.testing.assert_allclose(codes, vae.transform(counts), rtol=1e-4, atol=2e-4)
    odds = np.exp(network("decoder", codes))
    means = counts.sum(axis=1, keepdims=True) * odds / odds.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(vae.reconstruct(counts), means, rtol=1e-3)


def test_logarithms():
    x = np.random.RandomState(6).lognormal([10, 1, -3], [1, 0.5, 2], size=(300, 3)).astype(np.float32)
    settings = {"latent_dim": 2, "hidden": (6,), "likelihood": "log_normal", "epochs": 5, "random_state": 0}
    vae = vaelib.VAE(**settings).fit(x)
    plain = vaelib.VAE(**settings, standardize=False).initialize(3).set_weights(unstandardized_weights(vae))
    np.testing.assert_allclose(plain.transform(x), vae.transform(x), rtol=1e-4, atol=2e-4)


def test_conditions():
    """Models that do not standardise have weights as they are: categories are inputs, 1 for the one that is there."""
    kinds = np.arange(len(X)) % 3
    settings = {"latent_dim": 2, "hidden": (6,), "epochs": 2, "random_state": 0}
    binary = (np.median(X, axis=0) < X).astype(np.float32)
    for x, options in ((binary, {}), (X[:, [0, 4]], {"likelihood": "gaussian", "standardize": False})):
        vae = vaelib.VAE(**settings, **options).fit(x, conditions=kinds)
        weights, given = unstandardized_weights(vae), np.eye(3)[kinds]

        def network(part, inputs, weights=weights):
            hidden = np.maximum(inputs @ weights[f"{part}/0/weight"] + weights[f"{part}/0/bias"], 0)
            return hidden @ weights[f"{part}/head/weight"] + weights[f"{part}/head/bias"]

        codes = network("encoder", np.concatenate([x, given], axis=1))[:, :2]
        np.testing.assert_allclose(codes, vae.transform(x, conditions=kinds), rtol=1e-4, atol=1e-5)
        outputs = network("decoder", np.concatenate([codes, given], axis=1))
        means = outputs if options else 1 / (1 + np.exp(-outputs))
        np.testing.assert_allclose(means, vae.reconstruct(x, conditions=kinds), rtol=1e-4, atol=1e-5)


def test_weights_that_no_plain_network_has(tmp_path):
    settings = {"latent_dim": 2, "hidden": (6,), "epochs": 1, "random_state": 0, "likelihood": "gaussian"}
    conditional = vaelib.VAE(**settings).fit(X, conditions=Y)
    of_scores = vaelib.VAE(**settings, standardize_by="quantiles").fit(X)
    given_scores = vaelib.VAE(
        **{**settings, "likelihood": "auto"},
        columns=[("gaussian", [1], {"condition": True, "standardize_by": "quantiles"})],
    ).fit(X)
    for vae, message in (
        (conditional, "some are conditions, and are standardised"),
        (of_scores, "become normal scores"),
        (given_scores, "become normal scores"),
    ):
        with pytest.raises(ValueError, match=message):
            unstandardized_weights(vae)
        with pytest.raises(ValueError, match=message):
            export_keras_weights(vae, tmp_path / "vae.weights.h5")
    assert not list(tmp_path.iterdir())


def test_files_for_keras_of_conditional_models(tmp_path):
    h5py = pytest.importorskip("h5py")
    settings = {"latent_dim": 2, "hidden": (6,), "likelihood": "gaussian", "standardize": False, "random_state": 0}
    vae = vaelib.VAE(**settings).initialize(X, conditions=Y)
    export_keras_weights(vae, tmp_path / "vae.weights.h5")
    with h5py.File(tmp_path / "vae.weights.h5") as file:
        assert file["encoder/layers/dense/vars/0"].shape == (5 + 2, 6)
        assert file["decoder/layers/dense/vars/0"].shape == (2 + 2, 6)
        np.testing.assert_array_equal(file["vars/0"][...], vae.get_weights()["columns/0/decoder/log_variance"])
