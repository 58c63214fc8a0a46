"""Likelihoods of counts, of shares and of positive numbers as distributions, and as what a training finds."""

import h5py
import numpy as np
import pytest
import vaelib
from reference.shares_and_counts import bounded
from scipy import integrate, stats

DISPERSION = (-7, 12)
CONCENTRATION = (-5, 12)


class ContinuousBernoulli:
    """exp(l x) on [0, 1], over its integral."""

    def __init__(self, logit):
        self.logit = logit

    def logpdf(self, x):
        return self.logit * x - np.log(np.expm1(self.logit) / self.logit)

    def cdf(self, x):
        return np.expm1(self.logit * np.asarray(x)) / np.expm1(self.logit)

    def mean(self):
        return 1 / -np.expm1(-self.logit) - 1 / self.logit

    def var(self):
        return 1 / self.logit**2 - 1 / (4 * np.sinh(self.logit / 2) ** 2)


class WithZeros:
    """Counts to which zeros were added."""

    def __init__(self, counts, probability):
        self.counts, self.probability = counts, probability

    def logpmf(self, x):
        mass = (1 - self.probability) * self.counts.pmf(x) + self.probability * (np.asarray(x) == 0)
        return np.log(mass)

    def cdf(self, x):
        return self.probability + (1 - self.probability) * self.counts.cdf(x)

    def mean(self):
        return (1 - self.probability) * self.counts.mean()

    def var(self):
        second = (1 - self.probability) * (self.counts.var() + self.counts.mean() ** 2)
        return second - self.mean() ** 2


def negative_binomial(mean, dispersion):
    return stats.nbinom(dispersion, dispersion / (dispersion + mean))


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


#: Biases of the decoder's head, raw tensor of the shape parameter, and the distribution that they mean.
CASES = {
    "continuous_bernoulli": ("continuous_bernoulli", [2.5], None, ContinuousBernoulli(2.5)),
    "continuous_bernoulli, low": ("continuous_bernoulli", [-20.0], None, ContinuousBernoulli(-20.0)),
    "beta": ("beta", [0.4], 1.2, None),
    "beta, at the ends": ("beta", [-0.5], 0.0, None),
    "poisson, few": ("poisson", [np.log(2.5)], None, stats.poisson(2.5)),
    "poisson, many": ("poisson", [np.log(400.0)], None, stats.poisson(400.0)),
    "negative_binomial": ("negative_binomial", [np.log(6.0)], 0.5, None),
    "negative_binomial, wide": ("negative_binomial", [np.log(30.0)], -1.5, None),
    "zero_inflated_negative_binomial": ("zero_inflated_negative_binomial", [np.log(6.0), -0.7], 0.5, None),
    "log_normal": ("log_normal", [1.5], 2 * np.log(0.8), None),
}


def distribution(name):
    likelihood, biases, raw, known = CASES[name]
    if known is not None:
        return known
    if likelihood == "beta":
        m, k = sigmoid(bounded(biases[0], (-15, 15))), np.exp(bounded(raw, CONCENTRATION))
        return stats.beta(k * m, k * (1 - m))
    if likelihood == "log_normal":
        scale = np.exp(bounded(raw, (2 * np.log(1e-3), 20)) / 2)
        return stats.lognorm(scale, scale=np.exp(biases[0]))
    counts = negative_binomial(np.exp(bounded(biases[0], (-20, 20))), np.exp(bounded(raw, DISPERSION)))
    return counts if likelihood == "negative_binomial" else WithZeros(counts, sigmoid(biases[1]))


def column(name):
    """A model of one column, of which latents say nothing."""
    likelihood, biases, raw, _ = CASES[name]
    vae = vaelib.VAE(latent_dim=1, hidden=(), standardize=False, likelihood=likelihood).initialize(1)
    weights = {key: np.zeros_like(values) for key, values in vae.get_weights().items()}
    weights["decoder/head/bias"][:] = biases
    for key in ("decoder/log_concentration", "decoder/log_dispersion", "decoder/log_variance"):
        if key in weights:
            weights[key][:] = raw
    return vae.set_weights(weights), distribution(name)


