"""partial_fit: one part of the data after another; and warm_start: one fit after another."""

import copy
import pickle

import numpy as np
import pytest
import vaelib
from estimators import VAE, Autoencoder, Classifier, Regressor, fit, labels_for, weights_as_bytes

RANDOM = np.random.RandomState(0)
LATENT = RANDOM.normal(size=(1200, 2))
X = (LATENT @ RANDOM.normal(size=(2, 8)) + 0.3 * RANDOM.normal(size=(1200, 8))).astype(np.float32)
LABELS = np.array(["no", "yes"])[(LATENT[:, 0] * LATENT[:, 1] > 0).astype(int)]
TARGETS = 100 + 20 * LATENT
SMALL = {"hidden": (16,), "random_state": 0}
PARTS = [slice(first, first + 300) for first in range(0, 1200, 300)]

pytestmark = pytest.mark.filterwarnings("ignore::vaelib.ConvergenceWarning")


def parts(model, epochs):
    """Trains a model on the parts of the data in turn."""
    arguments = {Classifier: (LABELS,), Regressor: (TARGETS,)}.get(type(model), ())
    for _ in range(epochs):
        for part in PARTS:
            others = {"classes": ["no", "yes"]} if isinstance(model, Classifier) else {}
            model.partial_fit(X[part], *(each[part] for each in arguments), **others)
    return model


def test_a_vae_learns_as_much_as_from_the_whole():
    model, whole = VAE(latent_dim=2, **SMALL), VAE(latent_dim=2, epochs=8, schedule="constant", **SMALL).fit(X)
    scores = [parts(model, 1).score(X) for _ in range(8)]
    assert scores[-1] > scores[0] + 1
    assert abs(scores[-1] - whole.score(X)) < 0.5
    assert model.n_iter_ == 0
    assert weights_as_bytes(parts(VAE(latent_dim=2, **SMALL), 8)) == weights_as_bytes(model)
    with pytest.raises(vaelib.NotFittedError, match="calibrate"):
        model.predict(X)
    assert set(model.calibrate(X).predict(X)) == {-1, 1}


def test_stacks_learn():
    cleaner = Autoencoder(**{**SMALL, "hidden": (16, 4)}, finetune_epochs=1)
    scores = [parts(cleaner, 1).score(X) for _ in range(3)]
    assert scores == sorted(scores)
    lower = parts(Autoencoder(**{**SMALL, "hidden": (16, 4)}), 1)
    assert lower.transform(X).shape == (1200, 4)
    reader = parts(Classifier(learning_rate=0.01, **SMALL), 12)
    assert reader.score(X, LABELS) > 0.85
    assert reader.classes_.tolist() == ["no", "yes"]
    meter = parts(Regressor(learning_rate=0.01, dropout=0, **SMALL), 8)
    assert meter.score(X, TARGETS) > 0.9
    assert meter.predict(X).shape == (1200, 2)
    traits = np.stack([LATENT[:, 0] > 0, LATENT[:, 1] > 0], axis=1)
    describer = Classifier(**SMALL)
    for _ in range(20):
        describer.partial_fit(X, traits)
    assert describer.score(X, traits) > 0.85


def test_it_goes_on_after_fit_and_in_copies(trained, binary):
    labels = labels_for(trained, binary)
    width = trained.n_features_in_
    for model in (pickle.loads(pickle.dumps(trained)), copy.copy(trained), trained):
        before = weights_as_bytes(model)
        assert model.partial_fit(binary[:20], *(each[:20] for each in labels)) is model
        assert weights_as_bytes(model) != before
        assert model.n_features_in_ == width
    with pytest.raises(ValueError, match=r"11 features.*12 features"):
        trained.partial_fit(binary[:, 1:], *labels)
    with pytest.raises(vaelib.DataError, match="row 0"):
        trained.partial_fit(np.where(binary > 0, np.nan, binary), *labels)
    fit(trained, binary).partial_fit(binary, *labels)


def test_a_first_call_that_fails_leaves_nothing(kind, binary):
    model = kind.make()
    with pytest.raises(vaelib.DataError, match="row 0"):
        model.partial_fit(np.where(binary > 0, np.nan, binary), *labels_for(model, binary), **classes(model))
    assert not hasattr(model, "n_features_in_")
    model.partial_fit(binary[:, :5], *labels_for(model, binary), **classes(model))
    assert model.n_features_in_ == 5


def classes(model):
    """What a classifier's first call needs."""
    return {"classes": ["left", "right"]} if isinstance(model, Classifier) else {}


