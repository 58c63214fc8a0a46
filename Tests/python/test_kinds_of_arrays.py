"""What numbers and labels may come as: pandas, polars, Arrow, tensors, masked arrays; and what is said of all else."""

import numpy as np
import pytest
import vaelib
from estimators import VAE, Autoencoder, Classifier, Regressor, weights_as_bytes

X = np.random.RandomState(0).uniform(size=(40, 3)).astype(np.float32)
Y = np.arange(40) % 2
NAMES = ["a", "b", "c"]
SMALL = {"hidden": (4,), "random_state": 0}

pytestmark = [
    pytest.mark.filterwarnings("ignore::vaelib.VaelibWarning"),
    pytest.mark.filterwarnings("ignore:X does not have valid feature names"),
]


class Tensor:
    """What DLPack asks for, and no more."""

    def __init__(self, array):
        self.array = array

    def __dlpack__(self, **options):
        return self.array.__dlpack__(**options)

    def __dlpack_device__(self):
        return self.array.__dlpack_device__()


class Gradient:
    """A tensor as PyTorch has it while it has a gradient, on another device."""

    def __init__(self, array, steps=("detach", "cpu")):
        self.array, self.steps = array, steps

    def detach(self):
        return Gradient(self.array, self.steps[1:])

    def cpu(self):
        return Gradient(self.array, self.steps[1:])

    def __array__(self, dtype=None, copy=None):
        if self.steps:
            raise RuntimeError("Can't call numpy() on a tensor")
        return self.array


def arrow(array):
    pyarrow = pytest.importorskip("pyarrow")
    return pyarrow.table({name: array[:, column] for column, name in enumerate(NAMES)})


def polars_frame(array):
    return pytest.importorskip("polars").DataFrame(array, schema=NAMES)


def pandas_frame(array, dtype=None):
    return pytest.importorskip("pandas").DataFrame(array, columns=NAMES).astype(dtype or array.dtype)


MATRICES = {
    "list": lambda x: x.tolist(),
    "DLPack": Tensor,
    "gradient": Gradient,
    "masked, nothing of it": lambda x: np.ma.array(x, mask=np.zeros_like(x, dtype=bool)),
    "pandas": pandas_frame,
    "pandas, nullable": lambda x: pandas_frame(x, "Float32"),
    "pandas, of Arrow": lambda x: pandas_frame(x, "float[pyarrow]") if pytest.importorskip("pyarrow") else None,
    "pandas, objects": lambda x: pandas_frame(x, object),
    "polars": polars_frame,
    "Arrow table": arrow,
    "Arrow batch": lambda x: arrow(x).to_batches()[0],
}


@pytest.mark.parametrize("name", MATRICES)
@pytest.mark.parametrize("make", [VAE, Autoencoder])
def test_matrices(name, make):
    expected = make(epochs=1, **SMALL).fit(X)
    given = MATRICES[name](X)
    model = make(epochs=1, **SMALL).fit(given)
    assert weights_as_bytes(model) == weights_as_bytes(expected)
    np.testing.assert_array_equal(model.transform(given), expected.transform(X))
    is_frame = "pandas" in name or "polars" in name or "Arrow" in name
    assert list(getattr(model, "feature_names_in_", ())) == (NAMES if is_frame else [])
    np.testing.assert_array_equal(vaelib.Dataset(given).numpy(), X)


def series(values, dtype=None):
    return pytest.importorskip("pandas").Series(values, dtype=dtype)


def arrow_array(values):
    return pytest.importorskip("pyarrow").array(values)


LABELS = {
    "DLPack": Tensor,
    "Int64": lambda y: series(y, "Int64"),
    "polars": lambda y: pytest.importorskip("polars").Series(y),
    "Arrow": arrow_array,
    "Arrow chunks": lambda y: pytest.importorskip("pyarrow").chunked_array([y[:7], y[7:]]),
}


