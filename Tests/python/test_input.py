"""Examples, latents and choices that do not suit: what is wrong is named, and the fitted model stays."""

import warnings

import numpy as np
import pytest
import vaelib


def test_before_fit(binary):
    model = vaelib.VAE()
    for call in (
        lambda: model.transform(binary),
        lambda: model.sample(2),
        lambda: model.elbo(binary),
        lambda: model.log_likelihood(binary),
        lambda: model.score(binary),
        lambda: model.save("never.h5"),
        lambda: model.history_,
        lambda: model.get_weights(),
        lambda: vaelib.Trainer(model, 10),
    ):
        with pytest.raises(vaelib.NotFittedError, match="not fitted"):
            call()


def test_bad_shapes_of_input(fitted, binary):
    for x in (binary[0], binary[np.newaxis], 3.0):
        with pytest.raises(ValueError, match="Reshape your data"):
            fitted.transform(x)
    with pytest.raises(ValueError, match="0 sample"):
        fitted.transform(binary[:0])
    with pytest.raises(ValueError, match="masked"):
        fitted.transform(np.ma.masked_array(binary, binary > 0))


def test_wrong_width(fitted, binary):
    for method in (fitted.transform, fitted.reconstruct, fitted.elbo, fitted.log_likelihood, fitted.score):
        with pytest.raises(ValueError, match=r"11 features.*12 features"):
            method(binary[:, 1:])
        with pytest.raises(ValueError, match=r"11 features.*12 features"):
            method(vaelib.Dataset(binary[:, 1:]))
    with pytest.raises(ValueError, match="2"):
        fitted.inverse_transform(np.zeros((4, 3)))
    with pytest.raises(ValueError, match=r"11 features.*12 features"):
        vaelib.VAE(epochs=1).fit(binary, validation=binary[:, 1:])


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("likelihood", ["bernoulli", "gaussian"])
def test_values_that_are_not_finite_are_named_by_row_and_column(fitted, binary, bad, likelihood):
    spoiled = binary.copy()
    spoiled[17, 5] = bad
    spoiled[31, 2] = bad
    with pytest.raises(vaelib.DataError, match=r"(?i)row 17\b.*column 5\b"):
        vaelib.VAE(latent_dim=2, hidden=(4,), epochs=1, likelihood=likelihood).fit(spoiled)
    with pytest.raises(vaelib.DataError, match=r"(?i)row 17\b.*column 5\b"):
        fitted.elbo(spoiled)
    with pytest.raises(vaelib.DataError, match=r"(?i)row 17\b.*column 5\b"):
        fitted.transform(spoiled)


@pytest.mark.parametrize("bad", [-0.5, 1.5, 255.0])
def test_values_a_bernoulli_likelihood_does_not_allow(binary, bad):
    spoiled = binary.copy()
    spoiled[17, 5] = bad
    with pytest.raises(vaelib.DataError, match=r"(?i)row 17\b.*column 5\b"):
        vaelib.VAE(latent_dim=2, hidden=(4,), epochs=1).fit(spoiled)


def test_grey_levels_with_a_bernoulli_likelihood_get_a_warning(binary):
    grey = binary * 0.5
    with pytest.warns(vaelib.VaelibWarning, match="(?i)bernoulli") as caught:
        vaelib.VAE(latent_dim=2, hidden=(4,), epochs=1).fit(grey)
    assert caught[0].filename == __file__
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        vaelib.VAE(latent_dim=2, hidden=(4,), epochs=1, binarization="dynamic").fit(grey)
        vaelib.VAE(latent_dim=2, hidden=(4,), epochs=1, likelihood="gaussian").fit(grey)
        vaelib.VAE(latent_dim=2, hidden=(4,), epochs=1).fit(binary)


def test_a_failed_fit_leaves_the_fitted_model(fitted, binary):
    before = fitted.transform(binary)
    with pytest.raises(vaelib.DataError):
        fitted.fit(np.where(binary > 0, np.nan, binary))
    np.testing.assert_array_equal(fitted.transform(binary), before)
    with pytest.raises(vaelib.InvalidArgument):
        fitted.set_params(learning_rate=-1.0).fit(binary)
    np.testing.assert_array_equal(fitted.transform(binary), before)


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
        vaelib.VAE(latent_dim=3, hidden=(4,)).initialize(12).manifold(5)
