"""Tables whose columns are of several kinds: gradients by the oracle, files, samples, refusals."""

import time
from dataclasses import fields

import h5py
import numpy as np
import pandas as pd
import pytest
import vaelib
from model_files import seal
from reference import gradients, mixed, philox, vae
from scipy import stats

LATENT = 2
#: The groups of ``table``: columns, classes, and what the estimator says of them.
KINDS = [
    ("student_t", 2, {"degrees_of_freedom": 4}),
    ("categorical", 2, {}),
    ("negative_binomial", 1, {"variance": "predicted"}),
    ("log_normal", 1, {}),
    ("bernoulli", 1, {}),
    ("categorical", 1, {"classes": 2}),
    ("gaussian", 1, {"variance": "predicted", "standardize": False}),
    ("zero_inflated_negative_binomial", 2, {}),
    ("beta", 1, {}),
]
#: Groups that may have further options: counts as shares of the total of their own group, and normal scores.
FURTHER = {"share": (7, {"count_mean": "share"}), "quantiles": (0, {"standardize_by": "quantiles"})}
CLASSES = {1: 4, 5: 2}
COLUMNS, _first = [], 0
for _likelihood, _count, _options in KINDS:
    COLUMNS.append((_likelihood, list(range(_first, _first + _count)), _options))
    _first += _count
SETTINGS = {"latent_dim": LATENT, "hidden": (5,), "columns": COLUMNS, "random_state": 1}


def table(rows=60, seed=0):
    random = np.random.RandomState(seed)
    t = random.normal(size=rows)
    columns = [
        170 + 8 * t + random.normal(size=rows),
        random.standard_t(2, size=rows),
        np.clip(np.round(1.5 + t), 0, 3),
        random.randint(4, size=rows),
        random.poisson(np.exp(1 + t / 2)),
        np.exp(8 + t + 0.3 * random.normal(size=rows)),
        t > 0.3,
        random.uniform(size=rows) < 0.3,
        t + random.normal(size=rows),
        random.poisson(4, size=rows) * (random.uniform(size=rows) < 0.6),
        random.poisson(np.exp(2 - t / 2)),
        np.clip(random.beta(2, 3, size=rows), 1e-3, 1 - 1e-3),
    ]
    x = np.stack(columns, axis=1).astype(np.float32)
    x[:4, 3], x[:2, 7] = range(4), range(2)  # every category is there
    return x


def oracle_of(estimator, kinds=KINDS):
    """The network, and the groups, as the oracle takes them."""
    names = {field.name for field in fields(vae.Architecture)} - {"data_dim"}
    net = vae.Architecture(data_dim=0, **{name: getattr(estimator, name) for name in names})
    groups = []
    for index, (likelihood, count, options) in enumerate(kinds):
        if likelihood == "categorical":
            groups.append(mixed.Categories(count, CLASSES[index]))
            continue
        given = {name: getattr(estimator, name) for name in names}
        groups.append(vae.Architecture(data_dim=count, **{**given, "likelihood": likelihood, **options}))
    return net, groups


def with_gaps(x, share=0.3, seed=4):
    """A table that lacks this share of its numbers."""
    return np.where(np.random.RandomState(seed).uniform(size=x.shape) < share, np.nan, x).astype(np.float32)


@pytest.mark.parametrize(
    ("missing", "further"),
    [("refuse", ()), ("ignore", ()), ("indicate", ()), ("refuse", ("share",)), ("indicate", ("share", "quantiles"))],
)
def test_gradients_and_terms(missing, further):
    x = table(7) if missing == "refuse" else with_gaps(table(7))
    kinds, columns = list(KINDS), list(COLUMNS)
    for place, more in (FURTHER[name] for name in further):
        likelihood, count, options = kinds[place]
        kinds[place] = (likelihood, count, {**options, **more})
        columns[place] = (likelihood, columns[place][1], kinds[place][2])
    estimator = vaelib.VAE(**{**SETTINGS, "columns": columns}, missing=missing).initialize(table())
    random = np.random.RandomState(2)
    weights = {
        name: values if "standardization" in name else random.normal(scale=0.4, size=values.shape).astype(np.float32)
        for name, values in estimator.get_weights().items()
    }
    estimator.set_weights(weights)
    weights = {name: values.astype(np.float64) for name, values in weights.items()}
    net, groups = oracle_of(estimator, kinds)
    trainer = vaelib.Trainer(estimator, examples_per_epoch=len(x))
    result = trainer.compute_gradients(x)
    noise = philox.noise(1, philox.TRAINING_NOISE, 0, np.arange(len(x)), 1, LATENT)
    data = x.astype(np.float64)
    reconstruction, kl = mixed.terms(weights, net, groups, data, noise)
    assert result["reconstruction"] == pytest.approx(reconstruction.mean(), rel=1e-5)
    assert result["kl"] == pytest.approx(kl.mean(), rel=1e-5)

    def loss(moved):
        reconstruction, kl = mixed.terms(moved, net, groups, data, noise)
        return float((kl - reconstruction).mean())

    expected = gradients.central_differences(loss, weights)
    norm = np.sqrt(sum((values**2).sum() for values in expected.values()))
    assert result["gradient_norm"] == pytest.approx(norm, rel=1e-5)
    for name, values in expected.items():
        np.testing.assert_allclose(trainer.named_gradients[name], values, rtol=1e-4, atol=2e-6 * norm, err_msg=name)


