"""Datasets with columns of another one behind their own: rows, order, memory, and what is made of them."""

import h5py
import numpy as np
import pytest
import scipy.sparse
import vaelib
from streams import write

ROWS, WIDTH, ADDED = 500, 6, 2


def examples(rows=ROWS, seed=0):
    return np.random.RandomState(seed).poisson(1.5, size=(rows, WIDTH)).astype(np.float32)


def added(rows=ROWS, seed=1):
    return np.stack([np.arange(rows), np.random.RandomState(seed).normal(size=rows)], axis=1).astype(np.float32)


def of_windows(path):
    """Windows of three rows of two columns: nothing of them is copied."""
    with h5py.File(path, "w") as file:
        file["series"] = np.random.RandomState(0).normal(size=(ROWS + 2, 2)).astype(np.float32)
    return vaelib.open_dataset(path, "series", window=3, window_step=1)


KINDS = {
    "array": lambda path: vaelib.Dataset(examples()),
    "other numbers": lambda path: vaelib.Dataset(examples().astype(np.int64)[:, ::-1], scale=0.5, shift=1),
    "sparse": lambda path: vaelib.Dataset(scipy.sparse.csr_matrix(examples())),
    "slice": lambda path: vaelib.Dataset(examples(ROWS + 20))[:ROWS],
    "selection": lambda path: vaelib.Dataset(examples())[np.random.RandomState(2).randint(ROWS, size=ROWS)],
    "concatenation": lambda path: vaelib.concatenate([
        vaelib.Dataset(examples(300)), vaelib.Dataset(scipy.sparse.csr_matrix(examples(ROWS - 300, 3)))
    ]),
    "stream": lambda path: vaelib.open_dataset(write(path, examples()), "x", memory_budget=0),
    "chunked stream": lambda path: vaelib.open_dataset(
        write(path, examples(), chunks=(64, WIDTH), compression="gzip"), "x", memory_budget=0
    ),
    "stream, chosen": lambda path: vaelib.open_dataset(write(path, examples(900)), "x", memory_budget=0)[
        np.sort(np.random.RandomState(5).permutation(900)[:ROWS])
    ],
    "windows": of_windows,
}  # fmt: skip


@pytest.fixture(params=list(KINDS))
def narrow(request, tmp_path):
    return KINDS[request.param](tmp_path / "data.h5")


def test_rows_and_parts_of_them(narrow):
    whole = narrow._with_columns(vaelib.Dataset(added()))
    expected = np.concatenate([narrow.numpy(), added()], axis=1)
    assert whole.shape == (ROWS, WIDTH + ADDED)
    assert (whole.dtype, whole.scale, whole.shift) == (narrow.dtype, narrow.scale, narrow.shift)
    assert (whole.in_memory, whole.sparse) == (narrow.in_memory, narrow.sparse)
    np.testing.assert_array_equal(whole.numpy(), expected)
    np.testing.assert_array_equal(whole[33], expected[33])
    np.testing.assert_array_equal(whole[100:300][50:90].numpy(), expected[150:190])
    chosen = np.random.RandomState(0).randint(ROWS, size=50)
    np.testing.assert_array_equal(whole[chosen].numpy(), expected[chosen])
    np.testing.assert_array_equal(whole[np.sort(chosen)].numpy(), expected[np.sort(chosen)])
    np.testing.assert_array_equal(whole[chosen][5:30][::-1].numpy(), expected[chosen][5:30][::-1])
    # One whose columns are all its own may stand behind it.
    both = vaelib.concatenate([whole[chosen], vaelib.Dataset(expected)[:20], whole[3:9]])
    np.testing.assert_array_equal(both.numpy(), np.concatenate([expected[chosen], expected[:20], expected[3:9]]))
    for side in whole.split(0.3, 1):
        found = side.numpy()
        np.testing.assert_array_equal(found, expected[found[:, WIDTH].astype(int)])
    twice = whole._with_columns(vaelib.Dataset(added()[:, :1] + 1))
    np.testing.assert_array_equal(twice[chosen].numpy(), np.concatenate([expected, added()[:, :1] + 1], axis=1)[chosen])


