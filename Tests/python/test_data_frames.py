"""Data frames: the column names of examples, and frames of latent codes."""

import warnings

import numpy as np
import pytest
import vaelib


class Frame:
    """What the estimator sees of a data frame: a matrix with column names."""

    def __init__(self, array, columns):
        self.array, self.columns = array, columns

    def __array__(self, dtype=None, copy=None):
        return self.array


def named(binary, columns="abcdefghijkl"):
    return Frame(binary, list(columns))


@pytest.fixture
def model(binary):
    return vaelib.VAE(latent_dim=2, hidden=(4,), epochs=1, random_state=0).fit(named(binary))


def test_column_names_are_learned(model, binary):
    assert list(model.feature_names_in_) == list("abcdefghijkl")
    assert not hasattr(model.fit(binary), "feature_names_in_")
    assert not hasattr(model.fit(named(binary, range(12))), "feature_names_in_")


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
    model.fit(binary)
    with pytest.warns(UserWarning, match="fitted without feature names"):
        model.transform(named(binary))


def test_names_of_mixed_types_are_refused(model, binary):
    with pytest.raises(TypeError, match=r"\['int', 'str'\]"):
        model.fit(named(binary, [0, *"bcdefghijkl"]))


def test_names_of_the_codes(model):
    assert list(model.get_feature_names_out()) == ["vae0", "vae1"]
    assert list(model.get_feature_names_out(list("abcdefghijkl"))) == ["vae0", "vae1"]
    with pytest.raises(ValueError, match="input_features is not equal"):
        model.get_feature_names_out(list("ABCDEFGHIJKL"))
    model.initialize(3)
    with pytest.raises(ValueError, match=r"\(3\), got 2"):
        model.get_feature_names_out(["a", "b"])


def test_outputs_that_do_not_exist_are_refused(model):
    assert model.set_output() is model
    with pytest.raises(ValueError, match="'arrow'"):
        model.set_output(transform="arrow")


def test_pandas_frames_of_codes(fitted, binary):
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame(binary, columns=list("abcdefghijkl"), index=np.arange(40) + 7)
    fitted.fit(frame)
    codes = fitted.transform(frame)
    assert isinstance(codes, np.ndarray)
    for out in (fitted.set_output(transform="pandas").transform(frame), fitted.fit_transform(frame)):
        assert list(out.columns) == ["vae0", "vae1"]
        assert list(out.index) == list(frame.index)
        np.testing.assert_array_equal(out.to_numpy(), codes)
    assert list(fitted.set_output().fit(binary).transform(binary).index) == list(range(40))
    assert isinstance(fitted.set_output(transform="default").transform(binary), np.ndarray)


def test_polars_frames_of_codes(fitted, binary):
    polars = pytest.importorskip("polars")
    frame = polars.DataFrame(binary, schema=list("abcdefghijkl"))
    out = fitted.fit(frame).set_output(transform="polars").transform(frame)
    assert out.columns == ["vae0", "vae1"]
    np.testing.assert_array_equal(out.to_numpy(), fitted.set_output(transform="default").transform(frame))
    assert list(fitted.feature_names_in_) == frame.columns
