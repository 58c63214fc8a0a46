"""scikit-learn's own checks and tools on stacks."""

import numpy as np
import pytest
import vaelib
from stacks import examples, labels_of

sklearn = pytest.importorskip("sklearn")

from sklearn.base import clone, is_classifier  # noqa: E402
from sklearn.linear_model import LogisticRegression  # noqa: E402
from sklearn.model_selection import GridSearchCV, cross_val_score  # noqa: E402
from sklearn.pipeline import make_pipeline  # noqa: E402
from sklearn.preprocessing import MinMaxScaler  # noqa: E402
from sklearn.utils.estimator_checks import parametrize_with_checks  # noqa: E402

Autoencoder, Classifier = vaelib.StackedDenoisingAutoencoder, vaelib.StackedDenoisingClassifier
REAL = {"hidden": (8,), "loss": "squared_error", "batch_size": 10, "learning_rate": 0.01}


@parametrize_with_checks(
    [
        Autoencoder(epochs=3, finetune_epochs=1, **REAL),
        Classifier(pretrain_epochs=3, finetune_epochs=100, **REAL),
    ]
)
def test_scikit_learns_checks(estimator, check):
    check(estimator)


@pytest.fixture(scope="module")
def x():
    return examples(120, 6)


def test_a_grid_search_over_the_corruption(x):
    y = labels_of(x)
    model = Classifier(hidden=(12,), pretrain_epochs=3, finetune_epochs=60, learning_rate=0.02, random_state=0)
    search = GridSearchCV(model, {"corruption_level": [0.0, 0.3], "hidden": [(8,), (8, 8)]}, cv=2).fit(x, y)
    assert is_classifier(model)
    assert search.best_score_ > 0.7
    assert cross_val_score(search.best_estimator_, x, y, cv=3).shape == (3,)


def test_codes_for_another_classifier(x):
    y = labels_of(x)
    stack = Autoencoder(hidden=(20,), epochs=30, learning_rate=0.01, random_state=0)
    pipeline = make_pipeline(MinMaxScaler(), stack, LogisticRegression(C=100)).fit(x * 7, y)
    assert pipeline.score(x * 7, y) > 0.85
    assert list(pipeline[:-1].get_feature_names_out())[:2] == [
        "stackeddenoisingautoencoder0",
        "stackeddenoisingautoencoder1",
    ]


def test_a_clone_keeps_what_it_starts_from(x):
    y = labels_of(x)
    stack = Autoencoder(hidden=(8,), epochs=3, random_state=0).fit(x)
    model = Classifier(pretrained=stack, finetune_epochs=3, random_state=0)
    copied = clone(model.set_output(transform="pandas"))
    assert copied.pretrained is stack
    assert copied.get_params() == model.get_params()
    assert copied._sklearn_output_config == {"transform": "pandas"}
    assert not hasattr(copied, "classes_")
    np.testing.assert_array_equal(copied.fit(x, y).predict(x), model.fit(x, y).predict(x))
    assert len(cross_val_score(model, x, y, cv=2)) == 2


def test_data_frames(x):
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame(x, columns=[f"pixel{n}" for n in range(6)], index=range(7, 127))
    model = Autoencoder(hidden=(5, 3), epochs=1, random_state=0).set_output(transform="pandas").fit(frame)
    codes = model.transform(frame)
    assert list(codes.columns) == [f"stackeddenoisingautoencoder{n}" for n in range(3)]
    assert list(codes.index) == list(frame.index)
    assert model.transform(frame, layer=0).shape == (120, 5)
    with pytest.raises(ValueError, match="feature names"):
        model.transform(frame[frame.columns[::-1]])


def test_parameters_and_their_repr():
    model = Autoencoder(hidden=(5, 3), corruption_level=(0.1, 0.2))
    assert repr(model) == "StackedDenoisingAutoencoder(corruption_level=(0.1, 0.2), hidden=(5, 3))"
    assert repr(Classifier()) == "StackedDenoisingClassifier()"
    assert "dropout" in Classifier().get_params()
    assert "dropout" not in vaelib.VAE().get_params()
    assert "dropout" not in Autoencoder().get_params()
    for kind in (Autoencoder, Classifier):
        assert kind.__doc__ is not None
        assert "{" not in kind.__doc__
        documented = kind.__doc__.split("Attributes\n")[0]
        assert [name for name in kind().get_params() if name not in documented] == []


def test_worker_processes(x):
    joblib = pytest.importorskip("joblib")
    model = Autoencoder(hidden=(8,), epochs=1, random_state=0).fit(x)
    results = joblib.Parallel(n_jobs=2)(joblib.delayed(model.transform)(x) for _ in range(3))
    for result in results:
        np.testing.assert_array_equal(result, model.transform(x))
