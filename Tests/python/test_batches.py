"""Examples that come in batches: from generators, loaders, files in chunks."""

import os

import numpy as np
import pytest
import vaelib
from estimators import VAE, Autoencoder, Classifier, Regressor, weights_as_bytes

RANDOM = np.random.RandomState(0)
X = RANDOM.normal(size=(90, 4)).astype(np.float32)
Y = np.array(["no", "yes"])[(X[:, 0] > 0).astype(int)]
SMALL = {"hidden": (4,), "random_state": 0}

pytestmark = pytest.mark.filterwarnings("ignore::vaelib.VaelibWarning")


def parts(*arrays, rows=40):
    """The arrays in batches, one or several together."""
    for first in range(0, len(arrays[0]), rows):
        batch = tuple(array[first : first + rows] for array in arrays)
        yield batch if len(batch) > 1 else batch[0]


class Loader:
    """As PyTorch's: it may be gone through again, and its batches are lists."""

    def __init__(self, *arrays):
        self.arrays = arrays

    def __len__(self):
        return 3

    def __iter__(self):
        return (list(batch) for batch in parts(*self.arrays))


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """Where temporary files go, which are gone afterwards."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    yield tmp_path
    assert os.listdir(tmp_path) == []


def test_a_training_is_the_same_as_on_the_whole():
    for make in (VAE, Autoencoder):
        model, whole = make(epochs=2, scale=2, **SMALL), make(epochs=2, scale=2, **SMALL).fit(X)
        for given in (parts(X), Loader(X, Y), iter([X])):
            assert weights_as_bytes(model.fit(given)) == weights_as_bytes(whole)
        np.testing.assert_array_equal(model.transform(parts(X)), whole.transform(X))
        held_out = make(epochs=2, **SMALL).fit(parts(X), validation=parts(X))
        assert weights_as_bytes(held_out) == weights_as_bytes(make(epochs=2, **SMALL).fit(X, validation=X))
    weights = np.arange(90) % 3
    weighted = VAE(epochs=1, **SMALL).fit(parts(X), sample_weight=weights)
    assert weights_as_bytes(weighted) == weights_as_bytes(VAE(epochs=1, **SMALL).fit(X, sample_weight=weights))
    sparse = pytest.importorskip("scipy.sparse").csr_matrix(X)
    assert weights_as_bytes(VAE(epochs=1, **SMALL).fit(iter([sparse]))) == weights_as_bytes(
        VAE(epochs=1, **SMALL).fit(X)
    )


def test_batches_that_come_once_are_enough_for_two_methods():
    model = VAE(epochs=1, **SMALL)
    codes = model.fit_transform(parts(X))
    np.testing.assert_array_equal(codes, model.transform(X))
    np.testing.assert_array_equal(model.fit_predict(parts(X)), model.predict(X))
    cleaner = Autoencoder(epochs=1, **SMALL)
    np.testing.assert_array_equal(cleaner.fit_predict(parts(X)), cleaner.predict(X))
    reader = Classifier(pretrain_epochs=0, finetune_epochs=1, **SMALL)
    np.testing.assert_array_equal(reader.fit_transform(parts(X, Y)), reader.transform(X))
    frames = pytest.importorskip("pandas")
    frame = frames.DataFrame(X, columns=list("abcd"))
    model.fit_transform(iter([frame[:50], frame[50:]]))
    assert list(model.feature_names_in_) == list("abcd")
    with pytest.raises(ValueError, match="now missing"):
        model.set_params(warm_start=True).fit_transform(iter([frame[["a", "b", "c"]]]))


def test_labels_and_targets_come_with_them():
    reader = Classifier(pretrain_epochs=1, finetune_epochs=2, **SMALL)
    expected = weights_as_bytes(reader.fit(X, Y, validation=(X, Y)))
    assert weights_as_bytes(reader.fit(parts(X, Y), validation=parts(X, Y))) == expected
    assert reader.classes_.tolist() == ["no", "yes"]
    assert weights_as_bytes(reader.fit(parts(X), Y, validation=Loader(X, Y))) == expected
    meter = Regressor(pretrain_epochs=1, finetune_epochs=2, **SMALL)
    expected = weights_as_bytes(meter.fit(X, X[:, :2]))
    assert weights_as_bytes(meter.fit(parts(X, X[:, :2]))) == expected
    with pytest.raises(ValueError, match="requires y"):
        reader.fit(parts(X))


def test_data_frames_in_chunks(tmp_path_factory):
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame(X, columns=list("abcd"))
    path = tmp_path_factory.mktemp("data") / "x.csv"
    frame.to_csv(path, index=False)
    chunks = pandas.read_csv(path, chunksize=40, dtype=np.float32)
    model = VAE(epochs=1, **SMALL).fit(chunks)
    assert weights_as_bytes(model) == weights_as_bytes(VAE(epochs=1, **SMALL).fit(frame))
    assert list(model.feature_names_in_) == list("abcd")
    mixed = frame.assign(kind=Y)
    model = VAE(epochs=1, **SMALL).fit(iter([mixed[:60], mixed[60:]]))
    assert model.categories_["kind"].tolist() == ["no", "yes"]
    assert model.transform(iter([mixed[:5], mixed[5:7]])).shape == (7, 20)
    with pytest.raises(ValueError, match="now missing:\n- d"):
        VAE(epochs=1, **SMALL).fit(iter([frame, frame[["a", "b", "c"]]]))
    with pytest.raises(vaelib.DataError, match=r"'never' at row 0, column 4 \(\"kind\"\)"):
        VAE(epochs=1, **SMALL).fit(iter([mixed, mixed.assign(kind="never")]))


def test_they_stay_in_their_file_if_they_are_many(monkeypatch):
    """Though that has no name any more."""
    from vaelib.data import batches

    opened = batches.open_dataset
    monkeypatch.setattr(batches, "open_dataset", lambda *args, **options: opened(*args, memory_budget=0, **options))
    model = VAE(epochs=2, **SMALL).fit(parts(X))
    np.testing.assert_array_equal(model.transform(parts(X)), model.transform(X))
    data = batches.collect(parts(X), lambda batch, _: batch, 1, 0).dataset
    assert not data.in_memory
    np.testing.assert_array_equal(data[::-1].numpy(), X[::-1])


@pytest.mark.parametrize(
    ("given", "text"),
    [
        (lambda: iter([]), "X has no batches; a generator that was used before"),
        (lambda: iter([X, X[:, 1:]]), "batch 2 has 3 features, but the first has 4"),
        (lambda: iter([(X, Y), X]), "batch 2 has no labels, but those before have some"),
        (lambda: iter([X, (X, Y)]), "batch 2 has labels, but those before have none"),
        (lambda: iter([(X, Y, Y)]), "batch 1 has 3 parts"),
        (lambda: iter([X[0]]), "Expected 2D array"),
        (lambda: iter([[X.reshape(90, 1, 2, 2), Y]]), "got 4D array instead"),
        (lambda: iter([np.where(X > 1, np.nan, X)]), "NaN at row"),
    ],
)
def test_batches_that_are_none(given, text):
    model = VAE(epochs=1, **SMALL)
    with pytest.raises(ValueError, match=text):
        model.fit(given())
    assert not hasattr(model, "n_features_in_")


def test_what_a_generator_raises_comes_out():
    def broken():
        yield X
        raise OSError("the source is gone")

    model = VAE(epochs=1, **SMALL).fit(X)
    before = weights_as_bytes(model)
    with pytest.raises(OSError, match="the source is gone"):
        model.fit(broken())
    assert weights_as_bytes(model) == before


def test_labels_that_are_none_are_no_labels():
    whole = weights_as_bytes(VAE(epochs=1, **SMALL).fit(X))
    assert weights_as_bytes(VAE(epochs=1, **SMALL).fit(iter([(X[:40], None), [X[40:], None]]))) == whole
    with pytest.raises(ValueError, match="batch 2 has no labels"):
        VAE(epochs=1, **SMALL).fit(iter([(X[:40], Y[:40]), (X[40:], None)]))


@pytest.mark.parametrize(
    ("make", "method"), [(VAE, "fit_transform"), (VAE, "fit_predict"), (Autoencoder, "fit_transform")]
)
def test_a_fit_for_another_method_that_fails_leaves_the_names(make, method):
    pandas = pytest.importorskip("pandas")
    first, second = (pandas.DataFrame(X, columns=list(names)) for names in ("abcd", "wxyz"))
    model = make(epochs=1, **SMALL).fit(first)
    with pytest.raises(ValueError, match="learning_rate"):
        getattr(model.set_params(learning_rate=-1), method)(iter([second]))
    assert list(model.feature_names_in_) == list("abcd")
    assert len(model.transform(first)) == 90