@pytest.mark.parametrize("name", LABELS)
def test_labels_targets_weights_and_conditions(name):
    given = LABELS[name](Y)
    reader = Classifier(pretrain_epochs=0, finetune_epochs=1, **SMALL)
    assert weights_as_bytes(reader.fit(X, given)) == weights_as_bytes(reader.fit(X, Y))
    assert reader.classes_.tolist() == [0, 1]
    assert reader.score(X, given) == reader.score(X, Y)
    meter = Regressor(pretrain_epochs=0, finetune_epochs=1, **SMALL)
    assert weights_as_bytes(meter.fit(X, given)) == weights_as_bytes(meter.fit(X, Y))
    vae = VAE(epochs=1, **SMALL)
    assert weights_as_bytes(vae.fit(X, conditions=given)) == weights_as_bytes(vae.fit(X, conditions=Y))
    weights = LABELS[name](Y + 1)
    assert weights_as_bytes(vae.fit(X, sample_weight=weights)) == weights_as_bytes(vae.fit(X, sample_weight=Y + 1))
    np.testing.assert_array_equal(vaelib.Dataset(X).relabel(given).labels, Y)


GAPS = {
    "masked": lambda y: np.ma.array(y, mask=np.arange(40) == 5),
    "Int64": lambda y: series(y, "Int64").where(np.arange(40) != 5),
    "Float64": lambda y: series(y.astype(float), "Float64").where(np.arange(40) != 5),
    "boolean": lambda y: series(y == 1, "boolean").where(np.arange(40) != 5),
    "objects": lambda y: np.where(np.arange(40) == 5, None, y.astype(object)),
    "Arrow": lambda y: arrow_array([None if row == 5 else int(value) for row, value in enumerate(y)]),
    "polars": lambda y: pytest.importorskip("polars").Series(
        [None if row == 5 else int(value) for row, value in enumerate(y)]
    ),
}


@pytest.mark.parametrize("name", GAPS)
def test_gaps(name):
    given = GAPS[name](Y)
    with pytest.raises(ValueError, match=r"row 5 has no label; -1 says so"):
        Classifier(**SMALL).fit(X, given)
    meter = Regressor(pretrain_epochs=0, finetune_epochs=1, **SMALL)
    expected = meter.fit(X, np.where(np.arange(40) == 5, np.nan, Y)).get_weights()
    for name, values in meter.fit(X, given).get_weights().items():
        np.testing.assert_array_equal(values, expected[name])
    with pytest.raises(vaelib.DataError, match="weights hold NaN at row 5"):
        VAE(**SMALL).fit(X, sample_weight=given)


def test_texts_with_gaps_are_labels_with_gaps():
    texts = np.array(["no", "yes"])[Y]
    for given in (series(texts, "string").where(np.arange(40) != 5), np.ma.array(texts, mask=np.arange(40) == 5)):
        with pytest.raises(ValueError, match="row 5 has no label; -1 says so"):
            Classifier(**SMALL).fit(X, given)


def test_several_labels_with_gaps():
    pandas = pytest.importorskip("pandas")
    traits = np.stack([Y, 1 - Y], axis=1)
    frame = pandas.DataFrame(traits, dtype="Int64")
    frame.iloc[5, 0] = pandas.NA
    known = traits.astype(float)
    known[5, 0] = np.nan
    reader = Classifier(pretrain_epochs=0, finetune_epochs=1, **SMALL)
    assert weights_as_bytes(reader.fit(X, frame)) == weights_as_bytes(reader.fit(X, known))


@pytest.mark.parametrize("make", [VAE, Autoencoder])
def test_gaps_in_examples_are_named(make):
    pandas, polars, pyarrow = (pytest.importorskip(name) for name in ("pandas", "polars", "pyarrow"))
    nullable = pandas.DataFrame(X, columns=NAMES).astype("Float64")
    nullable.iloc[7, 1] = pandas.NA
    column = [None if row == 7 else float(value) for row, value in enumerate(X[:, 1])]
    columns = {"a": X[:, 0], "b": column, "c": X[:, 2]}
    for given in (nullable, polars.DataFrame(columns, strict=False), pyarrow.table(columns)):
        with pytest.raises(vaelib.DataError, match=r"NaN at row 7, column 1 \(\"b\"\)"):
            make(**SMALL).fit(given)
    with pytest.raises(vaelib.DataError, match="NaN at row 7, column 1 "):
        make(**SMALL).fit(np.ma.array(X, mask=np.arange(120).reshape(40, 3) == 22))


def test_an_arrow_table_of_texts_is_a_data_frame():
    pyarrow = pytest.importorskip("pyarrow")
    pytest.importorskip("pandas")
    table = pyarrow.table({"size": X[:, 0], "kind": np.array(["no", "yes"])[Y]})
    model = VAE(epochs=1, **SMALL).fit(table)
    assert model.likelihoods_ == {"size": "gaussian", "kind": "categorical"}
    assert model.transform(table).shape == (40, 20)
    assert list(model.sample(2).columns) == ["size", "kind"]
    beside = VAE(epochs=1, **SMALL).fit(X, conditions=table.select(["kind"]))
    assert beside.sample(1, conditions=["yes"]).shape == (1, 3)


