"""The library's gradients of stacks, option by option, against finite differences of the oracle's losses."""

import numpy as np
import pytest
import vaelib
from reference import corruption, gradients, stack
from reference.activations import ACTIVATIONS
from stacks import StackPair, examples

BATCH, DATA_DIM = 7, 6
REAL = {"loss": "squared_error"}

LAYERS = {
    "plain": {"corruption_level": 0.0},
    "masking": {"corruption_level": 0.3},
    "masking of everything": {"corruption_level": 1.0},
    "independent masking": {"corruption": "independent_masking", "corruption_level": 0.4},
    "gaussian": {"corruption": "gaussian", "corruption_level": 0.5},
    "salt and pepper": {"corruption": "salt_and_pepper", "corruption_level": 0.5},
    "salt and pepper, other values": {
        "corruption": "salt_and_pepper",
        "corruption_level": 0.5,
        "corruption_low": -1.5,
        "corruption_high": 2.5,
    },
    "double emphasis": {"corruption_level": 0.4, "corrupted_weight": 1.0, "untouched_weight": 0.5},
    "full emphasis": {"corruption_level": 0.4, "corrupted_weight": 1.0, "untouched_weight": 0.0},
    "emphasis, salt and pepper": {
        "corruption": "salt_and_pepper",
        "corruption_level": 0.5,
        "corrupted_weight": 2.0,
        "untouched_weight": 0.25,
    },
    "weight of gaussian": {"corruption": "gaussian", "corrupted_weight": 3.0, "untouched_weight": 3.0},
    "weight of no noise": {"corruption_level": 0.0, "corrupted_weight": 3.0, "untouched_weight": 0.5},
    "l1": {"weight_l1": 0.2},
    "l2": {"weight_l2": 0.3},
    "l1 and l2": {"weight_l1": 0.1, "weight_l2": 0.3},
    "sparsity": {"sparsity_weight": 0.7, "sparsity_target": 0.1},
    "contraction": {"contraction_weight": 0.4},
    "contraction without noise": {"contraction_weight": 0.4, "corruption_level": 0.0},
    "everything": {
        "corruption": "salt_and_pepper",
        "corruption_level": 0.5,
        "corrupted_weight": 1.5,
        "untouched_weight": 0.5,
        "weight_l1": 0.05,
        "weight_l2": 0.1,
        "sparsity_weight": 0.2,
        "sparsity_target": 0.2,
        "contraction_weight": 0.3,
    },
    "squared error": {**REAL, "corruption": "gaussian", "corruption_level": 0.3},
    "squared error, emphasis": {**REAL, "corruption_level": 0.5, "corrupted_weight": 2.0, "untouched_weight": 0.5},
    **{f"{name}": {**REAL, "activation": name, "corruption_level": 0.3} for name in ACTIVATIONS},
    **{
        f"contraction of {name}": {**REAL, "activation": name, "contraction_weight": 0.2}
        for name in ACTIVATIONS
        if name not in ("relu", "leaky_relu")
    },
    "contraction of relu": {**REAL, "activation": "relu", "contraction_weight": 0.2},
    "contraction of leaky_relu": {**REAL, "activation": "leaky_relu", "contraction_weight": 0.2},
}


def compare(trainer, result, loss, expected, trained):
    """Values to 1e-5; no gradient where the phase trains nothing."""
    norm = np.sqrt(sum((expected[name] ** 2).sum() for name in trained))
    assert result["loss"] == pytest.approx(loss, rel=1e-5)
    assert result["gradient_norm"] == pytest.approx(norm, rel=1e-5)
    for name, gradient in trainer.named_gradients.items():
        if name in trained:
            np.testing.assert_allclose(gradient, expected[name], rtol=1e-4, atol=2e-6 * norm, err_msg=name)
        else:
            np.testing.assert_array_equal(gradient, 0, err_msg=name)


def after_steps(trainer, steps, x, labels=None):
    """A gradient computation after so many steps that change nothing but the noise."""
    for _ in range(steps):
        trainer.compute_gradients(x, labels)
        trainer.gradients[:] = 0
        trainer.apply_gradients()
    return trainer.compute_gradients(x, labels)


#: Weights of a batch's rows; none are the same as 1 for each.
ROW_WEIGHTS = {"alike": None, "weighted": np.array([0.5, 2, 0, 1, 3, 0.25, 1.5], dtype=np.float32)}
with_row_weights = pytest.mark.parametrize("row_weights", ROW_WEIGHTS.values(), ids=list(ROW_WEIGHTS))


def weighing(x, row_weights, labels=None):
    """A batch, and what the oracle multiplies its rows' losses by."""
    if row_weights is None:
        return x if labels is None else vaelib.Dataset(x, labels), 1.0
    return vaelib.Dataset(x, labels).reweight(row_weights), row_weights.astype(np.float64)