COUNTED = [name for name in CASES if "poisson" in name or "binomial" in name]
CONTINUOUS = [name for name in CASES if name not in COUNTED]


@pytest.mark.parametrize("name", COUNTED)
def test_probabilities_are_the_distribution_s_and_sum_to_one(name):
    vae, expected = column(name)
    x = np.arange(3000, dtype=np.float32)
    found = vae.log_likelihood(x[:, None])
    likely = expected.logpmf(x) > -200
    np.testing.assert_allclose(found[likely], expected.logpmf(x)[likely], rtol=1e-5, atol=1e-5)
    assert np.exp(found).sum() == pytest.approx(1, abs=1e-5)


@pytest.mark.parametrize("name", CONTINUOUS)
def test_densities_are_the_distribution_s_and_have_the_integral_one(name):
    vae, expected = column(name)
    # Where a share of the probability ends: quantiles by bisection, so that no tail is missed.
    top = 1.0 if "log_normal" not in name else 1e4
    grid = np.concatenate([np.geomspace(1e-30, 0.5 * top, 40000), top - np.geomspace(0.5 * top, 1e-7 * top, 40000)])
    x = np.unique(grid.astype(np.float32))
    x = x[(x > 0) & (x < top)]
    found = vae.log_likelihood(x[:, None])
    exact = expected.logpdf(x.astype(np.float64))
    np.testing.assert_allclose(found, exact, rtol=2e-5, atol=2e-5)
    assert integrate.trapezoid(np.exp(found), x.astype(np.float64)) == pytest.approx(1, abs=5e-3)


@pytest.mark.parametrize("name", CASES)
def test_samples_and_moments_are_the_distribution_s(name):
    vae, expected = column(name)
    n = 20000
    draws = vae.decode_sample(np.zeros((n, 1), dtype=np.float32), random_state=3)[:, 0].astype(np.float64)
    if name in COUNTED:
        assert (draws == np.floor(draws)).all()
        assert (draws >= 0).all()
        values = np.arange(draws.max() + 1)
        # Kolmogorov and Smirnov's distance, whose usual bound holds all the more for counts.
        found = np.searchsorted(np.sort(draws), values, side="right") / n
        assert np.abs(found - expected.cdf(values)).max() < 1.63 / np.sqrt(n)
    else:
        assert stats.kstest(draws, expected.cdf).pvalue > 0.01
    decoded = vae.decode([[0.0]])
    mean = decoded.mean if isinstance(decoded, vaelib.MeanAndVariance) else decoded
    assert mean[0, 0] == pytest.approx(expected.mean(), rel=1e-5)
    if isinstance(decoded, vaelib.MeanAndVariance):
        assert decoded.variance[0, 0] == pytest.approx(expected.var(), rel=1e-4)
    again = vae.decode_sample(np.zeros((n, 1), dtype=np.float32), random_state=3)[:, 0]
    np.testing.assert_array_equal(draws, again)


