"""Trainers of stacks: loops of one's own."""

import numpy as np
import pytest
import vaelib
from stacks import examples, labels_of

Autoencoder, Classifier = vaelib.StackedDenoisingAutoencoder, vaelib.StackedDenoisingClassifier


@pytest.fixture
def x():
    return examples(40, 6)


def test_a_loop_of_ones_own_pretrains_and_fine_tunes(x):
    y = (labels_of(x) == "right").astype(int)
    options = {"loss": "cross_entropy", "activation": "sigmoid", "dropout": 0.0, "schedule": "constant"}
    model = Classifier(hidden=(12, 8), learning_rate=0.02, random_state=0, **options).initialize(6)
    for layer in (0, 1):
        trainer = vaelib.Trainer(model, len(x), layer=layer)
        losses = [trainer.step(x)["loss"] for _ in range(100)]
        assert np.mean(losses[-10:]) < np.mean(losses[:10])
    trainer = vaelib.Trainer(model, len(x), phase="supervised", classes=2)
    for _ in range(300):
        result = trainer.step(x, y)
    assert result["loss"] < 0.2
    assert list(result) == ["loss", "error", "learning_rate", "gradient_norm"]
    before_the_step = trainer.compute_gradients(x, y)
    assert before_the_step["error"] == pytest.approx((model.predict(x) != y).mean())
    assert (model.predict(x) == y).mean() > 0.9


def test_labels_of_a_dataset(x):
    y = (labels_of(x) == "right").astype(int)
    model = Classifier(hidden=(12,), loss="cross_entropy", random_state=0).initialize(6)
    trainer = vaelib.Trainer(model, len(x), phase="supervised", classes=2)
    assert trainer.compute_gradients(vaelib.Dataset(x, y))["loss"] == trainer.compute_gradients(x, y)["loss"]
    with pytest.raises(vaelib.InvalidArgument, match="label"):
        trainer.step(x)
    with pytest.raises(vaelib.DataError, match="label 2"):
        trainer.step(x, y * 2)
    with pytest.raises(vaelib.InvalidArgument, match="labels are 39"):
        trainer.step(x, y[1:])


def test_a_trainer_outlives_the_classifier_that_comes_after_it(x):
    """Adding the classifier makes room for it; an older trainer's parameters stay those of the stack, or it says no."""
    model = Classifier(hidden=(5,), loss="cross_entropy", random_state=0).initialize(6)
    pretraining = vaelib.Trainer(model, len(x))
    pretraining.step(x)
    vaelib.Trainer(model, len(x), phase="supervised", classes=2)
    before = model.get_weights()["layers/0/weight"]
    try:
        pretraining.step(x)
    except vaelib.VaelibError:
        return
    assert not np.array_equal(model.get_weights()["layers/0/weight"], before)
    pretraining.parameters[:] = 0.25
    np.testing.assert_array_equal(model.get_weights()["layers/0/weight"], np.full((6, 5), 0.25))


def test_each_layer_has_its_own_rate(x):
    model = Autoencoder(hidden=(5, 3), loss="cross_entropy", learning_rate=(0.25, 0.5), random_state=0).initialize(6)
    for layer, rate in ((0, 0.25), (1, 0.5)):
        assert vaelib.Trainer(model, len(x), layer=layer).step(x)["learning_rate"] == rate


def test_phases_that_are_none(x):
    model = Autoencoder(hidden=(5,), loss="cross_entropy", random_state=0).initialize(6)
    with pytest.raises(ValueError, match="pretraining, supervised, unsupervised"):
        vaelib.Trainer(model, 10, phase="training")
    with pytest.raises(ValueError, match="classes"):
        vaelib.Trainer(model, 10, phase="supervised")
    vaelib.Trainer(model, 10, phase="supervised", classes=3)
    with pytest.raises(ValueError, match="head of 2 outputs was asked for, but the stack has a softmax head of 3"):
        vaelib.Trainer(model, 10, phase="supervised", classes=2)


def test_gradient_of_dropout_is_that_of_fit(x):
    """A trainer with all rows in one batch, step by step, is a fit with the noise of steps for that of epochs."""
    y = (labels_of(x) == "right").astype(int)
    options = {"hidden": (5,), "dropout": 0.5, "batch_size": 40, "random_state": 3, "pretrain_epochs": 0}
    options["loss"] = "cross_entropy"
    fitted = Classifier(finetune_epochs=1, **options).fit(x, y)
    model = Classifier(**options).initialize(6)
    trainer = vaelib.Trainer(model, len(x), phase="supervised", classes=2)
    trainer.compute_gradients(x, y)
    trainer.gradients[:] = 0
    weights = trainer.parameters.copy()
    trainer.apply_gradients()
    trainer.parameters[:] = weights
    result = trainer.compute_gradients(x, y)
    assert result["loss"] == pytest.approx(fitted.history_["loss"][0], rel=1e-5)
