"""Small fitted models of every kind, and what their parts say of some rows, for tests of what is written for others."""

import functools

import numpy as np
import pytest
import vaelib
from reference import philox
from test_columns import COLUMNS, KINDS, SHARES_PLACE, table, with_gaps

ROWS = 40
_SEED = 17
ACTIVATIONS = ("sigmoid", "tanh", "relu", "leaky_relu", "elu", "softplus", "silu", "gelu", "identity")

_random = np.random.RandomState(3)
_codes = _random.normal(size=(ROWS, 1))
REAL = ((_codes + _random.normal(size=(ROWS, 4))) * [1, 100, 0.01, 3] + [0, 5, -2, 1000]).astype(np.float32)
BINARY = (_random.uniform(size=(ROWS, 4)) < 0.4).astype(np.float32)
SHARES = _random.uniform(0.02, 0.98, size=(ROWS, 4)).astype(np.float32)
POSITIVE = np.exp(_random.normal([5, 0, -3, 1], size=(ROWS, 4))).astype(np.float32)
COUNTS = _random.poisson(np.exp(_codes / 2) * [1, 3, 20, 100]).astype(np.float32)

_of = {
    "bernoulli": BINARY, "continuous_bernoulli": SHARES, "beta": SHARES, "gaussian": REAL, "laplace": REAL,
    "student_t": REAL, "log_normal": POSITIVE, "poisson": COUNTS, "negative_binomial": COUNTS,
    "zero_inflated_negative_binomial": COUNTS,
}  # fmt: skip


def _vae(x, **parameters):
    settings = {"latent_dim": 2, "hidden": (6,), "epochs": 3, "random_state": 0, "activation": "tanh"}
    return vaelib.VAE(**{**settings, **parameters}).fit(x), x


def _likelihood(likelihood, **parameters):
    return _vae(_of[likelihood], likelihood=likelihood, **parameters)


def _mixed(missing, count_mean="column"):
    columns = [list(entry) for entry in COLUMNS]
    columns[SHARES_PLACE][2] = {**KINDS[SHARES_PLACE][2], "count_mean": count_mean}
    x = table(ROWS)
    return _vae(x if missing == "refuse" else with_gaps(x), columns=columns, missing=missing)


def _unseen():
    """Random weights, no standardisation yet."""
    vae = vaelib.VAE(latent_dim=2, hidden=(5, 4), decoder_hidden=(3,), likelihood="gaussian", random_state=1)
    return vae.initialize(4), REAL


def _stack(kind, x, y=None, **parameters):
    epochs = {"epochs": 2} if y is None else {"pretrain_epochs": 2}
    settings = {"hidden": (6, 3), "finetune_epochs": 2, "random_state": 0, **epochs, **parameters}
    return kind(**settings).fit(x, *([] if y is None else [y])), x


_AUTOENCODER, _CLASSIFIER = vaelib.StackedDenoisingAutoencoder, vaelib.StackedDenoisingClassifier
_REGRESSOR = vaelib.StackedDenoisingRegressor
_LABELS = np.where(REAL[:, 0] > 0, "left", np.where(REAL[:, 1] > 0, "right", "middle"))

#: A function that makes each, with rows for it.
MODELS = {
    **{name: functools.partial(_likelihood, name) for name in _of},
    **{
        f"{name}, predicted": functools.partial(_likelihood, name, variance="predicted")
        for name in _of
        if name not in ("bernoulli", "continuous_bernoulli", "poisson")
    },
    **{
        f"{name}, shares": functools.partial(_likelihood, name, count_mean="share")
        for name in ("poisson", "negative_binomial", "zero_inflated_negative_binomial")
    },
    **{f"{name} layers": functools.partial(_vae, REAL, activation=name) for name in ACTIVATIONS},
    "fixed": functools.partial(_vae, REAL, variance="fixed", noise_stddev=0.3),
    "fixed, as it is": functools.partial(
        _vae, BINARY, likelihood="gaussian", variance="fixed", standardize=False, noise_stddev=0.3
    ),
    "through a sigmoid": functools.partial(_vae, SHARES, likelihood="gaussian", mean_activation="sigmoid"),
    "two degrees": functools.partial(_likelihood, "student_t", degrees_of_freedom=2),
    "counts as they are": functools.partial(_likelihood, "poisson", standardize=False, beta=0.1),
    "constant column": functools.partial(_vae, REAL * [1, 1, 0, 1]),
    "no hidden layers": functools.partial(_vae, REAL, hidden=(), decoder_hidden=()),
    "scaled": functools.partial(_vae, REAL * 255, scale=1 / 255, shift=-0.5),
    "with gaps": functools.partial(_vae, with_gaps(REAL), missing="ignore"),
    "gaps indicated": functools.partial(_vae, with_gaps(POSITIVE), likelihood="log_normal", missing="indicate"),
    "mixed": functools.partial(_mixed, "refuse"),
    "mixed, shares": functools.partial(_mixed, "refuse", "share"),
    "mixed, with gaps": functools.partial(_mixed, "ignore"),
    "mixed, gaps indicated": functools.partial(_mixed, "indicate"),
    "never trained": _unseen,
    "autoencoder": functools.partial(_stack, _AUTOENCODER, REAL),
    "autoencoder, untied": functools.partial(_stack, _AUTOENCODER, REAL, tied=False, activation="gelu"),
    "autoencoder of shares": functools.partial(_stack, _AUTOENCODER, SHARES, activation="sigmoid", scale=0.5),
    "classifier": functools.partial(_stack, _CLASSIFIER, REAL, _LABELS),
    "multilabel": functools.partial(_stack, _CLASSIFIER, REAL, (BINARY > 0).astype(int)),
    "regressor": functools.partial(_stack, _REGRESSOR, REAL, POSITIVE[:, :2] * [1000, 1]),
    "regressor of one target": functools.partial(_stack, _REGRESSOR, SHARES, COUNTS[:, 3], tied=False),
}

