"""Labels in files: whole numbers of any type and base, booleans, texts, enumerations; their names in models."""

import time

import h5py
import numpy as np
import pytest
import vaelib

X = np.random.RandomState(0).uniform(size=(60, 5)).astype(np.float32)
PLACES = np.arange(60) % 3
NAMES = np.array(["zebra", "ant", "m\u00fcsli"])[PLACES]


@pytest.fixture
def write(tmp_path):
    """Writes X and the labels y, of a type and in chunks if asked for; returns the path."""

    def write_file(y, name="labels.h5", **options):
        path = str(tmp_path / name)
        with h5py.File(path, "w") as file:
            file["x"] = X
            file.create_dataset("y", data=y, **options)
        return path

    return write_file


def stored(texts):
    """Texts as h5py writes them with a fixed length."""
    return np.array([text.encode() for text in texts], dtype=h5py.string_dtype("utf-8", 16))


def encoded(texts, width=16, padding=b"\0"):
    return np.array([text.encode().ljust(width, padding) for text in texts], dtype=f"S{width}")


KINDS = {
    "from 1": (PLACES + 1, {}),
    "with gaps": (np.array([-7, 3, 1_000_000_007])[PLACES], {}),
    "floats": (PLACES + 5.0, {}),
    "half floats": ((PLACES + 5).astype("f2"), {}),
    "big-endian": ((PLACES + 300).astype(">u2"), {}),
    "unsigned": ((PLACES + 2**40).astype("u8"), {}),
}


@pytest.mark.parametrize(("y", "options"), KINDS.values(), ids=list(KINDS))
@pytest.mark.parametrize("budget", [None, 0])
def test_whole_numbers(write, y, options, budget):
    with vaelib.open_dataset(write(y, **options), "x", "y", memory_budget=budget) as dataset:
        assert dataset.labels.dtype == np.int64
        np.testing.assert_array_equal(dataset.labels, y.astype(np.float64))


@pytest.mark.parametrize("chunks", [None, (7,)])
@pytest.mark.parametrize("gzip", [None, 4])
def test_texts(write, chunks, gzip):
    options = {"chunks": chunks or (gzip is not None) or None, "compression": gzip}
    with vaelib.open_dataset(write(stored(NAMES), **options), "x", "y") as dataset:
        np.testing.assert_array_equal(dataset.labels, NAMES)
        np.testing.assert_array_equal(dataset[::-2].labels, NAMES[::-2])
        np.testing.assert_array_equal(dataset[7:20].labels, NAMES[7:20])
        training, validation = dataset.split(0.2, random_state=0, stratify=True)
        assert sorted(set(validation.labels)) == sorted(set(NAMES))
        assert len(training) + len(validation) == 60


def test_padding_with_blanks(tmp_path):
    path = str(tmp_path / "blanks.h5")
    with h5py.File(path, "w") as file:
        file["x"] = X
        kind = h5py.h5t.C_S1.copy()
        kind.set_size(8)
        kind.set_strpad(h5py.h5t.STR_SPACEPAD)
        space = h5py.h5s.create_simple((60,))
        dataset = h5py.h5d.create(file.id, b"y", kind, space)
        dataset.write(h5py.h5s.ALL, h5py.h5s.ALL, encoded(np.array(["a b", "c", ""])[PLACES], 8, b" "), kind)
    with vaelib.open_dataset(path, "x", "y") as dataset:
        np.testing.assert_array_equal(dataset.labels, np.array(["a b", "c", ""])[PLACES])


@pytest.mark.parametrize("options", [{}, {"chunks": (7,)}, {"chunks": (7,), "compression": "gzip"}])
@pytest.mark.parametrize("libver", ["earliest", "latest"])
def test_texts_of_any_length(tmp_path, options, libver):
    path = str(tmp_path / "texts.h5")
    names = np.array(["zebra", "", "m\u00fcsli" * 300], dtype=object)[PLACES]
    with h5py.File(path, "w", libver=libver) as file:
        file["x"] = X
        file.create_dataset("y", data=names, dtype=h5py.string_dtype(), **options)
        file.create_dataset("unwritten", (60,), dtype=h5py.string_dtype(), chunks=(7,))
    for in_child in (False, True):
        with vaelib.open_dataset(path, "x", "y", check_in_child=in_child) as dataset:
            np.testing.assert_array_equal(dataset.labels, names)
    with vaelib.open_dataset(path, "x", "unwritten") as dataset:
        np.testing.assert_array_equal(dataset.labels, [""] * 60)


@pytest.mark.parametrize("base", ["i1", "u2", ">i4", "i8"])
def test_enumerations_give_their_names(write, base):
    kind = h5py.enum_dtype({"zebra": 5, "ant": 90, "lion": 7, "unused": 1}, basetype=base)
    path = write(np.array([5, 90, 7])[PLACES], dtype=kind)
    with vaelib.open_dataset(path, "x", "y") as dataset:
        np.testing.assert_array_equal(dataset.labels, np.array(["zebra", "ant", "lion"])[PLACES])


