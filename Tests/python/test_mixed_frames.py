"""Data frames with texts, categories, truth values and numbers: what is learned of them, and what is given back."""

import pickle

import numpy as np
import pandas as pd
import pytest
import vaelib
from people import GRADES, JOBS, LIKELIHOODS, SETTINGS, numbers, people

pytestmark = pytest.mark.filterwarnings("ignore::vaelib.VaelibWarning")  # short trainings


@pytest.fixture(scope="module")
def fitted():
    """A model that has learned something of ``people``."""
    return vaelib.VAE(epochs=100, batch_size=50, **SETTINGS).fit(people())


def same_columns(found, frame):
    assert list(found.columns) == list(frame.columns)
    assert list(found.dtypes) == list(frame.dtypes)


def test_what_columns_are_taken_for(fitted):
    assert fitted.likelihoods_ == LIKELIHOODS
    assert fitted.likelihood_ == "mixed"
    assert {name: list(values) for name, values in fitted.categories_.items()} == {
        "job": JOBS,
        "grade": [*GRADES, "perfect"],
    }


def test_the_model_is_that_of_the_numbers(fitted):
    """Whoever makes numbers of the columns, and says what they are, gets the same bits."""
    x = people()
    columns = [
        ("negative_binomial", [0]), ("categorical", [1], {"classes": 3}), ("bernoulli", [3, 6]),
        ("categorical", [4], {"classes": 4}), ("gaussian", [2, 5]),
    ]  # fmt: skip
    by_hand = vaelib.VAE(columns=columns, epochs=100, batch_size=50, **SETTINGS).fit(numbers(x))
    np.testing.assert_array_equal(fitted.transform(x), by_hand.transform(numbers(x)))
    for query in ("score_samples", "explain", "predict", "decision_function"):
        np.testing.assert_array_equal(getattr(fitted, query)(x), getattr(by_hand, query)(numbers(x)), err_msg=query)
    assert fitted.explain(x).shape == x.shape
    np.testing.assert_array_equal(
        fitted.p_values(x, reference=people(50, 1)), by_hand.p_values(numbers(x), reference=numbers(people(50, 1)))
    )
    held_out = people(60, seed=1)
    assert fitted.score(held_out) == by_hand.score(numbers(held_out))


def test_rows_come_back_as_they_came(fitted):
    x = people()
    codes = fitted.transform(x)
    restored = fitted.reconstruct(x)
    same_columns(restored, x)
    assert list(restored.index) == list(x.index)
    assert (restored["job"] == x["job"]).mean() > 0.6
    assert (restored["smokes"] == x["smokes"]).mean() > 0.8
    assert np.corrcoef(restored["age"], x["age"])[0, 1] > 0.8
    pd.testing.assert_frame_equal(fitted.inverse_transform(codes), restored.reset_index(drop=True))
    pd.testing.assert_frame_equal(fitted.interpolate(x, 0, 1, 5).iloc[[0]], restored.iloc[[0]].reset_index(drop=True))
    same_columns(fitted.manifold(3), x)
    same_columns(fitted.decode_sample(codes, random_state=1), x)
    same_columns(fitted.sample(5), x)


def test_means_are_the_nearest_value_of_the_type(fitted):
    codes = fitted.transform(people())
    decoded, frame = fitted.decode(codes), fitted.inverse_transform(codes)
    assert decoded.mean.dtype == np.float32
    np.testing.assert_array_equal(frame["visits"], np.rint(decoded.mean[:, 0]).astype(int))
    np.testing.assert_array_equal(frame["job"], np.array(JOBS)[decoded.mean[:, 1].astype(int)])
    np.testing.assert_array_equal(frame["income"], decoded.mean[:, 2].astype(float))
    np.testing.assert_array_equal(frame["smokes"], decoded.mean[:, 3] >= 0.5)
    assert ((decoded.variance[:, 1] >= 0) & (decoded.variance[:, 1] < 1)).all()


