"""Each likelihood as a distribution: it sums to one, its moments are those of its samples, any number has a density."""

import numpy as np
import pytest
import vaelib
from scipy import integrate, stats

LOCATION, SCALE = 170.0, 8.0

#: Name, options, and the distribution around LOCATION that a learned raw log-variance of 2 log SCALE stands for.
REAL = {
    "gaussian": ({"likelihood": "gaussian"}, lambda s: stats.norm(LOCATION, s)),
    "laplace": ({"likelihood": "laplace"}, lambda s: stats.laplace(LOCATION, s / np.sqrt(2))),
    "student_t, learned": ({"likelihood": "student_t"}, lambda s: stats.t(learned_degrees(), LOCATION, s)),
    "student_t, 1": ({"likelihood": "student_t", "degrees_of_freedom": 1}, lambda s: stats.t(1, LOCATION, s)),
    "student_t, 2.5": ({"likelihood": "student_t", "degrees_of_freedom": 2.5}, lambda s: stats.t(2.5, LOCATION, s)),
    "student_t, 1e6": ({"likelihood": "student_t", "degrees_of_freedom": 1e6}, lambda s: stats.t(1e6, LOCATION, s)),
}


def bounded(raw, lower, upper):
    raised = lower + np.logaddexp(0, raw - lower)
    return upper - np.logaddexp(0, upper - raised)


def learned_degrees():
    """What the raw value 0.7 stands for."""
    return np.exp(bounded(0.7 + np.log(4), 0, np.log(1000)))


def column(name):
    """A model of one column, of which latents say nothing, and the distribution that it is."""
    options, distribution = REAL[name]
    vae = vaelib.VAE(latent_dim=1, hidden=(), standardize=False, **options).initialize(1)
    weights = {key: np.zeros_like(values) for key, values in vae.get_weights().items()}
    weights["decoder/head/bias"][:] = LOCATION
    weights["decoder/log_variance"][:] = 2 * np.log(SCALE)
    if "decoder/degrees_of_freedom" in weights:
        weights["decoder/degrees_of_freedom"][:] = 0.7
    scale = np.exp(bounded(2 * np.log(SCALE), 2 * np.log(1e-3), 20) / 2)
    return vae.set_weights(weights), distribution(scale)


@pytest.mark.parametrize("name", REAL)
def test_the_density_is_the_distribution_s_and_has_the_integral_one(name):
    vae, distribution = column(name)
    # Quantiles as steps: as much probability between two of them wherever they are, so tails are not missed.
    shares = np.linspace(0, 1, 4003)[1:-1]
    x = distribution.ppf(shares).astype(np.float32)
    density = vae.log_likelihood(x[:, None])
    np.testing.assert_allclose(density, distribution.logpdf(x.astype(np.float64)), rtol=1e-5, atol=2e-6)
    ratio = np.exp(density - distribution.logpdf(x.astype(np.float64)))
    assert integrate.trapezoid(ratio, shares) == pytest.approx(1, abs=1e-3)


@pytest.mark.parametrize("name", REAL)
def test_samples_are_the_distribution_s(name):
    vae, distribution = column(name)
    draws = vae.decode_sample(np.zeros((20000, 1), dtype=np.float32), random_state=3)[:, 0]
    assert stats.kstest(draws.astype(np.float64), distribution.cdf).pvalue > 0.01
    again = vae.decode_sample(np.zeros((20000, 1), dtype=np.float32), random_state=3)[:, 0]
    np.testing.assert_array_equal(draws, again)
    assert np.abs(np.corrcoef(draws[1:], draws[:-1])[0, 1]) < 0.03 or "student_t" in name


@pytest.mark.parametrize("name", REAL)
def test_mean_and_variance_are_the_distribution_s(name):
    vae, distribution = column(name)
    decoded = vae.decode([[0.0]])
    assert isinstance(decoded, vaelib.MeanAndVariance)
    assert decoded.mean[0, 0] == pytest.approx(LOCATION)
    expected = np.inf if name == "student_t, 1" else distribution.var()
    assert decoded.variance[0, 0] == pytest.approx(expected, rel=1e-4)


