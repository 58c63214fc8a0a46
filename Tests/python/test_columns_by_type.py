"""The parameter ``columns`` that chooses columns of a data frame by type, by selectors and by functions."""

import numpy as np
import pandas
import pytest
import vaelib

random = np.random.RandomState(0)
TABLE = {
    "width": random.normal(size=60),
    "height": random.normal(size=60),
    "job": random.choice(["smith", "cook"], 60),
    "children": random.poisson(3, 60),
}
FRAME = pandas.DataFrame(TABLE)
FRAME["country"] = pandas.Categorical(random.choice(["u", "v"], 60))
WIDTHS = {"width": "student_t", "height": "student_t"}


def learned(columns, X=FRAME):
    return vaelib.VAE(hidden=(4,), latent_dim=1, columns=columns, epochs=1, random_state=0).fit(X)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(
    ("likelihood", "chosen", "expected"),
    [
        ("student_t", float, WIDTHS),
        ("student_t", np.floating, WIDTHS),
        ("student_t", np.dtype("float64"), WIDTHS),
        ("poisson", np.integer, {"children": "poisson"}),
        ("categorical", pandas.CategoricalDtype, {"country": "categorical"}),
        ("categorical", FRAME["country"].dtype, {"country": "categorical"}),
        ("poisson", lambda X: [name for name in X if name.startswith("child")], {"children": "poisson"}),
    ],
)
def test_types_and_functions(likelihood, chosen, expected):
    found = learned([(likelihood, chosen)]).likelihoods_
    plain = learned([(likelihood, list(expected))]).likelihoods_
    assert found == plain
    assert {name: found[name] for name in expected} == expected


@pytest.mark.filterwarnings("ignore")
def test_selectors_of_scikit_learn():
    compose = pytest.importorskip("sklearn.compose")
    model = learned([("laplace", compose.make_column_selector(dtype_include=float))])
    assert model.likelihoods_["height"] == "laplace"
    # What was chosen stays chosen: queries, another fit, another frame.
    assert model.transform(FRAME).shape == (60, 1)
    assert model.fit(FRAME[["height", "children"]]).likelihoods_["height"] == "laplace"


@pytest.mark.filterwarnings("ignore")
def test_types_and_selectors_of_polars():
    polars = pytest.importorskip("polars")
    frame = polars.DataFrame(TABLE)
    for chosen in (polars.Int64, polars.Int64(), polars.selectors.integer(), int):
        assert learned([("poisson", chosen)], frame).likelihoods_["children"] == "poisson"
    with pytest.raises(ValueError, match=r"columns\[0\]: .*nope"):
        learned([("poisson", polars.col("nope"))], frame)
    with pytest.raises(TypeError, match=r"columns\[0\]: polars selects no columns by"):
        learned([("poisson", np.floating)], frame)


def test_what_selects_nothing_is_refused():
    with pytest.raises(
        ValueError, match=r"columns\[1\]: .*complex.* selects none of the columns of X: width float64, "
    ):
        learned([("student_t", float), ("gaussian", complex)])
    with pytest.raises(
        TypeError, match=r"columns\[0\] has .*float.*, which selects columns of a data frame; X is none"
    ):
        learned([("gaussian", float)], random.normal(size=(30, 2)))
    with pytest.raises(ValueError, match="columns names column 'width' twice"):
        learned([("gaussian", float), ("student_t", ["width"])])
