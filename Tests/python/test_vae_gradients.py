"""The library's gradients, option by option, against finite differences of the oracle's loss."""

import numpy as np
import pytest
import vaelib
from reference import gradients, philox, vae
from reference.activations import ACTIVATIONS
from reference.shares_and_counts import COUNTS, SHARES

BATCH, DATA_DIM, LATENT_DIM = 7, 6, 3

ARCHITECTURES = {
    **{f"activation {name}": {"activation": name} for name in ACTIVATIONS},
    "no hidden layer": {"hidden": ()},
    "two hidden layers": {"hidden": (6, 4)},
    "three hidden layers": {"hidden": (5, 4, 3)},
    "decoder of its own": {"hidden": (4,), "decoder_hidden": (3, 5)},
    "linear decoder": {"hidden": (4,), "decoder_hidden": ()},
    "fixed variance": {"likelihood": "gaussian", "variance": "fixed", "noise_stddev": 0.6},
    "fixed variance, sigmoid mean": {
        "likelihood": "gaussian",
        "variance": "fixed",
        "noise_stddev": 0.6,
        "mean_activation": "sigmoid",
    },
    "learned variance": {"likelihood": "gaussian", "variance": "learned"},
    "learned variance, sigmoid mean": {"likelihood": "gaussian", "variance": "learned", "mean_activation": "sigmoid"},
    "predicted variance": {"likelihood": "gaussian", "variance": "predicted"},
    "predicted variance, high floor": {"likelihood": "gaussian", "variance": "predicted", "stddev_floor": 0.5},
    "learned variance, columns as they are": {"likelihood": "gaussian", "variance": "learned", "standardize": False},
    "fixed variance, columns as they are": {
        "likelihood": "gaussian",
        "variance": "fixed",
        "noise_stddev": 0.6,
        "standardize": False,
    },
    **{
        f"{likelihood}, {variance} variance": {"likelihood": likelihood, "variance": variance}
        for likelihood in ("laplace", "student_t")
        for variance in ("fixed", "learned", "predicted")
    },
    "log_normal": {"likelihood": "log_normal"},
    "log_normal, predicted variance, columns as they are": {
        "likelihood": "log_normal",
        "variance": "predicted",
        "standardize": False,
    },
    "continuous_bernoulli": {"likelihood": "continuous_bernoulli"},
    "poisson": {"likelihood": "poisson"},
    "poisson, columns as they are": {"likelihood": "poisson", "standardize": False},
    **{
        f"{likelihood}, {variance} shape": {"likelihood": likelihood, "variance": variance}
        for likelihood in ("beta", "negative_binomial", "zero_inflated_negative_binomial")
        for variance in ("learned", "predicted")
    },
    "poisson, shares of the total": {"likelihood": "poisson", "count_mean": "share"},
    **{
        f"{likelihood}, {variance} shape, shares of the total": {
            "likelihood": likelihood,
            "variance": variance,
            "count_mean": "share",
        }
        for likelihood in ("negative_binomial", "zero_inflated_negative_binomial")
        for variance in ("learned", "predicted")
    },
    "student_t, 3 degrees of freedom": {"likelihood": "student_t", "degrees_of_freedom": 3},
    "student_t, columns as they are": {"likelihood": "student_t", "standardize": False},
    "student_t, predicted variance, sigmoid mean": {
        "likelihood": "student_t",
        "variance": "predicted",
        "mean_activation": "sigmoid",
    },
    "laplace, learned variance, sigmoid mean, high floor": {
        "likelihood": "laplace",
        "mean_activation": "sigmoid",
        "stddev_floor": 0.5,
    },
    "predicted variance, sigmoid mean, high floor": {
        "likelihood": "gaussian",
        "variance": "predicted",
        "mean_activation": "sigmoid",
        "stddev_floor": 0.5,
    },
}

TRAININGS = {
    "analytic": {"estimator": "analytic"},
    "analytic, three samples": {"estimator": "analytic", "samples": 3},
    "monte carlo": {"estimator": "monte_carlo"},
    "monte carlo, three samples": {"estimator": "monte_carlo", "samples": 3},
    "beta": {"beta": 2.5},
    "beta, monte carlo": {"beta": 0.3, "estimator": "monte_carlo", "samples": 2},
}