@pytest.mark.parametrize("name", REAL)
def test_any_number_has_a_density(name):
    vae, distribution = column(name)
    x = np.array([0, 1e-30, -1e6, 3e15], dtype=np.float32)
    expected = distribution.logpdf(x.astype(np.float64))
    if name == "laplace":  # of which scipy has the logarithm of 0 far away
        scale = distribution.kwds.get("scale", distribution.args[-1])
        expected = -np.log(2 * scale) - np.abs(x.astype(np.float64) - LOCATION) / scale
    np.testing.assert_allclose(vae.log_likelihood(x[:, None]), expected, rtol=1e-5)


def with_odd_rows(random, rows, odd):
    """A line in three columns with a little noise, and some rows in which a number slipped."""
    t = random.normal(size=rows)
    x = np.stack([t, -2 * t, 0.5 * t], axis=1) + 0.1 * random.normal(size=(rows, 3))
    x[:odd, random.randint(3)] += 300
    return x.astype(np.float32)


@pytest.mark.parametrize("likelihood", ["student_t", "laplace"])
def test_a_few_odd_rows_do_not_rule_what_is_learned(likelihood):
    """Rows of which one in 50 is far off: the bound of the usual ones is better by more than a nat."""
    random = np.random.RandomState(0)
    x, usual = with_odd_rows(random, 1000, 20), with_odd_rows(random, 1000, 0)
    settings = {"latent_dim": 1, "hidden": (32,), "epochs": 60, "batch_size": 50, "random_state": 0}
    robust = vaelib.VAE(likelihood=likelihood, **settings).fit(x)
    gaussian = vaelib.VAE(likelihood="gaussian", **settings).fit(x)
    assert robust.score(usual) > gaussian.score(usual) + 1
    degrees = robust.get_weights().get("decoder/degrees_of_freedom")
    if degrees is not None:
        learned = np.exp(bounded(degrees + np.log(4), 0, np.log(1000)))
        assert learned.min() < 3, "a column with odd numbers has heavy tails"


def test_degrees_of_freedom_are_learned_where_tails_are_light_too():
    x = np.random.RandomState(1).normal(size=(2000, 2)).astype(np.float32)
    settings = {"latent_dim": 1, "hidden": (), "epochs": 80, "batch_size": 50, "random_state": 0}
    vae = vaelib.VAE(likelihood="student_t", **settings).fit(x)
    learned = np.exp(bounded(vae.get_weights()["decoder/degrees_of_freedom"] + np.log(4), 0, np.log(1000)))
    assert learned.min() > 12
    gaussian = vaelib.VAE(likelihood="gaussian", **settings).fit(x)
    assert vae.score(x) == pytest.approx(gaussian.score(x), abs=0.05)


@pytest.mark.parametrize("degrees", [0.5, 0, -2, 2e6, float("nan"), float("inf"), "many"])
def test_degrees_of_freedom_out_of_range(degrees):
    with pytest.raises((vaelib.InvalidArgument, TypeError, ValueError), match="degrees_of_freedom"):
        vaelib.VAE(likelihood="student_t", degrees_of_freedom=degrees).initialize(3)


def test_variances_next_to_the_end_of_their_range():
    """Of a beta mean next to 1 as of one next to 0; of counts that are nearly always an added 0."""
    vae = vaelib.VAE(latent_dim=1, hidden=(), likelihood="beta").initialize(2)
    weights = {key: np.zeros_like(values) for key, values in vae.get_weights().items()}
    weights["decoder/head/bias"][:] = 13, -13
    variance = vae.set_weights(weights).decode([[0.0]]).variance[0]
    assert variance[0] == variance[1] > 0
    vae = vaelib.VAE(latent_dim=1, hidden=(), likelihood="zero_inflated_negative_binomial").initialize(1)
    weights = {key: np.zeros_like(values) for key, values in vae.get_weights().items()}
    weights["decoder/head/bias"][1] = 40
    decoded = vae.set_weights(weights).decode([[0.0]])
    assert decoded.mean[0, 0] == pytest.approx(np.exp(-40), rel=1e-4)
    assert decoded.variance[0, 0] > decoded.mean[0, 0]
