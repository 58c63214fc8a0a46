"""What model files keep of data frames: names and types of columns, categories."""

import pickle
import subprocess
import sys

import h5py
import numpy as np
import pandas as pd
import pytest
import vaelib
from model_files import seal
from people import LIKELIHOODS, SETTINGS, numbers, people
from vaelib.__main__ import main

pytestmark = pytest.mark.filterwarnings("ignore::vaelib.VaelibWarning")  # short trainings


@pytest.fixture(scope="module")
def fitted():
    return vaelib.VAE(epochs=3, **SETTINGS).fit(people())


@pytest.fixture
def saved(fitted, tmp_path):
    fitted.save(tmp_path / "model.h5")
    return tmp_path / "model.h5"


def reloaded(model, path):
    model.save(path)
    return vaelib.load(path)


def test_frames_come_back(fitted, saved):
    x, loaded = people(), vaelib.load(saved)
    assert loaded.feature_names_in_.tolist() == list(x.columns)
    assert loaded.feature_names_in_.dtype == fitted.feature_names_in_.dtype
    assert {name: values.tolist() for name, values in loaded.categories_.items()} == {
        "job": ["clerk", "cook", "nurse"],
        "grade": ["low", "middle", "high", "perfect"],
    }
    assert loaded.likelihoods_ == LIKELIHOODS
    np.testing.assert_array_equal(loaded.transform(x), fitted.transform(x))
    pd.testing.assert_frame_equal(loaded.reconstruct(x), fitted.reconstruct(x))
    pd.testing.assert_frame_equal(
        loaded.sample(20, "sample", random_state=1), fitted.sample(20, "sample", random_state=1)
    )
    assert loaded.reconstruct(x).dtypes.to_dict() == x.dtypes.to_dict()
    with pytest.raises(vaelib.DataError, match=r"'baker' at row 0, column 1 \(\"job\"\)"):
        loaded.transform(x.assign(job="baker"))
    with pytest.raises(ValueError, match="feature names"):
        loaded.transform(x.rename(columns={"job": "work"}))


def test_a_loaded_model_is_as_good_as_the_first(fitted, saved, tmp_path):
    x, loaded = people(), vaelib.load(saved)
    again = reloaded(loaded, tmp_path / "again.h5")
    assert (tmp_path / "again.h5").read_bytes() == saved.read_bytes()
    for other in (again, pickle.loads(pickle.dumps(loaded)), loaded.__copy__()):
        pd.testing.assert_frame_equal(other.reconstruct(x), fitted.reconstruct(x))
    refitted = vaelib.VAE(**loaded.get_params()).fit(x)
    np.testing.assert_array_equal(refitted.transform(x), fitted.transform(x))
    loaded.set_params(warm_start=True, epochs=1).fit(x)
    assert loaded.n_iter_ == 4
    pd.testing.assert_index_equal(loaded.sample(1).columns, x.columns)
    loaded.set_params(warm_start=False, columns=None).fit(numbers(x))
    again = reloaded(loaded, tmp_path / "again.h5")
    assert again.categories_ == {}
    assert not hasattr(again, "feature_names_in_")
    assert isinstance(again.sample(1), np.ndarray)


def test_what_the_file_holds(saved):
    with h5py.File(saved) as file:
        columns = file["columns"]
        assert file.attrs["format_version"] == 2
        assert columns.attrs["type"] == b"text"
        assert [name.decode() for name in columns["names"]] == list(people().columns)
        assert [text.decode() for text in columns["types"]] == [
            "integer pandas.int64", f"category pandas.{people()['job'].dtype}", "real pandas.float64",
            "boolean pandas.bool", "category pandas.ordered category", "integer pandas.int16", "integer pandas.int64",
        ]  # fmt: skip
        assert sorted(columns) == ["1", "4", "names", "types"]
        assert columns["4"].attrs["type"] == b"text"
        assert columns["4/names"][...].tolist() == [b"low", b"middle", b"high", b"perfect"]