def test_a_table_is_learned():
    """The bound is better than columns by themselves, and means, samples and files are of the table as it is."""
    x = table(1500)
    settings = {**SETTINGS, "hidden": (32,), "epochs": 60, "batch_size": 50}
    model = vaelib.VAE(**settings).fit(x[:1200])
    assert model.likelihood_ == "mixed"
    assert model.likelihoods_ == [likelihood for likelihood, count, _ in KINDS for _ in range(count)]
    shuffled = x[:1200].copy()
    for column in range(x.shape[1]):
        shuffled[:, column] = np.random.RandomState(column).permutation(shuffled[:, column])
    assert model.score(x[1200:]) > vaelib.VAE(**settings).fit(shuffled).score(x[1200:]) + 1
    found = model.reconstruct(x[1200:])
    assert (found[:, 2] == x[1200:, 2]).mean() > 0.5
    assert set(np.unique(found[:, [2, 3]])) <= {0, 1, 2, 3}
    assert np.corrcoef(np.log(found[:, 5]), np.log(x[1200:, 5]))[0, 1] > 0.8


def test_samples_have_the_columns_distributions():
    x = table(1500)
    model = vaelib.VAE(**{**SETTINGS, "hidden": (32,), "epochs": 60, "batch_size": 50}).fit(x)
    sample = model.sample(4000, "sample", random_state=3)
    assert sample.shape == (4000, x.shape[1])
    for column in (2, 3, 6, 7):
        shares = [np.bincount(values[:, column].astype(int), minlength=4) / len(values) for values in (x, sample)]
        np.testing.assert_allclose(shares[1], shares[0], atol=0.08, err_msg=str(column))
    for column in (4, 9, 10):
        assert (sample[:, column] == np.floor(sample[:, column])).all()
    assert stats.ks_2samp(sample[:, 0], x[:, 0]).statistic < 0.1
    assert stats.ks_2samp(sample[:, 5], x[:, 5]).statistic < 0.1
    # What groups draw is independent of each other given the code.
    same = model.decode_sample(np.zeros((4000, LATENT), dtype=np.float32), random_state=4)
    assert abs(np.corrcoef(same[:, 0], np.log(same[:, 5]))[0, 1]) < 0.06
    assert abs(np.corrcoef(same[:, 7], same[:, 11])[0, 1]) < 0.06


def test_decoded_categories():
    """The most probable one, and the probability of all others, which are those of many samples."""
    x = table()
    model = vaelib.VAE(**SETTINGS, epochs=5).fit(x)
    decoded = model.decode(model.transform(x)[:1])
    samples = model.decode_sample(np.repeat(model.transform(x)[:1], 5000, axis=0), random_state=1)
    for column in (2, 3, 7):
        share = (samples[:, column] == decoded.mean[0, column]).mean()
        assert 1 - decoded.variance[0, column] == pytest.approx(share, abs=0.025)