def test_booleans(write):
    with vaelib.open_dataset(write(PLACES == 1), "x", "y") as dataset:
        assert dataset.labels.dtype == np.bool_
        np.testing.assert_array_equal(dataset.labels, PLACES == 1)


def test_one_row_of_labels_as_matlab_writes_it(write):
    for y in (PLACES[np.newaxis], PLACES[:, np.newaxis], PLACES[np.newaxis, :, np.newaxis] + 0.0):
        with vaelib.open_dataset(write(y), "x", "y") as dataset:
            np.testing.assert_array_equal(dataset.labels, PLACES)


@pytest.mark.parametrize("type_name", ["u1", "f4", "i8", "?"])
@pytest.mark.parametrize("options", [{}, {"chunks": (7, 2), "compression": "gzip"}])
def test_one_column_for_each_class(write, type_name, options):
    path = write(np.eye(4)[PLACES + 1].astype(type_name), **options)
    for in_child in (False, True):
        with vaelib.open_dataset(path, "x", "y", check_in_child=in_child) as dataset:
            assert dataset.labels.dtype == np.int64
            np.testing.assert_array_equal(dataset.labels, PLACES + 1)
        with vaelib.open_dataset(path, "x", labels="y", labels_path=path, check_in_child=in_child) as dataset:
            np.testing.assert_array_equal(dataset.labels, PLACES + 1)
    # The class that no row has is none.
    model = vaelib.StackedDenoisingClassifier(hidden=(4,), pretrain_epochs=1, finetune_epochs=1, random_state=0)
    with vaelib.open_dataset(path, "x", "y") as dataset:
        np.testing.assert_array_equal(model.fit(dataset).classes_, [1, 2, 3])


def test_many_rows_with_a_column_for_each_class(tmp_path):
    path = str(tmp_path / "many.h5")
    labels = np.random.RandomState(0).randint(300, size=1500)
    with h5py.File(path, "w") as file:
        file["x"] = np.zeros((1500, 1), "f4")
        file["y"] = np.eye(300, dtype="u1")[labels]
    with vaelib.open_dataset(path, "x", "y") as dataset:
        np.testing.assert_array_equal(dataset.labels, labels)


def test_matrices_that_are_no_labels(write):
    matrix = np.eye(4)[PLACES]
    for value, text in ((1, "a 1 in columns 0 and 3"), (0.5, "0.5 in column 3"), (np.nan, "nan in column 3")):
        wrong = matrix.copy()
        wrong[3, 3] = value
        with pytest.raises(vaelib.FormatError, match=f"it has 4 columns, and row 3 has {text}. .* targets"):
            vaelib.open_dataset(write(wrong), "x", "y")
    matrix[59] = 0
    with pytest.raises(vaelib.FormatError, match="row 59 has no 1"):
        vaelib.open_dataset(write(matrix), "x", "y")
    with pytest.raises(vaelib.FormatError, match="needs 60 labels, one a row"):
        vaelib.open_dataset(write(np.eye(4)), "x", "y")


def test_labels_in_another_file(write, tmp_path):
    other = str(tmp_path / "other.h5")
    with h5py.File(other, "w") as file:
        file.create_dataset("names", data=stored(NAMES))
    for in_child in (False, True):
        path = write(PLACES)
        with vaelib.open_dataset(path, "x", "names", labels_path=other, check_in_child=in_child) as dataset:
            np.testing.assert_array_equal(dataset.labels, NAMES)


def test_several_files_number_the_names_of_all(write):
    first = write(stored(NAMES), "first.h5")
    second = write(stored(np.array(["ant", "bee"])[PLACES % 2]), "second.h5")
    expected = np.concatenate([NAMES, np.array(["ant", "bee"])[PLACES % 2]])
    with vaelib.open_dataset([first, second], "x", "y") as dataset:
        np.testing.assert_array_equal(dataset.labels, expected)
        with vaelib.concatenate([dataset[60:], dataset[:60]]) as other_way:
            np.testing.assert_array_equal(other_way.labels, np.roll(expected, 60))
    with pytest.raises(ValueError, match=r"datasets\[1\] are numbers, but those of datasets\[0\] are texts"):
        vaelib.open_dataset([first, write(PLACES)], "x", "y")


