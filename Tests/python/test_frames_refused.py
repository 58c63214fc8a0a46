"""Data frames that cannot be taken: what is wrong with them is said, with row and column."""

import numpy as np
import pandas as pd
import pytest
import vaelib
from people import LIKELIHOODS, SETTINGS, people

pytestmark = pytest.mark.filterwarnings("ignore::vaelib.VaelibWarning")  # short trainings


@pytest.fixture(scope="module")
def fitted():
    """A model that has learned something of ``people``."""
    return vaelib.VAE(epochs=100, batch_size=50, **SETTINGS).fit(people())


@pytest.mark.parametrize(
    ("change", "text"),
    [
        (
            {"job": "Cook "},
            r"X holds 'Cook ' at row 0, column 1 \(\"job\"\).*\(near is 'cook'\): 'clerk', 'cook', 'nurse'",
        ),
        ({"job": "nrse"}, r"'nrse' at row 0.*near is 'nurse'"),
        ({"job": "astronaut"}, r"'astronaut' at row 0, column 1 \(\"job\"\).*of training: 'clerk'.*dtype category"),
        ({"job": 3}, r"3 at row 0, column 1 \(\"job\"\)"),
        ({"grade": "lower"}, r"column 4 \(\"grade\"\).*near is 'low'\): 'low', 'middle', 'high', 'perfect'"),
        ({"age": "old"}, r"'old' at row 0, column 5 \(\"age\"\).*where the model has numbers"),
        ({"visits": -1}, r"-1.0 at row 0, column 0 \(\"visits\"\).*needs counts"),
        ({"owner": 2}, r"2.0 at row 0, column 6 \(\"owner\"\)"),
        ({"income": np.inf}, r"inf at row 0, column 2 \(\"income\"\)"),
        ({"age": pd.Timestamp("2020-01-01")}, r"column 5 \(\"age\"\) is of dtype datetime64.*total_seconds"),
        ({"age": 1j}, r"column 5 \(\"age\"\) is of dtype complex"),
    ],
)
def test_queries_about_other_values(fitted, change, text):
    x = people(20).assign(**change)
    for query in (fitted.transform, fitted.score_samples, fitted.reconstruct):
        with pytest.raises(vaelib.DataError, match=text):
            query(x)


def with_gap(frame, name, value):
    changed = frame.copy()
    changed[name] = changed[name].astype(object)
    changed.iloc[4, changed.columns.get_loc(name)] = value
    return changed


@pytest.mark.parametrize("name", list(LIKELIHOODS))
@pytest.mark.parametrize("value", [None, np.nan, pd.NA])
def test_gaps_are_named(fitted, name, value):
    x = with_gap(people(20), name, value)
    text = rf"NaN at row 4, column \d \(\"{name}\"\)"
    with pytest.raises(vaelib.DataError, match=text):
        fitted.transform(x)
    with pytest.raises(vaelib.DataError, match=text):
        vaelib.VAE().fit(x)


@pytest.mark.parametrize("dtype", ["Int64", "Float64", "boolean", "string", "category", "float64"])
def test_gaps_of_every_type_are_named(dtype):
    texts = dtype in ("string", "category")
    column = pd.Series(["a", "b", None] if texts else [1, 0, None], dtype=dtype)
    frame = pd.DataFrame({"first": [1.5, 2, 3], "it": column})
    with pytest.raises(vaelib.DataError, match=r"row 2, column 1 \(\"it\"\)"):
        vaelib.VAE().fit(frame)


@pytest.mark.parametrize(
    ("columns", "text"),
    [
        ({"a": ["x", 1, "y"]}, r"column 0 \(\"a\"\) holds 'x' at row 0 and 1 at row 1.*astype\(str\)"),
        ({"b": [1.5, 2, 3], "a": [[1], [2], [3]]}, r"column 1 \(\"a\"\) holds \[1\] at row 0"),
        ({"a": ["x", True, "y"]}, r"column 0 \(\"a\"\) holds 'x' at row 0 and True at row 1"),
        ({"a": [None, None, None]}, r"NaN at row 0, column 0 \(\"a\"\)"),
        ({"a": pd.to_timedelta([1, 2, 3])}, r"column 0 \(\"a\"\) is of dtype timedelta"),
    ],
)
def test_columns_that_are_nothing_known(columns, text):
    with pytest.raises(vaelib.DataError, match=text):
        vaelib.VAE().fit(pd.DataFrame(columns))


