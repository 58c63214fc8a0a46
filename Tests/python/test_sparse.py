"""Sparse matrices of scipy as examples: the same as dense arrays of their numbers, bit by bit."""

import shutil
import subprocess
import sys

import numpy as np
import pytest
import vaelib
from checkpoints import assert_same, vae
from estimators import KINDS, labels_for

sparse = pytest.importorskip("scipy.sparse")

DTYPES = ["uint8", "int8", "uint16", "int16", "uint32", "int32", "uint64", "int64", "float32", "float64", "bool"]
FORMATS = ["csr", "csc", "coo", "lil", "dok", "bsr", "dia"]


def matrix(rows=60, columns=20, density=0.2, dtype="float32", seed=0):
    random = np.random.RandomState(seed)
    made = sparse.random(rows, columns, density, format="csr", random_state=random)
    made.data = random.randint(1, 100, made.nnz)
    return made.astype(dtype)


@pytest.mark.parametrize("dtype", [*DTYPES, "longdouble"])
@pytest.mark.parametrize("scaling", [{}, {"scale": -0.3, "shift": 0.7}])
def test_every_dtype(dtype, scaling):
    X = matrix(dtype=dtype)
    with vaelib.Dataset(X, **scaling) as dataset, vaelib.Dataset(X.toarray(), **scaling) as dense:
        assert (dataset.shape, dataset.dtype, dataset.in_memory) == (dense.shape, dense.dtype, True)
        assert (dataset.sparse, dataset.nnz, dense.sparse, dense.nnz) == (True, X.nnz, False, 1200)
        assert dataset.numpy().tobytes() == dense.numpy().tobytes()


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("kind", ["matrix", "array"])
def test_every_format(form, kind):
    X = matrix()
    converted = getattr(sparse, f"{form}_{kind}")(X)
    np.testing.assert_array_equal(vaelib.Dataset(converted).numpy(), X.toarray())


def test_a_csr_matrix_is_read_in_place():
    X = matrix()
    dataset = vaelib.Dataset(X)
    X.data[:] = 7
    assert set(np.unique(dataset.numpy())) == {0, 7}


def test_other_indices():
    X = matrix()
    expected = X.toarray()
    X.indices, X.indptr = X.indices.astype(np.int64), X.indptr.astype(np.int64)
    np.testing.assert_array_equal(vaelib.Dataset(X).numpy(), expected)
    X.indices = X.indices.astype(np.int32)
    np.testing.assert_array_equal(vaelib.Dataset(X).numpy(), expected)


@pytest.mark.parametrize("dtype", ["float32", "int32", "bool", "uint16"])
def test_several_numbers_at_one_place_are_added(dtype):
    data, indices = np.array([1, 1, 3, 1, 5]).astype(dtype), [2, 0, 2, 1, 1]
    X = sparse.csr_matrix((data, indices, [0, 3, 3, 5]), shape=(3, 4))
    np.testing.assert_array_equal(vaelib.Dataset(X).numpy(), X.toarray())
    assert X.nnz == 5  # nothing was done to the caller's


def test_rows_without_order_and_numbers_that_are_zero():
    X = sparse.csr_matrix((np.array([1.0, 0, 3, 4]), [3, 0, 1, 2], [0, 2, 2, 4]), shape=(3, 4))
    np.testing.assert_array_equal(vaelib.Dataset(X).numpy(), X.toarray())


def test_nothing_but_zeros():
    X = sparse.csr_matrix((5, 3), dtype="float32")
    np.testing.assert_array_equal(vaelib.Dataset(X, shift=1).numpy(), np.ones((5, 3)))


def test_rows_chosen_and_joined():
    X = matrix()
    dataset, dense = vaelib.Dataset(X, np.arange(60)), X.toarray()
    rows = np.random.RandomState(1).randint(60, size=50)
    for part in (dataset[rows], dataset[10:40][rows[rows < 30]], dataset[::-3]):
        np.testing.assert_array_equal(part.numpy(), dense[part.labels])
        assert part.nnz == np.count_nonzero(dense[part.labels])
    training, validation = dataset.split(0.25, 3, stratify=False)
    np.testing.assert_array_equal(validation.numpy(), dense[validation.labels])
    both = vaelib.concatenate([training, vaelib.Dataset(dense, np.arange(60))])
    np.testing.assert_array_equal(both.numpy(), dense[both.labels])
    np.testing.assert_array_equal(dataset[7], dense[7])
    assert "sparse" in repr(dataset)


