"""Small fitted models of every kind, and what their parts say of some rows, for tests of what is written for others."""

import functools

import numpy as np
import pytest
import vaelib
from reference import philox
from test_columns import COLUMNS, FURTHER, table, with_gaps

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

#: Four columns of numbers that a likelihood may have.
DATA = {
    "bernoulli": BINARY, "continuous_bernoulli": SHARES, "beta": SHARES, "gaussian": REAL, "laplace": REAL,
    "student_t": REAL, "log_normal": POSITIVE, "poisson": COUNTS, "negative_binomial": COUNTS,
    "zero_inflated_negative_binomial": COUNTS, "categorical": np.minimum(COUNTS, 2),
}  # fmt: skip


def _vae(x, **parameters):
    settings = {"latent_dim": 2, "hidden": (6,), "epochs": 3, "random_state": 0, "activation": "tanh"}
    return vaelib.VAE(**{**settings, **parameters}).fit(x), x


def _likelihood(likelihood, **parameters):
    return _vae(DATA[likelihood], likelihood=likelihood, **parameters)


def _mixed(missing, further=None):
    columns = list(COLUMNS)
    if further is not None:
        place, options = FURTHER[further]
        columns[place] = (*columns[place][:2], {**columns[place][2], **options})
    x = table(ROWS)
    return _vae(x if missing == "refuse" else with_gaps(x), columns=columns, missing=missing)


def _given_beside():
    kinds = np.array(["a", "b"])[BINARY[:, 0].astype(int)]
    conditions = [[kind, weight] for kind, weight in zip(kinds, REAL[:, 1], strict=True)]
    settings = {"latent_dim": 2, "hidden": (6,), "epochs": 3, "random_state": 0, "scale": 0.5, "missing": "indicate"}
    return vaelib.VAE(**settings).fit(with_gaps(REAL), conditions=conditions), with_gaps(REAL), conditions


def _given_within():
    columns = [
        ("categorical", [0], {"condition": True}),
        ("gaussian", [1, 3], {"condition": True, "standardize_by": "quantiles"}),
        ("poisson", [2], {"condition": True}),
        ("log_normal", [4, 5], {"variance": "predicted"}),
    ]
    x = np.concatenate([COUNTS[:, :1] % 3, REAL[:, :1], COUNTS[:, 1:2], REAL[:, 3:], POSITIVE[:, :2]], axis=1)
    return _vae(x, columns=columns)


def _size_factor(likelihood, **parameters):
    conditions = [[kind, total] for kind, total in zip(COUNTS[:, 0] % 3, 1.5 * COUNTS.sum(axis=1) + 1, strict=True)]
    settings = {"likelihood": likelihood, "count_mean": "share", "variance": "by_condition", "size_factor": 1}
    settings |= {"latent_dim": 2, "hidden": (6,), "epochs": 3, "random_state": 0, **parameters}
    x = COUNTS if parameters.get("missing", "refuse") == "refuse" else with_gaps(COUNTS)
    return vaelib.VAE(**settings).fit(x, conditions=conditions), x, conditions


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
    **{name: functools.partial(_likelihood, name) for name in DATA if name != "categorical"},
    **{
        f"{name}, predicted": functools.partial(_likelihood, name, variance="predicted")
        for name in DATA
        if name not in ("bernoulli", "continuous_bernoulli", "poisson", "categorical")
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
    "mixed, shares with gaps": functools.partial(_mixed, "indicate", "share"),
    "poisson, shares with gaps": functools.partial(
        _vae, with_gaps(COUNTS), likelihood="poisson", count_mean="share", missing="ignore"
    ),
    "normal scores": functools.partial(
        _vae, with_gaps(REAL), likelihood="student_t", standardize_by="quantiles", missing="ignore"
    ),
    "normal scores, mixed": functools.partial(_mixed, "refuse", "quantiles"),
    "conditions beside": _given_beside,
    "conditions within": _given_within,
    "size factors": functools.partial(_size_factor, "negative_binomial"),
    "size factors with gaps": functools.partial(_size_factor, "zero_inflated_negative_binomial", missing="indicate"),
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
    "mixed, gaps indicated", "normal scores", "conditions within", "size factors", "autoencoder", "classifier",
    "multilabel", "regressor",
)  # fmt: skip
assert set(_FAST) <= set(MODELS)
#: Their names, as parameters of tests; few are asked for in the fast ones.
NAMES = [pytest.param(name, marks=() if name in _FAST else pytest.mark.slow) for name in MODELS]


@functools.cache
def _made(name):
    model, x, *conditions = MODELS[name]()
    return model, x, conditions[0] if conditions else None


def made(name):
    """The model, and rows."""
    return _made(name)[:2]


def expected(name):
    """Of each part of a model: what goes in, and what the library says comes out, by names."""
    model, x, conditions = _made(name)
    x = np.asarray(x, dtype=np.float32)
    parts = parts_of_vae(model, x, conditions) if isinstance(model, vaelib.VAE) else _of_stack(model, x)
    if name.startswith("normal scores"):
        del parts["decoder"]  # which is refused
    return {"encoder": parts["encoder"]} if name.endswith(" layers") else parts


@functools.cache
def _noise(rows, latents):
    return philox.noise(_SEED, philox.EVALUATION_NOISE, 0, np.arange(rows), 1, latents)[0]


def parts_of_vae(model, x, conditions=None):
    """The same of a VAE."""
    given = model._fitted().condition_columns
    beside = {} if conditions is None else {"conditions": model._conditions.dataset(conditions, len(x)).numpy()}
    behind_z = beside or ({"conditions": x[:, given]} if given else {})
    conditions = {} if conditions is None else {"conditions": conditions}
    mean, log_variance = model.encode(x, **conditions)
    z = (mean + np.exp(log_variance / 2) * _noise(*mean.shape)).astype(np.float32)
    bound = model.elbo(x, random_state=_SEED, estimator="analytic", **conditions)
    decoded = model.decode(z, **(conditions or behind_z))
    parts = isinstance(decoded, vaelib.MeanAndVariance)
    found = {"mean": decoded.mean, "variance": decoded.variance} if parts else {"mean": decoded}
    return {
        "encoder": ({"x": x, **beside}, {"mean": mean, "log_variance": log_variance}),
        "decoder": ({"z": z, **behind_z}, found),
        "kl": ({"x": x, **beside}, {"kl": bound.kl[:, None]}),
        "reconstruction": ({"x": x, "z": z, **beside}, {"reconstruction": bound.reconstruction[:, None]}),
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
        # Log-variances are rounded where 20 is added, and taken off again, of which a KL below one nat has its share.
        size = np.maximum(size, {"log_variance": 4, "kl": 1}.get(name, 0))
        with np.errstate(invalid="ignore"):  # inf - inf
            error = np.where(found[name] == values, 0, np.abs(found[name] - values)) / np.where(size > 0, size, 1)
        assert error.max() <= tolerance, f"{message}, {name}: {error.max()}"
