"""The shares of columns in the reconstruction term: of every likelihood they add up, and belong to their columns."""

import ctypes
from ctypes import byref

import numpy as np
import pytest
import vaelib
from c_interface import evaluation_config
from vaelib._c import header
from vaelib._c.library import library

pytestmark = pytest.mark.filterwarnings("ignore::vaelib.VaelibWarning")  # grey levels, on purpose

RANDOM = np.random.RandomState(0)
UNIT = RANDOM.uniform(0.05, 0.95, size=(300, 5)).astype(np.float32)
REAL = (RANDOM.normal(size=(300, 5)) * [1, 10, 0.1, 1, 1000] + 3).astype(np.float32)
COUNTS = RANDOM.poisson(3 * RANDOM.gamma(1, size=(300, 5))).astype(np.float32)
DATA = {
    "gaussian": REAL,
    "student_t": REAL,
    "laplace": REAL,
    "log_normal": np.exp(REAL / 100).astype(np.float32),
    "bernoulli": UNIT,
    "continuous_bernoulli": UNIT,
    "beta": UNIT,
    "poisson": COUNTS,
    "negative_binomial": COUNTS,
    "zero_inflated_negative_binomial": COUNTS,
}
OF_VARIANCE = ("gaussian", "student_t", "laplace", "log_normal", "beta", "negative_binomial")
CASES = [
    *((likelihood, {"standardize": standardize}) for likelihood in DATA for standardize in (True, False)),
    *((likelihood, {"variance": "predicted"}) for likelihood in OF_VARIANCE),
    ("gaussian", {"variance": "fixed"}),
    ("gaussian", {"mean_activation": "sigmoid"}),
    ("student_t", {"degrees_of_freedom": 3.0}),
]


def column_terms(vae, x, **fields):
    """[N, D]"""
    terms = np.full(x.shape, np.nan)
    config = evaluation_config(seed=vae.seed_, **fields)
    outputs = (header.ProgressFn(), None, terms.ctypes.data_as(ctypes.POINTER(ctypes.c_double)), terms.size)
    data = vaelib.Dataset(x)
    status = library.vaelib_vae_estimate_column_terms(vae._fitted().handle, data.handle, byref(config), *outputs)
    assert status == 0, library.vaelib_last_error()
    return terms


def model_of(likelihood, options):
    return vaelib.VAE(2, (6,), likelihood=likelihood, epochs=3, random_state=1, **options).fit(DATA[likelihood])


@pytest.mark.parametrize(("likelihood", "options"), CASES)
def test_rows_add_up_to_the_reconstruction_term(likelihood, options):
    x = DATA[likelihood]
    vae = model_of(likelihood, options)
    for samples in (1, 3, 300):  # of which one block, and several, are decoded at a time
        terms = column_terms(vae, x, samples=samples)
        expected = vae.elbo(x, samples).reconstruction
        np.testing.assert_allclose(terms.sum(axis=1), expected, rtol=2e-5, atol=2e-4)


@pytest.mark.parametrize(("likelihood", "options"), CASES)
def test_a_term_belongs_to_its_column(likelihood, options):
    """Where the encoder sees nothing, another value in a column changes its term alone."""
    x = DATA[likelihood][:40]
    vae = model_of(likelihood, options)
    weights = vae.get_weights()
    weights["encoder/0/weight"][:] = 0
    vae.set_weights(weights)
    terms = column_terms(vae, x)
    for column in range(5):
        changed = x.copy()
        changed[:, column] = np.roll(x[:, column], 1)
        differs = column_terms(vae, changed) != terms
        assert differs[:, column].any()
        assert not np.delete(differs, column, axis=1).any()


def test_common_noise_is_that_of_the_first_row():
    vae, x = model_of("gaussian", {}), REAL
    common = column_terms(vae, x, common_noise=1, samples=3)
    np.testing.assert_array_equal(common[0], column_terms(vae, x, samples=3)[0])
    for row in (1, 17, 299):
        np.testing.assert_allclose(common[row], column_terms(vae, x[row : row + 1], samples=3)[0], rtol=1e-5, atol=1e-5)
    assert (np.abs(common[1:] - column_terms(vae, x, samples=3)[1:]) > 1e-6).any(axis=1).all()


def test_common_draws_of_binary_values():
    vae = vaelib.VAE(2, (6,), binarization="dynamic", epochs=3, random_state=1).fit(UNIT)
    x = np.repeat(UNIT[:1], 50, axis=0)
    own, common = (column_terms(vae, x, binarization=b"dynamic", common_noise=value) for value in (0, 1))
    assert len(np.unique(own[:, 0])) > 1
    assert (common == common[0]).all()