def test_classes():
    model = Classifier(**SMALL)
    with pytest.raises(ValueError, match="classes must be passed on the first call to partial_fit"):
        model.partial_fit(X, LABELS)
    with pytest.raises(ValueError, match="one class only"):
        model.partial_fit(X, LABELS, classes=["no"])
    with pytest.raises(ValueError, match="not among those of training: 'yes'"):
        model.partial_fit(X, LABELS, classes=["no", "never"])
    model.partial_fit(X, LABELS, classes=["yes", "no", "perhaps"])
    assert model.predict_proba(X).shape == (1200, 3)
    model.partial_fit(X, LABELS)
    with pytest.raises(ValueError, match="not the same as on the last call"):
        model.partial_fit(X, LABELS, classes=["yes", "no"])
    with pytest.raises(ValueError, match="indicator matrix"):
        model.partial_fit(X, np.eye(3)[np.arange(1200) % 3])
    before = weights_as_bytes(model)
    unknown = np.full(1200, -1, dtype=object)
    assert weights_as_bytes(model.partial_fit(X, unknown)) == before
    with pytest.raises(ValueError, match="'balanced' is of all examples"):
        Classifier(class_weight="balanced", **SMALL).partial_fit(X, LABELS, classes=["no", "yes"])


def test_pretrained_layers_and_layers_without_a_head():
    below = Autoencoder(epochs=1, **SMALL).fit(X)
    model = Classifier(pretrained=below, **SMALL).partial_fit(X[:300], LABELS[:300], classes=["no", "yes"])
    assert model.score(X, LABELS) > 0.3
    headless = Regressor(pretrain_epochs=1, finetune_epochs=0, **SMALL).fit(X, TARGETS)
    assert headless.partial_fit(X, TARGETS).predict(X[:3]).shape == (3, 2)
    with pytest.raises(ValueError, match="y has 1 targets an example, but had 2"):
        headless.partial_fit(X, TARGETS[:, 0])
    with pytest.raises(ValueError, match="both 0"):
        Autoencoder(epochs=0, **SMALL).partial_fit(X)


def test_conditions_and_gaps_and_data_frames():
    given = VAE(latent_dim=2, **SMALL)
    for part in PARTS:
        given.partial_fit(X[part], conditions=LABELS[part])
    assert given.sample(2, conditions="yes").shape == (2, 8)
    with pytest.raises(ValueError, match="give conditions"):
        given.partial_fit(X)
    gappy = np.where(RANDOM.uniform(size=X.shape) < 0.1, np.nan, X)
    assert np.isfinite(parts(VAE(latent_dim=2, missing="ignore", **SMALL), 1).partial_fit(gappy).score(gappy))
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame({"number": X[:, 0], "kind": LABELS})
    mixed = VAE(latent_dim=2, **SMALL).partial_fit(frame[:300]).partial_fit(frame[300:])
    assert mixed.likelihoods_ == {"number": "gaussian", "kind": "categorical"}
    with pytest.raises(vaelib.DataError, match="'never' at row 0"):
        mixed.partial_fit(frame.assign(kind="never"))


def test_the_rate_stays_unless_another_schedule_was_chosen():
    rates = {}
    for schedule in ("cosine", "exponential"):
        model = VAE(latent_dim=2, schedule=schedule, schedule_epochs=1.0, batch_size=100, **SMALL)
        for _ in range(3):
            model.partial_fit(X)
        rates[schedule] = model._steps.trainers[0].step(X)["learning_rate"]
    assert rates["cosine"] == pytest.approx(0.003)
    assert rates["exponential"] < 0.001


def test_weights_count():
    nothing = np.zeros(1200)
    nothing[:300] = 1
    weighted = VAE(latent_dim=2, batch_size=50, **SMALL).partial_fit(X, sample_weight=nothing)
    alone = VAE(latent_dim=2, batch_size=50, **SMALL).partial_fit(X[:300])
    assert weights_as_bytes(weighted) == weights_as_bytes(alone)
    with pytest.raises(ValueError, match="batch_size"):
        VAE(latent_dim=2, batch_size=0, **SMALL).partial_fit(X)


def test_a_warm_start_of_stacks_goes_on():
    model = Autoencoder(epochs=2, finetune_epochs=1, warm_start=True, **SMALL)
    scores = [model.fit(X).score(X) for _ in range(3)]
    assert scores == sorted(scores)
    assert model.n_iter_ == 9
    before = model.get_weights()
    model.set_params(epochs=1, corruption_level=0.3, finetune_epochs=0, learning_rate=1e-9).fit(X)
    assert model.n_iter_ == 1
    for name, values in model.get_weights().items():
        np.testing.assert_allclose(values, before[name], atol=1e-6)
    for changed in ({"hidden": (8,)}, {"activation": "relu"}, {"standardize": False}):
        other = copy.copy(model).set_params(**changed)
        with pytest.raises(ValueError, match=f"{next(iter(changed))} changed since"):
            other.fit(X)
        assert other.transform(X).shape == (1200, 16)


def test_a_warm_start_of_what_has_a_head():
    model = Classifier(pretrain_epochs=1, finetune_epochs=3, warm_start=True, **SMALL).fit(X, LABELS)
    first = model.score(X, LABELS)
    assert model.set_params(pretrain_epochs=0, finetune_epochs=20).fit(X, LABELS).score(X, LABELS) > first
    with pytest.raises(ValueError, match=r"continues with the classes \['no', 'yes'\], but y has the classes \[0, 1\]"):
        model.fit(X, (LABELS == "yes").astype(int))
    assert model.classes_.tolist() == ["no", "yes"]
    meter = Regressor(pretrain_epochs=0, finetune_epochs=3, warm_start=True, **SMALL).fit(X, TARGETS)
    before = meter.score(X, TARGETS)
    assert meter.fit(X, TARGETS).score(X, TARGETS) > before


