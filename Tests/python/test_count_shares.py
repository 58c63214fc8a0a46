"""Counts as shares of a row's total (count_mean "share"): probabilities, totals, bounds, files, refusals."""

import h5py
import numpy as np
import pandas as pd
import pytest
import vaelib
from model_files import seal
from reference.shares_and_counts import bounded
from scipy import special, stats
from test_column_terms import column_terms

COUNTED = ("poisson", "negative_binomial", "zero_inflated_negative_binomial")
SETTINGS = {"latent_dim": 2, "hidden": (16,), "epochs": 3, "batch_size": 50, "random_state": 0, "count_mean": "share"}


def cells(rows=600, genes=40, seed=0, dispersion=5.0):
    """Counts whose totals differ by a factor of 10, and their means."""
    random = np.random.RandomState(seed)
    weights = np.random.RandomState(99).normal(size=(3, genes)) * np.array([[0.8], [0.8], [1.5]])
    z = np.concatenate([random.normal(size=(rows, 2)), np.ones((rows, 1))], axis=1)
    total = np.exp(random.uniform(np.log(100), np.log(1000), size=(rows, 1)))
    mean = total * special.softmax(z @ weights, axis=1)
    return random.poisson(random.gamma(dispersion, mean / dispersion)).astype(np.float32), mean


def shares_of(means):
    return means / means.sum(axis=1, keepdims=True)


def without_latents(likelihood, logits, random_state=0, **options):
    """A model of which latents say nothing, with these logits of shares, that has seen no examples."""
    vae = vaelib.VAE(1, (), likelihood=likelihood, count_mean="share", random_state=random_state, **options)
    vae.initialize(len(logits))
    weights = {name: np.zeros_like(values) for name, values in vae.get_weights().items()}
    weights["decoder/head/bias"][: len(logits)] = logits
    if likelihood == "zero_inflated_negative_binomial":
        weights["decoder/head/bias"][len(logits) :] = -1.0
    return vae.set_weights(weights)


# ---- the distribution ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("likelihood", COUNTED)
@pytest.mark.parametrize("mean", [0.5, 4.0, 60.0])
def test_probabilities_sum_to_one(likelihood, mean):
    """Of all counts of a column, in rows of one total."""
    total = 4000
    counts = np.arange(total + 1)
    x = np.stack([counts, total - counts], axis=1).astype(np.float32)
    share = mean / total
    found = np.exp(column_terms(without_latents(likelihood, np.log([share, 1 - share])), x)[:, 0])
    assert found.sum() == pytest.approx(1, abs=2e-5)
    dispersion = np.exp(bounded(0.0, (-7, 12)))
    negative_binomial = stats.nbinom(dispersion, dispersion / (dispersion + mean))
    expected = (stats.poisson(mean) if likelihood == "poisson" else negative_binomial).pmf(counts)
    if likelihood == "zero_inflated_negative_binomial":
        added = special.expit(-1.0)
        expected = (1 - added) * expected + added * (counts == 0)
    np.testing.assert_allclose(found, expected, rtol=2e-4, atol=1e-7)


def test_a_row_without_counts_has_a_total_of_one():
    vae = without_latents("poisson", np.log([0.2, 0.3, 0.5]))
    x = np.array([[0, 0, 0], [1, 0, 0]], dtype=np.float32)
    terms = column_terms(vae, x)
    np.testing.assert_allclose(terms, stats.poisson([0.2, 0.3, 0.5]).logpmf(x), rtol=1e-5)
    np.testing.assert_allclose(vae.reconstruct(x), [[0.2, 0.3, 0.5]] * 2, rtol=1e-5)
    vae = vaelib.VAE(likelihood="negative_binomial", **SETTINGS).fit(np.concatenate([cells()[0], np.zeros((20, 40))]))
    assert np.isfinite(vae.elbo(np.zeros((1, 40), dtype=np.float32)).elbo).all()


def test_examples_without_any_counts_are_learned_from():
    vae = vaelib.VAE(likelihood="poisson", **SETTINGS).fit(np.zeros((100, 3), dtype=np.float32))
    assert vae.get_weights()["standardization/total"] == 1
    assert np.isfinite(vae.sample(10, "sample", random_state=0)).all()


@pytest.mark.parametrize("likelihood", COUNTED)
def test_shares_of_any_size_have_a_density_and_a_gradient(likelihood):
    """Logits far apart, and counts where none are expected."""
    x = np.array([[1e9, 0, 3], [0, 1e6, 0], [0, 0, 1], [0, 0, 0]], dtype=np.float32)
    for logits in ([100, -100, 0], [-100, 100, -100], [1e6, -1e6, 0]):
        vae = without_latents(likelihood, logits)
        assert np.isfinite(vae.elbo(x).elbo).all()
        weights = vae.get_weights()
        weights["standardization/deviation"][:] = 1
        weights["standardization/total"][:] = 5
        trainer = vaelib.Trainer(vae.set_weights(weights), examples_per_epoch=4)
        trainer.compute_gradients(x)
        assert np.isfinite(trainer.gradients).all()


