"""scikit-learn's own checks and tools."""

import pickle

import numpy as np
import pytest
import vaelib

sklearn = pytest.importorskip("sklearn")

from sklearn.base import clone  # noqa: E402
from sklearn.decomposition import PCA  # noqa: E402
from sklearn.exceptions import NotFittedError  # noqa: E402
from sklearn.linear_model import LogisticRegression  # noqa: E402
from sklearn.model_selection import GridSearchCV, cross_val_score  # noqa: E402
from sklearn.pipeline import make_pipeline  # noqa: E402
from sklearn.preprocessing import MinMaxScaler  # noqa: E402
from sklearn.utils.estimator_checks import parametrize_with_checks  # noqa: E402
from sklearn.utils.validation import check_is_fitted  # noqa: E402


@parametrize_with_checks([vaelib.VAE(latent_dim=2, hidden=(8,), likelihood="gaussian", epochs=3)])
def test_scikit_learns_checks(estimator, check):
    check(estimator)


def test_clone(fitted):
    copy = clone(fitted)
    assert copy.get_params() == fitted.get_params()
    assert not hasattr(copy, "n_features_in_")


def test_pipeline_with_a_classifier():
    random = np.random.RandomState(0)
    prototypes = random.uniform(size=(2, 20)) < 0.5
    y = random.randint(2, size=300)
    x = (prototypes[y] ^ (random.uniform(size=(300, 20)) < 0.05)).astype(float) * 7
    vae = vaelib.VAE(latent_dim=2, hidden=(16,), epochs=40, batch_size=30, learning_rate=5e-3, random_state=0)
    pipeline = make_pipeline(MinMaxScaler(), vae, LogisticRegression()).fit(x, y)
    assert pipeline.score(x, y) > 0.95
    assert list(pipeline[:-1].get_feature_names_out()) == ["vae0", "vae1"]


def test_grid_search_and_cross_validation(binary):
    search = GridSearchCV(
        vaelib.VAE(hidden=(8,), epochs=3, random_state=0), {"latent_dim": [1, 2], "learning_rate": [1e-3, 1e-2]}, cv=2
    ).fit(binary)
    assert np.isfinite(search.cv_results_["mean_test_score"]).all()
    assert search.best_score_ == search.cv_results_["mean_test_score"].max()
    assert search.best_estimator_.transform(binary).shape[0] == 40
    assert np.isfinite(cross_val_score(search.best_estimator_, binary, cv=3)).all()


def test_worker_processes(binary):
    joblib = pytest.importorskip("joblib")
    model = vaelib.VAE(latent_dim=2, hidden=(8,), epochs=3, random_state=0).fit(binary)
    results = joblib.Parallel(n_jobs=2)(joblib.delayed(model.transform)(binary) for _ in range(3))
    for result in results:
        np.testing.assert_array_equal(result, model.transform(binary))


def test_the_output_of_pipelines_and_of_the_configuration(fitted, binary):
    pandas = pytest.importorskip("pandas")
    pipeline = make_pipeline(MinMaxScaler(), clone(fitted)).set_output(transform="pandas")
    assert list(pipeline.fit_transform(binary).columns) == ["vae0", "vae1"]
    assert list(clone(pipeline[1]).fit_transform(binary).columns) == ["vae0", "vae1"]
    with sklearn.config_context(transform_output="pandas"):
        assert isinstance(fitted.transform(binary), pandas.DataFrame)
        assert isinstance(fitted.set_output(transform="default").transform(binary), np.ndarray)


def test_not_fitted_is_scikit_learns_error_too(binary):
    with pytest.raises(NotFittedError, match="not fitted") as caught:
        vaelib.VAE().transform(binary)
    assert isinstance(caught.value, vaelib.NotFittedError)
    copy = pickle.loads(pickle.dumps(caught.value))
    assert type(copy) is type(caught.value)
    assert copy.args == caught.value.args
    with pytest.raises(NotFittedError):
        check_is_fitted(vaelib.VAE())
    check_is_fitted(vaelib.VAE(epochs=1).fit(binary))


def test_metadata_routing_sends_nothing_to_the_estimator(fitted, binary):
    with sklearn.config_context(enable_metadata_routing=True):
        pipeline = make_pipeline(MinMaxScaler(), clone(fitted))
        assert pipeline.fit_transform(binary).shape == (40, 2)
        assert np.isfinite(cross_val_score(fitted, binary, cv=2)).all()
        with pytest.raises(TypeError, match="callback"):
            pipeline.fit(binary, callback=print)


def test_pipelines_are_shown_as_text_and_as_html(fitted):
    pipeline = make_pipeline(MinMaxScaler(), fitted)
    assert repr(fitted) in repr(pipeline).replace("\n", " ")
    assert "VAE" in pipeline._repr_html_()


def test_a_good_code_beats_a_random_projection():
    """The latent means keep what a classifier needs: about what as many principal components keep."""
    from sklearn.datasets import load_digits

    x, y = load_digits(return_X_y=True)
    x = x / 16
    vae = vaelib.VAE(latent_dim=8, hidden=(64,), epochs=60, batch_size=50, learning_rate=2e-3, binarization="dynamic",
                     random_state=0).fit(x[:1200])  # fmt: skip
    classifier = LogisticRegression(max_iter=2000)
    ours = classifier.fit(vae.transform(x[:1200]), y[:1200]).score(vae.transform(x[1200:]), y[1200:])
    pca = PCA(8, random_state=0).fit(x[:1200])
    theirs = classifier.fit(pca.transform(x[:1200]), y[:1200]).score(pca.transform(x[1200:]), y[1200:])
    assert ours > theirs - 0.06
