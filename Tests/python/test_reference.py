"""The oracle itself: known answers, and back-propagation against finite differences."""

import itertools

import numpy as np
import pytest
from reference import gradients, philox, vae
from reference.activations import ACTIVATIONS


@pytest.mark.parametrize(
    ("counter", "key", "expected"),
    [
        ([0] * 4, (0, 0), [0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8]),
        ([0xFFFFFFFF] * 4, (0xFFFFFFFF, 0xFFFFFFFF), [0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD]),
        (
            [0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344],
            (0xA4093822, 0x299F31D0),
            [0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1],
        ),
    ],
)
def test_philox_gives_the_known_answers_of_random123(counter, key, expected):
    assert philox.philox(counter, key).tolist() == expected


def test_uniforms_and_normals_have_their_distributions():
    uniforms = philox.uniforms(3, philox.TRAINING_NOISE, 1, 2, 200_000)
    assert uniforms.min() >= 0
    assert uniforms.max() < 1
    assert abs(uniforms.mean() - 0.5) < 4 * np.sqrt(1 / 12 / 200_000)
    normals = philox.normals(3, philox.TRAINING_NOISE, 1, 2, 200_000)
    assert abs(normals.mean()) < 4 / np.sqrt(200_000)
    assert abs(normals.var() - 1) < 4 * np.sqrt(2 / 200_000)
    assert abs((normals**4).mean() - 3) < 4 * np.sqrt(96 / 200_000)


def test_streams_of_another_purpose_epoch_example_or_seed_differ():
    streams = [
        philox.blocks(seed, purpose, epoch, example, 4).tobytes()
        for seed, purpose, epoch, example in itertools.product((1, 1 + 2**32), (3, 4), (0, 1), (0, 1, 2**32))
    ]
    assert len(set(streams)) == len(streams)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_derivatives_of_activations(name):
    value, derivative = ACTIVATIONS[name]
    a = np.linspace(-6, 6, 97) + 0.0123
    differences = (value(a + 1e-6) - value(a - 1e-6)) / 2e-6
    np.testing.assert_allclose(derivative(a), differences, atol=1e-8)


@pytest.mark.parametrize("estimator", ["analytic", "monte_carlo"])
@pytest.mark.parametrize(
    "options",
    [
        {"hidden": ()},
        {"hidden": (4, 3), "decoder_hidden": (6,), "activation": "gelu"},
        {"likelihood": "gaussian", "noise_stddev": 0.7, "standardize": False},
        {"likelihood": "gaussian", "variance": "learned", "mean_activation": "sigmoid"},
        {"likelihood": "gaussian", "variance": "predicted", "activation": "softplus"},
        {"likelihood": "student_t", "variance": "learned"},
        {"likelihood": "student_t", "variance": "predicted", "degrees_of_freedom": 3},
        {"likelihood": "laplace", "variance": "learned", "mean_activation": "sigmoid"},
    ],
)
def test_backward_agrees_with_central_differences(options, estimator):
    defaults = {
        **{"hidden": (5,), "decoder_hidden": None, "activation": "tanh", "likelihood": "bernoulli"},
        **{"variance": "fixed", "mean_activation": "identity", "noise_stddev": 1.0, "stddev_floor": 0.1},
        **{"standardize": True, "degrees_of_freedom": "auto", "missing": "refuse"},
        **{"count_mean": "column", "standardize_by": "moments"},
    }
    architecture = vae.Architecture(data_dim=5, latent_dim=2, **{**defaults, **options})
    random = np.random.RandomState(0)
    weights = {name: random.normal(scale=0.5, size=shape) for name, shape in architecture.shapes().items()}
    if architecture.standardizes:
        for name in ("deviation", "floor"):
            weights[f"standardization/{name}"] = random.uniform(0.5, 2, size=5)
    x = random.uniform(size=(4, 5))
    noise = random.normal(size=(3, 4, 2))
    by_hand = gradients.backward(weights, architecture, x, noise, estimator, kl_weight=0.6)
    differences = gradients.central_differences(
        lambda moved: vae.loss(moved, architecture, x, noise, estimator, kl_weight=0.6), weights
    )
    for name in weights:
        np.testing.assert_allclose(by_hand[name], differences[name], rtol=1e-6, atol=1e-9)
