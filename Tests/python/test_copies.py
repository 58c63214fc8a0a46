"""Copies and pickles of estimators are estimators of their own."""

import copy
import pickle

import numpy as np
import pytest
from estimators import answers, different, fit

DUPLICATES = {
    "deep copy": copy.deepcopy,
    "copy": copy.copy,
    "pickle": lambda model: pickle.loads(pickle.dumps(model)),
}


@pytest.mark.parametrize("duplicate", DUPLICATES.values(), ids=list(DUPLICATES))
def test_copies_and_pickles(trained, binary, duplicate):
    other = duplicate(trained)
    assert other.get_params() == trained.get_params()
    for name, values in trained.history_.items():
        np.testing.assert_array_equal(other.history_[name], values)
    before = answers(trained, binary)
    fit(other, 1 - binary)
    assert different(answers(trained, binary), before) == []
    assert different(answers(other, binary), before) != []


def test_unfitted_estimators_are_pickled_too(kind):
    model = kind.make(hidden=(3,))
    assert pickle.loads(pickle.dumps(model)).get_params() == model.get_params()