def test_samples_are_like_the_rows(fitted):
    x, drawn = people(), fitted.sample(3000, "sample", random_state=1)
    same_columns(drawn, x)
    for name in ("job", "grade", "smokes", "owner"):
        shares = [frame[name].value_counts(normalize=True) for frame in (x, drawn)]
        for value, share in shares[0].items():
            assert shares[1].get(value, 0) == pytest.approx(share, abs=0.1), (name, value)
    assert drawn["age"].mean() == pytest.approx(x["age"].mean(), abs=3)
    assert drawn.groupby("job")["age"].mean()["nurse"] > drawn.groupby("job")["age"].mean()["clerk"] + 3


def test_pickles_and_copies_keep_the_categories(fitted):
    x = people(50, 3)
    for other in (pickle.loads(pickle.dumps(fitted)), fitted.__copy__()):
        pd.testing.assert_frame_equal(other.reconstruct(x), fitted.reconstruct(x))
        assert other.likelihoods_ == fitted.likelihoods_
        with pytest.raises(vaelib.DataError, match="none of the categories"):
            other.transform(x.assign(job="cooc"))


def test_clones_know_nothing_of_them(fitted):
    clone = pytest.importorskip("sklearn.base").clone
    copy = clone(fitted)
    with pytest.raises(vaelib.NotFittedError):
        _ = copy.categories_
    assert copy.set_params(epochs=1).fit(people()[["income", "age"]].astype(float)).categories_ == {}


def test_another_fit_forgets_them():
    model = vaelib.VAE(epochs=1, **SETTINGS).fit(people())
    assert isinstance(model.fit(numbers(people())).sample(2), np.ndarray)
    assert model.categories_ == {}
    assert isinstance(model.initialize(people()).sample(2), pd.DataFrame)
    assert isinstance(model.fit(vaelib.Dataset(np.eye(5))).sample(2), np.ndarray)
    model.fit(people())
    assert isinstance(model.set_params(likelihood="gaussian").initialize(3).sample(2), np.ndarray)
    model.set_params(likelihood="auto").fit(people())
    with pytest.raises(vaelib.DataError, match=r"NaN at row 0, column 1 \(\"job\"\)"):
        model.fit(people().assign(job=None))
    assert list(model.sample(2).columns) == list(people().columns)  # a failed fit changes nothing


def test_a_warm_start_goes_on_with_the_same_categories():
    model = vaelib.VAE(epochs=1, warm_start=True, **SETTINGS).fit(people())
    some = people()[lambda x: x["job"] != "cook"]
    assert model.fit(some).n_iter_ == 2
    assert list(model.categories_["job"]) == JOBS
    with pytest.raises(vaelib.DataError, match="'baker'"):
        model.fit(some.assign(job="baker"))
    model.set_params(likelihood="laplace")
    with pytest.raises(ValueError, match="columns changed since"):
        model.fit(some)


def test_checkpoints_and_validation(tmp_path):
    x, held_out = people(200), people(60, 1)
    settings = {**SETTINGS, "epochs": 4}
    expected = vaelib.VAE(**settings).fit(x, validation=held_out)

    def stop(progress):
        if progress.epoch == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        vaelib.VAE(**settings).fit(x, validation=held_out, callbacks=stop, checkpoint=tmp_path / "c.h5")
    resumed = vaelib.VAE(**settings).fit(x, validation=held_out, checkpoint=tmp_path / "c.h5")
    pd.testing.assert_frame_equal(resumed.reconstruct(x), expected.reconstruct(x))
    np.testing.assert_array_equal(resumed.p_values(x), expected.p_values(x))
    trainer = vaelib.Trainer(expected, len(x))
    assert np.isfinite(trainer.step(x)["loss"])


def test_grid_searches_take_such_frames():
    search = pytest.importorskip("sklearn.model_selection").GridSearchCV
    found = search(vaelib.VAE(epochs=2, **SETTINGS), {"latent_dim": [1, 3]}, cv=3).fit(people())
    assert isinstance(found.best_estimator_.sample(1), pd.DataFrame)
    assert np.isfinite(found.cv_results_["mean_test_score"]).all()