def test_files_checkpoints_and_streams(tmp_path):
    x = table(200)
    settings = {**SETTINGS, "epochs": 3}
    expected = vaelib.VAE(**settings).fit(x)
    expected.save(tmp_path / "model.h5")
    loaded = vaelib.load(tmp_path / "model.h5")
    np.testing.assert_array_equal(loaded.transform(x), expected.transform(x))
    assert loaded.likelihoods_ == expected.likelihoods_
    again = vaelib.VAE(**loaded.get_params()).fit(x)
    np.testing.assert_array_equal(again.transform(x), expected.transform(x))
    with h5py.File(tmp_path / "data.h5", "w") as file:
        file["x"] = x
    stream = vaelib.open_dataset(tmp_path / "data.h5", "x", memory_budget=0)
    np.testing.assert_array_equal(vaelib.VAE(**settings).fit(stream).transform(x), expected.transform(x))

    def stop(progress):
        if progress.epoch == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        vaelib.VAE(**settings).fit(x, checkpoint=tmp_path / "training.h5", callbacks=stop)
    resumed = vaelib.VAE(**settings).fit(x, checkpoint=tmp_path / "training.h5")
    np.testing.assert_array_equal(resumed.transform(x), expected.transform(x))
    others = [*COLUMNS[:-1], ("continuous_bernoulli", [11])]
    with pytest.raises(vaelib.InvalidArgument, match="column groups are others than those of the checkpoint"):
        vaelib.VAE(**{**settings, "columns": others}).fit(x, checkpoint=tmp_path / "training.h5")


@pytest.mark.parametrize(
    ("name", "place", "value", "text"),
    [
        ("columns", 0, 2**24, "more weights than the file holds|columns together"),
        ("columns", 0, 0, "columns.*does not fit at place 0"),
        ("columns", 0, 1.5, "holds 1.5 at place 0; a whole number"),
        ("columns", 0, 1, "11 columns together"),
        ("columns", slice(0, 0), None, "has 0 values; expected 1 to 12"),
        ("columns", slice(0, 8), None, "one for each of 8 column groups|there are 8 column groups"),
        ("classes", 1, 65536, "more weights than the file holds"),
        ("classes", 1, 5, "encoder/0/weight"),
        ("classes", 1, 2.0**40, "classes.*does not fit at place 1"),
        ("classes", 1, np.nan, "holds nan at place 1; a whole number"),
        ("classes", 1, 0, "column group 1: classes is 0"),
        ("condition", 0, 2, "condition.*does not fit at place 0"),
        ("condition", 1, 1, "decoder/0/weight"),
        ("condition", slice(0, 8), None, "there are 9 column groups|has 8 values"),
        ("likelihood", 2, "auto", "column group 2: likelihood is auto"),
        ("likelihood", 2, "gamma", "likelihood.*does not fit at place 2"),
        ("variance", 2, "fixed", "variance is fixed"),
        ("noise_stddev", 3, -1.0, "noise_stddev.*does not fit at place 3"),
        ("variance", None, None, "column_groups/variance"),
    ],
)
def test_files_that_make_no_sense(tmp_path, name, place, value, text):
    path = tmp_path / "model.h5"
    vaelib.VAE(**SETTINGS).initialize(table()).save(path)
    with h5py.File(path, "r+") as file:
        values = file["column_groups"][name][...]
        del file["column_groups"][name]
        if isinstance(place, slice):
            file["column_groups"][name] = values[place]
        elif place is not None:
            changed = values.astype("S40") if isinstance(value, str) else values
            changed[place] = value
            file["column_groups"][name] = changed
    seal(path)
    with pytest.raises(vaelib.FormatError, match=text):
        vaelib.load(path)


def test_one_likelihood_beside_groups_in_a_file(tmp_path):
    path = tmp_path / "model.h5"
    vaelib.VAE(**SETTINGS).initialize(table()).save(path)
    with h5py.File(path, "r+") as file:
        file["architecture"].attrs["likelihood"] = np.bytes_("gaussian")
    seal(path)
    with pytest.raises(vaelib.FormatError, match="beside column groups"):
        vaelib.load(path)


