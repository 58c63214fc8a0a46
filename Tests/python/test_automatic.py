"""What estimators take from their data: the likelihood, and the scales of the columns."""

import numpy as np
import pytest
import vaelib

pytestmark = pytest.mark.filterwarnings("ignore::vaelib.VaelibWarning")

SETTINGS = {"latent_dim": 2, "hidden": (16,), "epochs": 30, "batch_size": 32, "learning_rate": 0.01, "random_state": 0}


def factors(rows=400, columns=8, noise=0.2):
    """Two factors behind each row, and noise of this deviation."""
    random = np.random.RandomState(0)
    return random.normal(size=(rows, 2)) @ random.normal(size=(2, columns)) + noise * random.normal(
        size=(rows, columns)
    )


@pytest.mark.parametrize(
    ("values", "options", "likelihood"),
    [
        ([0, 1], {}, "bernoulli"),
        ([0, 17, 255], {"scale": 1 / 255}, "bernoulli"),
        ([0, 17, 255], {}, "gaussian"),
        ([0.2, 0.123, 0.9], {}, "gaussian"),
        ([0.2, 0.123, 0.9], {"binarization": "dynamic"}, "bernoulli"),
        ([0, 1], {"likelihood": "gaussian"}, "gaussian"),
    ],
)
def test_the_likelihood_follows_from_the_data(values, options, likelihood):
    X = np.random.RandomState(0).choice(values, size=(60, 5)).astype(np.float32)
    vae = vaelib.VAE(**{**SETTINGS, "epochs": 1, **options}).fit(X)
    assert vae.likelihood_ == likelihood
    assert vae.likelihood == options.get("likelihood", "auto")


@pytest.mark.parametrize("variance", ["learned", "predicted"])
def test_units_do_not_matter(variance):
    """In other units the density of a row differs by the Jacobian alone, and all that comes out is in these units."""
    X = factors().astype(np.float32)
    unit, zero = np.float32(2.0) ** np.arange(-12, 20, 4), np.arange(8, dtype=np.float32)
    moved = X * unit + zero * unit
    plain, other = (vaelib.VAE(**SETTINGS, variance=variance).fit(data) for data in (X, moved))
    difference = plain.elbo(X, random_state=1).elbo - other.elbo(moved, random_state=1).elbo
    np.testing.assert_allclose(difference, np.log(unit.astype(float)).sum(), atol=0.05)
    np.testing.assert_allclose(plain.transform(X), other.transform(moved), atol=2e-3)
    np.testing.assert_allclose((other.reconstruct(moved) - zero * unit) / unit, plain.reconstruct(X), atol=5e-3)
    found, expected = other.decode(other.transform(moved)), plain.decode(plain.transform(X))
    np.testing.assert_allclose(found.variance / unit**2, expected.variance, rtol=0.05)
    samples = other.sample(2000, output="sample", random_state=1)
    np.testing.assert_allclose(samples.std(axis=0) / unit, X.std(axis=0), rtol=0.25)


def test_the_noise_is_found():
    X = factors(1500, noise=0.1)
    vae = vaelib.VAE(**{**SETTINGS, "epochs": 50, "schedule": "cosine"}).fit(X)
    deviations = np.sqrt(vae.decode(vae.transform(X)).variance[0])
    assert np.median(deviations) == pytest.approx(0.1, rel=0.1)
    assert deviations.max() < 0.2


def test_log_variances_learn_ten_times_as_fast():
    X = factors().astype(np.float32)
    options = {**SETTINGS, "optimizer": "sgd", "learning_rate": 1e-3}
    vae = vaelib.VAE(**options).initialize(X)
    before = vae.get_weights()
    trainer = vaelib.Trainer(vae, examples_per_epoch=400)
    trainer.compute_gradients(X)
    gradients = {name: values.copy() for name, values in trainer.named_gradients.items()}
    trainer.apply_gradients()
    for name, values in vae.get_weights().items():
        pace = 10 if name == "decoder/log_variance" else 1
        np.testing.assert_allclose(values, before[name] - 1e-3 * pace * gradients[name], rtol=1e-5, atol=1e-7)
    assert np.abs(gradients["decoder/log_variance"]).min() > 0
    assert not any(gradients[name].any() for name in gradients if name.startswith("standardization/"))


def test_a_constant_column_is_neither_rewarded_nor_fatal():
    X = np.column_stack([factors(), np.full(400, 7.0)])
    vae, without = vaelib.VAE(**SETTINGS).fit(X), vaelib.VAE(**SETTINGS).fit(X[:, :-1])
    # At its floor, the median deviation of the others, a column costs what such a normal distribution costs.
    unit = np.median(X[:, :-1].std(axis=0))
    assert vae.score(X) < without.score(X[:, :-1]) - np.log(unit)
    changed = X.copy()
    changed[:, -1] += 3 * unit
    assert vae.score(changed) > vae.score(X) - 10


def test_a_trainer_needs_examples_first():
    X = factors().astype(np.float32)
    with pytest.raises(vaelib.InvalidArgument, match="likelihood is auto"):
        vaelib.VAE(**SETTINGS).initialize(8)
    with pytest.raises(vaelib.InvalidArgument, match="standardises its columns"):
        vaelib.Trainer(vaelib.VAE(**SETTINGS, likelihood="gaussian").initialize(8), examples_per_epoch=400)
    vae = vaelib.VAE(**SETTINGS).initialize(X)
    np.testing.assert_allclose(vae.get_weights()["standardization/deviation"], X.std(axis=0), rtol=1e-5)
    before = vae.score(X)
    trainer = vaelib.Trainer(vae, examples_per_epoch=400)
    for _ in range(200):
        trainer.step(X)
    assert vae.score(X) > before + 1


def test_a_warm_start_keeps_what_was_taken():
    X = factors().astype(np.float32)
    vae = vaelib.VAE(**{**SETTINGS, "warm_start": True}).fit(X)
    scales = {name: values for name, values in vae.get_weights().items() if name.startswith("standardization/")}
    vae.fit(X * 3 + 1)
    for name, values in scales.items():
        np.testing.assert_array_equal(vae.get_weights()[name], values)
    binary = (X > 0).astype(np.float32)
    assert vae.fit(binary).likelihood_ == "gaussian"
