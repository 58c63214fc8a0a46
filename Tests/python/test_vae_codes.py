"""The codes of VAEs keep what the examples are about."""

import pytest
import vaelib

pytest.importorskip("sklearn")

from sklearn.datasets import load_digits
from sklearn.decomposition import PCA
from sklearn.linear_model import LogisticRegression


def test_a_good_code_beats_a_random_projection():
    """The latent means keep what a classifier needs: about what as many principal components keep."""
    x, y = load_digits(return_X_y=True)
    x = x / 16
    vae = vaelib.VAE(latent_dim=8, hidden=(64,), epochs=60, batch_size=50, learning_rate=2e-3, binarization="dynamic",
                     random_state=0).fit(x[:1200])  # fmt: skip
    classifier = LogisticRegression(max_iter=2000)
    ours = classifier.fit(vae.transform(x[:1200]), y[:1200]).score(vae.transform(x[1200:]), y[1200:])
    pca = PCA(8, random_state=0).fit(x[:1200])
    theirs = classifier.fit(pca.transform(x[:1200]), y[:1200]).score(pca.transform(x[1200:]), y[1200:])
    assert ours > theirs - 0.06