def test_terms_of_columns_add_up():
    x, _ = cells()
    for likelihood in COUNTED:
        vae = vaelib.VAE(likelihood=likelihood, **SETTINGS).fit(x)
        expected = vae.elbo(x, 3).reconstruction
        np.testing.assert_allclose(column_terms(vae, x, samples=3).sum(axis=1), expected, rtol=2e-5, atol=2e-3)


# ---- totals ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("likelihood", ["poisson", "negative_binomial"])
def test_means_have_the_row_s_total_or_the_mean_total(likelihood):
    x, _ = cells()
    vae = vaelib.VAE(likelihood=likelihood, **SETTINGS).fit(x)
    mean = x.sum(axis=1, dtype=np.float64).mean()
    assert vae.get_weights()["standardization/total"] == np.float32(mean)
    np.testing.assert_allclose(vae.reconstruct(x).sum(axis=1), x.sum(axis=1), rtol=1e-4)
    np.testing.assert_allclose(vae.reconstruct(x, "sample", random_state=1).sum(axis=1), x.sum(axis=1), rtol=1e-4)
    codes = vae.transform(x)
    np.testing.assert_allclose(vae.inverse_transform(codes).sum(axis=1), mean, rtol=1e-4)
    np.testing.assert_allclose(vae.interpolate(x, 0, 5).sum(axis=1), mean, rtol=1e-4)
    # The shares are the same, of whichever total.
    np.testing.assert_allclose(
        vae.reconstruct(x) / x.sum(axis=1, keepdims=True), vae.inverse_transform(codes) / mean, rtol=1e-3, atol=1e-7
    )
    vae.set_params(warm_start=True).fit(x[:300])
    assert vae.get_weights()["standardization/total"] == np.float32(mean)  # which the weights are for


@pytest.mark.parametrize("likelihood", COUNTED)
def test_sampled_totals_have_the_mean_total(likelihood):
    x, _ = cells(1000)
    vae = vaelib.VAE(likelihood=likelihood, **{**SETTINGS, "epochs": 30}).fit(x)
    for draws in (vae.sample(4000, "sample", random_state=0), vae.decode_sample(np.zeros((4000, 2)), random_state=0)):
        assert (draws == np.floor(draws)).all()
        assert draws.sum(axis=1).mean() == pytest.approx(x.sum(axis=1).mean(), rel=0.05)


def test_variances_are_of_the_mean_total():
    x, _ = cells()
    vae = vaelib.VAE(likelihood="negative_binomial", **SETTINGS).fit(x)
    decoded = vae.decode(vae.transform(x[:5]))
    dispersion = np.exp(bounded(vae.get_weights()["decoder/log_dispersion"], (-7, 12)))
    np.testing.assert_allclose(decoded.variance, decoded.mean + decoded.mean**2 / dispersion, rtol=1e-4)


def test_totals_of_groups_of_columns_are_their_own():
    x, _ = cells(300, 10)
    x = np.concatenate([x[:, :4], x[:, :1] > 3, 7 * x[:, 4:]], axis=1).astype(np.float32)
    columns = [
        ("negative_binomial", slice(0, 4), {"count_mean": "share"}), ("bernoulli", [4]),
        ("poisson", slice(5, 11), {"count_mean": "share"}),
    ]  # fmt: skip
    settings = {name: value for name, value in SETTINGS.items() if name != "count_mean"}
    vae = vaelib.VAE(columns=columns, **settings).fit(x)
    found = vae.reconstruct(x)
    weights = vae.get_weights()
    for place, part in ((0, slice(0, 4)), (2, slice(5, 11))):
        total = np.maximum(x[:, part].sum(axis=1), 1)
        np.testing.assert_allclose(found[:, part].sum(axis=1), total, rtol=1e-4)
        mean = x[:, part].sum(axis=1, dtype=np.float64).mean()
        assert weights[f"columns/{place}/standardization/total"] == np.float32(mean)
        np.testing.assert_allclose(vae.decode(np.zeros((1, 2))).mean[:, part].sum(), mean, rtol=1e-4)