def examples(architecture):
    random = np.random.RandomState(3)
    if architecture.get("likelihood") in COUNTS:
        counts = random.negative_binomial(1, 0.2, size=(BATCH, DATA_DIM)).astype(np.float32)
        counts[4] = 0  # a row whose total is 0
        return counts
    if architecture.get("likelihood") == "log_normal":
        return random.lognormal(1, 2, size=(BATCH, DATA_DIM)).astype(np.float32)
    if architecture.get("likelihood") in SHARES:
        return random.uniform(0.01, 0.99, size=(BATCH, DATA_DIM)).astype(np.float32)
    if "likelihood" in architecture and architecture.get("mean_activation") != "sigmoid":
        return random.normal(size=(BATCH, DATA_DIM)).astype(np.float32)
    return random.uniform(size=(BATCH, DATA_DIM)).astype(np.float32)


#: Weights of a batch's rows.
ROW_WEIGHTS = np.array([0.5, 2, 0, 1, 3, 0.25, 1.5], dtype=np.float32)


def check_step(pair, x, training, *, steps_before=0, kl_weight=None, hidden=None, row_weights=None):
    """Compares one gradient computation of the library, after so many steps, with the oracle's."""
    training = {"estimator": "analytic", "samples": 1, "beta": 1.0, **training}
    kl_weight = training["beta"] if kl_weight is None else kl_weight
    trainer = vaelib.Trainer(pair.vae, examples_per_epoch=len(x))
    batch = x if row_weights is None else vaelib.Dataset(x).reweight(row_weights)
    for _ in range(steps_before):
        trainer.compute_gradients(batch)
        trainer.gradients[:] = 0
        trainer.apply_gradients()
    result = trainer.compute_gradients(batch)

    rows = np.arange(len(x))
    noise = philox.noise(pair.seed, philox.TRAINING_NOISE, steps_before, rows, training["samples"], LATENT_DIM)
    data = x.astype(np.float64)
    if training.get("binarization") == "dynamic":
        data = philox.binarised(data, pair.seed, philox.TRAINING_BINARISATION, steps_before, rows)
    row_weights = np.ones(len(x)) if row_weights is None else row_weights.astype(np.float64)
    terms = vae.terms(pair.weights, pair.oracle, data, noise, training["estimator"], hidden)
    reconstruction, kl = (row_weights * term for term in terms)
    assert result["reconstruction"] == pytest.approx(reconstruction.mean(), rel=1e-5)
    assert result["kl"] == pytest.approx(kl.mean(), rel=1e-5, abs=1e-5)
    assert result["elbo"] == pytest.approx((reconstruction - kl).mean(), rel=1e-5)
    assert result["kl_weight"] == pytest.approx(kl_weight)
    assert result["loss"] == pytest.approx((kl_weight * kl - reconstruction).mean(), rel=1e-5)

    expected = gradients.central_differences(
        lambda weights: vae.loss(
            weights, pair.oracle, data, noise, training["estimator"], kl_weight, hidden, row_weights
        ),
        pair.weights,
    )
    norm = np.linalg.norm(pair.flat(expected))
    assert result["gradient_norm"] == pytest.approx(norm, rel=1e-5)
    for name, values in expected.items():
        np.testing.assert_allclose(trainer.named_gradients[name], values, rtol=1e-4, atol=2e-6 * norm, err_msg=name)


@pytest.mark.parametrize("training", TRAININGS.values(), ids=list(TRAININGS))
@pytest.mark.parametrize("architecture", ARCHITECTURES.values(), ids=list(ARCHITECTURES))
def test_gradients_and_terms(pair, architecture, training):
    model = pair(DATA_DIM, {"latent_dim": LATENT_DIM, "hidden": (5,), **architecture}, training)
    check_step(model, examples(architecture), training)


@pytest.mark.parametrize("training", TRAININGS.values(), ids=list(TRAININGS))
@pytest.mark.parametrize("architecture", ARCHITECTURES.values(), ids=list(ARCHITECTURES))
def test_gradients_of_rows_with_weights(pair, architecture, training):
    model = pair(DATA_DIM, {"latent_dim": LATENT_DIM, "hidden": (5,), **architecture}, training)
    check_step(model, examples(architecture), training, row_weights=ROW_WEIGHTS)


@pytest.mark.parametrize("missing", ["ignore", "indicate"])
@pytest.mark.parametrize("architecture", ARCHITECTURES.values(), ids=list(ARCHITECTURES))
def test_gradients_of_rows_with_weights_and_gaps(pair, architecture, missing):
    architecture = {"latent_dim": LATENT_DIM, "hidden": (5,), **architecture, "missing": missing}
    check_step(pair(DATA_DIM, architecture), with_gaps(examples(architecture)), {}, row_weights=ROW_WEIGHTS)


