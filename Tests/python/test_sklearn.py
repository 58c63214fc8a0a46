"""scikit-learn's own checks and tools, on estimators of all kinds."""

import pickle
import warnings

import numpy as np
import pytest
import vaelib
from estimators import KINDS, VAE, Autoencoder, Classifier, Regressor, answers, different, fit, labels_for
from stacks import examples, labels_of

sklearn = pytest.importorskip("sklearn")

from sklearn.base import clone, is_classifier, is_regressor  # noqa: E402
from sklearn.exceptions import NotFittedError  # noqa: E402
from sklearn.linear_model import LogisticRegression  # noqa: E402
from sklearn.model_selection import GridSearchCV, cross_val_score  # noqa: E402
from sklearn.pipeline import make_pipeline  # noqa: E402
from sklearn.preprocessing import MinMaxScaler  # noqa: E402
from sklearn.utils.estimator_checks import parametrize_with_checks  # noqa: E402
from sklearn.utils.validation import check_is_fitted  # noqa: E402

REAL = {"hidden": (8,), "loss": "squared_error", "batch_size": 10, "learning_rate": 0.01}


#: Weights are repeated rows in expectation. Steps and noise are drawn for the rows there are, as in scikit-learn's own
#: estimators that learn step by step, which fail here, too; test_sample_weights.py compares gradients.
STOCHASTIC = {
    f"check_sample_weight_equivalence_on_{kind}_data": "sample_weight is not equivalent to removing/repeating samples."
    for kind in ("dense", "sparse")
}