# ---- what is learned -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("variance", ["learned", "predicted"])
def test_the_bound_and_the_means_are_better_where_totals_vary(variance):
    """Totals vary by a factor of 10, for which the other option has no latent: there are as many as made the shares."""
    x, mean = cells(1500)
    settings = {
        "latent_dim": 2, "hidden": (32,), "epochs": 60, "batch_size": 50, "random_state": 0, "variance": variance,
        "likelihood": "negative_binomial",
    }  # fmt: skip
    share = vaelib.VAE(count_mean="share", **settings).fit(x[:1200])
    column = vaelib.VAE(**settings).fit(x[:1200])
    assert share.score(x[1200:]) > column.score(x[1200:]) + 4
    errors = [
        np.abs(np.log(shares_of(vae.reconstruct(x[1200:])) / shares_of(mean[1200:]))).mean() for vae in (share, column)
    ]
    assert errors[0] < 0.6 * errors[1]
    # Within what latents cost of the probability under the means that made the counts.
    true = stats.nbinom(5, 5 / (5 + mean[1200:])).logpmf(x[1200:]).sum(axis=1).mean()
    assert true - 6 < share.score(x[1200:]) < true + 1
    # A third latent can be the total, and costs nats.
    third = vaelib.VAE(**{**settings, "latent_dim": 3}).fit(x[:1200])
    assert share.score(x[1200:]) > third.score(x[1200:]) + 1
    if variance == "learned":
        dispersion = np.exp(bounded(share.get_weights()["decoder/log_dispersion"], (-7, 12)))
        assert np.median(dispersion) == pytest.approx(5, rel=0.4)


def test_codes_say_less_of_the_total():
    x, _ = cells(1500)
    settings = {"hidden": (32,), "epochs": 60, "batch_size": 50, "random_state": 0, "likelihood": "negative_binomial"}
    explained = []
    for count_mean in ("share", "column"):
        codes = vaelib.VAE(2, count_mean=count_mean, **settings).fit(x).transform(x)
        design = np.concatenate([codes, codes**2, np.ones((len(x), 1))], axis=1)
        log_total = np.log(x.sum(axis=1))
        rest = log_total - design @ np.linalg.lstsq(design, log_total, rcond=None)[0]
        explained.append(1 - rest.var() / log_total.var())
    assert explained[0] < 0.3 < 0.6 < explained[1]


# ---- bits, files, refusals -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("likelihood", COUNTED)
def test_streamed_examples_and_files_give_the_same_bits(likelihood, tmp_path):
    x, _ = cells(300)
    with h5py.File(tmp_path / "data.h5", "w") as file:
        file["x"] = x.astype(np.int32)
    resident = vaelib.VAE(likelihood=likelihood, **SETTINGS).fit(x)
    streamed = vaelib.VAE(likelihood=likelihood, **SETTINGS).fit(
        vaelib.open_dataset(tmp_path / "data.h5", "x", memory_budget=0)
    )
    for name, values in resident.get_weights().items():
        np.testing.assert_array_equal(streamed.get_weights()[name], values, err_msg=name)
    resident.save(tmp_path / "model.h5")
    loaded = vaelib.load(tmp_path / "model.h5")
    assert loaded.count_mean == "share"
    np.testing.assert_array_equal(loaded.elbo(x, random_state=0).elbo, resident.elbo(x, random_state=0).elbo)
    np.testing.assert_array_equal(
        loaded.sample(9, "sample", random_state=2), resident.sample(9, "sample", random_state=2)
    )
    np.testing.assert_array_equal(loaded.reconstruct(x), resident.reconstruct(x))


@pytest.mark.parametrize("likelihood", COUNTED)
def test_any_number_of_threads_gives_the_same_bits(likelihood):
    x, _ = cells(501, 67)
    found = []
    for threads in (1, 2, 5):
        vaelib.set_threads(threads)
        vae = vaelib.VAE(likelihood=likelihood, variance="predicted", **SETTINGS).fit(x)
        found.append((vae.get_weights(), vae.elbo(x, 3).elbo, vae.reconstruct(x)))
    for weights, bounds, means in found[1:]:
        for name, values in found[0][0].items():
            np.testing.assert_array_equal(weights[name], values, err_msg=name)
        np.testing.assert_array_equal(bounds, found[0][1])
        np.testing.assert_array_equal(means, found[0][2])


def test_the_caller_s_counts_stay_as_they_are():
    x, _ = cells(300)
    vae, before = vaelib.VAE(likelihood="negative_binomial", **SETTINGS).fit(x), x.copy()
    for query in (vae.transform, vae.reconstruct, vae.score, vae.elbo):
        query(x)
        np.testing.assert_array_equal(x, before)


@pytest.mark.parametrize("count_mean", ["column", "share"])
def test_weights_that_no_examples_led_to_do_no_harm(count_mean):
    x, _ = cells(100, 5)
    vae = vaelib.VAE(likelihood="negative_binomial", **{**SETTINGS, "count_mean": count_mean}).fit(x)
    weights = vae.get_weights()
    for name, value in (("mean", 1e30), ("mean", -1e30), ("total", -5), ("total", 0)):
        if f"standardization/{name}" in weights:
            changed = {**weights, f"standardization/{name}": np.full_like(weights[f"standardization/{name}"], value)}
            assert np.isfinite(vae.set_weights(changed).sample(50, "sample", random_state=0)).all()


