"""Warm-ups: patience waits for their end, and one that outlasts the training is warned of."""

import numpy as np
import pytest
import vaelib

sklearn_datasets = pytest.importorskip("sklearn.datasets")


@pytest.fixture(scope="module")
def digits():
    return (sklearn_datasets.load_digits().data / 16).astype(np.float32)


def test_patience_waits_for_the_end_of_the_kl_warmup(digits):
    """Bounds under a small KL weight fall as it grows, which is no reason to stop, and none of them is the best."""
    options = {"latent_dim": 8, "hidden": (100,), "binarization": "dynamic", "epochs": 60, "kl_warmup_epochs": 20}
    vae = vaelib.VAE(**options, patience=2, random_state=1).fit(digits[:1200], validation=digits[1200:])
    bounds = vae.history_["validation_elbo"]
    assert len(bounds) >= 22
    assert bounds[19:].max() > -26
    kept = vae.elbo(digits[1200:], binarization="dynamic", random_state=vae.seed_).elbo.mean()
    assert kept == pytest.approx(bounds[19:].max(), abs=0.3)


def test_with_another_beta_patience_looks_at_what_is_maximised(digits):
    options = {"latent_dim": 8, "hidden": (100,), "binarization": "dynamic", "epochs": 200, "beta": 4.0}
    vae = vaelib.VAE(**options, patience=3, random_state=2, learning_rate=0.01).fit(
        digits[:1200], validation=digits[1200:]
    )
    history = vae.history_
    scores = history["validation_reconstruction"] - 4 * history["validation_kl"]
    assert len(scores) < 200
    assert int(np.argmax(scores)) == len(scores) - 4


@pytest.mark.parametrize(
    ("name", "end"),
    [("kl_warmup_epochs", "ends at 0.0075, not at beta, 1.0"), ("warmup_epochs", "not at learning_rate, 0.001")],
)
def test_a_warmup_longer_than_the_training_is_warned_of(digits, name, end):
    options = {"latent_dim": 2, "hidden": (10,), "binarization": "dynamic", "learning_rate": 0.001, name: 400}
    vae = vaelib.VAE(**options, epochs=3, random_state=1)
    with pytest.warns(vaelib.VaelibWarning, match=f"{name} is 400.0, more than epochs, 3.*{end}"):
        vae.fit(digits[:200])


def test_a_stack_is_warned_too(digits):
    stack = vaelib.StackedDenoisingAutoencoder(hidden=(10,), epochs=2, warmup_epochs=5, random_state=1)
    with pytest.warns(vaelib.VaelibWarning, match="warmup_epochs is 5.0, more than epochs, 2"):
        stack.fit(digits[:200])
