"""Training stacks: what is learned, what the history says, how it is stopped."""

import numpy as np
import pytest
import vaelib
from reference import optimizers, philox
from reference import stack as oracle
from reference.corruption import corrupted
from reference.gradients import central_differences
from stacks import StackPair, examples, labels_of

Autoencoder, Classifier = vaelib.StackedDenoisingAutoencoder, vaelib.StackedDenoisingClassifier
SMALL = {"hidden": (8, 5), "activation": "sigmoid", "loss": "cross_entropy", "batch_size": 20, "random_state": 0}


@pytest.fixture
def x():
    return examples(100, 6)


def test_the_history(x):
    rates = {"learning_rate": (0.1, 0.2), "finetune_learning_rate": 0.3, "schedule": "constant"}
    model = Autoencoder(epochs=(2, 3), finetune_epochs=4, **rates, **SMALL)
    history = model.fit(x, validation=x[:10]).history_
    assert list(history) == [
        *("phase", "layer", "epoch", "examples_seen", "loss", "validation_loss", "learning_rate", "seconds"),
    ]
    assert list(history["phase"]) == ["pretraining"] * 5 + ["unsupervised"] * 4
    assert list(history["layer"][:5]) == [0, 0, 1, 1, 1]
    assert list(history["epoch"]) == [1, 2, 1, 2, 3, 1, 2, 3, 4]
    np.testing.assert_allclose(history["learning_rate"], [0.1] * 2 + [0.2] * 3 + [0.3] * 4)
    assert np.isfinite(history["loss"]).all()
    assert list(np.isnan(history["validation_loss"])) == [True] * 5 + [False] * 4
    assert history["validation_loss"][-1] == pytest.approx(model.reconstruction_error(x[:10]).mean(), rel=1e-6)


def test_the_history_of_a_classifier(x):
    y = labels_of(x)
    model = Classifier(pretrain_epochs=2, finetune_epochs=3, validation_fraction=0.3, validation_split="last", **SMALL)
    model.fit(x, y)
    history = model.history_
    assert list(history["phase"]) == ["pretraining"] * 4 + ["supervised"] * 3
    assert history["validation_error"][-1] == pytest.approx(1 - model.score(x[70:], y[70:]))
    probabilities = model.predict_proba(x[70:])[np.arange(30), (y[70:] == "right").astype(int)]
    assert history["validation_loss"][-1] == pytest.approx(-np.log(probabilities).mean(), rel=1e-5)
    assert ((history["error"][4:] >= 0) & (history["error"][4:] <= 1)).all()


def test_two_epochs_step_by_step_as_the_oracle_takes_them():
    """Batches in the order of the stream, the corruption of each epoch, the penalty, the prior, the optimiser."""
    x = examples(10, 6)
    training = {"optimizer": "sgd", "learning_rate": 0.2, "momentum": 0.9, "nesterov": True, "weight_decay": 0.3,
                "gradient_clip_norm": 3.0, "schedule": "constant"}  # fmt: skip
    layers = [{"width": 5, "corruption_level": 0.5, "weight_l2": 0.1}, {"width": 4, "corruption_level": 0.5}]
    pair = StackPair(6, layers, epochs=2, batch_size=4, **training)
    model = Autoencoder(**pair.estimator.get_params()).fit(x)
    weights = {name: values.astype(np.float64) for name, values in pair.estimator.initialize(6).get_weights().items()}
    for index in (0, 1):
        trained = [name for name in weights if name.startswith(f"layers/{index}/")]
        clean = oracle.encode(weights, pair.layers, x.astype(np.float64), index - 1)
        optimizer = optimizers.Optimizer(training, sum(weights[name].size for name in trained), len(x))
        for epoch in (1, 2):
            noisy, touched = corrupted(clean, "masking", 0.5, pair.seed, epoch, layer=index)
            order = philox.shuffled(len(x), pair.seed, 1_000_000 * (index + 1) + epoch)
            for rows in (order[:4], order[4:8], order[8:]):
                batch = (clean[rows], noisy[rows], touched[rows])
                take_step(weights, trained, optimizer, lambda w, b=batch, i=index: loss_of(pair, w, i, b))
    for name, values in model.get_weights().items():
        np.testing.assert_allclose(values, weights[name], rtol=1e-4, atol=1e-5, err_msg=name)


