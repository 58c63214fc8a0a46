"""Files of stacks: the classes' names and how they were trained come back; what is bad in them is refused."""

import warnings
import zlib
from struct import pack

import h5py
import numpy as np
import pytest
import vaelib
from stacks import examples

LABELS = {
    "text": np.array(["a", "ä", ""]),
    "integer": np.array([-3, 0, 7]),
    "small integers": np.array([3, 1, 2], dtype=np.int8),
    "large integers": np.array([1, 2**64 - 1, 2**63], dtype=np.uint64),
    "boolean": np.array([False, True]),
    "real": np.array([1.0, -2.0, 1e20]),
    "objects that are texts": np.array(["x", "y", "longer"], dtype=object),
}


def fitted(labels, **options):
    x = examples(30, 4)
    options = {"hidden": (3,), "pretrain_epochs": 0, "finetune_epochs": 1, "random_state": 1, **options}
    return vaelib.StackedDenoisingClassifier(**options).fit(x, np.resize(labels, 30)), x


@pytest.mark.parametrize("kind", LABELS)
def test_classes_come_back(tmp_path, kind):
    model, x = fitted(LABELS[kind])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        model.save(tmp_path / "stack.h5")
    loaded = vaelib.load(tmp_path / "stack.h5")
    assert loaded.classes_.tolist() == model.classes_.tolist()
    assert [type(each) for each in loaded.classes_.tolist()] == [type(each) for each in model.classes_.tolist()]
    assert loaded.predict(x).tolist() == model.predict(x).tolist()
    loaded.save(tmp_path / "again.h5")
    assert (tmp_path / "again.h5").read_bytes() == (tmp_path / "stack.h5").read_bytes()


def test_other_classes_are_kept_as_numbers_with_a_warning(tmp_path):
    model = fitted(np.array([b"a", b"b"]))[0]
    with pytest.warns(vaelib.VaelibWarning, match="0 to 1; pickle"):
        model.save(tmp_path / "stack.h5")
    assert vaelib.load(tmp_path / "stack.h5").classes_.tolist() == [0, 1]
    model.classes_ = np.array(["one", "two"])
    model.save(tmp_path / "stack.h5")
    assert vaelib.load(tmp_path / "stack.h5").classes_.tolist() == ["one", "two"]
    model.classes_ = np.array([1, "two"], dtype=object)
    with pytest.warns(vaelib.VaelibWarning, match="0 to 1; pickle"):
        model.save(tmp_path / "stack.h5")
    assert vaelib.load(tmp_path / "stack.h5").classes_.tolist() == [0, 1]


def test_a_pretrained_stack_takes_the_names_of_its_new_labels(tmp_path):
    fitted(np.array(["a", "b"]))[0].save(tmp_path / "stack.h5")
    model = fitted(np.array([7, 9]), pretrained=tmp_path / "stack.h5")[0]
    model.save(tmp_path / "again.h5")
    assert vaelib.load(tmp_path / "again.h5").classes_.tolist() == [7, 9]


@pytest.mark.parametrize("bad", [["a", "a"], ["a", "x" * 5000], ["a", "b\0c"]])
def test_names_that_cannot_be_kept_are_an_error(tmp_path, bad):
    model = fitted(LABELS["boolean"])[0]
    model.classes_ = np.array(bad)
    with pytest.raises(ValueError, match=r"class 1|null"):
        model.save(tmp_path / "stack.h5")
    assert not (tmp_path / "stack.h5").exists()


def test_parameters_that_say_nothing_new_have_the_defaults(tmp_path):
    options = {"hidden": (4,), "epochs": 2, "batch_size": 9}
    vaelib.StackedDenoisingAutoencoder(**options).fit(examples(30, 5)).save(tmp_path / "stack.h5")
    loaded = vaelib.load(tmp_path / "stack.h5")
    fresh = vaelib.StackedDenoisingAutoencoder(**options).set_params(random_state=loaded.random_state)
    assert loaded.get_params() == {**fresh.get_params(), "loss": "squared_error"}


