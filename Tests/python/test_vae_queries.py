"""Every query of a VAE against the oracle, and the laws that its results obey."""

import math

import numpy as np
import pytest
import vaelib
from reference import philox, vae

pytestmark = pytest.mark.filterwarnings("ignore::vaelib.VaelibWarning")  # grey levels, on purpose

ARCHITECTURES = {
    "bernoulli": {},
    "gaussian": {"likelihood": "gaussian", "variance": "fixed", "noise_stddev": 0.7},
    "learned": {"likelihood": "gaussian", "variance": "learned"},
    "predicted": {"likelihood": "gaussian", "variance": "predicted", "mean_activation": "sigmoid"},
}


@pytest.fixture(params=ARCHITECTURES.values(), ids=list(ARCHITECTURES))
def model(pair, request):
    return pair(6, {"latent_dim": 2, "hidden": (5,), **request.param})


@pytest.fixture
def x():
    return np.random.RandomState(7).uniform(size=(9, 6)).astype(np.float32)


def close(actual, expected):
    np.testing.assert_allclose(actual, expected, rtol=1e-5, atol=1e-5)


def latent_draws(seed, purpose, rows, latent_dim):
    return philox.noise(seed, purpose, 0, np.arange(rows), 1, latent_dim)[0]


def output_draws(model, mean, log_variance, seed):
    rows = np.arange(len(mean))
    if log_variance is None:
        return philox.binarised(mean, seed, philox.OUTPUT_SAMPLE, 0, rows)
    normals = np.stack([philox.normals(seed, philox.OUTPUT_SAMPLE, 0, row, mean.shape[1]) for row in rows])
    return mean + np.exp(log_variance / 2) * normals


def test_encode_and_transform(model, x):
    mean, log_variance = vae.encode(model.weights, model.oracle, x.astype(np.float64))
    close(model.vae.encode(x)[0], mean)
    close(model.vae.encode(x)[1], log_variance)
    np.testing.assert_array_equal(model.vae.transform(x), model.vae.encode(x)[0])
    assert model.vae.transform(x).dtype == np.float32


def test_sample_latent(model, x):
    mean, log_variance = vae.encode(model.weights, model.oracle, x.astype(np.float64))
    noise = latent_draws(21, philox.LATENT_SAMPLE, 9, 2)
    close(model.vae.sample_latent(x, random_state=21), mean + np.exp(log_variance / 2) * noise)


def test_decode(model):
    z = np.random.RandomState(8).normal(size=(9, 2))
    mean, log_variance = vae.decode(model.weights, model.oracle, z)
    close(model.vae.inverse_transform(z), mean)
    decoded = model.vae.decode(z)
    if log_variance is None:
        close(decoded, mean)
    else:
        close(decoded.mean, mean)
        close(decoded.variance, np.exp(log_variance))


def test_decode_sample(model):
    z = np.random.RandomState(8).normal(size=(9, 2))
    expected = output_draws(model, *vae.decode(model.weights, model.oracle, z), seed=4)
    close(model.vae.decode_sample(z, random_state=4), expected)


def test_reconstruct(model, x):
    mean, log_variance = vae.encode(model.weights, model.oracle, x.astype(np.float64))
    close(model.vae.reconstruct(x), vae.decode(model.weights, model.oracle, mean)[0])
    z = mean + np.exp(log_variance / 2) * latent_draws(3, philox.LATENT_SAMPLE, 9, 2)
    close(model.vae.reconstruct(x, latent="sample", random_state=3), vae.decode(model.weights, model.oracle, z)[0])


def test_sample(model):
    z = latent_draws(6, philox.PRIOR_SAMPLE, 5, 2)
    mean, log_variance = vae.decode(model.weights, model.oracle, z)
    close(model.vae.sample(5, random_state=6), mean)
    drawn = model.vae.sample(5, output="sample", random_state=6)
    close(drawn, output_draws(model, mean, log_variance, seed=6))


def test_interpolate(model, x):
    mean, _ = vae.encode(model.weights, model.oracle, x.astype(np.float64))
    line = np.linspace(mean[2], mean[8], 5)
    close(model.vae.interpolate(x, 2, -1, steps=5), vae.decode(model.weights, model.oracle, line)[0])