def test_what_is_no_matrix():
    with pytest.raises(ValueError, match="Complex data not supported"):
        vaelib.Dataset(matrix().astype("complex64"))
    with pytest.raises(ValueError, match="Expected 2D array, got a 1D sparse array"):
        vaelib.Dataset(sparse.coo_array(np.arange(3)))
    X = matrix()
    X.indices[3] = 20
    with pytest.raises(vaelib.InvalidArgument, match="has an entry of column 20"):
        vaelib.Dataset(X)
    X = matrix()
    X.data = X.data[:-1]
    with pytest.raises(ValueError, match="contradicts itself"):
        vaelib.Dataset(X)


@pytest.mark.parametrize("kind", KINDS.values(), ids=list(KINDS))
def test_estimators(kind):
    X = matrix(120, 12, 0.3)
    X.data[:] = 1
    labels = labels_for(kind.make(), X.toarray())
    one, other = kind.make().fit(X, *labels), kind.make().fit(X.toarray(), *labels)
    for name, weight in one.get_weights().items():
        assert weight.tobytes() == other.get_weights()[name].tobytes()
    assert one.n_features_in_ == 12
    for form in FORMATS[:-1]:
        assert one.transform(X.asformat(form)).tobytes() == other.transform(X.toarray()).tobytes()
    with pytest.raises(ValueError, match="X has 11 features, but"):
        one.transform(X[:, :11])
    with pytest.raises(ValueError, match=r"Found array with 0 sample\(s\)"):
        one.transform(X[:0])


def test_counts_of_genes(tmp_path):
    X = matrix(200, 30, 0.2, "int32")
    make = {"latent_dim": 2, "likelihood": "negative_binomial", "epochs": 3, "random_state": 0}
    one = vaelib.VAE(**make).fit(X, validation=X[:50])
    other = vaelib.VAE(**make).fit(X.toarray(), validation=X[:50].toarray())
    assert one.score(X) == other.score(X.toarray())
    one.reconstruct_to_file(X, tmp_path / "out.h5")
    np.testing.assert_array_equal(
        vaelib.open_dataset(tmp_path / "out.h5", "reconstructions").numpy(), other.reconstruct(X.toarray())
    )
    np.testing.assert_array_equal(one.inverse_transform(sparse.csr_matrix(one.transform(X))), one.reconstruct(X))
    X.data[5] = -1
    row = np.searchsorted(X.indptr, 5, side="right") - 1
    with pytest.raises(vaelib.DataError, match=f"-1.0 at row {row}, column {X.indices[5]} "):
        one.fit(X)


def test_validation_examples_and_a_trainer():
    X, y = matrix(90, 12, 0.3), np.arange(90) % 3
    make = {"hidden": (8,), "random_state": 0, "pretrain_epochs": 2, "finetune_epochs": 3}
    one = vaelib.StackedDenoisingClassifier(**make).fit(X, y, validation=(X[:30], y[:30]))
    other = vaelib.StackedDenoisingClassifier(**make).fit(X.toarray(), y, validation=(X[:30].toarray(), y[:30]))
    np.testing.assert_array_equal(one.predict_proba(X), other.predict_proba(X.toarray()))
    assert one.score(X, y) == other.score(X.toarray(), y)
    metrics = []
    for batch in (X[:40], X[:40].toarray()):
        trainer = vaelib.Trainer(vaelib.VAE(2, likelihood="poisson", random_state=0).initialize(X), 90)
        metrics.append([trainer.step(batch) for _ in range(3)])
    assert metrics[0] == metrics[1]


def test_a_checkpoint_knows_the_matrix(tmp_path):
    X = matrix(100, 10)
    path = tmp_path / "c.h5"
    vae(likelihood="poisson", binarization="none", epochs=3).fit(X, checkpoint=vaelib.Checkpoint(path))
    whole = vae(likelihood="poisson", binarization="none", epochs=6)
    # A dense array of the same numbers is the same data.
    for examples in (X, X.toarray()):
        shutil.copy(path, tmp_path / "copy.h5")
        resumed = vae(likelihood="poisson", binarization="none", epochs=6)
        resumed.fit(examples, checkpoint=vaelib.Checkpoint(tmp_path / "copy.h5"))
        assert_same(resumed, whole.fit(X))
    X.data[0] += 1  # of the first row, which is among those that are compared
    with pytest.raises(vaelib.InvalidArgument, match="not those of the checkpoint"):
        vae(likelihood="poisson", binarization="none", epochs=6).fit(X, checkpoint=vaelib.Checkpoint(path))


def test_it_is_not_written(tmp_path):
    with pytest.raises(TypeError, match=r"written dense: X.toarray\(\)"):
        vaelib.write_dataset(tmp_path / "x.h5", x=matrix())
    assert not (tmp_path / "x.h5").exists()


def test_scipy_is_not_imported():
    program = "import sys, numpy, vaelib; vaelib.Dataset(numpy.zeros((2, 2))); assert 'scipy' not in sys.modules"
    subprocess.run([sys.executable, "-c", program], check=True)
