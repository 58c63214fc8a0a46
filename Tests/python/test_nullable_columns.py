"""Labels and weights from columns of AnnData's obs of which entries may be missing: values and a mask."""

import h5py
import numpy as np
import pytest
import vaelib
from sparse_files import add_anndata, counts

X = counts(90, 20)
NUMBERS = np.array([7, -3, 2**40])[np.arange(90) % 3]
TEXTS = np.array(["T cell", "B cell", "müsli"], dtype=object)[np.arange(90) % 3]
NONE = np.zeros(90, dtype=bool)
MASK = np.arange(90) % 3 == 1
MASK[4] = False  # one of the second kind is known
SOME = np.array([0, 5, 89])


def add_column(group, name, kind, values, mask):
    """As anndata 0.8 and later write such a column."""
    column = group.create_group(name)
    texts = h5py.string_dtype() if values.dtype == object else None
    column.create_dataset("values", data=values, dtype=texts)
    column["mask"] = mask
    column.attrs["encoding-type"], column.attrs["encoding-version"] = f"nullable-{kind}", "0.1.0"
    return column


@pytest.fixture
def path(tmp_path):
    with h5py.File(tmp_path / "x.h5ad", "w") as file:
        add_anndata(file, "X", X)
        file["dense"] = X.toarray()
        obs = file.create_group("obs")
        add_column(obs, "number", "integer", NUMBERS, NONE)
        add_column(obs, "some number", "integer", np.where(MASK, 1, NUMBERS), MASK)
        add_column(obs, "small", "integer", (np.arange(90) % 3).astype("u1"), MASK)
        add_column(obs, "flag", "boolean", np.arange(90) % 2 == 1, NONE)
        add_column(obs, "some flag", "boolean", np.arange(90) % 2 == 1, MASK)
        add_column(obs, "text", "string-array", TEXTS, NONE)
        add_column(obs, "some text", "string-array", np.where(MASK, "", TEXTS), MASK)
        add_column(obs, "nothing", "integer", NUMBERS, ~NONE)
        add_column(obs, "minus one", "integer", np.where(NUMBERS == 7, -1, NUMBERS), MASK)
        add_column(obs, "minus one without gaps", "integer", np.where(NUMBERS == 7, -1, NUMBERS), NONE)
        column = obs.create_group("category")
        column["codes"] = (np.arange(90) % 3).astype("i1")
        add_column(column, "categories", "string-array", TEXTS[:3], NONE[:3])
    return tmp_path / "x.h5ad"


EXPECTED = {
    "number": NUMBERS,
    "/obs//number": NUMBERS,
    "some number": np.where(MASK, -1, NUMBERS),
    "small": np.where(MASK, -1, np.arange(90) % 3),
    "flag": np.arange(90) % 2 == 1,
    "some flag": np.where(MASK, -1, (np.arange(90) % 2 == 1).astype(object)),
    "text": TEXTS.astype(str),
    "some text": np.where(MASK, -1, TEXTS),
    "minus one without gaps": np.where(NUMBERS == 7, -1, NUMBERS),
    "category": TEXTS.astype(str),
}


@pytest.mark.parametrize("name", EXPECTED)
@pytest.mark.parametrize("examples", ["X", "dense"])
def test_labels(path, name, examples):
    full = name if "/" in name else f"obs/{name}"
    for options in ({}, {"memory_budget": 0}, {"labels_path": path}, {"check_in_child": True}):
        dataset = vaelib.open_dataset(path, examples, full, **options)
        assert dataset.labels.tolist() == EXPECTED[name].tolist()
        assert dataset.labels.dtype.kind == EXPECTED[name].dtype.kind
        assert dataset[SOME].labels.tolist() == EXPECTED[name][SOME].tolist()


@pytest.mark.parametrize("name", ["some number", "some text", "some flag"])
def test_what_is_missing_is_no_label(path, name):
    make = {"hidden": (6,), "pretrain_epochs": 1, "finetune_epochs": 2, "random_state": 0}
    dataset = vaelib.open_dataset(path, "X", f"obs/{name}", memory_budget=0)
    model = vaelib.StackedDenoisingClassifier(**make).fit(dataset)
    assert model.classes_.tolist() == sorted(set(EXPECTED[name][~MASK].tolist()))
    known = dataset.labels != -1
    np.testing.assert_array_equal(known, ~MASK)
    assert model.score(dataset) == model.score(X[known], dataset.labels[known])


def replace(column, name, values):
    del column[name]
    column[name] = values


REFUSED = {
    "nothing": (None, 'column "obs/nothing" of .* has no values: its mask is true at each row'),
    "minus one": (
        None,
        'column "obs/minus one" of .* the value -1 at row 0 and none at row 1; as labels both would be',
    ),
    "number": (lambda column: replace(column, "mask", NONE[1:]), r"obs/number/mask.* 90 labels"),
    "text": (lambda column: replace(column, "mask", np.arange(90)), 'column "obs/text" .* other values than false and'),
    "flag": (lambda column: replace(column, "mask", np.full(90, 0.5)), r"obs/flag/mask.* row 0 holds 0\.5"),
    "small": (lambda column: replace(column, "values", NUMBERS[1:]), r"obs/small/values.* needs 90 labels"),
    "some text": (lambda column: (column.__delitem__("mask"), column.create_group("mask")), "obs/some text/mask"),
    "category": (
        lambda column: replace(column["categories"], "mask", np.array([False, True, False])),
        'column "obs/category/categories" of .* has categories without names',
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_columns_that_are_refused(path, name):
    change, message = REFUSED[name]
    if change is not None:
        with h5py.File(path, "a") as file:
            change(file["obs"][name])
    for in_child in (False, True):
        with pytest.raises(vaelib.FormatError, match=message):
            vaelib.open_dataset(path, "X", f"obs/{name}", check_in_child=in_child)


@pytest.mark.parametrize("in_child", [False, True])
@pytest.mark.parametrize("kind", ["integer", "boolean"])
def test_weights(path, in_child, kind):
    weights = np.arange(90) % 4 if kind == "integer" else np.arange(90) % 2 == 1
    with h5py.File(path, "a") as file:
        add_column(file["obs"], "weight", kind, weights, NONE)
        add_column(file["obs"], "some weight", kind, weights, MASK)
    for options in ({}, {"weights_path": path}):
        dataset = vaelib.open_dataset(path, "X", weights="obs/weight", check_in_child=in_child, **options)
        np.testing.assert_array_equal(dataset.weights, weights)
        with pytest.raises(
            vaelib.FormatError, match=r'column "obs/some weight" of .* no number at row 1, where its mask'
        ):
            vaelib.open_dataset(path, "X", weights="obs/some weight", check_in_child=in_child, **options)