@pytest.mark.filterwarnings("ignore:X has feature names")
def test_who_learned_numbers_knows_no_categories():
    x = people()
    columns = [("negative_binomial", [0]), ("categorical", [1, 4]), ("gaussian", [2, 5]), ("bernoulli", [3, 6])]
    model = vaelib.VAE(epochs=1, columns=columns, **SETTINGS).fit(numbers(x))
    with pytest.raises(vaelib.DataError, match=r"'nurse' at row 0, column 1 \(\"job\"\).*its model file"):
        model.transform(x)


def test_numbers_for_texts_and_texts_for_numbers_are_recognised():
    frame = pd.DataFrame({"code": ["1", "20", "3"] * 10, "year": pd.Categorical([2001, 2002, 2003] * 10)})
    model = vaelib.VAE(epochs=1, **SETTINGS).fit(frame)
    with pytest.raises(vaelib.DataError, match=r"X holds 20 at row 0, column 0 \(\"code\"\).*\(near is '20'\)"):
        model.transform(frame.assign(code=20))
    with pytest.raises(vaelib.DataError, match=r"X holds '2001' at row 0, column 1 \(\"year\"\).*\(near is 2001\)"):
        model.transform(frame.assign(year="2001"))


# What columns are.


@pytest.mark.parametrize(
    ("values", "likelihood"),
    [
        (["a", "b"] * 30, "categorical"),
        (pd.array(["a", "b"] * 30, dtype="string"), "categorical"),
        (pd.Series(["a", "b"] * 30, dtype=object), "categorical"),
        (pd.Categorical([3, 1, 3] * 20), "categorical"),
        ([True, False, False] * 20, "bernoulli"),
        (pd.array([True, False, False] * 20, dtype="boolean"), "bernoulli"),
        (pd.Series([True, False, False] * 20, dtype=object), "bernoulli"),
        ([0, 1, 1] * 20, "bernoulli"),
        ([0.0, 1.0, 1.0] * 20, "bernoulli"),
        ([0, 2, 0, 1, 9, 0] * 10, "negative_binomial"),
        (pd.array([0, 2, 0, 1, 9, 0] * 10, dtype="UInt8"), "negative_binomial"),
        (pd.Series([0, 2, 0, 1, 9, 0] * 10, dtype=object), "negative_binomial"),
        ([0.0, 2.0, 0.0, 1.0, 9.0, 0.0] * 10, "gaussian"),  # floats are no counts
        ([1, 3, 1, 2, 10, 1] * 10, "gaussian"),  # which begin at 0
        ([0, -2, 0, 1, 9, 0] * 10, "gaussian"),
        ([0, 2, 0, 1, 100, 0] * 10, "negative_binomial"),
        ([0, 2, 0, 1, 101, 0] * 10, "gaussian"),
        (list(range(12)) * 5, "gaussian"),  # months are spread evenly
        ([0, 1, 2, 1, 1, 1] * 10, "gaussian"),  # and counts more than their mean
        ([5] * 60, "gaussian"),
        (pd.array([0.5, 2, 1.25] * 20, dtype="Float32"), "gaussian"),
        (np.linspace(-1, 1, 60).astype(np.float16), "gaussian"),
    ],
)
def test_columns_by_type_and_values(values, likelihood):
    frame = pd.DataFrame({"it": values, "text": ["x", "y", "z"] * 20})
    model = vaelib.VAE(epochs=1, **SETTINGS).fit(frame)
    assert model.likelihoods_ == {"it": likelihood, "text": "categorical"}
    same_columns(model.sample(4, "sample"), frame)
    model.sample(2000, "sample", random_state=0)  # whatever is drawn fits the type


def test_counts_of_poissons_and_negative_binomials_are_found():
    random = np.random.RandomState(0)
    from vaelib.data.column_rules import are_counts

    for mean in (0.7, 2, 6):
        drawn = random.poisson(mean * random.gamma(2, 0.5, size=(50, 2000)))
        assert np.mean([are_counts(values.astype(float)) for values in drawn if values.min() == 0]) == 1
    uniform = random.randint(0, 24, size=(50, 2000))
    assert not any(are_counts(values.astype(float)) for values in uniform)