def test_texts_that_are_names_are_no_categories():
    x = people().assign(name=[f"person {number}" for number in range(300)])
    with pytest.raises(
        vaelib.DataError, match=r"column 7 \(\"name\"\) holds 300 different texts in 300 rows.*Leave the col"
    ):
        vaelib.VAE().fit(x)
    model = vaelib.VAE(columns=[("categorical", ["name"])], epochs=1, **SETTINGS).fit(x)
    assert len(model.categories_["name"]) == 300
    few = people(15).assign(name=[f"person {number}" for number in range(15)])
    assert len(vaelib.VAE(epochs=1, **SETTINGS).fit(few).categories_["name"]) == 15


def test_columns_of_the_same_name_are_refused():
    x = people()
    x.columns = [*x.columns[:-1], "job"]
    with pytest.raises(vaelib.DataError, match="two columns of the name 'job'"):
        vaelib.VAE().fit(x)


def test_other_columns_are_refused(fitted):
    with pytest.raises(ValueError, match="same order"):
        fitted.transform(people()[people().columns[::-1]])
    with pytest.raises(ValueError, match="now missing:\n- job"):
        fitted.transform(people().drop(columns="job"))
    nameless = people().set_axis(range(7), axis=1)
    model = vaelib.VAE(epochs=1, **SETTINGS).fit(nameless)
    assert list(model.categories_) == [1, 4]
    assert list(model.sample(1).columns) == list(range(7))
    with pytest.raises(vaelib.DataError, match="X has the columns"):
        model.transform(nameless.set_axis(range(1, 8), axis=1))


def test_no_rows_and_no_columns():
    with pytest.raises(ValueError, match="0 sample"):
        vaelib.VAE().fit(people().iloc[:0])
    with pytest.raises(ValueError, match="0 feature"):
        vaelib.VAE().fit(people()[[]])


def test_the_library_s_messages_name_the_columns():
    x = people()[["income", "age"]].astype(float)
    gap = x.copy()
    gap.iloc[9, 1] = np.nan
    model = vaelib.VAE(epochs=1, **SETTINGS).fit(x)
    for query in (vaelib.VAE().fit, model.transform, model.score, model.calibrate, model.explain, model.fit):
        with pytest.raises(vaelib.DataError, match=r"row 9, column 1 \(\"age\"\) \(counted from 0\)"):
            query(gap)
    with (
        pytest.warns(UserWarning, match="valid feature names"),
        pytest.raises(vaelib.DataError, match=r"column 1 \(\"age\"\)"),
    ):
        model.transform(gap.to_numpy())
    grey = pd.DataFrame({"a": np.linspace(0, 1, 50), "b": np.linspace(0, 1, 50)})
    with pytest.warns(vaelib.VaelibWarning, match=r"columns 0 to 1 \(\"a\" to \"b\"\) hold values"):
        vaelib.VAE(columns=[("bernoulli", ["a", "b"])], epochs=1, **SETTINGS).fit(grey)
    with pytest.raises(vaelib.DataError, match=r"row 9, column 1 \(counted from 0\)"):
        vaelib.VAE().fit(gap.to_numpy())
    for stack in (vaelib.StackedDenoisingAutoencoder(), vaelib.StackedDenoisingClassifier()):
        with pytest.raises(vaelib.DataError, match=r"row 9, column 1 \(\"age\"\)"):
            stack.fit(gap, np.arange(len(gap)) % 2)


def test_texts_where_numbers_are_expected():
    x = people()[["income", "job"]]
    text = "at row 0, column 1{} \\(counted from 0\\) is the text 'nurse'. A vaelib.VAE takes texts in a data frame"
    with pytest.raises(ValueError, match=text.format("")):
        vaelib.VAE().fit(x.to_numpy())
    with pytest.raises(ValueError, match=text.format(r" \(\"job\"\)")):
        vaelib.StackedDenoisingAutoencoder().fit(x)
    with pytest.raises(ValueError, match=r"at row 0, column 0 .*is the text 'a'"):
        vaelib.VAE().fit(np.array([["a", "1"]]))
    with pytest.raises(TypeError, match=r"no value \(<NA>\) at row 1, column 0 \(\"a\"\)"):
        vaelib.StackedDenoisingAutoencoder().fit(pd.DataFrame({"a": [1, pd.NA, 2]}, dtype=object))
    with pytest.raises(TypeError, match=r"at row 0, column 0 \(counted from 0\) is \{\}; an argument must be no dict"):
        vaelib.Dataset(np.array([[{}, 1]], dtype=object))