def test_manifold(model):
    from statistics import NormalDist

    grid = [NormalDist().inv_cdf((index + 0.5) / 4) for index in range(4)]
    z = np.array([[first, second] for second in grid[::-1] for first in grid])
    close(model.vae.manifold(4), vae.decode(model.weights, model.oracle, z)[0])


@pytest.mark.parametrize("estimator", ["analytic", "monte_carlo"])
@pytest.mark.parametrize("samples", [1, 3])
def test_elbo(model, x, estimator, samples):
    noise = philox.noise(17, philox.EVALUATION_NOISE, 0, np.arange(9), samples, 2)
    reconstruction, kl = vae.terms(model.weights, model.oracle, x.astype(np.float64), noise, estimator)
    bound = model.vae.elbo(x, samples, estimator=estimator, random_state=17)
    np.testing.assert_allclose(bound.reconstruction, reconstruction, rtol=1e-5)
    np.testing.assert_allclose(bound.kl, kl, rtol=1e-5, atol=1e-5)
    np.testing.assert_allclose(bound.elbo, bound.reconstruction - bound.kl, rtol=1e-12, atol=1e-12)
    assert bound.elbo.dtype == np.float64


def test_elbo_of_binarised_data(pair, x):
    model = pair(6, {"latent_dim": 2, "hidden": (5,)})
    data = philox.binarised(x.astype(np.float64), 17, philox.EVALUATION_BINARISATION, 0, np.arange(9))
    noise = philox.noise(17, philox.EVALUATION_NOISE, 0, np.arange(9), 1, 2)
    reconstruction, kl = vae.terms(model.weights, model.oracle, data, noise)
    bound = model.vae.elbo(x, binarization="dynamic", random_state=17)
    np.testing.assert_allclose(bound.elbo, reconstruction - kl, rtol=1e-5)


@pytest.mark.parametrize("samples", [1, 2, 70])
def test_log_likelihood(model, x, samples):
    noise = philox.noise(17, philox.EVALUATION_NOISE, 0, np.arange(9), samples, 2)
    log_weights = vae.log_weights(model.weights, model.oracle, x.astype(np.float64), noise)
    expected = np.logaddexp.reduce(log_weights, axis=0) - math.log(samples)
    values, errors = model.vae.log_likelihood(x, samples, return_standard_error=True, random_state=17)
    np.testing.assert_allclose(values, expected, rtol=1e-5)
    if samples == 1:
        assert np.isnan(errors).all()
    else:
        relative = np.exp(log_weights - log_weights.max(axis=0))
        delta_method = relative.std(axis=0, ddof=1) / relative.mean(axis=0) / math.sqrt(samples)
        np.testing.assert_allclose(errors, delta_method, rtol=1e-3)


def test_the_exact_likelihood_of_a_linear_gaussian_model(pair):
    """No hidden layer, fixed variance: x = W z + b + noise, so log p(x) = log N(x; b, W'W + s^2 I) exactly."""
    architecture = {"likelihood": "gaussian", "variance": "fixed", "noise_stddev": 0.8, "standardize": False}
    model = pair(6, {"latent_dim": 2, "hidden": (), **architecture})
    W = model.weights["decoder/head/weight"]
    b = model.weights["decoder/head/bias"]
    precision = np.linalg.inv(W @ W.T / 0.64 + np.eye(2))
    model.weights["encoder/head/weight"][:, :2] = (precision @ W / 0.64).T
    model.weights["encoder/head/bias"][:2] = -(b @ W.T / 0.64 @ precision)
    model.weights["encoder/head/weight"][:, 2:] = 0
    model.weights["encoder/head/bias"][2:] = np.log(np.diag(precision)) + 0.2
    model.vae.set_weights(model.weights)
    x = np.random.RandomState(5).normal(size=(200, 6)).astype(np.float32)
    covariance = W.T @ W + 0.64 * np.eye(6)
    centred = x - b
    exact = -0.5 * (
        np.einsum("ni,ij,nj->n", centred, np.linalg.inv(covariance), centred)
        + np.linalg.slogdet(2 * math.pi * covariance)[1]
    )
    values, errors = model.vae.log_likelihood(x, 2000, return_standard_error=True, random_state=1)
    assert np.abs((values - exact) / errors).max() < 5
    assert 0.8 < np.sqrt((((values - exact) / errors) ** 2).mean()) < 1.2
    bound = model.vae.elbo(x, 500, random_state=2)
    assert (bound.elbo.mean() - exact.mean()) < 0.01
    assert (values.mean() - bound.elbo.mean()) > 0