def check_pretraining(pair, index, x, steps_before=0, row_weights=None):
    options = pair.estimator.get_params()
    noise = {name: options[f"corruption_{name}"] for name in ("level", "low", "high")}
    noise["kind"] = options["corruption"]
    own = {name: value[index] if isinstance(value, list) else value for name, value in noise.items()}
    trainer = pair.trainer(len(x), layer=index)
    batch, factors = weighing(x, row_weights)
    result = after_steps(trainer, steps_before, batch)
    clean = stack.encode(pair.weights, pair.layers, x.astype(np.float64), index - 1)
    noisy, touched = corruption.corrupted(clean, seed=pair.seed, epoch=steps_before, layer=index, **own)

    def loss(weights):
        return stack.pretraining_loss(weights, pair.layers, index, clean, noisy, touched, factors)

    trained = {name: values for name, values in pair.weights.items() if name.startswith(f"layers/{index}/")}
    expected = gradients.central_differences(lambda moved: loss({**pair.weights, **moved}), trained)
    compare(trainer, result, loss(pair.weights), expected, trained)


@with_row_weights
@pytest.mark.parametrize("tied", [True, False], ids=["tied", "untied"])
@pytest.mark.parametrize("options", LAYERS.values(), ids=list(LAYERS))
def test_pretraining(options, tied, row_weights):
    pair = StackPair(DATA_DIM, [{"width": 5, "tied": tied, **options}])
    x = examples(BATCH, DATA_DIM, real=options.get("loss") == "squared_error")
    check_pretraining(pair, 0, x, row_weights=row_weights)


@pytest.mark.parametrize("index", [0, 1, 2])
def test_pretraining_layer_by_layer(index):
    layers = [
        {"width": 5, "corruption_level": 0.3, "tied": False},
        {"width": 4, "corruption": "salt_and_pepper", "corruption_level": 0.5, "sparsity_weight": 0.3},
        {"width": 6, "corruption": "gaussian", "corruption_level": 0.2, "weight_l2": 0.1, **REAL},
    ]
    check_pretraining(StackPair(DATA_DIM, layers), index, examples(BATCH, DATA_DIM), steps_before=2)


@pytest.mark.parametrize("kind", ["masking", "independent_masking", "gaussian", "salt_and_pepper"])
def test_each_step_draws_noise_of_its_own(kind):
    pair = StackPair(DATA_DIM, [{"width": 4, "corruption": kind, "corruption_level": 0.5}])
    for steps in (1, 4):
        check_pretraining(pair, 0, examples(BATCH, DATA_DIM), steps_before=steps)


def test_mean_activations_at_their_limits():
    """Units that are always off or always on: the sparsity penalty and its gradient stay finite."""
    pair = StackPair(DATA_DIM, [{"width": 4, "sparsity_weight": 1.0}])
    bias = np.array([-60.0, 60.0, 0.0, -3.0])
    pair.weights["layers/0/bias"] = bias
    pair.estimator.set_weights({"layers/0/bias": bias}, strict=False)
    check_pretraining(pair, 0, examples(BATCH, DATA_DIM))


DEEP = {
    "one layer": [{"width": 5}],
    "three layers": [{"width": 5}, {"width": 4, "tied": False}, {"width": 6}],
    "relu": [{"width": 5, "activation": "relu", **REAL}, {"width": 4, "activation": "relu", **REAL}],
    "tanh below sigmoid": [{"width": 5, "activation": "tanh"}, {"width": 4, **REAL}],
    "penalties, which do not count here": [
        {"width": 5, "weight_l1": 1.0, "sparsity_weight": 1.0, "contraction_weight": 1.0, "untouched_weight": 0.0}
    ],
}


@with_row_weights
@pytest.mark.parametrize("dropout", [0.0, 0.4])
@pytest.mark.parametrize("layers", DEEP.values(), ids=list(DEEP))
def test_supervised_fine_tuning(layers, dropout, row_weights):
    pair = StackPair(DATA_DIM, layers, vaelib.StackedDenoisingClassifier, dropout=dropout)
    x, labels = examples(BATCH, DATA_DIM), np.array([0, 2, 1, 1, 0, 2, 2])
    batch, weighed = weighing(x, row_weights, labels)
    trainer = pair.trainer(BATCH, phase="supervised", classes=3)
    for steps in (0, 2):
        result = after_steps(trainer, steps, batch)
        total = 0 if steps == 0 else 2
        widths = [layer.width for layer in pair.layers]
        factors = corruption.dropout_factors(pair.seed, total, BATCH, widths, dropout)

        def loss(weights, factors=factors):
            return stack.supervised_loss(weights, pair.layers, x.astype(np.float64), labels, factors, weighed)

        trained = {name: values for name, values in pair.weights.items() if "decoder" not in name}
        expected = gradients.central_differences(loss, trained)
        compare(trainer, result, loss(pair.weights), expected, trained)


def is_trained(name):
    """Whether fine-tuning with labels or targets changes the tensor."""
    return "decoder" not in name and "standardization" not in name