def table(rows=40):
    """Every type of pandas that a model takes, columns of categories of every type among them."""
    random = np.random.RandomState(0)
    return pd.DataFrame(
        {
            "text": pd.Series(np.resize(["ü", "", "b"], rows), dtype=object),
            "string": pd.array(np.resize(["x", "y"], rows), dtype="string"),
            "years": pd.Categorical(np.resize([2003, 2001], rows)),
            "shares": pd.Categorical(np.resize([0.5, -1e300, 3.0], rows)),
            "answers": pd.Categorical(np.resize([True, False], rows)),
            "code": np.resize([7, 20], rows).astype(np.uint8),
            "nullable": pd.array(random.poisson(9, size=rows) - 8, dtype="Int16"),
            "boolean": pd.array(random.randint(2, size=rows), dtype="Int8").astype("boolean"),
            "float": random.normal(size=rows).astype(np.float32),
            "Float": pd.array(random.normal(size=rows), dtype="Float64"),
            "truth": pd.Series(np.resize([True, False], rows), dtype=object),
            "whole": pd.Series([int(x) for x in random.randint(-9, 9, size=rows)], dtype=object),
        }
    )


def test_types_of_pandas(tmp_path):
    x = table()
    model = vaelib.VAE(epochs=1, columns=[("categorical", ["code"])], **SETTINGS).fit(x)
    loaded = reloaded(model, tmp_path / "model.h5")
    found = loaded.reconstruct(x)
    pd.testing.assert_frame_equal(found, model.reconstruct(x))
    assert found.dtypes.to_dict() == x.dtypes.to_dict()
    for name, values in model.categories_.items():
        assert loaded.categories_[name].dtype == values.dtype
        assert loaded.categories_[name].tolist() == values.tolist()
    assert loaded.sample(5, "sample", random_state=2).equals(model.sample(5, "sample", random_state=2))


def test_columns_with_numbers_for_names(tmp_path):
    x = people()
    x.columns = range(7)
    model = vaelib.VAE(epochs=1, **SETTINGS).fit(x)
    loaded = reloaded(model, tmp_path / "model.h5")
    pd.testing.assert_frame_equal(loaded.reconstruct(x), model.reconstruct(x))
    assert list(loaded.categories_) == [1, 4]
    assert not hasattr(loaded, "feature_names_in_")
    assert isinstance(loaded.likelihoods_, list)


ESTIMATORS = {
    "vae": lambda x: vaelib.VAE(epochs=1, **SETTINGS).fit(x),
    "stack": lambda x: vaelib.StackedDenoisingAutoencoder((4,), epochs=1, random_state=0).fit(x),
    "classifier": lambda x: vaelib.StackedDenoisingClassifier(
        (4,), pretrain_epochs=1, finetune_epochs=1, random_state=0
    ).fit(x, np.resize(["a", "b"], len(x))),
}


@pytest.mark.parametrize("name", ESTIMATORS)
def test_frames_of_floats_keep_their_names(name, tmp_path):
    x = pd.DataFrame(np.random.RandomState(0).normal(size=(30, 3)), columns=["a", "", "ü"])
    model = ESTIMATORS[name](x)
    loaded = reloaded(model, tmp_path / "model.h5")
    assert loaded.feature_names_in_.tolist() == ["a", "", "ü"]
    np.testing.assert_array_equal(loaded.transform(x), model.transform(x))
    with pytest.raises(ValueError, match="same order"):
        loaded.transform(x[["", "a", "ü"]])
    assert isinstance(loaded.reconstruct(x), np.ndarray)
    with pytest.warns(UserWarning, match="valid feature names"):
        loaded.transform(x.to_numpy())
    model = ESTIMATORS[name](x.to_numpy())
    assert not hasattr(reloaded(model, tmp_path / "model.h5"), "feature_names_in_")
    with h5py.File(tmp_path / "model.h5") as file:
        assert "columns" not in file


