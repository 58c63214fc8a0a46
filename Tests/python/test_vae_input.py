"""Latents and choices that do not suit a VAE, and data that do not suit its likelihood."""

import warnings

import pytest
import vaelib


def test_grey_levels_with_a_bernoulli_likelihood_get_a_warning(binary):
    grey = binary * 0.5
    with pytest.warns(vaelib.VaelibWarning, match="(?i)bernoulli") as caught:
        vaelib.VAE(latent_dim=2, hidden=(4,), epochs=1, random_state=1).fit(grey)
    assert caught[0].filename == __file__
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        vaelib.VAE(latent_dim=2, hidden=(4,), epochs=1, random_state=1, binarization="dynamic").fit(grey)
        vaelib.VAE(latent_dim=2, hidden=(4,), epochs=1, random_state=1, likelihood="gaussian").fit(grey)
        vaelib.VAE(latent_dim=2, hidden=(4,), epochs=1, random_state=1).fit(binary)


def test_bad_choices(fitted, binary):
    with pytest.raises(ValueError, match="latent must be"):
        fitted.reconstruct(binary, latent="median")
    with pytest.raises(ValueError, match="output must be"):
        fitted.sample(3, output=None)
    with pytest.raises(ValueError, match="n_samples"):
        fitted.sample(-1)
    with pytest.raises(vaelib.InvalidArgument):
        fitted.sample(0)
    with pytest.raises(TypeError, match="n_samples"):
        fitted.sample(2.5)
    with pytest.raises(IndexError, match="40"):
        fitted.interpolate(binary, 0, 40)
    with pytest.raises(vaelib.InvalidArgument, match="steps"):
        fitted.interpolate(binary, 0, 1, steps=1)
    with pytest.raises(vaelib.InvalidArgument, match="samples"):
        fitted.elbo(binary, samples=0)
    with pytest.raises(vaelib.InvalidArgument, match="estimator"):
        fitted.elbo(binary, estimator="both")
    with pytest.raises(vaelib.InvalidArgument, match="latent_dim"):
        vaelib.VAE(latent_dim=3, hidden=(4,), likelihood="bernoulli").initialize(12).manifold(5)