NO_ARRAYS = {
    "X is None": lambda: None,
    "X is a dict.*pandas.DataFrame": lambda: {"a": [1, 2]},
    "X is a set": lambda: {1, 2},
    "X is a str.*open_dataset": lambda: "examples.h5",
    r"X is a LazyFrame of polars.*X.collect\(\)": lambda: polars_frame(X).lazy(),
}


@pytest.mark.parametrize("text", NO_ARRAYS)
@pytest.mark.parametrize("make", [VAE, Autoencoder])
def test_what_is_no_array(make, text):
    with pytest.raises(TypeError, match=text):
        make(**SMALL).fit(NO_ARRAYS[text]())


def test_parts_of_different_shapes():
    with pytest.raises(ValueError, match=r"X is no matrix.*shape \(3,\) at 0 and one of shape \(2,\) at 2; every row"):
        VAE().fit([[1, 2, 3], [4, 5, 6], [7, 8]])
    for pair in ([X, Y], (X, Y)):
        with pytest.raises(ValueError, match=r"shape \(40, 3\) at 0 and one of shape \(40,\) at 1. A pair of examples"):
            VAE().fit(pair)
        for make in (VAE, Autoencoder):
            with pytest.raises(
                ValueError, match=f"validation must be an array or a Dataset: a {make.__name__} learns no"
            ):
                make(epochs=1, **SMALL).fit(X, validation=pair)
    with pytest.raises(ValueError, match="y is no matrix"):
        Classifier().fit(X, [[1], [2, 3]] * 20)
    with pytest.raises(ValueError, match="sample_weight is no matrix"):
        VAE().fit(X, sample_weight=[[1], [2, 3]] * 20)


def test_texts_where_numbers_belong_are_named_with_their_row():
    texts = ["1.5"] * 17 + ["d"] + ["2"] * 22
    objects = np.array(texts, dtype=object)
    with pytest.raises(ValueError, match=r"real numbers: .* at row 17 \(counted from 0\) is the text 'd'; NaN stands"):
        Regressor().fit(X, objects)
    with pytest.raises(ValueError, match=r"sample_weight must be numbers.*at row 17 \(.*is the text 'd'"):
        VAE().fit(X, sample_weight=objects)
    with pytest.raises(ValueError, match=r"at row 17, column 1 \(\"b\"\) \(counted from 0\) is the text 'd'"):
        Autoencoder().fit(pandas_frame(X, object).assign(b=objects))
    model = VAE(likelihood="gaussian", **SMALL).initialize(3)
    with pytest.raises(ValueError, match=r"encoder/head/bias is not an array of numbers: .* at row 17 .* 'd'"):
        model.set_weights({"encoder/head/bias": objects}, strict=False)


def test_tensors_that_numpy_cannot_read():
    class Odd(Tensor):
        dtype = "bfloat16"

        def __dlpack__(self, **options):
            raise BufferError("unsupported dtype")

    with pytest.raises(TypeError, match=r"X is a Odd of dtype bfloat16.*unsupported dtype.*give it as float32"):
        VAE().fit(Odd(X))


@pytest.mark.parametrize("convert", [lambda table: table, lambda table: table.to_batches()[0]])
def test_gaps_of_arrow_are_completed_in_a_data_frame(convert):
    pyarrow, pandas = pytest.importorskip("pyarrow"), pytest.importorskip("pandas")
    numbers = np.where(np.arange(60) % 7 == 0, np.nan, np.linspace(-1, 1, 60))
    words = [None if row % 5 == 1 else ("no", "yes")[row % 2] for row in range(60)]
    given = convert(pyarrow.table({"number": pyarrow.array(numbers, from_pandas=True), "word": words}))
    model = VAE(latent_dim=1, missing="ignore", epochs=1, **SMALL).fit(given)
    completed = model.impute(given, samples=5)
    assert isinstance(completed, pandas.DataFrame)
    assert completed.isna().sum().sum() == 0
    assert set(completed["word"]) == {"no", "yes"}
    several = model.impute(given, samples=5, imputations=2, estimate="sample")
    assert all(isinstance(each, pandas.DataFrame) for each in several)