@pytest.mark.parametrize("estimator", ["analytic", "monte_carlo"])
def test_gradients_with_dynamic_binarisation(pair, estimator):
    training = {"binarization": "dynamic", "estimator": estimator, "samples": 2}
    model = pair(DATA_DIM, {"latent_dim": LATENT_DIM, "hidden": (5,)}, training)
    for steps_before in (0, 3):
        check_step(model, examples({}), training, steps_before=steps_before)


@pytest.mark.parametrize(("variance", "missing"), [("learned", "refuse"), ("predicted", "indicate")])
@pytest.mark.parametrize("likelihood", ["gaussian", "student_t", "laplace"])
def test_gradients_of_normal_scores(pair, likelihood, variance, missing):
    architecture = {"likelihood": likelihood, "variance": variance, "missing": missing, "standardize_by": "quantiles"}
    model = pair(DATA_DIM, {"latent_dim": LATENT_DIM, "hidden": (5,), **architecture})
    x = examples(architecture)
    check_step(model, x if missing == "refuse" else with_gaps(x), {}, row_weights=ROW_WEIGHTS)


def test_gradients_while_the_kl_weight_grows(pair):
    training = {"beta": 2.0, "kl_warmup_epochs": 4.0, "optimizer": "sgd", "learning_rate": 0.1}
    for steps_before, kl_weight in ((0, 0.0), (1, 0.5), (3, 1.5), (5, 2.0)):
        model = pair(DATA_DIM, {"latent_dim": LATENT_DIM, "hidden": (5,)}, training)
        check_step(model, examples({}), training, steps_before=steps_before, kl_weight=kl_weight)


def test_gradients_at_bounded_log_variances(pair):
    """Raw log-variances far outside their limits: the bounds' own derivative counts."""
    architecture = {"latent_dim": LATENT_DIM, "hidden": (4,), "likelihood": "gaussian", "variance": "learned"}
    model = pair(DATA_DIM, architecture)
    model.weights["decoder/log_variance"][:] = np.linspace(-12, -6, DATA_DIM)
    model.weights["encoder/head/bias"][LATENT_DIM:] = (-22, -19, 1)
    model.weights = {name: w.astype(np.float32).astype(np.float64) for name, w in model.weights.items()}
    model.vae.set_weights(model.weights)
    check_step(model, examples(architecture), {})


def with_gaps(x):
    """Some numbers missing, all of a row, and none of another."""
    gaps = np.random.RandomState(9).uniform(size=x.shape) < 0.4
    gaps[2], gaps[3] = True, False
    return np.where(gaps, np.nan, x).astype(np.float32)


@pytest.mark.parametrize("missing", ["ignore", "indicate"])
@pytest.mark.parametrize("architecture", ARCHITECTURES.values(), ids=list(ARCHITECTURES))
def test_gradients_where_numbers_are_missing(pair, architecture, missing):
    architecture = {"latent_dim": LATENT_DIM, "hidden": (5,), **architecture, "missing": missing}
    for training in ({}, {"samples": 2, "estimator": "monte_carlo"}):
        check_step(pair(DATA_DIM, architecture, training), with_gaps(examples(architecture)), training)


@pytest.mark.parametrize("missing", ["ignore", "indicate"])
def test_gradients_with_gaps_and_binarisation(pair, missing):
    training = {"binarization": "dynamic"}
    model = pair(DATA_DIM, {"latent_dim": LATENT_DIM, "hidden": (5,), "missing": missing}, training)
    x = with_gaps(examples({}))
    rows = np.arange(BATCH)
    drawn = philox.binarised(np.nan_to_num(x).astype(float), model.seed, philox.TRAINING_BINARISATION, 0, rows)
    binary = np.where(np.isnan(x), np.nan, drawn)
    noise = philox.noise(model.seed, philox.TRAINING_NOISE, 0, rows, 1, LATENT_DIM)
    trainer = vaelib.Trainer(model.vae, examples_per_epoch=BATCH)
    result = trainer.compute_gradients(x)
    assert result["loss"] == pytest.approx(vae.loss(model.weights, model.oracle, binary, noise), rel=1e-5)