@parametrize_with_checks(
    [
        VAE(),
        Autoencoder(epochs=3, finetune_epochs=1, **REAL),
        Classifier(pretrain_epochs=3, finetune_epochs=100, **REAL),
        Regressor(pretrain_epochs=3, finetune_epochs=100, **REAL),
    ],
    expected_failed_checks=lambda estimator: STOCHASTIC,
)
def test_scikit_learns_checks(estimator, check):
    """Without a warning but for those of trainings that are too short, which scikit-learn's own tests ignore, too."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warnings.simplefilter("ignore", vaelib.ConvergenceWarning)
        check(estimator)


def test_clone(trained, binary):
    copy = clone(trained.set_output(transform="pandas"))
    assert copy.get_params() == trained.get_params()
    assert copy._sklearn_output_config == {"transform": "pandas"}
    for learned in ("n_features_in_", "seed_", "classes_"):
        assert not hasattr(copy, learned)
    again = fit(copy, binary).set_output(transform="default")
    assert different(answers(again, binary), answers(trained.set_output(transform="default"), binary)) == []


@pytest.mark.parametrize(
    ("estimator", "classifier"),
    [
        (VAE(latent_dim=2, hidden=(16,), epochs=40, batch_size=30, learning_rate=5e-3, random_state=0),
         LogisticRegression()),
        (Autoencoder(hidden=(20,), epochs=30, learning_rate=0.01, random_state=0), LogisticRegression(C=100)),
    ],
    ids=["vae", "autoencoder"],
)  # fmt: skip
def test_codes_for_a_classifier_in_a_pipeline(estimator, classifier):
    random = np.random.RandomState(0)
    prototypes = random.uniform(size=(2, 20)) < 0.5
    y = random.randint(2, size=300)
    x = (prototypes[y] ^ (random.uniform(size=(300, 20)) < 0.05)).astype(float) * 7
    pipeline = make_pipeline(MinMaxScaler(), estimator, classifier).fit(x, y)
    assert pipeline.score(x, y) > 0.95
    prefix = type(estimator).__name__.lower()
    assert list(pipeline[:-1].get_feature_names_out())[:2] == [f"{prefix}0", f"{prefix}1"]


def test_codes_of_real_numbers_for_a_classifier():
    x = examples(120, 6)
    y = labels_of(x)
    stack = Autoencoder(hidden=(20,), epochs=30, learning_rate=0.01, random_state=0)
    pipeline = make_pipeline(MinMaxScaler(), stack, LogisticRegression(C=100)).fit(x * 7, y)
    assert pipeline.score(x * 7, y) > 0.85


GRIDS = {
    "vae": {"latent_dim": [1, 2], "learning_rate": [1e-3, 1e-2]},
    "autoencoder": {"hidden": [(8,), (8, 2)], "corruption_level": [0.0, 0.3]},
    "classifier": {"hidden": [(8,), (8, 2)], "corruption_level": [0.0, 0.3]},
    "regressor": {"hidden": [(8,), (8, 2)], "corruption_level": [0.0, 0.3]},
}


@pytest.mark.parametrize("name", KINDS)
def test_grid_search_and_cross_validation(name, binary):
    model = KINDS[name].make(batch_size=10)
    y = (*labels_for(model, binary), None)[0]
    search = GridSearchCV(model, GRIDS[name], cv=2).fit(binary, y)
    assert is_classifier(model) == isinstance(model, Classifier)
    assert is_regressor(model) == isinstance(model, Regressor)
    assert np.isfinite(search.cv_results_["mean_test_score"]).all()
    assert search.best_score_ == search.cv_results_["mean_test_score"].max()
    assert search.best_estimator_.transform(binary).shape[0] == 40
    scores = cross_val_score(search.best_estimator_, binary, y, cv=3)
    assert scores.shape == (3,)
    assert np.isfinite(scores).all()


def test_a_grid_search_finds_a_classifier_that_has_learned():
    x = examples(120, 6)
    model = Classifier(hidden=(12,), pretrain_epochs=3, finetune_epochs=60, learning_rate=0.02, random_state=0)
    search = GridSearchCV(model, {"corruption_level": [0.0, 0.3], "hidden": [(8,), (8, 8)]}, cv=2).fit(x, labels_of(x))
    assert search.best_score_ > 0.7


def test_worker_processes(trained, binary):
    joblib = pytest.importorskip("joblib")
    results = joblib.Parallel(n_jobs=2)(joblib.delayed(trained.transform)(binary) for _ in range(3))
    for result in results:
        np.testing.assert_array_equal(result, trained.transform(binary))


def test_the_output_of_pipelines_and_of_the_configuration(trained, binary):
    pandas = pytest.importorskip("pandas")
    labels = labels_for(trained, binary)
    names = [f"{type(trained).__name__.lower()}{index}" for index in range(2)]
    pipeline = make_pipeline(MinMaxScaler(), clone(trained)).set_output(transform="pandas")
    assert list(pipeline.fit_transform(binary, *labels).columns) == names
    assert list(clone(pipeline[1]).fit_transform(binary, *labels).columns) == names
    with sklearn.config_context(transform_output="pandas"):
        assert isinstance(trained.transform(binary), pandas.DataFrame)
        assert isinstance(trained.set_output(transform="default").transform(binary), np.ndarray)


def test_not_fitted_is_scikit_learns_error_too(kind, binary):
    with pytest.raises(NotFittedError, match="not fitted") as caught:
        kind.make().transform(binary)
    assert isinstance(caught.value, vaelib.NotFittedError)
    copy = pickle.loads(pickle.dumps(caught.value))
    assert type(copy) is type(caught.value)
    assert copy.args == caught.value.args
    with pytest.raises(NotFittedError):
        check_is_fitted(kind.make())
    check_is_fitted(fit(kind.make(), binary))


def test_metadata_routing_sends_nothing_that_was_not_requested(trained, binary):
    labels = labels_for(trained, binary)
    with sklearn.config_context(enable_metadata_routing=True):
        pipeline = make_pipeline(MinMaxScaler(), clone(trained))
        assert pipeline.fit_transform(binary, *labels).shape == (40, 2)
        assert np.isfinite(cross_val_score(trained, binary, *labels, cv=2)).all()
        with pytest.raises((TypeError, ValueError), match="callbacks"):
            pipeline.fit(binary, *labels, callbacks=print)


def test_held_out_examples_go_through_a_pipeline_and_a_cross_validation():
    x = examples(120, 6)
    y = labels_of(x)
    settings = {"hidden": (8,), "random_state": 0}
    with sklearn.config_context(enable_metadata_routing=True):
        vae = VAE(latent_dim=1, epochs=2, **settings).set_fit_request(validation=True)
        pipeline = make_pipeline(MinMaxScaler(), vae, transform_input=["validation"])
        pipeline.fit(x[:80] * 7, validation=x[80:] * 7)
        scaler = MinMaxScaler().fit(x[:80] * 7)
        direct = clone(vae).fit(scaler.transform(x[:80] * 7), validation=scaler.transform(x[80:] * 7))
        np.testing.assert_array_equal(pipeline[-1].history_["validation_elbo"], direct.history_["validation_elbo"])
        model = Classifier(pretrain_epochs=0, finetune_epochs=2, **settings).set_fit_request(validation=True)
        weighted = clone(model).set_fit_request(sample_weight=True).set_score_request(sample_weight=True)
        given = {"validation": (x[80:], y[80:])}
        scores = cross_val_score(model, x[:80], y[:80], cv=2, params=given)
        with_ones = cross_val_score(weighted, x[:80], y[:80], cv=2, params={**given, "sample_weight": np.ones(80)})
        np.testing.assert_array_equal(scores, with_ones)


def test_log_probabilities_and_decisions():
    x = examples(120, 6)
    y = (labels_of(x) == "right").astype(int)
    settings = {"hidden": (8,), "pretrain_epochs": 0, "finetune_epochs": 30, "random_state": 0}
    for labels, columns in ((y, 2), (np.arange(120) % 3, 3), (np.stack([y, 1 - y, y], axis=1), 3)):
        model = Classifier(**settings).fit(x, labels)
        probabilities = model.predict_proba(x)
        np.testing.assert_allclose(np.exp(model.predict_log_proba(x)), probabilities, rtol=1e-6)
        decisions = model.decision_function(x)
        if columns == 2:
            assert decisions.shape == (120,)
            np.testing.assert_allclose(1 / (1 + np.exp(-decisions)), probabilities[:, 1], rtol=1e-4)
            np.testing.assert_array_equal(decisions > 0, model.predict(x) == 1)
        else:
            assert decisions.shape == probabilities.shape
        far = model.set_weights({name: 1e4 * each for name, each in model.get_weights().items() if "/" in name
                                 and name.split("/")[0] in ("classifier", "multilabel")}, strict=False)  # fmt: skip
        assert (far.predict_proba(x) == 0).any()
        assert np.isfinite(far.predict_log_proba(x)).all()
    without = Classifier(**{**settings, "finetune_epochs": 0, "pretrain_epochs": 1}).fit(x, y)
    for query in (without.predict_log_proba, without.decision_function):
        with pytest.raises(vaelib.InvalidArgument, match="no head yet"):
            query(x)


def test_pipelines_are_shown_as_text_and_as_html(trained):
    pipeline = make_pipeline(MinMaxScaler(), trained)
    assert repr(trained) in " ".join(repr(pipeline).split())
    assert type(trained).__name__ in pipeline._repr_html_()
    assert "estimator-table" in trained._repr_html_()