@pytest.mark.parametrize(("length", "fits"), [(4096, True), (1 << 20, False)])
def test_many_elements_that_lead_to_one_text(tmp_path, length, fits):
    """A text is looked at once: otherwise a small file would take hours."""
    path, rows = str(tmp_path / "repeated.h5"), 400_000
    with h5py.File(path, "w") as file:
        file["x"] = np.zeros((rows, 1), "u1")
        kind = h5py.string_dtype()
        file.create_dataset("y", data=np.array(["a" * length] + [""] * (rows - 1), dtype=object), dtype=kind)
        place = file["y"].id.get_offset()
    with open(path, "r+b") as file:
        file.seek(place)
        element = file.read(16)
        file.seek(place)
        file.write(element * rows)
    start = time.monotonic()
    if fits:
        assert set(vaelib.open_dataset(path, "x", "y")[-3:].labels) == {"a" * length}
    else:
        with pytest.raises(vaelib.FormatError, match="row 0 holds a text of 1048576 bytes; at most 4096 are allowed"):
            vaelib.open_dataset(path, "x", "y")
    assert time.monotonic() - start < 5


WRONG = {
    "real numbers": (PLACES + 0.5, {}, "row 0 holds 0.5; labels are whole numbers, texts"),
    "NaN": (np.where(PLACES == 1, np.nan, 1.0), {}, "row 1 holds nan"),
    "too large": ((PLACES.astype("u8") + 2**63), {}, "holds 9223372036854775808, and labels go up"),
    "not one a row": (PLACES[:59], {}, "needs 60 labels, one a row"),
    "a matrix": (X, {}, "has 5 columns, and row 0 has 0.548"),
    "not UTF-8": (np.array([b"\xff", b"a", b"b"])[PLACES], {}, "not UTF-8"),
    "no name": (PLACES + 1, {"dtype": h5py.enum_dtype({"a": 1, "b": 2}, "i4")}, "row 2 holds 3, for which its enum"),
    "a long name": (np.array([b"x" * 5000, b"a", b"b"] * 20), {}, "4096"),
}


@pytest.mark.parametrize(("y", "options", "text"), WRONG.values(), ids=list(WRONG))
def test_what_cannot_serve_as_labels(write, y, options, text):
    with pytest.raises(vaelib.FormatError, match=text) as error:
        vaelib.open_dataset(write(y, **options), "x", "y")
    assert '"y"' in str(error.value)


@pytest.mark.parametrize(
    ("y", "options", "classes"),
    [
        (stored(NAMES), {}, ["ant", "m\u00fcsli", "zebra"]),
        (PLACES * 10 + 1.0, {}, [1, 11, 21]),
        (PLACES == 1, {}, [False, True]),
        (PLACES, {"dtype": h5py.enum_dtype({"x": 2, "y": 1, "z": 0}, "u1")}, ["x", "y", "z"]),
    ],
    ids=["texts", "floats", "booleans", "enumeration"],
)
def test_estimators_keep_the_names(write, tmp_path, y, options, classes):
    with vaelib.open_dataset(write(y, **options), "x", "y", memory_budget=0) as dataset:
        model = vaelib.StackedDenoisingClassifier((8,), pretrain_epochs=1, finetune_epochs=2, random_state=0)
        model.fit(dataset, validation=dataset[:30])
        assert model.classes_.tolist() == classes
        assert set(model.predict(dataset).tolist()) <= set(classes)
        assert 0 <= model.score(dataset) <= 1
        model.save(tmp_path / "model.h5")
        loaded = vaelib.load(tmp_path / "model.h5")
        assert loaded.classes_.tolist() == classes
        np.testing.assert_array_equal(loaded.predict(dataset), model.predict(dataset))
        # the same labels in memory train the same model
        again = vaelib.StackedDenoisingClassifier((8,), pretrain_epochs=1, finetune_epochs=2, random_state=0)
        with vaelib.open_dataset(write(y, "again.h5", **options), "x", memory_budget=0) as bare:
            again.fit(bare, dataset.labels, validation=(X[:30], dataset.labels[:30]))
        np.testing.assert_array_equal(again.predict_proba(X), model.predict_proba(X))


def test_a_validation_set_may_have_fewer_and_no_other_labels(write):
    training = vaelib.open_dataset(write(stored(NAMES)), "x", "y")
    model = vaelib.StackedDenoisingClassifier((8,), pretrain_epochs=0, finetune_epochs=1, random_state=0)
    few = stored(["zebra", "ant"] * 30)
    model.fit(training, validation=vaelib.open_dataset(write(few, "few.h5"), "x", "y"))
    other = vaelib.open_dataset(write(stored(["bear", "ant", "ant"] * 20), "other.h5"), "x", "y")
    with pytest.raises(ValueError, match="bear"):
        model.fit(training, validation=other)


def test_a_trainer_finds_labels_by_their_names(write):
    path = write(stored(NAMES))
    with vaelib.open_dataset(path, "x", "y") as dataset:
        model = vaelib.StackedDenoisingClassifier((8,), pretrain_epochs=0, finetune_epochs=1, random_state=0)
        model.fit(dataset)
        copies = [vaelib.Trainer(model.__copy__(), 60, phase="supervised") for _ in range(2)]
        numbered = dataset.relabel(np.searchsorted(model.classes_, NAMES))
        assert copies[0].step(dataset)["loss"] == copies[1].step(numbered)["loss"]