def test_training_and_queries_have_the_bits_of_stored_columns(narrow, tmp_path):
    """The rows lie in one block of a file, so they come in the same order as in memory."""
    whole = narrow._with_columns(vaelib.Dataset(added()))
    stored = vaelib.Dataset(whole.numpy())
    settings = {"latent_dim": 2, "hidden": (6,), "random_state": 1, "likelihood": "gaussian"}
    model = vaelib.VAE(**settings).initialize(stored)
    trainer = [vaelib.Trainer(vaelib.VAE(**settings).initialize(stored), ROWS) for _ in range(2)]
    for each, examples in zip(trainer, (whole, stored), strict=True):
        each.compute_gradients(examples)
    np.testing.assert_array_equal(trainer[0].gradients, trainer[1].gradients)
    np.testing.assert_array_equal(model.transform(whole), model.transform(stored))
    trained = [vaelib.VAE(**settings, epochs=2).fit(each).get_weights() for each in (whole, stored)]
    for name, values in trained[0].items():
        np.testing.assert_array_equal(values, trained[1][name], err_msg=name)


def test_rows_are_shuffled_with_their_columns(tmp_path):
    """What is learned of rows in a file, in batches, is y = x0, though the columns lie elsewhere."""
    x = np.random.RandomState(0).normal(size=(3000, 3)).astype(np.float32)
    with h5py.File(tmp_path / "x.h5", "w") as file:
        file.create_dataset("x", data=x, chunks=(50, 3))
    stream = vaelib.open_dataset(tmp_path / "x.h5", "x", memory_budget=0)
    whole = stream._with_columns(vaelib.Dataset(x[:, :1].copy()))
    model = vaelib.VAE(2, (16,), epochs=20, random_state=0).fit(whole)
    found = model.reconstruct(whole)
    assert np.abs(found[:, 0] - found[:, 3]).mean() < 0.05


def test_labels_and_weights_stay(tmp_path):
    whole = vaelib.Dataset(examples(), np.arange(ROWS)).reweight(np.arange(ROWS) + 1)
    wide = whole._with_columns(vaelib.Dataset(added()))
    np.testing.assert_array_equal(wide[5:9].labels, np.arange(5, 9))
    np.testing.assert_array_equal(wide[5:9].weights, np.arange(6, 10))


def test_what_is_stored(tmp_path):
    whole = vaelib.Dataset(scipy.sparse.csr_matrix(examples()))
    wide = whole._with_columns(vaelib.Dataset(added()))
    assert wide.nnz == whole.nnz + ROWS * ADDED


def test_other_numbers_of_rows():
    with pytest.raises(vaelib.InvalidArgument, match="more has 499 rows; expected 500"):
        vaelib.Dataset(examples())._with_columns(vaelib.Dataset(added(499)))


def test_added_columns_may_go(tmp_path):
    """They are read when the dataset is made."""
    more = added()
    wide = vaelib.Dataset(examples())._with_columns(vaelib.Dataset(more))
    more[:] = 0
    np.testing.assert_array_equal(wide.numpy()[:, WIDTH:], added())


def test_a_checkpoint_knows_other_columns(tmp_path):
    settings = {"latent_dim": 2, "hidden": (6,), "random_state": 1, "epochs": 2, "schedule": "constant"}
    wide = vaelib.Dataset(examples())._with_columns(vaelib.Dataset(added()))
    vaelib.VAE(**settings).fit(wide, checkpoint=tmp_path / "c.h5")
    other = vaelib.Dataset(examples())._with_columns(vaelib.Dataset(added()[::-1].copy()))
    with pytest.raises(vaelib.InvalidArgument, match=r"values of .* are not those of the checkpoint"):
        vaelib.VAE(**settings).fit(other, checkpoint=tmp_path / "c.h5")