def test_counts_alone_keep_what_they_are(tmp_path):
    random = np.random.RandomState(0)
    x = pd.DataFrame({"a": random.negative_binomial(1, 0.3, size=90), "b": random.negative_binomial(2, 0.3, size=90)})
    model = vaelib.VAE(epochs=1, **SETTINGS).fit(x)
    loaded = reloaded(model, tmp_path / "model.h5")
    assert loaded.likelihoods_ == model.likelihoods_ == dict.fromkeys("ab", "negative_binomial")
    np.testing.assert_array_equal(loaded.reconstruct(x), model.reconstruct(x))


def test_truth_values_alone(tmp_path):
    x = pd.DataFrame(np.random.RandomState(0).uniform(size=(30, 3)) < 0.5, columns=list("abc"))
    model = vaelib.VAE(epochs=1, **SETTINGS).fit(x)
    loaded = reloaded(model, tmp_path / "model.h5")
    pd.testing.assert_frame_equal(loaded.reconstruct(x), model.reconstruct(x))
    assert loaded.reconstruct(x).dtypes.eq("bool").all()
    assert loaded.set_params(warm_start=True).fit(x).n_iter_ > 1


UNKEPT = {
    "dates": pd.to_datetime(["2020-01-01", "2021-01-01"]),
    "long": ["a" * 4097, "b"],
    "NUL": ["a\0", "b"],
    "large": [2**70, 1],
    "infinite": [np.inf, 1.0],
    "no UTF-8": ["\ud800", "b"],
}


@pytest.mark.parametrize("values", UNKEPT.values(), ids=UNKEPT)
def test_categories_that_a_file_cannot_keep(tmp_path, values):
    odd = pd.Categorical(pd.Series(list(values) * 20, dtype=object))
    x = pd.DataFrame({"odd": odd, "b": ["x", "y"] * 20, "c": np.random.RandomState(0).normal(size=40)})
    model = vaelib.VAE(epochs=1, **SETTINGS).fit(x)
    with pytest.warns(vaelib.VaelibWarning, match=r"what the categories are in column 0 \(\"odd\"\); pickle does"):
        loaded = reloaded(model, tmp_path / "model.h5")
    assert list(loaded.categories_) == ["b"]
    coded = x.assign(odd=odd.codes)
    np.testing.assert_array_equal(loaded.transform(coded), model.transform(x))
    assert loaded.reconstruct(coded)["odd"].dtype == np.int64
    with pytest.raises(vaelib.DataError, match=r"column 0 \(\"odd\"\)"):
        loaded.transform(x.assign(odd="a"))
    assert pickle.loads(pickle.dumps(model)).reconstruct(x)["odd"].dtype == x["odd"].dtype


@pytest.mark.parametrize("names", [[("a", 1), ("b", 2)], ["x" * 4097, "y"]])
def test_names_that_a_file_cannot_keep(tmp_path, names):
    x = pd.DataFrame({"a": ["x", "y"] * 20, "b": np.random.RandomState(0).normal(size=40)})
    x.columns = names
    model = vaelib.VAE(epochs=1, **SETTINGS).fit(x)
    with pytest.warns(vaelib.VaelibWarning, match="does not keep the names of columns"):
        loaded = reloaded(model, tmp_path / "model.h5")
    assert loaded.categories_ == {}
    assert loaded.transform(np.zeros((1, 2))).shape == (1, 2)


