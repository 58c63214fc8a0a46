"""Data frames: the column names of examples, and frames of latent codes."""

import warnings

import numpy as np
import pytest
from estimators import KINDS, fit, labels_for


class Frame:
    """What the estimator sees of a data frame: a matrix with column names."""

    def __init__(self, array, columns):
        self.array, self.columns = array, columns

    def __array__(self, dtype=None, copy=None):
        return self.array


def named(binary, columns="abcdefghijkl"):
    return Frame(binary, list(columns))


@pytest.fixture
def model(kind, binary):
    return kind.make().fit(named(binary), *labels_for(kind.make(), binary))


@pytest.fixture
def names(kind):
    """What the codes are called."""
    return [f"{kind.create.__name__.lower()}{index}" for index in range(2)]


def test_column_names_are_learned(model, binary):
    assert list(model.feature_names_in_) == list("abcdefghijkl")
    assert not hasattr(fit(model, binary), "feature_names_in_")
    assert not hasattr(fit(model, named(binary, range(12))), "feature_names_in_")


def test_the_same_columns_are_silent(model, binary):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        model.transform(named(binary))


@pytest.mark.parametrize(
    ("columns", "text"),
    [
        ("bacdefghijkl", "same order"),
        ("abcdefghijkm", r"(?s)unseen at fit time:\n- m\n.*now missing:\n- l\n"),
        ("ABCDEFGHIJKL", r"unseen at fit time:\n- A\n- B\n- C\n- D\n- E\n- \.\.\.\n"),
    ],
)
def test_other_columns_are_refused(model, binary, columns, text):
    with pytest.raises(ValueError, match=text):
        model.transform(named(binary, columns))


def test_names_on_one_side_only_get_a_warning_at_the_callers_line(model, binary):
    with pytest.warns(UserWarning, match="does not have valid feature names") as caught:
        model.transform(binary)
    assert caught[0].filename == __file__
    fit(model, binary)
    with pytest.warns(UserWarning, match="fitted without feature names"):
        model.transform(named(binary))


def test_names_of_mixed_types_are_refused(model, binary):
    with pytest.raises(TypeError, match=r"\['int', 'str'\]"):
        fit(model, named(binary, [0, *"bcdefghijkl"]))


def test_names_of_the_codes(model, names):
    assert list(model.get_feature_names_out()) == names
    assert list(model.get_feature_names_out(list("abcdefghijkl"))) == names
    with pytest.raises(ValueError, match="input_features is not equal"):
        model.get_feature_names_out(list("ABCDEFGHIJKL"))
    model.initialize(3)
    with pytest.raises(ValueError, match=r"\(3\), got 2"):
        model.get_feature_names_out(["a", "b"])


def test_outputs_that_do_not_exist_are_refused(model):
    assert model.set_output() is model
    with pytest.raises(ValueError, match="'arrow'"):
        model.set_output(transform="arrow")


def test_pandas_frames_of_codes(trained, names, binary):
    pandas = pytest.importorskip("pandas")
    labels = labels_for(trained, binary)
    frame = pandas.DataFrame(binary, columns=list("abcdefghijkl"), index=np.arange(40) + 7)
    codes = fit(trained, frame).transform(frame)
    assert isinstance(codes, np.ndarray)
    for out in (
        trained.set_output(transform="pandas").transform(frame),
        trained.fit_transform(frame, *labels),
    ):
        assert list(out.columns) == names
        assert list(out.index) == list(frame.index)
        np.testing.assert_array_equal(out.to_numpy(), codes)
    with pytest.raises(ValueError, match="feature names"):
        trained.transform(frame[frame.columns[::-1]])
    assert list(fit(trained.set_output(), binary).transform(binary).index) == list(range(40))
    assert isinstance(trained.set_output(transform="default").transform(binary), np.ndarray)


def test_polars_frames_of_codes(trained, names, binary):
    polars = pytest.importorskip("polars")
    frame = polars.DataFrame(binary, schema=list("abcdefghijkl"))
    out = fit(trained, frame).set_output(transform="polars").transform(frame)
    assert out.columns == names
    np.testing.assert_array_equal(out.to_numpy(), trained.set_output(transform="default").transform(frame))
    assert list(trained.feature_names_in_) == frame.columns


def test_codes_of_a_lower_layer_are_frames_too(binary):
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame(binary, columns=list("abcdefghijkl"))
    stack = KINDS["autoencoder"].make().set_output(transform="pandas").fit(frame)
    assert stack.transform(frame, layer=0).shape == (40, 8)