def test_files_of_many_groups_are_written_and_read_in_time(tmp_path):
    """Linearly: ten times as many groups do not take a hundred times as long."""
    seconds = []
    for width in (150, 1500):
        plain = {"standardize": False}
        columns = [("bernoulli", slice(0, None, 2)), ("poisson", slice(1, None, 2), plain)]
        model = vaelib.VAE(latent_dim=1, hidden=(2,), columns=columns).initialize(width)
        started = time.perf_counter()
        model.save(tmp_path / "model.h5")
        loaded = vaelib.load(tmp_path / "model.h5")
        seconds.append(time.perf_counter() - started)
        assert loaded.likelihoods_ == ["bernoulli", "poisson"] * (width // 2)
    assert seconds[1] < 40 * seconds[0] + 0.5


def test_the_caller_s_table_stays_as_it_is():
    x = table(300)
    model = vaelib.VAE(**SETTINGS, epochs=1).fit(x)
    before = x.copy()
    for query in (model.transform, model.encode, model.reconstruct, model.score, model.elbo):
        query(x)
        np.testing.assert_array_equal(x, before)
    # The bits of a row do not depend on the rows beside it.
    np.testing.assert_array_equal(model.transform(x)[:1], model.transform(x[:1]))


def test_what_is_left_to_the_data():
    x = table()
    columns = [("categorical", [2, 3]), ("negative_binomial", [4, 9, 10]), ("log_normal", 5)]
    model = vaelib.VAE(latent_dim=2, hidden=(4,), columns=columns, epochs=1, random_state=0).fit(x)
    assert model.likelihoods_ == [
        "gaussian", "gaussian", "categorical", "categorical", "negative_binomial", "log_normal", "bernoulli",
        "bernoulli", "gaussian", "negative_binomial", "negative_binomial", "gaussian",
    ]  # fmt: skip
    assert model.columns is columns
    with pytest.raises(
        vaelib.InvalidArgument, match=r"column group 1: likelihood is auto.*vaelib_column_groups_resolve"
    ):
        vaelib.VAE(columns=[("gaussian", [0])]).initialize(2)
    with pytest.raises(vaelib.InvalidArgument, match="column group 0: classes is 0"):
        vaelib.VAE(columns=[("categorical", [0])]).initialize(1)
    vaelib.VAE(columns=[("categorical", [0], {"classes": 3})]).initialize(1)


def test_each_column_of_categories_has_its_own():
    """Neighbours are counted apart, so that no samples are of categories that a column does not have."""
    random = np.random.RandomState(0)
    x = np.stack([random.randint(2, size=300), random.randint(9, size=300), random.normal(size=300)], 1)
    for columns in ([("categorical", [0, 1])], [("categorical", [0]), ("categorical", 1)]):
        model = vaelib.VAE(latent_dim=1, hidden=(4,), columns=columns, epochs=2, random_state=0).fit(x)
        sample = model.sample(500, "sample", random_state=0)
        assert set(np.unique(sample[:, 0])) <= {0, 1}
        assert sample[:, 1].max() == 8
        with pytest.raises(vaelib.DataError, match=r"row 0, column 0.*2 classes"):
            model.transform([[5, 5, 0]])


@pytest.mark.parametrize(
    "chosen",
    [[1, 2], slice(1, 3), np.array([1, 2]), [False, True, True], np.array([False, True, True]), (np.int64(1), 2)],
)
def test_ways_to_name_columns(chosen):
    x = np.random.RandomState(0).poisson(3, size=(50, 3)) + np.array([0.5, 0, 0])
    model = vaelib.VAE(latent_dim=1, hidden=(3,), columns=[("poisson", chosen)], epochs=1, random_state=0).fit(x)
    assert model.likelihoods_ == ["gaussian", "poisson", "poisson"]
    one = vaelib.VAE(latent_dim=1, hidden=(3,), columns=[("poisson", np.int64(1))], epochs=1).fit(x)
    assert one.likelihoods_ == ["gaussian", "poisson", "gaussian"]


def test_grey_levels_among_other_columns():
    """The warning names the columns, and proposes nothing that would be refused."""
    x = np.random.RandomState(0).uniform(size=(50, 2))
    with pytest.warns(vaelib.VaelibWarning, match=r"column 1 holds values .*Binarise them, or use likelihood"):
        vaelib.VAE(latent_dim=1, hidden=(3,), columns=[("gaussian", 0), ("bernoulli", 1)], epochs=1).fit(x)


def test_columns_of_a_data_frame():
    x = table()
    frame = pd.DataFrame({"height": x[:, 0], "job": x[:, 2].astype(int), "visits": x[:, 4].astype(int)})
    columns = [("categorical", ["job"]), ("poisson", ["visits"])]
    model = vaelib.VAE(latent_dim=1, hidden=(4,), columns=columns, epochs=1, random_state=0).fit(frame)
    assert model.likelihoods_ == {"height": "gaussian", "job": "categorical", "visits": "poisson"}
    with pytest.raises(ValueError, match=r"columns\[0\] names the column 'jab', which is not there; X has height, job"):
        vaelib.VAE(columns=[("categorical", ["jab"])]).fit(frame)


@pytest.mark.parametrize(
    ("columns", "error", "text"),
    [
        ("gaussian", TypeError, "columns must be a sequence"),
        ([("gaussian",)], TypeError, r"columns\[0\] is \('gaussian',\); expected"),
        ([(3, [0])], ValueError, r"columns\[0\] has likelihood 3; allowed: auto, bernoulli"),
        ([("gaussian", [0], None)], TypeError, r"columns\[0\] has the options None; expected a dict"),
        ([("gaussian", slice("a", "b"))], TypeError, r"columns\[0\] has slice.*a slice must be of numbers"),
        ([("gaussian", [True, False])], ValueError, r"columns\[0\] has a mask of 2 columns; X has 12"),
        ([("gaussian", [0, 1]), ("poisson", [1])], ValueError, "names column 1 twice"),
        ([("gaussian", [12])], ValueError, "names column 12; X has columns 0 to 11"),
        ([("gaussian", ["age"])], ValueError, "'age', which is not there; X has no column names"),
        ([("gaussian", [0], {"noise": 1})], ValueError, "has the option 'noise'; there are classes, condition"),
        ([("gauss", [0])], ValueError, r"columns\[0\] has likelihood 'gauss'; allowed"),
        ([("gaussian", [0], {"variance": "some"})], ValueError, r"columns\[0\] has variance 'some'"),
        (
            [("gaussian", [0], {"noise_stddev": "wide"})],
            TypeError,
            r"columns\[0\]: noise_stddev has the unsuitable value",
        ),
        ([("gaussian", [0], {"noise_stddev": -1.0})], vaelib.InvalidArgument, "column group 0: noise_stddev is -1"),
        ([("beta", [11], {"variance": "fixed"})], vaelib.InvalidArgument, "group .*variance is fixed"),
        ([("categorical", [3], {"classes": 3})], vaelib.DataError, "holds? .*column 3.*3 classes.*from 0 to 2"),
        ([("categorical", [0])], vaelib.DataError, "column 0.*needs whole numbers from 0 to"),
        ([("poisson", [1])], vaelib.DataError, "column 1.*needs counts"),
    ],
)
def test_refusals(columns, error, text):
    with pytest.raises(error, match=text):
        vaelib.VAE(latent_dim=1, hidden=(3,), columns=columns, epochs=1).fit(table())


def test_one_likelihood_beside_columns_is_refused():
    with pytest.raises(vaelib.InvalidArgument, match="likelihood is given beside column groups"):
        vaelib.VAE(columns=[("gaussian", [0])], likelihood="gaussian").fit(table())
    with pytest.raises(vaelib.InvalidArgument, match=r"likelihood is categorical.*give column groups"):
        vaelib.VAE(likelihood="categorical").initialize(2)
    with pytest.raises(vaelib.InvalidArgument, match="binarization is dynamic, but not all column groups"):
        vaelib.VAE(columns=[("gaussian", [0])], binarization="dynamic").fit(table())


def test_too_many_categories_are_refused():
    x = np.array([[0.0], [70000.0]], dtype=np.float32)
    with pytest.raises(vaelib.DataError, match=r"columns 0 to 0, which are categorical, hold 70000.*0 to 65535"):
        vaelib.VAE(columns=[("categorical", [0])]).fit(x)


def test_a_warm_start_goes_on_with_the_same_columns():
    x = table()
    model = vaelib.VAE(**SETTINGS, epochs=1, warm_start=True).fit(x)
    model.fit(x)
    assert model.n_iter_ == 2
    model.set_params(columns=COLUMNS[:-1]).fit(x)  # what is left to the data is as it was
    model.set_params(columns=[*COLUMNS[:-1], ("continuous_bernoulli", [11])])
    with pytest.raises(ValueError, match="columns changed since"):
        model.fit(x)


def test_an_option_at_its_default_changes_nothing():
    x = np.random.RandomState(0).normal(size=(60, 3))
    columns = [("gaussian", [0]), ("gaussian", [1], {"variance": "learned"}), ("laplace", [2])]
    model = vaelib.VAE(latent_dim=1, hidden=(3,), columns=columns, epochs=1, warm_start=True).fit(x)
    assert model.fit(x).n_iter_ == 2


def test_no_weights_for_networks_elsewhere():
    from vaelib.interchange import unstandardized_weights

    with pytest.raises(ValueError, match="columns of this model are of several kinds"):
        unstandardized_weights(vaelib.VAE(**SETTINGS).initialize(table()))