_FAST = (
    "bernoulli", "gaussian, predicted", "zero_inflated_negative_binomial, shares", "gelu layers", "scaled",
    "mixed, gaps indicated", "autoencoder", "classifier", "multilabel", "regressor",
)  # fmt: skip
assert set(_FAST) <= set(MODELS)
#: Their names, as parameters of tests; few are asked for in the fast ones.
NAMES = [pytest.param(name, marks=() if name in _FAST else pytest.mark.slow) for name in MODELS]


@functools.cache
def made(name):
    """The model, and rows."""
    return MODELS[name]()


def expected(name):
    """Of each part of a model: what goes in, and what the library says comes out, by names."""
    model, x = made(name)
    x = np.asarray(x, dtype=np.float32)
    parts = _of_vae(model, x) if isinstance(model, vaelib.VAE) else _of_stack(model, x)
    return {"encoder": parts["encoder"]} if name.endswith(" layers") else parts


def _of_vae(model, x):
    mean, log_variance = model.encode(x)
    noise = philox.noise(_SEED, philox.EVALUATION_NOISE, 0, np.arange(len(x)), 1, model.latent_dim)[0]
    z = (mean + np.exp(log_variance / 2) * noise).astype(np.float32)
    bound = model.elbo(x, random_state=_SEED, estimator="analytic")
    decoded = model.decode(z)
    parts = isinstance(decoded, vaelib.MeanAndVariance)
    found = {"mean": decoded.mean, "variance": decoded.variance} if parts else {"mean": decoded}
    return {
        "encoder": ({"x": x}, {"mean": mean, "log_variance": log_variance}),
        "decoder": ({"z": z}, found),
        "kl": ({"x": x}, {"kl": bound.kl[:, None]}),
        "reconstruction": ({"x": x, "z": z}, {"reconstruction": bound.reconstruction[:, None]}),
    }


def _of_stack(model, x):
    code = model.transform(x)
    parts = {
        "encoder": ({"x": x}, {"code": code}),
        "decoder": ({"code": code}, {"mean": model.inverse_transform(code)}),
    }
    if isinstance(model, _CLASSIFIER):
        parts["classifier"] = ({"x": x}, {"probabilities": model.predict_proba(x)})
    if isinstance(model, _REGRESSOR):
        parts["regressor"] = ({"x": x}, {"prediction": model.predict(x).reshape(len(x), -1)})
    return parts


def assert_close(found, wanted, tolerance, message):
    """Outputs by names are equal but for this part of a number, or of the usual size of its column."""
    assert list(found) == list(wanted), message
    for name, values in wanted.items():
        assert found[name].dtype == np.float32, message
        assert found[name].shape == values.shape, message
        finite = np.where(np.isfinite(values), np.abs(values), 0)
        size = np.maximum(finite, np.sqrt((finite**2).mean(axis=0)))
        if name == "log_variance":  # rounded where 20 is added, and taken off again
            size = np.maximum(size, 4)
        with np.errstate(invalid="ignore"):  # inf - inf
            error = np.where(found[name] == values, 0, np.abs(found[name] - values)) / np.where(size > 0, size, 1)
        assert error.max() <= tolerance, f"{message}, {name}: {error.max()}"