def test_kl_is_never_negative_and_the_bound_is_below_the_likelihood(fitted, binary):
    bound = fitted.elbo(binary, samples=200)
    assert (bound.kl >= 0).all()
    values, errors = fitted.log_likelihood(binary, 500, return_standard_error=True)
    assert (bound.elbo <= values + 4 * errors + 0.2).all()
    assert bound.elbo.mean() < values.mean()


def test_score_is_the_mean_bound_and_repeats_itself(fitted, binary):
    assert fitted.score(binary) == fitted.elbo(binary).elbo.mean() == fitted.score(binary)


def test_a_row_is_evaluated_alike_alone_and_in_company(fitted, binary):
    bound = fitted.elbo(binary).elbo
    np.testing.assert_allclose(fitted.elbo(vaelib.Dataset(binary)[10:20]).elbo, bound[10:20], rtol=1e-6)


def test_means_and_variances_in_files(real, tmp_path):
    vae = vaelib.VAE(latent_dim=2, hidden=(4,), likelihood="gaussian", variance="predicted", epochs=1, random_state=1)
    vae.fit(real)
    vae.inverse_transform_to_file(vae.transform(real), tmp_path / "out.h5", "mean", "variance")
    expected = vae.decode(vae.transform(real))
    np.testing.assert_array_equal(vaelib.open_dataset(tmp_path / "out.h5", "mean").numpy(), expected.mean)
    np.testing.assert_array_equal(vaelib.open_dataset(tmp_path / "out.h5", "variance").numpy(), expected.variance)


@pytest.mark.slow
def test_statistics_of_samples(pair):
    model = pair(
        6, {"latent_dim": 2, "hidden": (5,), "likelihood": "gaussian", "variance": "fixed", "noise_stddev": 0.7}
    )
    n = 40_000
    x = np.zeros((n, 6), dtype=np.float32)
    mean, log_variance = (values[0] for values in model.vae.encode(x[:1]))
    latents = model.vae.sample_latent(x, random_state=0)
    assert (np.abs(latents.mean(axis=0) - mean) < 5 * np.exp(log_variance / 2) / np.sqrt(n)).all()
    np.testing.assert_allclose(latents.var(axis=0), np.exp(log_variance), rtol=5 * np.sqrt(2 / n))
    drawn = model.vae.decode_sample(np.zeros((n, 2)), random_state=1)
    decoded = model.vae.decode(np.zeros((1, 2)))
    assert (np.abs(drawn.mean(axis=0) - decoded.mean[0]) < 5 * 0.7 / np.sqrt(n)).all()
    np.testing.assert_allclose(drawn.var(axis=0), 0.49, rtol=5 * np.sqrt(2 / n))


@pytest.mark.slow
def test_statistics_of_binary_samples_and_of_the_prior(pair):
    model = pair(6, {"latent_dim": 2, "hidden": (5,)})
    n = 40_000
    drawn = model.vae.decode_sample(np.zeros((n, 2)), random_state=1)
    p = model.vae.inverse_transform(np.zeros((1, 2)))[0]
    assert set(np.unique(drawn)) == {0.0, 1.0}
    assert (np.abs(drawn.mean(axis=0) - p) < 5 * np.sqrt(p * (1 - p) / n)).all()
    means, samples = model.vae.sample(n, random_state=2), model.vae.sample(n, output="sample", random_state=2)
    p = means.mean(axis=0)
    assert (np.abs(samples.mean(axis=0) - p) < 5 * np.sqrt(p * (1 - p) / n)).all()