@pytest.mark.parametrize(
    ("likelihood", "bad", "text"),
    [
        ("poisson", -1, "poisson needs counts, whole numbers from 0 to 1e9"),
        ("negative_binomial", 2e9, "negative_binomial needs counts, whole numbers from 0 to 1e9"),
        ("negative_binomial", 1.5, "negative_binomial needs counts"),
        ("zero_inflated_negative_binomial", 0.5, "zero_inflated_negative_binomial needs counts"),
        ("beta", 0, "beta needs values above 0 and below 1.*continuous_bernoulli"),
        ("beta", 1, "beta needs values above 0 and below 1"),
        ("continuous_bernoulli", 1.5, r"continuous_bernoulli needs values in \[0, 1\]"),
        ("log_normal", 0, "log_normal needs values above 0"),
        ("poisson", np.nan, "must be finite"),
        ("log_normal", np.inf, "must be finite"),
    ],
)
def test_values_outside_the_domain_are_named(likelihood, bad, text):
    x = np.full((20, 3), 1.0 if "b" not in likelihood or "binomial" in likelihood else 0.5, dtype=np.float32)
    x[13, 2] = bad
    vae = vaelib.VAE(likelihood=likelihood, latent_dim=1, hidden=(4,), epochs=1, random_state=0)
    with pytest.raises(vaelib.DataError, match=f"row 13, column 2.*{text}"):
        vae.fit(x)
    vae.fit(np.delete(x, 13, axis=0))
    with pytest.raises(vaelib.DataError, match="row 13, column 2"):
        vae.transform(x)


@pytest.mark.parametrize("likelihood", ["beta", "negative_binomial", "zero_inflated_negative_binomial"])
def test_a_shape_cannot_be_fixed(likelihood):
    with pytest.raises(vaelib.InvalidArgument, match=f"variance is fixed, but likelihood {likelihood}"):
        vaelib.VAE(likelihood=likelihood, variance="fixed").initialize(3)


def test_log_normal_has_no_sigmoid():
    with pytest.raises(vaelib.InvalidArgument, match=r"mean_activation is sigmoid.*log_normal"):
        vaelib.VAE(likelihood="log_normal", mean_activation="sigmoid").initialize(3)


def counts_of_known_sizes(random, rows=1500):
    """Counts of 12 columns whose means move together along one direction; their true bound is near."""
    t = random.normal(size=(rows, 1))
    mean = np.exp(np.linspace(0, 4, 12) + t * np.linspace(-0.8, 0.8, 12))
    dispersion = 3.0
    return random.poisson(random.gamma(dispersion, mean / dispersion)).astype(np.float32), mean, dispersion


def test_counts_are_learned():
    """The bound comes within a nat of the probability under the means and the dispersion that made the counts."""
    x, mean, dispersion = counts_of_known_sizes(np.random.RandomState(0))
    settings = {"latent_dim": 2, "hidden": (32,), "epochs": 80, "batch_size": 50, "random_state": 0}
    vae = vaelib.VAE(likelihood="negative_binomial", **settings).fit(x[:1200])
    true = negative_binomial(mean[1200:], dispersion).logpmf(x[1200:]).sum(axis=1).mean()
    assert vae.score(x[1200:]) > true - 3  # the latent's own cost is among these
    learned = np.exp(bounded(vae.get_weights()["decoder/log_dispersion"], DISPERSION))
    assert np.median(learned) == pytest.approx(dispersion, rel=0.25)
    poisson = vaelib.VAE(likelihood="poisson", **settings).fit(x[:1200])
    assert vae.score(x[1200:]) > poisson.score(x[1200:]) + 5


def test_added_zeros_are_found():
    random = np.random.RandomState(1)
    x = random.poisson(8, size=(1500, 4)).astype(np.float32)
    x[random.uniform(size=x.shape) < 0.3] = 0
    settings = {"latent_dim": 1, "hidden": (8,), "epochs": 60, "batch_size": 50, "random_state": 0}
    vae = vaelib.VAE(likelihood="zero_inflated_negative_binomial", **settings).fit(x)
    plain = vaelib.VAE(likelihood="negative_binomial", **settings).fit(x)
    assert vae.score(x) > plain.score(x) + 1
    sample = vae.sample(4000, "sample", random_state=0)
    assert (sample == 0).mean() == pytest.approx((x == 0).mean(), abs=0.03)