def test_frames_of_floats_are_arrays_with_names():
    x = np.random.RandomState(0).normal(size=(80, 3))
    expected = vaelib.VAE(epochs=3, **SETTINGS).fit(x)
    for frame in (
        pd.DataFrame(x, columns=list("abc")),
        pd.DataFrame(x, columns=list("abc")).astype({"a": "Float64"}),
        pd.DataFrame(x, columns=[0, 1, 2]),
    ):
        model = vaelib.VAE(epochs=3, **SETTINGS).fit(frame)
        np.testing.assert_array_equal(model.transform(frame), expected.transform(x))
        assert isinstance(model.reconstruct(frame), np.ndarray)
        assert model._fitted().groups == []
    digits = (np.random.RandomState(0).uniform(size=(80, 3)) * 16).round() / 16
    model = vaelib.VAE(epochs=3, **SETTINGS).fit(pd.DataFrame(digits, columns=list("abc")))
    assert set(model.likelihoods_.values()) == {"bernoulli"}
    assert model.likelihood_ == "bernoulli"


def test_frames_of_integers_are_arrays_unless_they_hold_counts_or_zeros_and_ones():
    x = np.random.RandomState(0).randint(10, 99, size=(80, 3))
    expected = vaelib.VAE(epochs=3, **SETTINGS).fit(x)
    frame = pd.DataFrame(x, columns=list("abc"))
    np.testing.assert_array_equal(vaelib.VAE(epochs=3, **SETTINGS).fit(frame).transform(frame), expected.transform(x))
    frame["b"] %= 2
    model = vaelib.VAE(epochs=3, **SETTINGS).fit(frame)
    assert list(model.likelihoods_.values()) == ["gaussian", "bernoulli", "gaussian"]
    assert isinstance(model.sample(2), np.ndarray)  # numbers alone


def test_truth_values_alone_are_an_array_of_zeros_and_ones():
    x = np.random.RandomState(0).uniform(size=(80, 3)) < 0.3
    frame = pd.DataFrame(x, columns=list("abc"))
    model = vaelib.VAE(epochs=3, **SETTINGS).fit(frame)
    np.testing.assert_array_equal(model.transform(frame), vaelib.VAE(epochs=3, **SETTINGS).fit(x).transform(x))
    assert model.likelihood_ == "bernoulli"
    same_columns(model.sample(2), frame)


def test_one_likelihood_is_that_of_the_numbers():
    x = people()
    model = vaelib.VAE(likelihood="student_t", degrees_of_freedom=4, epochs=1, **SETTINGS).fit(x)
    others = {"job": "categorical", "grade": "categorical", "smokes": "bernoulli"}
    assert model.likelihoods_ == {name: others.get(name, "student_t") for name in x.columns}
    assert {group["degrees_of_freedom"] for group in model._fitted().groups if group["likelihood"] == "student_t"} == {
        4
    }
    frame = x[["age", "owner", "visits"]]
    model = vaelib.VAE(likelihood="gaussian", epochs=1, **SETTINGS).fit(frame)
    assert set(model.likelihoods_.values()) == {"gaussian"}
    model = vaelib.VAE(variance="predicted", epochs=1, **SETTINGS).fit(x)
    assert model.likelihoods_ == LIKELIHOODS
    assert {group["variance"] for group in model._fitted().groups if group["likelihood"] == "gaussian"} == {"predicted"}
    vaelib.VAE(variance="fixed", mean_activation="sigmoid", epochs=1, **SETTINGS).fit(x.drop(columns="income"))


def test_scaled_frames_of_numbers_are_scaled_arrays():
    x = np.random.RandomState(0).randint(0, 17, size=(80, 3))
    frame = pd.DataFrame(x, columns=list("abc"))
    expected = vaelib.VAE(scale=1 / 16, epochs=2, **SETTINGS).fit(x)
    model = vaelib.VAE(scale=1 / 16, epochs=2, **SETTINGS).fit(frame)
    np.testing.assert_array_equal(model.transform(frame), expected.transform(x))
    with pytest.raises(ValueError, match="scale and shift are for examples that are numbers"):
        vaelib.VAE(scale=1 / 16).fit(people())


