"""Labels from the columns of AnnData's obs: categories, of which rows may have none, and plain columns."""

from ctypes import byref

import h5py
import numpy as np
import pytest
import vaelib
from c_interface import DATA, NO_CALLBACK, OK, SUPERVISED, layer_configs, make, refused, stack_config, training_config
from sparse_files import add_anndata, counts
from vaelib._c import header
from vaelib._c.calls import defaults
from vaelib._c.library import library

X = counts(90, 20, 0.3)
KINDS = np.array(["T cell", "B cell", "müsli"])
CODES = np.arange(90) % 3


def add_categories(group, name, codes, categories):
    """As anndata 0.7 and later write a column of categories."""
    column = group.create_group(name)
    column["codes"] = codes.astype("i1")
    texts = h5py.string_dtype() if isinstance(categories[0], str) else None
    column.create_dataset("categories", data=categories, dtype=texts)
    column.attrs["encoding-type"], column.attrs["ordered"] = "categorical", False
    return column


@pytest.fixture
def path(tmp_path):
    with h5py.File(tmp_path / "x.h5ad", "w") as file:
        add_anndata(file, "X", X)
        file["dense"] = X.toarray()
        obs = file.create_group("obs")
        add_categories(obs, "kind", CODES, list(KINDS))
        add_categories(obs, "some", np.where(CODES == 1, -1, CODES), list(KINDS))
        add_categories(obs, "number", CODES, np.array([7, -3, 2**40]))
        add_categories(obs, "some number", np.where(CODES == 1, -1, CODES), np.array([7, 9, 2**40]))
        add_categories(obs, "flag", CODES % 2, np.array([True, False]))
        add_categories(obs, "unused", CODES, ["a", "b", "c", "never"])
        add_categories(obs, "nothing", CODES * 0 - 1, ["a"])
        obs["plain"] = CODES + 4
        obs["texts"] = KINDS[CODES].astype(object)
        obs["old"] = CODES.astype("i1")
        obs["__categories/old"] = KINDS.astype(object)
    return tmp_path / "x.h5ad"


EXPECTED = {
    "kind": KINDS[CODES],
    "/obs//kind": KINDS[CODES],
    "old": KINDS[CODES],
    "number": np.array([7, -3, 2**40])[CODES],
    "flag": np.array([True, False])[CODES % 2],
    "unused": np.array(["a", "b", "c"])[CODES],
    "plain": CODES + 4,
    "texts": KINDS[CODES],
    "some": np.array(["T cell", -1, "müsli"], dtype=object)[CODES],
    "some number": np.array([7, -1, 2**40])[CODES],
    "nothing": np.full(90, -1, dtype=object),
}


@pytest.mark.parametrize("name", EXPECTED)
@pytest.mark.parametrize("examples", ["X", "dense"])
@pytest.mark.parametrize("in_child", [False, True])
def test_labels(path, name, examples, in_child):
    full = name if "/" in name else f"obs/{name}"
    for options in ({}, {"memory_budget": 0}, {"labels_path": path}):
        dataset = vaelib.open_dataset(path, examples, full, check_in_child=in_child, **options)
        found = dataset.labels
        assert found.tolist() == EXPECTED[name].tolist()
        assert found.dtype.kind == EXPECTED[name].dtype.kind
        assert dataset[[5, 1]].labels.tolist() == EXPECTED[name][[5, 1]].tolist()


def test_rows_without_a_category_are_not_learned_from(path):
    make = {"hidden": (6,), "pretrain_epochs": 1, "finetune_epochs": 3, "random_state": 0}
    dataset = vaelib.open_dataset(path, "X", "obs/some", memory_budget=0)
    model = vaelib.StackedDenoisingClassifier(**make).fit(dataset)
    assert list(model.classes_) == ["T cell", "müsli"]
    other = vaelib.StackedDenoisingClassifier(**make).fit(
        vaelib.open_dataset(path, "dense", memory_budget=0), dataset.labels
    )
    assert model.predict_proba(X).shape == (90, 2)
    assert other.classes_.tolist() == model.classes_.tolist()
    known = dataset.labels != -1
    assert model.score(dataset) == model.score(X[known], dataset.labels[known])


