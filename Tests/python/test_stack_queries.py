"""What a stack answers, against the oracle."""

import os

import numpy as np
import pytest
import vaelib
from reference import stack
from stacks import StackPair, examples

STACKS = {
    "one layer": [{"width": 5}],
    "three layers": [{"width": 5}, {"width": 4, "tied": False}, {"width": 6}],
    "real data": [{"width": 5, "loss": "squared_error"}, {"width": 3}],
    "relu": [
        {"width": 5, "activation": "relu", "loss": "squared_error"},
        {"width": 3, "activation": "tanh", "loss": "squared_error", "tied": False},
    ],
    "wide": [{"width": 37}, {"width": 65}],
}


@pytest.fixture(params=STACKS.values(), ids=list(STACKS))
def pair(request):
    return StackPair(8, request.param)


def close(found, expected):
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-5)


def test_codes_reconstructions_and_their_errors(pair):
    x = examples(33, 8)
    wide = x.astype(np.float64)
    for layer in range(len(pair.layers)):
        code = stack.encode(pair.weights, pair.layers, wide, layer)
        close(pair.estimator.transform(x, layer), code)
        expected = stack.reconstruct(pair.weights, pair.layers, wide, layer)
        close(pair.estimator.reconstruct(x, layer), expected)
        np.testing.assert_array_equal(pair.estimator.denoise(x, layer), pair.estimator.reconstruct(x, layer))
        close(pair.estimator.inverse_transform(code.astype(np.float32), layer), expected)
        errors = stack.reconstruction_error(pair.weights, pair.layers, wide, layer)
        np.testing.assert_allclose(pair.estimator.reconstruction_error(x, layer), errors, rtol=1e-5)
        close(pair.estimator.filters(layer), stack.filters(pair.weights, layer))
    assert pair.estimator.score(x) == pytest.approx(-errors.mean(), rel=1e-5)


def test_layers_count_from_the_top_too(pair):
    x, top = examples(3, 8), len(pair.layers) - 1
    for query in (pair.estimator.transform, pair.estimator.reconstruct, pair.estimator.reconstruction_error):
        np.testing.assert_array_equal(query(x), query(x, top))
        np.testing.assert_array_equal(query(x, -1 - top), query(x, 0))
    np.testing.assert_array_equal(pair.estimator.filters(-1), pair.estimator.filters(top))


def test_layers_that_are_not_there(pair, tmp_path):
    x, layers = examples(3, 8), len(pair.layers)
    for layer in (layers, -layers - 1, 2**64):
        for query in (pair.estimator.transform, pair.estimator.reconstruct, pair.estimator.corrupt):
            with pytest.raises(IndexError, match=f"{layers} layers"):
                query(x, layer)
        with pytest.raises(IndexError):
            pair.estimator.filters(layer)
        with pytest.raises(IndexError):
            pair.trainer(3, layer=layer)
        for query in (pair.estimator.transform_to_file, pair.estimator.reconstruct_to_file):
            with pytest.raises(IndexError, match=f"{layers} layers"):
                query(x, tmp_path / "none.h5", layer=layer)
    assert os.listdir(tmp_path) == []
    with pytest.raises(TypeError):
        pair.estimator.transform(x, 0.5)


@pytest.mark.parametrize("name", ["one layer", "three layers", "real data", "wide"])
def test_samples_from_the_top_down(name):
    pair = StackPair(8, STACKS[name])
    x = examples(40, 8)
    expected = stack.sample(pair.weights, pair.layers, x.astype(np.float64), seed=9)
    close(pair.estimator.sample(x, random_state=9), expected)
    data = vaelib.Dataset(x)
    close(pair.estimator.sample(data[10:20], random_state=9), expected[10:20])


def test_class_probabilities():
    pair = StackPair(8, STACKS["three layers"], vaelib.StackedDenoisingClassifier)
    pair.trainer(10, phase="supervised", classes=4)
    x = examples(50, 8)
    expected = stack.probabilities(pair.weights, pair.layers, x.astype(np.float64))
    found = pair.estimator.predict_proba(x)
    close(found, expected)
    np.testing.assert_allclose(found.sum(axis=1), 1, rtol=1e-6)
    np.testing.assert_array_equal(pair.estimator.predict(x), expected.argmax(axis=1))


def test_probabilities_of_extreme_logits():
    pair = StackPair(2, [{"width": 2}], vaelib.StackedDenoisingClassifier)
    pair.trainer(1, phase="supervised", classes=2)
    pair.estimator.set_weights({"classifier/bias": [1e6, -1e6]}, strict=False)
    np.testing.assert_array_equal(pair.estimator.predict_proba(np.zeros((3, 2))), [[1, 0]] * 3)


def test_an_outlier_is_reconstructed_badly():
    random = np.random.RandomState(0)
    x = np.repeat(random.uniform(size=(400, 1)), 10, axis=1)
    model = vaelib.StackedDenoisingAutoencoder(
        hidden=(8,), loss="squared_error", corruption_level=0.1, epochs=60, learning_rate=0.01, batch_size=20,
        random_state=0,
    ).fit(x)  # fmt: skip
    usual = model.reconstruction_error(x)
    unusual = model.reconstruction_error(random.uniform(size=(400, 10)))
    assert (unusual > usual).mean() > 0.95


def test_data_that_do_not_fit(pair):
    for query in (pair.estimator.transform, pair.estimator.reconstruct, pair.estimator.reconstruction_error):
        with pytest.raises(ValueError, match="7 features"):
            query(examples(3, 7))
        bad = examples(3, 8)
        bad[1, 2] = np.nan
        with pytest.raises(vaelib.DataError, match="row 1"):
            query(bad)
    with pytest.raises(vaelib.DataError, match="9"):
        pair.estimator.inverse_transform(np.zeros((2, 9)), 0)