@pytest.mark.parametrize("missing", ["ignore", "indicate"])
@pytest.mark.parametrize("architecture", ["two hidden layers", "learned variance", "negative_binomial, learned shape"])
def test_gradients_where_the_encoder_does_not_see_all(pair, architecture, missing):
    """What is hidden from the encoder stays in the likelihood; it is drawn anew in each epoch."""
    architecture = {"latent_dim": LATENT_DIM, "hidden": (5,), **ARCHITECTURES[architecture], "missing": missing}
    training = {"hide_fraction": 0.4}
    for steps_before in (0, 2):
        model = pair(DATA_DIM, architecture, training)
        x = with_gaps(examples(architecture))
        uniforms = [
            philox.uniforms(model.seed, philox.TRAINING_HIDING, steps_before, row, DATA_DIM) for row in range(BATCH)
        ]
        hidden = np.isnan(x) | (np.stack(uniforms) < np.float32(0.4))
        assert (hidden & ~np.isnan(x)).any()
        check_step(model, x, training, steps_before=steps_before, hidden=hidden)


@pytest.mark.slow
@pytest.mark.parametrize(
    "architecture",
    [
        {"activation": "relu"},
        {"activation": "tanh", "likelihood": "gaussian", "variance": "predicted", "mean_activation": "sigmoid"},
    ],
    ids=["bernoulli", "gaussian"],
)
def test_gradients_of_a_large_network(pair, architecture):
    model = pair(784, {"latent_dim": 5, "hidden": (50,), **architecture}, {"samples": 2}, scale=0.05)
    x = np.random.RandomState(4).uniform(size=(64, 784)).astype(np.float32)
    trainer = vaelib.Trainer(model.vae, examples_per_epoch=64)
    result = trainer.compute_gradients(x)
    noise = philox.noise(model.seed, philox.TRAINING_NOISE, 0, np.arange(64), 2, 5)
    data = x.astype(np.float64)
    assert result["loss"] == pytest.approx(vae.loss(model.weights, model.oracle, data, noise), rel=1e-5)
    for name, expected in gradients.backward(model.weights, model.oracle, data, noise).items():
        scale = np.abs(expected).max()
        np.testing.assert_allclose(trainer.named_gradients[name], expected, rtol=1e-3, atol=1e-5 * scale, err_msg=name)


@pytest.mark.parametrize("row_weights", [np.ones(BATCH, np.float32), ROW_WEIGHTS], ids=["alike", "weighted"])
@pytest.mark.parametrize("fraction", [0.1, 0.15, 0.3, 0.5])
@pytest.mark.parametrize("training", TRAININGS.values(), ids=list(TRAININGS))
@pytest.mark.parametrize("architecture", ["two hidden layers", "learned variance", "student_t, columns as they are"])
def test_rows_with_the_highest_loss_have_no_gradient(pair, architecture, training, fraction, row_weights):
    """The gradient is that of the other rows' losses over all rows; of 7 rows a tenth is none. Weights choose none."""
    architecture = {"latent_dim": LATENT_DIM, "hidden": (5,), **ARCHITECTURES[architecture]}
    model, x = pair(DATA_DIM, architecture, {**training, "trim_fraction": fraction}), examples(architecture)
    training = {"estimator": "analytic", "samples": 1, "beta": 1.0, **training}
    trainer = vaelib.Trainer(model.vae, examples_per_epoch=BATCH)
    result = trainer.compute_gradients(vaelib.Dataset(x).reweight(row_weights))

    noise = philox.noise(model.seed, philox.TRAINING_NOISE, 0, np.arange(BATCH), training["samples"], LATENT_DIM)

    def losses(weights):
        reconstruction, kl = vae.terms(weights, model.oracle, x.astype(np.float64), noise, training["estimator"])
        return training["beta"] * kl - reconstruction

    kept = np.sort(np.argsort(losses(model.weights))[: BATCH - int(fraction * BATCH)])
    assert len(kept) == {0.1: 7, 0.15: 6, 0.3: 5, 0.5: 4}[fraction]
    expected = gradients.central_differences(
        lambda weights: (row_weights * losses(weights))[kept].sum() / BATCH, model.weights
    )
    norm = np.linalg.norm(model.flat(expected))
    for name, values in expected.items():
        np.testing.assert_allclose(trainer.named_gradients[name], values, rtol=1e-4, atol=2e-6 * norm, err_msg=name)
    loss = np.average(losses(model.weights)[kept], weights=row_weights[kept]) * row_weights.mean()
    assert result["loss"] == pytest.approx(loss, rel=1e-5)
    reconstruction, kl = vae.terms(model.weights, model.oracle, x.astype(np.float64), noise, training["estimator"])
    assert result["elbo"] == pytest.approx((row_weights * (reconstruction - kl)).mean(), rel=1e-5)