def test_positive_numbers_of_several_sizes_are_learned():
    """Raw incomes: a log-normal likelihood is better than a Gaussian by nats, in the same units."""
    random = np.random.RandomState(2)
    t = random.normal(size=(1500, 1))
    x = np.exp(np.array([10, 3, -2]) + t * np.array([1, -0.5, 0.7]) + 0.2 * random.normal(size=(1500, 3)))
    settings = {"latent_dim": 1, "hidden": (16,), "epochs": 60, "batch_size": 50, "random_state": 0}
    vae = vaelib.VAE(likelihood="log_normal", **settings).fit(x[:1200])
    gaussian = vaelib.VAE(likelihood="gaussian", **settings).fit(x[:1200])
    assert vae.score(x[1200:]) > gaussian.score(x[1200:]) + 0.5
    sample = vae.sample(4000, "sample", random_state=0)
    np.testing.assert_allclose(np.median(sample, axis=0), np.exp([10, 3, -2]), rtol=0.15)


@pytest.mark.parametrize("likelihood", ["poisson", "negative_binomial", "log_normal", "beta", "continuous_bernoulli"])
def test_streamed_examples_give_the_same_bits(likelihood, tmp_path):
    random = np.random.RandomState(3)
    x = {
        "beta": random.uniform(0.01, 0.99, (300, 5)),
        "continuous_bernoulli": random.uniform(0, 1, (300, 5)),
        "log_normal": random.lognormal(0, 1, (300, 5)),
    }.get(likelihood, random.poisson(3, (300, 5))).astype(np.float32)
    with h5py.File(tmp_path / "data.h5", "w") as file:
        file["x"] = x
    settings = {"latent_dim": 2, "hidden": (8,), "epochs": 2, "random_state": 0}
    resident = vaelib.VAE(likelihood=likelihood, **settings).fit(x)
    streamed = vaelib.VAE(likelihood=likelihood, **settings).fit(
        vaelib.open_dataset(tmp_path / "data.h5", "x", memory_budget=0)
    )
    np.testing.assert_array_equal(resident.transform(x), streamed.transform(x))
    resident.save(tmp_path / "model.h5")
    loaded = vaelib.load(tmp_path / "model.h5")
    assert loaded.likelihood_ == likelihood
    np.testing.assert_array_equal(loaded.elbo(x, random_state=0).elbo, resident.elbo(x, random_state=0).elbo)
    before = x.copy()
    loaded.transform(x)
    np.testing.assert_array_equal(x, before)


@pytest.mark.parametrize("likelihood", ["poisson", "negative_binomial"])
def test_counts_of_any_size_are_learned(likelihood):
    """Columns of counts about 1e8, 100 and 0.05: means are near those of the columns."""
    random = np.random.RandomState(7)
    x = np.stack([random.poisson(m, size=800) for m in (1e8, 100, 0.05)], axis=1).astype(np.float32)
    settings = {"latent_dim": 1, "hidden": (8,), "epochs": 40, "batch_size": 50, "random_state": 0}
    vae = vaelib.VAE(likelihood=likelihood, **settings).fit(x)
    np.testing.assert_allclose(vae.reconstruct(x).mean(axis=0), x.mean(axis=0), rtol=0.2)


def test_shares_next_to_nothing_have_a_density():
    """Beta with a small concentration draws numbers of any size, and knows how probable they are."""
    vae = vaelib.VAE(latent_dim=1, hidden=(), likelihood="beta").initialize(1)
    weights = {key: np.zeros_like(values) for key, values in vae.get_weights().items()}
    weights["decoder/log_concentration"][:] = -3
    vae.set_weights(weights)
    k = np.exp(bounded(-3, CONCENTRATION))
    x = np.array([1.2e-38, 1e-37, 1e-30, 0.5, np.nextafter(np.float32(1), np.float32(0))], dtype=np.float32)
    np.testing.assert_allclose(
        vae.log_likelihood(x[:, None]), stats.beta(k / 2, k / 2).logpdf(x.astype(np.float64)), rtol=1e-5
    )
    draws = vae.decode_sample(np.zeros((2000, 1), dtype=np.float32), random_state=0)
    assert np.isfinite(vae.log_likelihood(draws)).all()