def test_two_texts_that_are_bernoulli(tmp_path):
    for texts in (["no", "yes"], ["no"]):
        x = pd.DataFrame({"a": texts * (40 // len(texts)), "b": np.random.RandomState(0).normal(size=40)})
        model = vaelib.VAE(epochs=1, columns=[("bernoulli", ["a"])], **SETTINGS).fit(x)
        loaded = reloaded(model, tmp_path / "model.h5")
        assert loaded.likelihoods_["a"] == "bernoulli"
        assert ("a" in loaded.categories_) == (len(texts) == 2)  # a name for each of 0 and 1, or none


def test_checkpoints_and_initialised_models_know_the_columns(tmp_path):
    x, path = people(), tmp_path / "run.h5"
    vaelib.VAE(epochs=2, **SETTINGS).fit(x, checkpoint=path)
    loaded = vaelib.load(path)
    pd.testing.assert_index_equal(loaded.sample(1).columns, x.columns)
    resumed = vaelib.VAE(epochs=4, schedule="constant", **SETTINGS)
    resumed.fit(x, checkpoint=tmp_path / "other.h5")
    assert list(vaelib.load(tmp_path / "other.h5").categories_) == ["job", "grade"]
    fresh = reloaded(vaelib.VAE(**SETTINGS).initialize(x), tmp_path / "fresh.h5")
    assert list(fresh.categories_) == ["job", "grade"]
    nameless = vaelib.VAE(likelihood="gaussian", **SETTINGS).initialize(3)
    assert reloaded(nameless, tmp_path / "fresh.h5").categories_ == {}


def test_a_save_during_training_knows_the_columns(tmp_path):
    model = vaelib.VAE(epochs=2, **SETTINGS)
    model.fit(people(), callbacks=lambda _: model.save(tmp_path / "model.h5"))
    assert list(vaelib.load(tmp_path / "model.h5").categories_) == ["job", "grade"]


def test_older_pickles_are_named_when_saved(fitted, saved, tmp_path):
    model = pickle.loads(pickle.dumps(fitted))
    model._model.columns = None
    model.save(tmp_path / "again.h5")
    assert (tmp_path / "again.h5").read_bytes() == saved.read_bytes()


LOADING = """
import sys
sys.modules["pandas"] = sys.modules["polars"] = None
import numpy as np, vaelib
model = vaelib.load(sys.argv[1])
print(list(model.feature_names_in_), model.categories_["job"].tolist())
x = np.zeros((1, 7))
print(model.transform(x).shape, model.decode(model.transform(x)).mean.shape)
try:
    model.sample(1)
except ImportError as error:
    print(error)
"""


def test_loading_imports_no_pandas(saved):
    program = "import sys, vaelib; vaelib.load(sys.argv[1]); print({'pandas', 'polars'} & set(sys.modules))"
    assert run(program, saved) == "set()\n"
    lines = run(LOADING, saved).splitlines()
    assert lines[0] == f"{list(people().columns)} ['clerk', 'cook', 'nurse']"
    assert lines[1] == "(1, 2) (1, 7)"
    assert "pandas" in lines[2]
    assert "installed" in lines[2]


def run(program, *arguments):
    command = [sys.executable, "-W", "ignore", "-c", program, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def test_names_that_another_program_gave(saved):
    """Types are this package's own: of other texts, and without any, what there are categories of is texts."""
    for change in ("others", "none"):
        with h5py.File(saved, "r+") as file:
            del file["columns/types"]
            if change == "others":
                texts = ["", "factor", "x y.z", "real pandas.no_such", "", "ü", "?"]
                file["columns/types"] = np.array([text.encode() for text in texts])
        seal(saved)
        loaded = vaelib.load(saved)
        found = loaded.sample(3)
        assert list(found.columns) == list(people().columns)
        assert isinstance(found["grade"].dtype, pd.CategoricalDtype)
        assert set(found["job"]) <= {"clerk", "cook", "nurse"}
        assert found.drop(columns=["grade", "job"]).dtypes.eq("float64").all()
        x = people().assign(smokes=people()["smokes"].astype(float))
        assert loaded.transform(x).shape == (300, 2)


ODD_TYPES = [
    "integer pandas.category", "boolean pandas.str", "integer polars.Enum", "real pandas.float64,float64",
    "category pandas.datetime64[ns]", "category pandas.int64", "real pandas.period[D]", "category polars.read_csv",
    "category pandas.no[such", "integer pandas.int64", "category polars.Int8", "category pandas.interval",
]  # fmt: skip


@pytest.mark.parametrize("text", ODD_TYPES)
def test_types_that_do_not_suit_the_column(saved, text):
    with h5py.File(saved, "r+") as file:
        del file["columns/types"]
        file["columns/types"] = np.array([text.encode()] * 7)
    seal(saved)
    loaded = vaelib.load(saved)
    found = loaded.sample(9, "sample", random_state=0)
    assert set(found["job"]) <= {"clerk", "cook", "nurse"}
    assert set(found["grade"]) <= {"low", "middle", "high", "perfect"}
    assert loaded.transform(found).shape == (9, 2)


def test_gaps_are_filled_by_a_loaded_model(tmp_path):
    x = people().astype({"visits": "Int64", "owner": "Int64", "age": "Int16", "smokes": "boolean"})
    for place, name in enumerate(x.columns):
        x.loc[x.index[place::11], name] = pd.NA if name != "income" else np.nan
    model = vaelib.VAE(epochs=2, missing="ignore", **SETTINGS).fit(x)
    loaded = reloaded(model, tmp_path / "model.h5")
    completed = loaded.impute(x)
    pd.testing.assert_frame_equal(completed, model.impute(x))
    assert completed.notna().all(axis=None)
    np.testing.assert_array_equal(loaded.score_samples(x), model.score_samples(x))


def test_info_shows_the_columns(saved, capsys):
    assert main(["info", str(saved)]) == 0
    assert capsys.readouterr().out.splitlines()[-4:] == [
        "columns: visits, job, income, smokes, grade, age, owner",
        "categories of job: clerk, cook, nurse",
        "categories of grade: low, middle, high, perfect",
        "3 epochs of training",
    ]
    with h5py.File(saved, "r+") as file:
        names = [b"name %d" % number for number in range(7)]
        file["columns/names"][...] = np.array(names).astype(file["columns/names"].dtype)
    seal(saved)
    assert main(["info", str(saved)]) == 0
    assert "categories of name 1: clerk, cook, nurse" in capsys.readouterr().out


def test_info_shows_some_of_many_columns(tmp_path, capsys):
    x = pd.DataFrame(np.random.RandomState(0).normal(size=(9, 25)), columns=[f"c{number}" for number in range(25)])
    vaelib.VAE(epochs=1, **SETTINGS).fit(x).save(tmp_path / "model.h5")
    assert main(["info", str(tmp_path / "model.h5")]) == 0
    assert "c18, c19, ... (25 in all)" in capsys.readouterr().out


TYPES = """
import sys
sys.modules["MISSING"] = None
import vaelib
print(vaelib.load(sys.argv[1]).sample(2).dtypes)
"""


def frame_of_polars(polars):
    x = people()
    return polars.DataFrame(
        {
            "visits": x["visits"].to_numpy(),
            "job": polars.Series(x["job"].tolist(), dtype=polars.Categorical),
            "income": x["income"].to_numpy().astype(np.float32),
            "smokes": x["smokes"].to_numpy(),
            "grade": polars.Series(x["grade"].tolist(), dtype=polars.Enum(["low", "middle", "high", "perfect"])),
            "age": x["age"].to_numpy(),
            "name": polars.Series(x["job"].tolist()),
        }
    )


def test_frames_of_polars(tmp_path):
    polars = pytest.importorskip("polars")
    x = frame_of_polars(polars)
    model = vaelib.VAE(epochs=1, **SETTINGS).fit(x)
    loaded = reloaded(model, tmp_path / "model.h5")
    assert loaded.reconstruct(x).equals(model.reconstruct(x))
    assert loaded.sample(2).schema == x.schema
    program = TYPES.replace("MISSING", "polars")
    types = run(program, tmp_path / "model.h5").split()
    assert types[:14] == [
        "visits", "int64", "job", "category", "income", "float64", "smokes", "bool", "grade", "category",
        "age", "int64", "name", "category",
    ]  # fmt: skip


def test_pandas_frames_become_frames_of_polars_where_pandas_is_missing(fitted, saved):
    polars = pytest.importorskip("polars")
    program = TYPES.replace("MISSING", "pandas")
    assert run(program, saved).strip() == str(
        [polars.Int64, polars.String, polars.Float64, polars.Boolean, polars.String, polars.Int64, polars.Int64]
    )
