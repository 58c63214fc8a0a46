"""Corruption: exact counts, uniform choice, fresh noise at each epoch, the same for any number of threads."""

import math

import numpy as np
import pytest
import vaelib
from reference import corruption, stack
from stacks import StackPair, examples

KINDS = ("masking", "independent_masking", "gaussian", "salt_and_pepper")


def stack_with(kind, level, width=40, layers=1, **options):
    hidden = (7,) * layers
    options = {"loss": "squared_error", "standardize": False, **options}
    return vaelib.StackedDenoisingAutoencoder(
        hidden=hidden, corruption=kind, corruption_level=level, random_state=0, **options
    ).initialize(width)


def interval(probability, count):
    """Five standard deviations of a mean of ``count`` draws."""
    return 5 * math.sqrt(probability * (1 - probability) / count)


@pytest.mark.parametrize("level", [0.0, 0.01, 0.0125, 0.1, 0.25, 0.5, 0.999, 1.0])
@pytest.mark.parametrize("kind", ["masking", "salt_and_pepper"])
def test_exactly_the_proportion_is_corrupted(kind, level):
    x = np.full((500, 40), 0.5, dtype=np.float32)
    changed = stack_with(kind, level).corrupt(x, random_state=3) != x
    assert set(changed.sum(axis=1)) == {max(1 if level > 0 else 0, math.floor(level * 40 + 0.5))}


@pytest.mark.parametrize("kind", ["masking", "salt_and_pepper", "independent_masking"])
def test_each_component_is_chosen_equally_often(kind):
    x = np.full((20000, 40), 0.5, dtype=np.float32)
    changed = stack_with(kind, 0.25).corrupt(x, random_state=1) != x
    assert np.abs(changed.mean(axis=0) - 0.25).max() < interval(0.25, 20000)
    both = (changed[:, :, np.newaxis] & changed[:, np.newaxis, :]).mean(axis=0)
    pairs = both[~np.eye(40, dtype=bool)]
    expected = 0.25**2 if kind == "independent_masking" else 10 * 9 / (40 * 39)
    assert np.abs(pairs - expected).max() < interval(expected, 20000)


def test_independent_masking_has_a_binomial_count():
    x = np.ones((20000, 40), dtype=np.float32)
    counts = (stack_with("independent_masking", 0.3).corrupt(x, random_state=1) == 0).sum(axis=1)
    assert abs(counts.mean() - 12) < 5 * math.sqrt(40 * 0.3 * 0.7 / 20000)
    assert counts.var() == pytest.approx(40 * 0.3 * 0.7, rel=0.1)


def test_gaussian_noise_has_its_standard_deviation():
    x = examples(5000, 40)
    noise = stack_with("gaussian", 0.3).corrupt(x, random_state=1) - x
    assert abs(noise.mean()) < 5 * 0.3 / math.sqrt(noise.size)
    assert noise.std() == pytest.approx(0.3, rel=0.01)
    assert abs(np.corrcoef(noise[:, 0], noise[:, 1])[0, 1]) < 5 / math.sqrt(5000)


def test_salt_and_pepper_are_a_fair_coin():
    x = np.full((5000, 40), 0.5, dtype=np.float32)
    noisy = stack_with("salt_and_pepper", 0.5, corruption_low=-1.0, corruption_high=3.0).corrupt(x, random_state=1)
    assert set(np.unique(noisy)) == {-1.0, 0.5, 3.0}
    assert abs((noisy[noisy != 0.5] == 3.0).mean() - 0.5) < interval(0.5, 100_000)


def test_salt_and_pepper_can_be_the_minimum_and_maximum_of_the_data():
    x = examples(2000, 40) * 7 - 2
    model = stack_with("salt_and_pepper", 0.5, layers=2, corruption_range="data", loss="squared_error")
    for layer, clean in enumerate((x, model.transform(x, layer=0))):
        noisy = model.corrupt(x, layer, random_state=1)
        changed = noisy != clean
        assert set(np.unique(noisy[changed])) == {clean.min(), clean.max()}
        assert abs((noisy[changed] == clean.max()).mean() - 0.5) < interval(0.5, int(changed.sum()))


