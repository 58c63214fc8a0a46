"""Scores of rows, thresholds, p-values and what is odd about a row: of VAEs and of stacks."""

import copy
import pickle

import h5py
import numpy as np
import pytest
import vaelib
from scipy import stats

VAE, Autoencoder = vaelib.VAE, vaelib.StackedDenoisingAutoencoder
MAKERS = {
    "vae": lambda **options: VAE(latent_dim=2, hidden=(16,), random_state=3, **{"epochs": 40, **options}),
    "stack": lambda **options: Autoencoder(
        (2,), loss="squared_error", activation="tanh", random_state=3, **{"epochs": 40, **options}
    ),
}


def usual_rows(rows, seed=0, columns=6):
    """Rows near a plane, in columns of all units."""
    random = np.random.RandomState(seed)
    plane = np.random.RandomState(99).normal(size=(2, columns))
    values = random.normal(size=(rows, 2)) @ plane + 0.1 * random.normal(size=(rows, columns))
    return (values * 10.0 ** np.arange(-2, columns - 2) + 7).astype(np.float32)


@pytest.fixture(scope="module", params=MAKERS)
def make(request):
    return MAKERS[request.param]


@pytest.fixture(scope="module")
def detector(make):
    return make(validation_fraction=0.2).fit(usual_rows(600))


def odd(rows, column, deviations=8):
    """The same rows, in each of which this column slipped by so many of its deviations."""
    changed = rows.copy()
    changed[:, column] += deviations * rows[:, column].std()
    return changed


def test_slipped_rows_score_lower_and_are_outliers(detector):
    usual = usual_rows(300, 1)
    slipped = odd(usual, 3)
    assert (detector.score_samples(slipped) < detector.score_samples(usual)).all()
    assert (detector.predict(slipped) == -1).all()
    assert (detector.predict(usual) == 1).mean() > 0.88
    assert detector.predict(usual).dtype.kind == "i"


def test_decisions_follow_from_scores_and_the_offset(detector):
    x = np.concatenate([usual_rows(50, 1), odd(usual_rows(50, 1), 0, 3)])
    scores = detector.score_samples(x)
    np.testing.assert_array_equal(detector.decision_function(x), scores - detector.offset_)
    np.testing.assert_array_equal(detector.predict(x), np.where(scores < detector.offset_, -1, 1))


def test_a_score_does_not_depend_on_the_row_s_place(detector):
    x = usual_rows(300, 1)
    scores, shares = detector.score_samples(x), detector.explain(x)
    order = np.random.RandomState(0).permutation(300)
    np.testing.assert_allclose(detector.score_samples(x[order]), scores[order], rtol=1e-6)
    np.testing.assert_allclose(detector.explain(x[order][:7]), shares[order][:7], rtol=1e-5, atol=1e-5)
    np.testing.assert_allclose(detector.score_samples(x[250:251]), scores[250:251], rtol=1e-6)


@pytest.mark.parametrize("column", range(6))
def test_explanations_point_at_the_column_that_slipped(detector, column):
    shares = detector.explain(odd(usual_rows(200, 1), column))
    assert shares.shape == (200, 6)
    assert (shares.argmin(axis=1) == column).mean() > 0.9
    assert np.abs(np.median(detector.explain(usual_rows(600)), axis=0)).max() < 0.2


def test_shares_of_a_vae_add_up_to_the_score(detector):
    if isinstance(detector, Autoencoder):
        pytest.skip("for VAEs")
    x = usual_rows(60, 1)
    kl = detector.elbo(x).kl
    sums = detector.explain(x).sum(axis=1) + detector._usual_shares.sum()
    np.testing.assert_allclose(sums - kl, detector.score_samples(x), rtol=1e-5, atol=1e-4)