def test_drawn_truth_values():
    frame = people()[["smokes", "owner"]]
    model = vaelib.VAE(binarization="dynamic", epochs=1, **SETTINGS).fit(frame)
    assert model.likelihood_ == "bernoulli"
    with pytest.raises(vaelib.InvalidArgument, match="binarization is dynamic"):
        vaelib.VAE(binarization="dynamic").fit(people())


# What the parameter `columns` says.


def test_columns_may_be_named_beside():
    x = people()
    columns = [("log_normal", ["income"]), ("poisson", [0]), ("categorical", ["job"]), ("bernoulli", ["smokes"])]
    model = vaelib.VAE(columns=columns, epochs=1, **SETTINGS).fit(x)
    assert model.likelihoods_ == {**LIKELIHOODS, "income": "log_normal", "visits": "poisson"}
    same_columns(model.sample(3), x)


def test_numbers_may_be_categories():
    """Their values are kept, unless they are numbers of categories already."""
    random = np.random.RandomState(0)
    frame = pd.DataFrame(
        {
            "year": random.choice([1999, 2004, 2020], size=90),
            "size": random.choice([0.5, 2.5], size=90),
            "code": random.randint(4, size=90),
        }
    )
    columns = [("categorical", ["year", "size", "code"])]
    model = vaelib.VAE(columns=columns, epochs=1, **SETTINGS).fit(frame)
    assert {name: values.tolist() for name, values in model.categories_.items()} == {
        "year": [1999, 2004, 2020],
        "size": [0.5, 2.5],
    }
    drawn = model.sample(500, "sample", random_state=0)
    same_columns(drawn, frame)
    assert set(drawn["year"]) == {1999, 2004, 2020}
    assert set(drawn["size"]) == {0.5, 2.5}
    assert set(drawn["code"]) == {0, 1, 2, 3}
    with pytest.raises(vaelib.DataError, match=r"2003 at row 0, column 0 \(\"year\"\).*1999, 2004, 2020"):
        model.transform(frame.assign(year=2003))
    with pytest.raises(vaelib.DataError, match=r"column 2 \(\"code\"\).*from 0 to 3"):
        model.transform(frame.assign(code=4))
    plain = vaelib.VAE(columns=[("categorical", ["code"])], epochs=1, **SETTINGS).fit(frame.astype(float))
    assert isinstance(plain.sample(2), np.ndarray)
    given = vaelib.VAE(columns=[("categorical", ["code"], {"classes": 9})], epochs=1, **SETTINGS).fit(frame)
    assert given.categories_ == {}


@pytest.mark.parametrize(
    ("entry", "text"),
    [
        (("gaussian", ["job"]), "columns says 'gaussian' of the column 'job', but it has categories"),
        (("bernoulli", ["job"]), "columns says 'bernoulli' of the column 'job'"),
        (("categorical", ["job"], {"classes": 5}), "classes=5 of the column 'job', but it has 3 categories"),
        (("gaussian", ["jobs"]), "'jobs', which is not there; X has visits, job"),
    ],
)
def test_what_columns_must_not_say_of_texts(entry, text):
    with pytest.raises(ValueError, match=text):
        vaelib.VAE(columns=[entry]).fit(people())


def test_two_texts_may_be_bernoulli():
    x = people().assign(job=np.where(people()["smokes"], "yes", "no"))
    model = vaelib.VAE(columns=[("bernoulli", ["job"])], epochs=1, **SETTINGS).fit(x)
    assert model.likelihoods_["job"] == "bernoulli"
    assert set(model.sample(50, "sample", random_state=0)["job"]) == {"yes", "no"}


# What is refused, and how.