def test_joining_columns(path, tmp_path):
    with h5py.File(tmp_path / "y.h5ad", "w") as file:
        add_anndata(file, "X", X)
        add_categories(file.create_group("obs"), "some", np.arange(90) % 2 - 1, ["NK cell"])
        add_categories(file["obs"], "some number", np.arange(90) % 2 - 1, np.array([9]))
        add_categories(file["obs"], "number", np.arange(90) % 2, np.array([9, 7]))
    for name, expected in {
        "some": [*EXPECTED["some"], *[-1, "NK cell"] * 45],
        "some number": [*EXPECTED["some number"], *[-1, 9] * 45],
        "number": [*EXPECTED["number"], *[9, 7] * 45],
    }.items():
        assert vaelib.open_dataset([path, tmp_path / "y.h5ad"], "X", f"obs/{name}").labels.tolist() == expected
    parts = [vaelib.open_dataset(path, "X", f"obs/{name}") for name in ("some", "some number")]
    with pytest.raises(vaelib.InvalidArgument, match=r"labels of datasets\[1\] are numbers, but .* are texts"):
        vaelib.concatenate(parts)


@pytest.mark.parametrize("name", ["some", "some number", "nothing"])
def test_training_from_c_names_the_first_row_without(path, name):
    options = defaults(header.DatasetOptions)
    options.labels = f"obs/{name}".encode()
    dataset = make(header.Dataset, "vaelib_dataset_open", bytes(path), b"X", byref(options))
    config = stack_config(layer_configs(loss=b"squared_error"), data_dim=20)
    stack = make(header.Model, "vaelib_stack_create", byref(config))
    training = (SUPERVISED, byref(training_config()), NO_CALLBACK, None)
    row = 0 if name == "nothing" else 1
    message = refused("vaelib_stack_finetune", [stack, dataset, None, *training], DATA, f"no label at row {row}")
    assert "vaelib_dataset_select" in message
    # Learning without labels does not look at them.
    assert library.vaelib_stack_pretrain(stack, dataset, *training[1:]) == OK
    assert library.vaelib_stack_finetune(stack, dataset, None, header.PHASE["unsupervised"], *training[1:]) == OK
    library.vaelib_model_free(stack)
    library.vaelib_dataset_free(dataset)


def replace(group, name, values):
    del group[name]
    group[name] = values


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda c: replace(c, "codes", np.where(CODES == 1, 3, CODES)), "has code 3 at row 1; there are 3 categories"),
        (lambda c: replace(c, "codes", np.where(CODES == 1, -2, CODES)), "has code -2 at row 1"),
        (lambda c: replace(c, "codes", CODES[:-1]), "cannot serve as labels: it has shape 89, but .* needs 90 labels"),
        (lambda c: replace(c, "codes", CODES + 0.5), "row 0 holds 0.5"),
        (lambda c: replace(c, "codes", KINDS[CODES].astype(object)), "holds no whole numbers"),
        (lambda c: replace(c, "categories", KINDS[[0, 0, 1]].astype(object)), "is also that of an earlier class"),
        (lambda c: replace(c, "categories", np.zeros(0)), '"obs/kind/categories" .* is empty'),
        (lambda c: replace(c, "categories", np.array([0.5, 1, 2])), "row 0 holds 0.5"),
        (lambda c: c.__delitem__("categories"), 'group "obs/kind" .* is not a dataset'),
    ],
)
def test_damaged_columns(path, change, message):
    with h5py.File(path, "a") as file:
        change(file["obs/kind"])
    for examples in ("X", "dense"):
        with pytest.raises(vaelib.FormatError, match=message):
            vaelib.open_dataset(path, examples, "obs/kind")