@pytest.mark.parametrize("value", [0, -3])
def test_a_total_in_a_file_that_cannot_be(tmp_path, value):
    vaelib.VAE(likelihood="poisson", **SETTINGS).fit(cells(100)[0]).save(tmp_path / "model.h5")
    with h5py.File(tmp_path / "model.h5", "r+") as file:
        file["weights/standardization/total"][...] = value
    seal(tmp_path / "model.h5")
    with pytest.raises(vaelib.FormatError, match=f"total holds {value}.*must be above 0"):
        vaelib.load(tmp_path / "model.h5")


def test_files_of_groups_before_there_were_shares(tmp_path):
    x = cells(100, 6)[0]
    columns = [("negative_binomial", slice(0, 4)), ("poisson", slice(4, 6))]
    settings = {name: value for name, value in SETTINGS.items() if name != "count_mean"}
    vae = vaelib.VAE(columns=columns, **settings).fit(x)
    vae.save(tmp_path / "model.h5")
    with h5py.File(tmp_path / "model.h5", "r+") as file:
        del file["column_groups/count_mean"]
    seal(tmp_path / "model.h5")
    np.testing.assert_array_equal(vaelib.load(tmp_path / "model.h5").reconstruct(x), vae.reconstruct(x))


@pytest.mark.parametrize(
    ("options", "columns", "text"),
    [
        ({"likelihood": "gaussian"}, 5, "count_mean is share, but likelihood gaussian is not one of counts"),
        ({"likelihood": "categorical"}, 5, "categorical"),
        ({"likelihood": "poisson", "standardize": False}, 5, "count_mean is share.*standardize is 0"),
        ({"likelihood": "poisson"}, 1, "count_mean is share, but there is 1 column"),
    ],
)
def test_what_has_no_shares_is_refused(options, columns, text):
    with pytest.raises(vaelib.InvalidArgument, match=text):
        vaelib.VAE(count_mean="share", **options).initialize(columns)


def test_what_has_no_shares_is_refused_in_groups():
    columns = [("gaussian", [0]), ("poisson", [1], {"count_mean": "share"}), ("poisson", [2, 3])]
    with pytest.raises(vaelib.InvalidArgument, match="column group 1: count_mean is share, but there is 1 column"):
        vaelib.VAE(columns=columns).initialize(4)
    columns = [("gaussian", [0, 1], {"count_mean": "share"}), ("poisson", [2, 3])]
    with pytest.raises(vaelib.InvalidArgument, match=r"column group 0: count_mean is share.*gaussian is not one of"):
        vaelib.VAE(columns=columns).initialize(4)
    with pytest.raises(ValueError, match="count_mean"):
        vaelib.VAE(columns=[("poisson", [0, 1], {"count_mean": "parts"})]).initialize(2)


def test_continuous_data_with_likelihood_auto_are_refused_by_name():
    with pytest.raises(vaelib.InvalidArgument, match=r"likelihood gaussian is not one of counts.*poisson or negative"):
        vaelib.VAE(count_mean="share", epochs=1).fit(np.random.RandomState(0).normal(size=(40, 4)))


def test_columns_of_counts_in_a_data_frame_are_shares():
    x = np.random.RandomState(0).poisson(np.random.RandomState(1).gamma(1, 6, size=(300, 4)))
    frame = pd.DataFrame(x.astype(int), columns=list("abcd")).assign(age=np.linspace(18, 90, 300), job="cook")
    frame.loc[::2, "job"] = "smith"
    frame.loc[0, list("abcd")] = 0
    vae = vaelib.VAE(**SETTINGS).fit(frame)
    expected = ["negative_binomial"] * 4 + ["gaussian", "categorical"]
    assert list(vae.likelihoods_.values()) == expected
    counts = frame[list("abcd")].to_numpy().sum(axis=1)
    assert vae.get_weights()["columns/0/standardization/total"] == np.float32(counts.mean())


@pytest.mark.filterwarnings("ignore")
def test_rare_counts_are_not_magnified():
    """A row in which a column is common that was nearly never counted gets a bound that another row might have, too."""
    random = np.random.RandomState(0)
    x = random.poisson(5, size=(200, 40)).astype(np.float32)
    x[:, 20:] = 0
    x[random.choice(200, 20), np.arange(20, 40)] = 1
    odd = x[:1].copy()
    odd[:, 20:] = 30
    model = vaelib.VAE(4, (32,), likelihood="negative_binomial", count_mean="share", epochs=60, random_state=0).fit(x)
    deviations = model.get_weights()["standardization/deviation"]
    assert np.all(deviations >= 1)
    assert model.elbo(odd).kl[0] < 1000