@with_row_weights
@pytest.mark.parametrize("dropout", [0.0, 0.4])
@pytest.mark.parametrize("outputs", [1, 3, "3 with gaps"])
@pytest.mark.parametrize("head", ["gaussian", "sigmoid"])
@pytest.mark.parametrize("layers", DEEP.values(), ids=list(DEEP))
def test_fine_tuning_with_targets(layers, head, outputs, dropout, row_weights):
    kind = vaelib.StackedDenoisingRegressor if head == "gaussian" else vaelib.StackedDenoisingClassifier
    pair = StackPair(DATA_DIM, layers, kind, dropout=dropout)
    x, random = examples(BATCH, DATA_DIM), np.random.RandomState(7)
    batch, weighed = weighing(x, row_weights)
    has_gaps, outputs = outputs == "3 with gaps", int(str(outputs)[0])
    trainer = pair.trainer(BATCH, phase="supervised", outputs=outputs)
    if head == "gaussian":
        targets = random.normal(3, 2, size=(BATCH, outputs)).astype(np.float32)
        moments = {"mean": np.linspace(1, 4, outputs), "deviation": np.linspace(2, 0.5, outputs)}
        pair.weights |= {f"regressor/standardization/{name}": values for name, values in moments.items()}
        pair.estimator.set_weights(pair.weights)
        loss_of, squares = stack.regression_loss, True
    else:
        targets = (random.uniform(size=(BATCH, outputs)) < 0.5).astype(np.float32)
        loss_of, squares = stack.multilabel_loss, False
    if has_gaps:
        targets[np.arange(BATCH), np.arange(BATCH) % 3] = np.nan
        targets[::2, 0] = np.nan
        targets[0] = [np.nan, 1, np.nan]
    missing = np.isnan(targets)
    for steps in (0, 2):
        result = after_steps(trainer, steps, batch, targets)
        widths = [layer.width for layer in pair.layers]
        factors = corruption.dropout_factors(pair.seed, steps, BATCH, widths, dropout)

        def loss(weights, factors=factors):
            return loss_of(weights, pair.layers, x.astype(np.float64), targets.astype(np.float64), factors, weighed)

        trained = {name: values for name, values in pair.weights.items() if is_trained(name)}
        expected = gradients.central_differences(lambda moved, loss=loss: loss({**pair.weights, **moved}), trained)
        compare(trainer, result, loss(pair.weights), expected, trained)
        x64, head = x.astype(np.float64), "regressor" if squares else "multilabel"
        outputs_of_rows = stack.head_outputs(pair.weights, pair.layers, x64, factors, head)
        if squares:
            distances = (targets - moments["mean"]) / moments["deviation"] - outputs_of_rows
            error = (weighed * np.nanmean(distances**2, axis=1)).mean()
        else:
            error = (weighed * (((outputs_of_rows > 0) != targets) & ~missing).any(axis=1)).mean()
        assert result["error"] == pytest.approx(error, rel=1e-6)


@with_row_weights
@pytest.mark.parametrize("layers", DEEP.values(), ids=list(DEEP))
def test_unsupervised_fine_tuning(layers, row_weights):
    pair = StackPair(DATA_DIM, layers)
    x = examples(BATCH, DATA_DIM)
    batch, weighed = weighing(x, row_weights)
    trainer = pair.trainer(BATCH, phase="unsupervised")

    def loss(weights):
        return stack.unsupervised_loss(weights, pair.layers, x.astype(np.float64), weighed)

    expected = gradients.central_differences(loss, pair.weights)
    compare(trainer, trainer.compute_gradients(batch), loss(pair.weights), expected, pair.weights)


@pytest.mark.slow
def test_a_wide_layer():
    """The blocked paths of the kernels: widths that are no multiples of anything, directional derivatives."""
    layer = {"width": 131, "corruption_level": 0.25, "sparsity_weight": 0.01, "contraction_weight": 0.01}
    pair = StackPair(389, [layer])
    pair.randomise(0.05)
    x = examples(67, 389)
    trainer = pair.trainer(67)
    trainer.compute_gradients(x)
    noisy, touched = corruption.corrupted(x.astype(np.float64), "masking", 0.25, pair.seed, 0)
    random = np.random.RandomState(0)
    for _ in range(5):
        direction = {name: random.normal(size=values.shape) for name, values in pair.weights.items()}

        def along(step, direction=direction):
            moved = {name: values + step * direction[name] for name, values in pair.weights.items()}
            return stack.pretraining_loss(moved, pair.layers, 0, x.astype(np.float64), noisy, touched)

        expected = (along(1e-6) - along(-1e-6)) / 2e-6
        found = sum((trainer.named_gradients[name] * direction[name]).sum() for name in direction)
        scale = np.linalg.norm(trainer.gradients)
        assert abs(found - expected) < 1e-4 * scale