def test_gaps_are_filled_with_what_the_columns_hold():
    """Types, index and known values stay; what is missing is estimated far better than by chance."""
    x = people(600)
    x = x.astype({"visits": "Int64", "smokes": "boolean", "age": "Int16", "owner": "Int8", "job": "string"})
    gaps = np.random.RandomState(3).uniform(size=x.shape) < 0.2
    gappy = x.mask(gaps)
    assert list(gappy.dtypes) == list(x.dtypes)
    model = vaelib.VAE(epochs=120, batch_size=50, missing="ignore", **SETTINGS).fit(gappy)
    assert model.likelihoods_ == LIKELIHOODS
    for estimate in ("mean", "mode", "sample"):
        completed = model.impute(gappy, estimate=estimate)
        assert list(completed.dtypes) == list(x.dtypes)
        assert completed.index.equals(x.index)
        assert not completed.isna().any().any()
        pd.testing.assert_frame_equal(completed.mask(gaps), gappy)
    completed = model.impute(gappy)
    lost = gaps[:, 1]
    assert (completed["job"][lost] == x["job"][lost]).mean() > x["job"].value_counts(normalize=True).max() + 0.2
    lost = gaps[:, 5]
    errors = (completed["age"] - x["age"])[lost].astype(float)
    assert (errors**2).mean() < 0.4 * x["age"][lost].astype(float).var()
    several = model.impute(gappy, estimate="sample", imputations=3)
    assert [type(each) for each in several] == [pd.DataFrame] * 3
    pd.testing.assert_frame_equal(pickle.loads(pickle.dumps(model)).impute(gappy), completed)


def test_frames_of_polars():
    polars = pytest.importorskip("polars")
    x = people()
    frame = polars.DataFrame(
        {
            "visits": x["visits"].to_numpy(),
            "job": polars.Series(x["job"].tolist(), dtype=polars.Categorical),
            "income": x["income"].to_numpy(),
            "smokes": x["smokes"].to_numpy(),
            "grade": polars.Series(x["grade"].tolist(), dtype=polars.Enum([*GRADES, "perfect"])),
            "age": x["age"].to_numpy(),
            "owner": x["owner"].to_numpy(),
        }
    )
    model = vaelib.VAE(epochs=3, **SETTINGS).fit(frame)
    same = vaelib.VAE(epochs=3, **SETTINGS).fit(x)
    assert model.likelihoods_ == LIKELIHOODS
    np.testing.assert_array_equal(model.transform(frame), same.transform(x))
    for found in (model.sample(5, "sample"), model.reconstruct(frame), pickle.loads(pickle.dumps(model)).sample(2)):
        assert found.schema == frame.schema
    assert model.reconstruct(frame)["job"].to_list() == same.reconstruct(x)["job"].tolist()
    with pytest.raises(vaelib.DataError, match=r"'baker' at row 0, column 1 \(\"job\"\)"):
        model.transform(frame.with_columns(polars.lit("baker").alias("job")))
    for name in frame.columns:
        gap = polars.when(polars.int_range(polars.len()) == 4).then(None).otherwise(polars.col(name)).alias(name)
        with pytest.raises(vaelib.DataError, match=rf"NaN at row 4, column \d \(\"{name}\"\)"):
            model.transform(frame.with_columns(gap))
    with pytest.raises(vaelib.DataError, match=r"column 1 \(\"b\"\) is of dtype Date"):
        vaelib.VAE().fit(
            polars.DataFrame({"a": [1, 2], "b": ["2020-01-01"] * 2}).with_columns(polars.col("b").str.to_date())
        )
    floats = polars.DataFrame({"a": [0.5, 2, 3], "b": [1.5, None, 0]})
    with pytest.raises(vaelib.DataError, match=r"NaN at row 1, column 1 \(\"b\"\)"):
        vaelib.VAE().fit(floats)
    gappy = frame.with_columns(
        [
            polars.when(polars.int_range(polars.len()) % 7 == place).then(None).otherwise(polars.col(name)).alias(name)
            for place, name in enumerate(frame.columns)
        ]
    )
    completed = vaelib.VAE(epochs=3, missing="ignore", **SETTINGS).fit(gappy).impute(gappy)
    assert completed.schema == frame.schema
    assert sum(completed.null_count().row(0)) == 0
    for name in frame.columns:
        kept = gappy[name].is_not_null()
        assert (completed[name].filter(kept) == frame[name].filter(kept)).all()