@pytest.mark.parametrize("make", [VAE, Autoencoder, Classifier, Regressor])
def test_parameters_that_change_between_calls_count(make):
    model, same = make(optimizer="sgd", **SMALL), make(optimizer="sgd", **SMALL)
    parts(model, 1)
    parts(same, 1).set_params(learning_rate=1e-30)
    before = {name: values.copy() for name, values in same.get_weights().items()}
    parts(same, 1)
    assert all(np.array_equal(values, before[name]) for name, values in same.get_weights().items())
    assert weights_as_bytes(parts(model, 1)) != weights_as_bytes(same)
    with pytest.raises(ValueError, match="optimizer"):
        parts(model.set_params(optimizer="none"), 1)
    with pytest.raises(ValueError, match="learning_rate"):
        parts(model.set_params(optimizer="sgd", learning_rate=-1), 1)


def test_a_new_rate_draws_new_noise():
    """Else every call with a rate of its own would hide the same values, here of rows that are all alike."""
    model = Autoencoder(corruption_level=0.5, optimizer="sgd", **SMALL).initialize(X)
    alike, before, after = np.repeat(X[:1], 100, axis=0), model.get_weights(), []
    for rate in (0.01, 0.01 + 1e-12):
        model.set_weights(before).set_params(learning_rate=rate).partial_fit(alike)
        after.append(next(iter(model.get_weights().values())))
    assert np.abs(after[0] - after[1]).max() > 1e-6


def test_a_warm_start_forgets_the_steps_before_it():
    def trained(is_copied):
        model = VAE(latent_dim=2, epochs=1, warm_start=True, **SMALL).partial_fit(X[:300]).fit(X)
        return weights_as_bytes((copy.copy(model) if is_copied else model).partial_fit(X[300:600]))

    assert trained(is_copied=False) == trained(is_copied=True)


@pytest.mark.parametrize("is_loaded", [False, True])
def test_layers_that_change_keep_weights_seed_and_scale(is_loaded, tmp_path):
    model = Autoencoder(epochs=1, scale=0.5, warm_start=True, hidden=(16,), random_state=3).fit(X)
    if is_loaded:
        model.save(tmp_path / "x.h5")
        model = vaelib.load(tmp_path / "x.h5").set_params(warm_start=True)
    model.partial_fit(X)
    assert model.n_iter_ == 1
    model.set_params(corruption_level=0.3, learning_rate=1e-30)
    before = model.transform(X)
    np.testing.assert_allclose(model.partial_fit(X).transform(X), before)
    assert model.n_iter_ == 0
    model.fit(X).save(tmp_path / "x.h5")
    again = vaelib.load(tmp_path / "x.h5")
    assert (again.seed_, again.random_state, again.corruption_level, again.scale) == (3, 3, 0.3, 0.5)
    with pytest.raises(ValueError, match="hidden changed since"):
        model.set_params(hidden=(5,)).partial_fit(X)


def test_batches_with_labels_and_targets():
    def batches(y):
        return ((X[part], y[part]) for part in PARTS)

    for make, y, more in (
        (Classifier, LABELS, {"classes": ["no", "yes"]}),
        (Classifier, np.eye(2)[(LABELS == "yes").astype(int)], {}),
        (Regressor, TARGETS, {}),
    ):
        whole = weights_as_bytes(make(**SMALL).partial_fit(X, y, **more))
        assert weights_as_bytes(make(**SMALL).partial_fit(batches(y), **more)) == whole
        assert weights_as_bytes(make(**SMALL).partial_fit((X[part] for part in PARTS), y, **more)) == whole
    with pytest.raises(ValueError, match="requires y"):
        Classifier(**SMALL).partial_fit((X[part] for part in PARTS), classes=["no", "yes"])


@pytest.mark.parametrize(
    ("make", "before", "after", "text"),
    [
        (Classifier, np.eye(2)[[0, 1] * 30], [0, 1] * 30, r"2 labels at once, but y has the classes \[0, 1\]"),
        (Classifier, [0, 1] * 30, np.eye(2)[[0, 1] * 30], r"the classes \[0, 1\], but y has 2 labels at once"),
        (Classifier, [0, 1] * 30, [0, 2] * 30, r"the classes \[0, 1\], but y has the classes \[0, 2\]"),
        (Regressor, X[:60, 0], X[:60, :2], "the 1 targets .*, but y has 2"),
        (Regressor, X[:60, :2], X[:60, 0], "the 2 targets .*, but y has 1"),
    ],
)
def test_a_warm_start_with_another_form_of_y(make, before, after, text):
    model = make(pretrain_epochs=0, finetune_epochs=1, warm_start=True, **SMALL).fit(X[:60], before)
    trained = weights_as_bytes(model)
    with pytest.raises(ValueError, match=f"warm_start continues with .*{text}; set warm_start=False"):
        model.fit(X[:60], after)
    assert weights_as_bytes(model) == trained
    model.set_params(warm_start=False).fit(X[:60], after)
