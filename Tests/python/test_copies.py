"""Copies and pickles of estimators are estimators of their own."""

import copy
import pickle

import numpy as np
import pytest
import vaelib


@pytest.mark.parametrize("duplicate", [copy.deepcopy, copy.copy, lambda model: pickle.loads(pickle.dumps(model))])
def test_copies_and_pickles(fitted, binary, duplicate):
    other = duplicate(fitted)
    assert other.get_params() == fitted.get_params()
    np.testing.assert_array_equal(other.transform(binary), fitted.transform(binary))
    np.testing.assert_array_equal(other.history_["loss"], fitted.history_["loss"])
    before = fitted.transform(binary)
    other.fit(1 - binary)
    np.testing.assert_array_equal(fitted.transform(binary), before)


def test_a_deep_copy_trains_for_itself(fitted, binary):
    other = copy.deepcopy(fitted).set_params(warm_start=True)
    before = fitted.transform(binary)
    other.fit(1 - binary)
    np.testing.assert_array_equal(fitted.transform(binary), before)


def test_unfitted_estimators_are_pickled_too():
    assert pickle.loads(pickle.dumps(vaelib.VAE(latent_dim=3))).latent_dim == 3