def test_pretraining_takes_the_minimum_and_maximum_of_each_layers_inputs():
    """The same bits as with these numbers given."""
    x = examples(1200, 12) * 3 - 1

    def fit(**options):
        return vaelib.StackedDenoisingAutoencoder(
            hidden=(9, 5), corruption="salt_and_pepper", corruption_level=0.4, loss="squared_error", epochs=2,
            standardize=False, random_state=4, **options,
        ).fit(x)  # fmt: skip

    found = fit(corruption_range="data")
    code = found.transform(x, layer=0)
    given = fit(corruption_low=(float(x.min()), float(code.min())), corruption_high=(float(x.max()), float(code.max())))
    np.testing.assert_array_equal(found.transform(x), given.transform(x))
    assert not np.array_equal(found.transform(x), fit().transform(x))


def test_a_trainer_cannot_know_the_minimum_and_maximum_of_the_data():
    model = stack_with("salt_and_pepper", 0.5, corruption_range="data")
    with pytest.raises(vaelib.InvalidArgument, match="corruption_range given"):
        vaelib.Trainer(model, 100, layer=0)


@pytest.mark.parametrize("kind", KINDS)
def test_the_noise_is_the_oracles(kind):
    model = stack_with(kind, 0.35, width=29)
    x = examples(9, 29)
    for seed, epoch in ((5, 0), (5, 7), (2**63 + 11, 1)):
        expected, _ = corruption.corrupted(x.astype(np.float64), kind, 0.35, seed, epoch)
        np.testing.assert_allclose(model.corrupt(x, random_state=seed, epoch=epoch), expected, rtol=1e-5, atol=1e-5)


def test_upper_layers_corrupt_the_clean_code_with_noise_of_their_own():
    pair = StackPair(8, [{"width": width, "corruption_level": 0.25} for width in (12, 9, 4)])
    x = examples(6, 8)
    for layer in (0, 1, 2):
        clean = stack.encode(pair.weights, pair.layers, x.astype(np.float64), layer - 1)
        expected, _ = corruption.corrupted(clean, "masking", 0.25, 3, 2, layer=layer)
        found = pair.estimator.corrupt(x, layer, random_state=3, epoch=2)
        np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-6)
    np.testing.assert_array_equal(
        pair.estimator.corrupt(x, -1, random_state=3), pair.estimator.corrupt(x, 2, random_state=3)
    )


@pytest.mark.parametrize("kind", KINDS)
def test_noise_is_fresh_at_each_epoch_seed_and_layer(kind):
    model = stack_with(kind, 0.5)
    x = np.full((2000, 40), 0.25, dtype=np.float32)
    noises = [model.corrupt(x, random_state=seed, epoch=epoch) - x for seed, epoch in ((1, 1), (1, 2), (2, 1))]
    for one, other in ((0, 1), (0, 2), (1, 2)):
        correlation = np.corrcoef(noises[one].ravel(), noises[other].ravel())[0, 1]
        assert abs(correlation) < 5 / math.sqrt(noises[0].size)
    rows = np.corrcoef(noises[0][::2].ravel(), noises[0][1::2].ravel())[0, 1]
    assert abs(rows) < 5 / math.sqrt(noises[0].size / 2)


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_noise_for_any_number_of_threads(kind):
    model = stack_with(kind, 0.3, layers=2)
    x = examples(1501, 40)
    found = []
    for threads in (1, 2, 5):
        vaelib.set_threads(threads)
        found.append([model.corrupt(x, layer, random_state=1, epoch=3).tobytes() for layer in (0, 1)])
    assert found[0] == found[1] == found[2]


def test_a_slice_is_corrupted_as_the_rows_of_the_whole():
    model = stack_with("masking", 0.5)
    data = vaelib.Dataset(examples(50, 40))
    whole = model.corrupt(data, random_state=1)
    np.testing.assert_array_equal(model.corrupt(data[20:30], random_state=1), whole[20:30])


def test_noise_may_leave_the_range_of_the_data():
    """What corrupt makes of examples in [0, 1] can be denoised, also where it is no longer in [0, 1]."""
    model = stack_with("gaussian", 0.5)
    noisy = model.corrupt(examples(30, 40), random_state=0)
    assert noisy.min() < 0 < 1 < noisy.max()
    assert np.isfinite(model.denoise(noisy)).all()
    assert np.isfinite(model.transform(noisy)).all()


def test_without_noise_nothing_is_corrupted():
    x = examples(30, 40)
    for kind in KINDS:
        np.testing.assert_array_equal(stack_with(kind, 0.0).corrupt(x, random_state=0), x)