def loss_of(pair, weights, index, batch):
    return oracle.pretraining_loss(weights, pair.layers, index, *batch)


def take_step(weights, trained, optimizer, loss):
    """Changes the trained weights by one step of the oracle's optimiser."""
    part = {name: weights[name] for name in trained}
    found = central_differences(lambda moved: loss({**weights, **moved}), part)
    flat, gradient = (np.concatenate([tensors[name].reshape(-1) for name in trained]) for tensors in (part, found))
    after, offset = optimizer.apply(flat, gradient, 0.2), 0
    for name in trained:
        size, shape = weights[name].size, weights[name].shape
        weights[name] = after[offset : offset + size].reshape(shape)
        offset += size


def test_pretraining_lowers_the_loss_of_each_layer():
    x = structured()
    history = Autoencoder(hidden=(20, 10), epochs=30, learning_rate=0.01, random_state=0).fit(x).history_
    for layer in (0, 1):
        losses = history["loss"][history["layer"] == layer]
        assert losses[-1] < 0.8 * losses[0]


def structured(rows=400):
    """Binary examples of four patterns with a fiftieth of the bits flipped."""
    random = np.random.RandomState(0)
    patterns = random.uniform(size=(4, 30)) < 0.5
    return (patterns[random.randint(4, size=rows)] ^ (random.uniform(size=(rows, 30)) < 0.02)).astype(np.float32)


def test_denoising_brings_examples_back():
    x = structured(600)
    model = Autoencoder(hidden=(20,), corruption_level=0.3, epochs=60, learning_rate=0.01, random_state=0).fit(x)
    noisy = model.corrupt(x, random_state=1)
    assert np.abs(model.denoise(noisy) - x).mean() < 0.7 * np.abs(noisy - x).mean()


def test_unsupervised_fine_tuning_lowers_the_whole_stacks_error():
    x = structured()
    options = {"hidden": (20, 4), "epochs": 10, "learning_rate": 0.01, "random_state": 0}
    before = Autoencoder(**options).fit(x).score(x)
    assert Autoencoder(finetune_epochs=20, **options).fit(x).score(x) > before + 1


def test_a_sparse_code_is_sparse():
    options = {"hidden": (30,), "loss": "cross_entropy", "epochs": 60, "learning_rate": 0.01, "random_state": 0}
    options |= {"schedule": "constant", "corruption_level": 0.25}
    x = structured()
    codes = Autoencoder(sparsity_weight=3.0, sparsity_target=0.1, **options).fit(x).transform(x)
    assert abs(codes.mean() - 0.1) < 0.04
    assert abs(Autoencoder(**options).fit(x).transform(x).mean() - 0.1) > 0.15


def test_layers_of_their_own_epochs_and_rates_equal_one_for_all(x):
    one = Autoencoder(epochs=2, learning_rate=0.01, corruption_level=0.5, **SMALL).fit(x)
    each = Autoencoder(epochs=(2, 2), learning_rate=[0.01, 0.01], corruption_level=np.array([0.5, 0.5]), **SMALL).fit(x)
    for name, values in one.get_weights().items():
        np.testing.assert_array_equal(values, each.get_weights()[name])


def test_no_pretraining_and_no_training_at_all(x):
    fresh = Autoencoder(**SMALL).initialize(6).get_weights()
    untrained = Autoencoder(epochs=0, **SMALL).fit(x)
    for name, values in fresh.items():
        np.testing.assert_array_equal(untrained.get_weights()[name], values)
    assert len(untrained.history_["epoch"]) == 0
    model = Classifier(pretrain_epochs=0, finetune_epochs=1, **SMALL).fit(x, labels_of(x))
    assert list(model.history_["phase"]) == ["supervised"]