@pytest.mark.parametrize("loss", ["squared_error", "cross_entropy"])
@pytest.mark.parametrize("standardize", [True, False])
def test_shares_of_a_stack_add_up_to_the_score(loss, standardize):
    x = stats.norm.cdf(usual_rows(100, 1) - 7).astype(np.float32)
    stack = Autoencoder((8, 4), loss=loss, standardize=standardize, epochs=5, scale=0.5, random_state=0).fit(x)
    sums = stack.explain(x).sum(axis=1) + stack._usual_shares.sum()
    np.testing.assert_allclose(sums, stack.score_samples(x), rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(stack.score_samples(x), -stack.reconstruction_error(x))


def test_methods_of_scores():
    vae, x = MAKERS["vae"]().fit(usual_rows(300)), usual_rows(40, 1)
    assert np.abs(vae.score_samples(x, 2000) - vae.elbo(x, 2000).elbo).max() < 0.5
    likelihood, error = vae.score_samples(x, 2000, method="log_likelihood", return_standard_error=True)
    np.testing.assert_array_equal(likelihood, vae.score_samples(x, 2000, method="log_likelihood"))
    independent, other_error = vae.log_likelihood(x, 2000, return_standard_error=True)
    assert (np.abs(likelihood - independent) < 6 * np.hypot(error, other_error) + 0.05).all()
    assert (likelihood > vae.score_samples(x, 2000) - 6 * error).all()
    np.testing.assert_array_equal(vae.score_samples(x), vae.score_samples(x))
    with pytest.raises(ValueError, match="method"):
        vae.score_samples(x, method="elbo")
    with pytest.raises(ValueError, match="standard error"):
        vae.score_samples(x, return_standard_error=True)
    with pytest.raises(vaelib.InvalidArgument, match="samples"):
        vae.score_samples(x, 0)


# ---- thresholds ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("share", [0.01, 0.1, 0.5])
def test_contamination_is_the_share_of_training_rows(make, share):
    x = usual_rows(1200)
    found = make(epochs=2, contamination=share).fit_predict(x)
    assert (found == -1).sum() == pytest.approx(1200 * share, abs=1)


def test_the_automatic_threshold_is_tukeys_fence(make):
    x = usual_rows(500)
    model = make(epochs=2).fit(x)
    lower, upper = np.percentile(model.score_samples(x), [25, 75])
    assert model.offset_ == pytest.approx(lower - 1.5 * (upper - lower))


def test_many_rows_are_calibrated_by_some(make, tmp_path):
    x = usual_rows(5000)[np.argsort(usual_rows(5000)[:, 0])]  # sorted, which no sample may depend on
    with h5py.File(tmp_path / "x.h5", "w") as file:
        file.create_dataset("x", data=x, chunks=(64, 6))
    in_memory = make(epochs=2).fit(x)
    streamed = make(epochs=2).fit(vaelib.open_dataset(tmp_path / "x.h5", "x", memory_budget=0))
    for model in (in_memory, streamed):
        lower, upper = np.percentile(model.score_samples(x), [25, 75])
        assert model.offset_ == pytest.approx(lower - 1.5 * (upper - lower), abs=0.3 * (upper - lower))


@pytest.mark.parametrize("value", [0, -0.1, 0.6, 1, float("nan"), "much", None, True])
def test_unsuitable_contamination(make, value):
    with pytest.raises(ValueError, match="contamination must be"):
        make(contamination=value).fit(usual_rows(30))


# ---- p-values --------------------------------------------------------------------------------------------------------


def test_p_values_of_usual_rows_are_uniform(make):
    """No more than a share a of new rows has a p-value of at most a, but for chance."""
    model = make(validation_fraction=0.4, validation_split="last").fit(usual_rows(2500))
    p = model.p_values(usual_rows(4000, 1))
    assert p.min() >= 1 / 1001
    assert p.max() <= 1
    for level in (0.01, 0.05, 0.2, 0.5):
        # Of both samples: the reference of a thousand rows is the smaller one.
        error = np.sqrt(level * (1 - level) * (1 / 1000 + 1 / 4000))
        assert abs((p <= level).mean() - level) < 4.5 * error + 1e-3
    assert model.p_values(odd(usual_rows(50, 1), 2)).max() < 0.01


def test_p_values_count_reference_scores(detector):
    reference, x = usual_rows(9, 5), np.concatenate([usual_rows(4, 6), odd(usual_rows(2, 7), 1, 50)])
    scores = detector.score_samples(reference)
    expected = [(1 + (scores <= score).sum()) / 10 for score in detector.score_samples(x)]
    np.testing.assert_allclose(detector.p_values(x, reference), expected)
    assert expected[-1] == 0.1


@pytest.mark.parametrize("split", ["random", "last"])
def test_p_values_come_from_the_rows_that_were_held_out(make, split):
    x = usual_rows(202)  # of which a quarter, 50.5, is 51
    model = make(epochs=3, validation_fraction=0.25, validation_split=split).fit(x)
    rest, held_out = (x[:151], x[151:]) if split == "last" else vaelib.Dataset(x).split(0.25, 3)
    new = usual_rows(20, 1)
    np.testing.assert_array_equal(model.p_values(new), model.p_values(new, held_out))
    # Which are the rows that the library held out: a training on the others comes to the same model.
    told = make(epochs=3).fit(rest, validation=held_out)
    np.testing.assert_array_equal(told.p_values(new), model.p_values(new))
    np.testing.assert_array_equal(told.score_samples(new), model.score_samples(new))
    given = make(epochs=3).fit(x, validation=new)
    np.testing.assert_array_equal(given.p_values(x), given.p_values(x, new))


def test_p_values_need_rows_that_were_held_out(make):
    model = make(epochs=3, validation_fraction=0).fit(usual_rows(50))
    with pytest.raises(ValueError, match="reference="):
        model.p_values(usual_rows(5))
    assert model.p_values(usual_rows(5), usual_rows(30, 1)).shape == (5,)


# ---- estimators ------------------------------------------------------------------------------------------------------


def test_copies_and_pickles_keep_the_calibration(detector):
    x = usual_rows(20, 1)
    for other in (pickle.loads(pickle.dumps(detector)), copy.deepcopy(detector), copy.copy(detector)):
        for method in ("score_samples", "decision_function", "predict", "p_values", "explain"):
            np.testing.assert_array_equal(getattr(other, method)(x), getattr(detector, method)(x))


def test_a_model_from_a_file_is_calibrated_by_hand(detector, tmp_path):
    detector.save(tmp_path / "model.h5")
    loaded, x = vaelib.load(tmp_path / "model.h5"), usual_rows(20, 1)
    np.testing.assert_array_equal(loaded.score_samples(x), detector.score_samples(x))
    for method in ("predict", "explain", "p_values", "decision_function"):
        with pytest.raises(vaelib.NotFittedError, match="calibrate"):
            getattr(loaded, method)(x)
    assert loaded.calibrate(usual_rows(600)) is loaded
    np.testing.assert_array_equal(loaded.predict(x), detector.predict(x))
    np.testing.assert_array_equal(loaded.explain(x), detector.explain(x))
    with pytest.raises(ValueError, match="reference="):
        loaded.p_values(x)
    loaded.calibrate(usual_rows(600), held_out=usual_rows(100, 2))
    np.testing.assert_array_equal(loaded.p_values(x), detector.p_values(x, usual_rows(100, 2)))


def test_an_interrupted_fit_forgets_the_calibration(make):
    def fail(progress):
        raise RuntimeError("enough")

    model = make(epochs=2).fit(usual_rows(50))
    with pytest.raises(RuntimeError, match="enough"):
        model.fit(usual_rows(60), callbacks=fail)
    with pytest.raises(vaelib.NotFittedError, match="calibrate"):
        model.predict(usual_rows(3))


def test_data_frames_and_datasets_are_scored_alike(make):
    pandas = pytest.importorskip("pandas")
    x = usual_rows(100)
    frame = pandas.DataFrame(x, columns=list("abcdef"))
    model = make(epochs=2).fit(frame)
    np.testing.assert_array_equal(model.score_samples(frame), model.score_samples(vaelib.Dataset(x)))
    np.testing.assert_array_equal(model.predict(frame), model.fit_predict(frame))
    with pytest.raises(ValueError, match="feature names"):
        model.predict(frame[list("abcdfe")])


def test_queries_before_fit(make):
    for method in ("score_samples", "decision_function", "predict", "p_values", "explain", "calibrate"):
        with pytest.raises(vaelib.NotFittedError):
            getattr(make(), method)(usual_rows(3))


def test_the_classifier_predicts_classes():
    x = usual_rows(60)
    y = np.where(x[:, 0] > 7, "high", "low")
    model = vaelib.StackedDenoisingClassifier((8,), pretrain_epochs=1, finetune_epochs=2, random_state=0).fit(x, y)
    assert set(model.predict(x)) <= {"high", "low"}
    assert not hasattr(model, "contamination")


def test_scores_of_grey_levels_come_without_a_warning(recwarn):
    x = np.random.RandomState(0).uniform(size=(60, 5)).astype(np.float32)
    vae = VAE(2, (4,), likelihood="bernoulli", epochs=2, random_state=0).fit(x)
    fitted = len(recwarn)
    vae.predict(x)
    vae.explain(x)
    assert len(recwarn) == fitted
    with pytest.warns(vaelib.VaelibWarning, match="no density"):
        vae.elbo(x)


# ---- robust training -------------------------------------------------------------------------------------------------


def test_trimmed_training_does_not_learn_how_usual_outliers_are():
    """A tenth of the training rows are alike, and far from the others: trimmed, they stay unusual."""
    usual = usual_rows(450)
    odd_rows = (usual_rows(50, 1) / 20 + usual.mean(axis=0) + 2 * usual.std(axis=0)).astype(np.float32)
    x = np.concatenate([usual, odd_rows])
    scores = {}
    for fraction in (0.0, 0.2):
        vae = VAE(2, (32,), epochs=150, learning_rate=0.01, batch_size=50, trim_fraction=fraction, random_state=0)
        scores[fraction] = vae.fit(x).score_samples(x)
    ranks = {fraction: stats.rankdata(values)[450:].mean() for fraction, values in scores.items()}
    assert ranks[0.2] < ranks[0.0]
    assert ranks[0.2] < 60
    assert np.median(scores[0.2][450:]) < np.median(scores[0.0][450:])
