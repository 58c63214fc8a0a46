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


@pytest.mark.filterwarnings("ignore")
def test_a_fit_that_fails_leaves_what_was_selected():
    model = learned([("laplace", np.floating)]).set_params(learning_rate=-1)
    with pytest.raises(ValueError, match="learning_rate"):
        model.fit(pandas.DataFrame(random.normal(size=(60, 2)), columns=["x", "y"]))
    model.set_params(learning_rate=0.001, warm_start=True).fit(FRAME)
    assert model.n_iter_ == 2


@pytest.mark.filterwarnings("ignore")
def test_files_have_nothing_to_select(tmp_path):
    vaelib.write_dataset(tmp_path / "x.h5", x=random.normal(size=(60, 2)))
    model = learned([("laplace", np.floating)])
    with pytest.raises(TypeError, match="selects columns of a data frame; X is none"):
        model.fit(vaelib.open_dataset(tmp_path / "x.h5", "x"))
    assert model.transform(FRAME).shape == (60, 1)


@pytest.mark.filterwarnings("ignore")
def test_a_warm_start_selects_anew():
    model = learned([("laplace", np.floating)]).set_params(warm_start=True)
    assert model.set_params(columns=[("laplace", np.dtype("float64"))]).fit(FRAME).n_iter_ == 2
    model.set_params(columns=[("laplace", lambda X: ["width", "height"])]).fit(iter([FRAME[:30], FRAME[30:]]))
    assert model.n_iter_ == 3
    with pytest.raises(ValueError, match="columns changed since"):
        model.set_params(columns=[("student_t", float)]).fit(FRAME)
    # A parameter for the next fit is nothing to queries.
    assert model.set_params(columns=[("laplace", complex)]).transform(FRAME).shape == (60, 1)
    with pytest.raises(ValueError, match="selects none of the columns"):
        model.fit(FRAME)
    assert model.transform(FRAME).shape == (60, 1)