def test_the_parameters_of_fine_tuning(x):
    shared = {**SMALL, "epochs": 0, "finetune_epochs": 2}
    own = Autoencoder(finetune_batch_size=10, finetune_optimizer="sgd", finetune_learning_rate=0.3,
                      finetune_momentum=0.5, finetune_schedule="exponential", finetune_weight_decay=0.2,
                      **shared).fit(x)  # fmt: skip
    same = Autoencoder(**{**shared, "batch_size": 10}, optimizer="sgd", learning_rate=0.3, momentum=0.5,
                       schedule="exponential", weight_decay=0.2).fit(x)  # fmt: skip
    for name, values in own.get_weights().items():
        np.testing.assert_array_equal(values, same.get_weights()[name])


def test_patience_returns_to_the_best_weights(x):
    y = np.random.RandomState(0).randint(2, size=100)
    model = Classifier(
        pretrain_epochs=0,
        finetune_epochs=400,
        patience=4,
        learning_rate=0.02,
        validation_fraction=0.3,
        validation_split="last",
        monitor="error",
        **SMALL,
    ).fit(x, y)
    errors = model.history_["validation_error"]
    best = int(np.argmin(errors))
    assert len(errors) == best + 5 < 400
    assert 1 - model.score(x[70:], y[70:]) == pytest.approx(errors[best])


def test_patience_without_labels(x):
    random = np.random.RandomState(1).uniform(size=(20, 6))
    model = Autoencoder(epochs=0, finetune_epochs=500, patience=3, learning_rate=0.05, **SMALL)
    model.fit(x[:20], validation=random)
    losses = model.history_["validation_loss"]
    assert len(losses) == np.argmin(losses) + 4 < 500
    assert -model.score(random) == pytest.approx(losses.min(), rel=1e-6)


def test_progress_and_its_lines(x, capsys):
    seen = []
    model = Classifier(pretrain_epochs=2, finetune_epochs=1, validation_fraction=0.2, verbose=1, **SMALL)
    model.fit(x, labels_of(x), callbacks=seen.append)
    ended = [progress for progress in seen if progress.kind == "epoch"]
    assert [(p.phase, p.layer, p.epoch, p.epochs) for p in ended] == [
        *(("pretraining", layer, epoch, 2) for layer in (0, 1) for epoch in (1, 2)),
        ("supervised", 0, 1, 1),
    ]
    # Pretraining, which sees no labels, has the examples that are held out of fine-tuning.
    assert [p.examples for p in ended] == [p.examples_per_epoch for p in ended] == [100] * 4 + [80]
    np.testing.assert_array_equal([p.metrics["loss"] for p in ended], model.history_["loss"])
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 5
    assert lines[0].startswith("layer 0")
    assert "nan" not in "".join(lines)
    assert lines[4].count("error") == 2


def test_a_callback_stops_pretraining_and_what_follows(x):
    model = Classifier(pretrain_epochs=50, **SMALL).fit(x, labels_of(x), callbacks=lambda p: p.epoch == 3)
    assert set(model.history_["phase"]) == {"pretraining"}
    assert len(model.history_["epoch"]) < 4
    assert model.transform(x).shape == (100, 5)
    with pytest.raises(vaelib.InvalidArgument, match="fine-tune"):
        model.predict(x)


def test_divergence_names_the_place_and_keeps_good_weights(x):
    model = Autoencoder(hidden=(8, 5), loss="squared_error", activation="relu", optimizer="sgd",
                        learning_rate=(0.01, 1e9), epochs=30, batch_size=20, random_state=0)  # fmt: skip
    with pytest.raises(vaelib.NumericalError, match="layer 1"):
        model.fit(x)
    assert np.isfinite(model.transform(x)).all()
    assert set(model.history_["layer"]) >= {0}
