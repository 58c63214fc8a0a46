"""What a training says of how it ended, and of data that do not suit: nothing fails in silence."""

import subprocess
import sys
import warnings

import numpy as np
import pytest
import vaelib


def factors(rows, columns=10, seed=0):
    """Real numbers with two factors behind them, deviations about 1."""
    random = np.random.RandomState(seed)
    return (
        random.normal(size=(rows, 2)) @ random.normal(size=(2, columns)) / 1.5 + random.normal(size=(rows, columns)) / 5
    )


#: A training that ends long before its loss does not fall any more.
SLOW = {"epochs": 40, "batch_size": 32, "learning_rate": 1e-3, "schedule": "constant", "random_state": 0}


def told(X, **options):
    """The warnings of a fit."""
    settings = {
        "latent_dim": 2,
        "hidden": (16,),
        "epochs": 100,
        "batch_size": 32,
        "random_state": 0,
        "activation": "tanh",
        "learning_rate": 1e-3,
        "schedule": "constant",
        "gradient_clip_norm": 0,
    }
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        vaelib.VAE(**{**settings, **options}).fit(X)
    return [str(each.message) for each in caught if issubclass(each.category, vaelib.VaelibWarning)]


def test_a_good_training_is_silent():
    assert told(factors(400), learning_rate=0.01, schedule="cosine") == []


def test_a_training_that_falls_apart():
    found = told(factors(400), learning_rate=0.2, epochs=60)
    assert any("the training ended worse than it was" in text for text in found)


def test_one_that_was_never_better_than_at_first():
    with pytest.raises(vaelib.NumericalError, match="the training fell apart: before its first step the loss was 1"):
        told(factors(400), learning_rate=5.0, epochs=60)


def test_one_that_was_stopped_too_early():
    assert any("has not converged" in text for text in told(factors(400), learning_rate=1e-4, epochs=40))


def test_not_converged_is_scikit_learns_warning_where_that_is_loaded():
    exceptions = pytest.importorskip("sklearn.exceptions")
    with pytest.warns(vaelib.ConvergenceWarning) as found:
        vaelib.VAE(**SLOW, latent_dim=2, hidden=(16,)).fit(factors(400))
    assert all(issubclass(each.category, exceptions.ConvergenceWarning) for each in found)
    assert all(issubclass(each.category, vaelib.VaelibWarning) for each in found)
    # In a process without scikit-learn.
    program = (
        "import sys, warnings, numpy as np, vaelib; warnings.simplefilter('error', vaelib.ConvergenceWarning)\n"
        "X = np.random.RandomState(0).normal(size=(300, 1)) @ np.ones((1, 5))\n"
        f"try: vaelib.VAE(**{SLOW}, latent_dim=1, hidden=(8,)).fit(X)\n"
        "except vaelib.ConvergenceWarning: print('sklearn' in sys.modules)"
    )
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert run.stdout == "False\n"


def test_epochs_are_counted():
    vae = vaelib.VAE(latent_dim=2, hidden=(4,), epochs=3, warm_start=True, random_state=0).fit(factors(40))
    assert vae.n_iter_ == 3
    assert vae.fit(factors(40)).n_iter_ == 6


def test_a_model_without_an_active_latent():
    assert any("no latent is active" in text for text in told(factors(400), beta=50.0, learning_rate=0.01))


@pytest.mark.parametrize(("deviation", "text"), [(0.05, "noise_stddev is 1"), (1.5, None)])
def test_a_fixed_deviation_larger_than_the_datas(deviation, text):
    found = [each for each in told(factors(400) * deviation, variance="fixed", epochs=5) if "noise_stddev" in each]
    assert len(found) == (text is not None)


def test_columns_of_other_scales_that_stay_as_they_are():
    X = factors(400) * np.logspace(-3, 3, 10)
    assert any("standardize is 0" in each for each in told(X, standardize=False, epochs=5))
    assert not any("standardize" in each for each in told(X, epochs=5))
    assert not any("standardize" in each for each in told(factors(400), standardize=False, epochs=5))


def test_stacks_tell_of_the_layer():
    X = (np.random.RandomState(0).uniform(size=(300, 12)) < 0.3).astype("float32")
    settings = {**SLOW, "batch_size": 100, "loss": "cross_entropy", "activation": "sigmoid"}
    stack = vaelib.StackedDenoisingAutoencoder(hidden=(8, 4), **settings)
    with pytest.warns(vaelib.VaelibWarning, match="layer 1: the training has not converged"):
        stack.fit(X)