def test_what_was_never_trained_has_the_defaults(tmp_path):
    vaelib.StackedDenoisingAutoencoder(hidden=(4,), loss="cross_entropy", batch_size=3).initialize(5).save(
        tmp_path / "stack.h5"
    )
    with h5py.File(tmp_path / "stack.h5") as file:
        assert len(file["training"].attrs) == 0
        assert "classes" not in file
    assert vaelib.load(tmp_path / "stack.h5").batch_size == vaelib.StackedDenoisingAutoencoder().batch_size


def changed(path, change):
    """Changes a model file with h5py and seals it anew, as docs/file-format.md says."""
    with h5py.File(path, "r+") as file:
        change(file)
    content = path.read_bytes()[512:]
    line = b"vaelib model; an HDF5 file from byte 512 onward\n"
    path.write_bytes(pack("<48sQI452x", line, len(content), zlib.crc32(content)) + content)


def replaced(name, values, **options):
    def change(file):
        if name in file:
            del file[name]
        if values is not None:
            file.create_dataset(name, data=values, **options)

    return change


def attribute(name, value):
    group, _, key = name.rpartition("/")

    def change(file):
        if key in file[group].attrs:
            del file[group].attrs[key]
        if value is not None:
            file[group].attrs[key] = value

    return change


@pytest.mark.parametrize(
    ("change", "text"),
    [
        (replaced("classes/names", None), "missing"),
        (replaced("classes/names", np.array([b"a"])), "one name for each of 2 classes"),
        (replaced("classes/names", np.array([b"a", b"b", b"c"])), "one name for each of 2 classes"),
        (replaced("classes/names", np.array([[b"a", b"b"]])), "one name for each of 2 classes"),
        (replaced("classes/names", np.array([b"a", b"a"])), "an earlier class"),
        (replaced("classes/names", np.array([b"a", b"\xff"])), "UTF-8"),
        (replaced("classes/names", np.array([b"a", b"b" * 5000])), "at most 4096 bytes"),
        (replaced("classes/names", np.array([1, 2])), "fixed-length strings"),
        (replaced("classes/names", ["a", "b"], dtype=h5py.string_dtype()), "variable-length"),
        (replaced("classes/names", np.array([b"a", b"b"]), chunks=(1,)), "one block"),
        (attribute("classes/type", np.bytes_("integer")), "not of the type integer"),
        (attribute("classes/type", np.bytes_("colour")), "unknown type"),
        (attribute("classes/type", 3), "should be a text"),
        (attribute("classes/type", None), "missing"),
        (attribute("training/supervised_dropout", None), "supervised_dropout"),
        (attribute("training/supervised_epochs", None), "supervised_epochs"),
        (attribute("training/supervised_learning_rate", -1.0), "supervised_learning_rate"),
        (attribute("training/pretraining_epochs", 3), "pretraining_batch_size"),
    ],
)
def test_what_does_not_fit_is_refused(tmp_path, change, text):
    path = tmp_path / "stack.h5"
    fitted(np.array(["a", "b"]))[0].save(path)
    changed(path, change)
    with pytest.raises(vaelib.FormatError, match=text) as caught:
        vaelib.load(path)
    assert "stack.h5" in str(caught.value)


@pytest.mark.parametrize(
    ("change", "classes"),
    [
        (lambda file: file.__delitem__("classes"), [0, 1]),
        (replaced("classes/names", np.array([b"yes", b"no"])), ["yes", "no"]),
        (
            replaced("classes/names", np.array(["já".encode(), b"nein"], dtype=h5py.string_dtype(length=9))),
            ["já", "nein"],
        ),
    ],
)
def test_what_another_program_may_write(tmp_path, change, classes):
    path = tmp_path / "stack.h5"
    fitted(np.array(["a", "b"]))[0].save(path)
    changed(path, change)
    assert vaelib.load(path).classes_.tolist() == classes
