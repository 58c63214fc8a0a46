"""Sparse matrices that files store column by column: read like those that they store row by row, in memory or not."""

import contextlib
import os
import signal
import threading
import time

import h5py
import numpy as np
import pytest
import vaelib
from scipy.sparse import csc_matrix, csr_matrix
from sparse_files import add_10x, add_anndata, add_old_anndata, add_parts, counts, regular
from test_damaged_sparse import changed, part, replace, shape, wide
from vaelib._c.long_calls import LongCall

MATRIX = counts()
DENSE = MATRIX.toarray()

STORAGE = {
    "contiguous": {},
    "compressed": {"chunks": (13,), "compression": "gzip", "shuffle": True},
    "one chunk": {"chunks": (MATRIX.nnz,), "compression": "lzf"},
}


def write(path, name="X", matrix=MATRIX, add=add_anndata, **options):
    with h5py.File(path, "a") as file:
        add(file, name, matrix, **options)
    return path


def both(path, name, *arguments, **options):
    """The matrix in memory, and streamed with as little memory as possible."""
    memory = vaelib.open_dataset(path, name, *arguments, **options)
    stream = vaelib.open_dataset(path, name, *arguments, memory_budget=0, **options)
    assert (memory.in_memory, stream.in_memory, memory.sparse, stream.sparse) == (True, False, True, True)
    return memory, stream


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Where temporary copies are made."""
    path = tmp_path / "temporary"
    path.mkdir()
    monkeypatch.setenv("TMPDIR", str(path))
    return path


def copies(folder):
    """The temporary copies in a folder that this process has open."""
    links = []
    for number in os.listdir("/proc/self/fd"):
        with contextlib.suppress(OSError):
            links.append(os.readlink(f"/proc/self/fd/{number}"))
    return [link for link in links if link.startswith(f"{folder}/")]


@pytest.mark.parametrize("storage", STORAGE.values(), ids=list(STORAGE))
@pytest.mark.parametrize("index_dtype", ["i4", ">i8"])
@pytest.mark.parametrize("in_child", [False, True])
def test_anndata(tmp_path, folder, storage, index_dtype, in_child):
    path = tmp_path / "x.h5ad"
    for name in ("X", "layers/counts", "raw/X"):
        write(path, name, MATRIX.tocsc(), index_dtype=index_dtype, **storage)
    for name in ("X", "/layers//counts", "raw/X"):
        for dataset in both(path, name, scale=0.5, shift=-1, check_in_child=in_child):
            assert (dataset.shape, dataset.dtype, dataset.nnz) == ((60, 20), np.float32, MATRIX.nnz)
            np.testing.assert_array_equal(dataset.numpy(), DENSE * 0.5 - 1)
            np.testing.assert_array_equal(dataset[[50, 3, 3, 0]].numpy(), DENSE[[50, 3, 3, 0]] * 0.5 - 1)
            assert dataset[7:30].nnz == MATRIX[7:30].nnz
        for dataset in both(path, name, row_axis=1):
            np.testing.assert_array_equal(dataset.numpy(), DENSE.T)
    assert list(folder.iterdir()) == []
    with pytest.raises(vaelib.FormatError, match="shape 60 x 20; row_axis is 2, allowed: 0 or 1"):
        vaelib.open_dataset(path, "X", row_axis=2)


def test_other_layouts(tmp_path):
    write(tmp_path / "x.h5ad", matrix=MATRIX.tocsc(), add=lambda file, name, m: add_old_anndata(file, name, m))
    write(tmp_path / "x.h5ad", "genes", add=lambda file, name, matrix: add_10x(file, matrix, name))
    write(tmp_path / "x.h5ad", "rows")
    for name, axis, expected in (("X", None, DENSE), ("genes", 0, DENSE.T), ("rows", 1, DENSE.T)):
        for dataset in both(tmp_path / "x.h5ad", name, row_axis=axis):
            np.testing.assert_array_equal(dataset.numpy(), expected)


@pytest.mark.parametrize("dtype", ["u1", "i2", "u4", "i8", "f2", ">f8", "?"])
def test_every_dtype(tmp_path, dtype):
    path = write(tmp_path / "x.h5ad", matrix=MATRIX.tocsc())
    with h5py.File(path, "a") as file:
        replace(file["X"], "data", MATRIX.tocsc().data.astype(dtype))
        file["dense"] = DENSE.astype(dtype)
    expected = vaelib.open_dataset(path, "dense")
    for dataset in both(path, "X"):
        assert dataset.dtype == expected.dtype
        np.testing.assert_array_equal(dataset.numpy(), expected.numpy())


def test_shapes(tmp_path):
    """Nothing but zeros, one row, one column, rows and columns without entries, columns in any order."""
    random = np.random.RandomState(0)
    gaps = random.uniform(size=(50, 30)).astype("f4")
    gaps[:, [0, 3, 29]] = 0
    gaps[[0, 7, 8, 49]] = 0
    for index, dense in enumerate((np.zeros((5, 4), "f4"), gaps, gaps[1:2], gaps[:, 1:2])):
        path = write(tmp_path / f"{index}.h5ad", matrix=csc_matrix(dense))
        with h5py.File(path, "a") as file:
            begins = file["X/indptr"][:]
            for column in range(dense.shape[1]):
                entries = slice(*begins[column : column + 2])
                order = random.permutation(entries.stop - entries.start)
                for name in ("data", "indices") if len(order) else ():
                    file["X"][name][entries] = file["X"][name][entries][order]
        for dataset in both(path, "X", shift=2):
            np.testing.assert_array_equal(dataset.numpy(), dense + 2)


@pytest.fixture(scope="module")
def large(tmp_path_factory):
    """300,000 entries, which are several pieces of columns and buckets of rows; stored in both ways."""
    matrix = regular(6000, 60, 50).tolil()
    matrix[17] = 0  # a row without entries
    matrix = csr_matrix(matrix)
    path = tmp_path_factory.mktemp("large") / "x.h5ad"
    write(path, "rows", matrix)
    return write(path, "columns", matrix.tocsc(), chunks=(5000,), compression="gzip"), matrix


def test_the_same_bits_as_row_by_row(large):
    path, matrix = large
    fits = []
    for threads in (1, 3):
        vaelib.set_threads(threads)
        for name in ("rows", "columns"):
            for data in both(path, name):
                vae = vaelib.VAE(2, hidden=(8,), likelihood="poisson", epochs=2, random_state=0).fit(data)
                assert vae.transform(data[5000:]).tobytes() == vae.transform(matrix[5000:]).tobytes()
                assert vae.transform(data[::-37]).tobytes() == vae.transform(matrix[::-37]).tobytes()
                fits.append([vae.history_["loss"].tobytes(), *(each.tobytes() for each in vae.get_weights().values())])
    memory, stream = fits[:2]
    assert memory != stream
    assert fits == 4 * [memory, stream]


def test_windows_and_joined_sets(large):
    path, matrix = large
    expected = np.stack([matrix[first : first + 4].toarray().reshape(-1) for first in range(0, 5997, 3)])
    for dataset in both(path, "columns", window=4, window_step=3):
        np.testing.assert_array_equal(dataset.numpy(), expected)
    joined = vaelib.concatenate([each[10:3000:3] for each in both(path, "columns")])
    np.testing.assert_array_equal(joined.numpy(), np.tile(matrix[10:3000:3].toarray(), (2, 1)))


def test_the_copy(large, folder):
    path, matrix = large
    dataset = vaelib.open_dataset(path, "columns", memory_budget=0)
    assert copies(folder) == []
    for _ in range(2):
        np.testing.assert_array_equal(dataset[4000:].numpy(), matrix[4000:].toarray())
        assert len(copies(folder)) == 1
    assert list(folder.iterdir()) == []
    whole = vaelib.open_dataset(path, "columns")
    np.testing.assert_array_equal(whole.numpy(), matrix.toarray())
    dataset.close()
    assert copies(folder) == []


def test_a_folder_that_refuses(large, tmp_path, monkeypatch):
    path, matrix = large
    dataset = vaelib.open_dataset(path, "columns", memory_budget=0)
    monkeypatch.setenv("TMPDIR", str(tmp_path / "nowhere"))
    with pytest.raises(vaelib.FileError, match=r"stored column by column; a temporary copy of 4 MiB.*nowhere.*TMPDIR"):
        dataset.numpy()
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    np.testing.assert_array_equal(dataset.numpy(), matrix.toarray())


@pytest.mark.parametrize("memory_budget", [0, None], ids=["streamed", "in memory"])
def test_ctrl_c_while_it_is_opened(large, folder, monkeypatch, memory_budget):
    """The key is pressed at each of the moments at which the library asks."""
    asked = []

    def pressed(long_call, user_data):
        asked.append(time.sleep(0.06))  # so that the next one is due
        if len(asked) == moment:
            os.kill(os.getpid(), signal.SIGINT)
        return answer(long_call, user_data)

    answer = LongCall._should_stop
    monkeypatch.setattr(LongCall, "_should_stop", pressed)
    for moment in (1, 2, 3):
        asked.clear()
        with pytest.raises(KeyboardInterrupt):
            vaelib.open_dataset(large[0], "columns", memory_budget=memory_budget)
        assert len(asked) == moment
        assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    monkeypatch.undo()
    dataset = vaelib.open_dataset(large[0], "columns", memory_budget=memory_budget)
    np.testing.assert_array_equal(dataset[:100].numpy(), large[1][:100].toarray())


def written_bytes():
    """What this process has written to files."""
    with open("/proc/self/io") as counters:
        return int(counters.read().split("wchar: ")[1].split()[0])


def test_cancelled_and_continued(large, folder):
    """What was copied before is not copied again: a query goes on where a cancelled one ended."""
    path, matrix = large
    dataset = vaelib.open_dataset(path, "columns", memory_budget=0)
    vae = vaelib.VAE(2, hidden=(8,), likelihood="poisson", epochs=1, random_state=0).initialize(matrix.shape[1])
    expected = vae.transform(matrix)
    begin = written_bytes()
    for delay in (0, 0.001, 0.003, 0.01):
        timer = threading.Timer(delay, vae.cancel)
        timer.start()
        with contextlib.suppress(vaelib.Cancelled):
            assert vae.transform(dataset).tobytes() == expected.tobytes()
        timer.join()
    assert vae.transform(dataset).tobytes() == expected.tobytes()
    assert len(copies(folder)) == 1
    # Each entry is written twice: with its row and column, and sorted, with its column.
    assert 20 * matrix.nnz <= written_bytes() - begin < 21 * matrix.nnz


def test_several_threads_make_one_copy(large, folder):
    path, matrix = large
    dataset = vaelib.open_dataset(path, "columns", memory_budget=0)
    found = {}

    def read(first):
        found[first] = dataset[first::4].numpy()

    threads = [threading.Thread(target=read, args=(first,)) for first in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(copies(folder)) == 1
    for first in range(4):
        np.testing.assert_array_equal(found[first], matrix[first::4].toarray())


def test_forked_while_the_copy_is_made(large, folder):
    """A child makes a copy of its own; one that is complete serves both."""
    path, matrix = large
    for complete in (False, True):
        dataset = vaelib.open_dataset(path, "columns", memory_budget=0)
        if complete:
            dataset[:5].numpy()
        child = os.fork()
        if child == 0:
            status = 1
            try:
                same = np.array_equal(dataset[3000:].numpy(), matrix[3000:].toarray())
                status = 0 if same and len(copies(folder)) == 1 else 1
            finally:
                os._exit(status)  # the child must not return into pytest
        np.testing.assert_array_equal(dataset.numpy(), matrix.toarray())
        assert os.waitpid(child, 0)[1] == 0


# What is damaged

COLUMNS = MATRIX.tocsc()
COLUMN = int(np.searchsorted(COLUMNS.indptr, 3, side="right")) - 1

DAMAGE = {
    "indptr begins late": (changed("indptr", 0, 1), "indptr begins with 1; it must begin with 0"),
    "indptr falls": (changed("indptr", 7, 0), r"indptr falls from \d+ to 0 at column 6"),
    "indptr leads beyond": (changed("indptr", 7, 10**6), "column 6 ends at entry 1000000, but there are 240"),
    "indptr ends early": (changed("indptr", -1, 239), "indptr ends with 239, but there are 240 entries"),
    "indptr is too short": (part("indptr", lambda x: x[:-1]), "20 numbers in indptr, but 20 columns, whose .* are 21"),
    "data are too few": (part("data", lambda x: x[:-1]), "239 numbers in data, but 240 in indices"),
    "an index is too large": (changed("indices", 3, 60), rf"column {COLUMN} has an entry of row 60 \(indices\[3\]\)"),
    "an index is negative": (
        changed("indices", 3, -1),
        f"column {COLUMN} has an entry of row -1 .* the rows are 0 to 59",
    ),
    "a wide index is too large": (wide(2**32 + 1), f"column {COLUMN} has an entry of row 4294967297 "),
    "an index occurs twice": (
        part("indices", lambda x: np.where(np.arange(240) == 3, x[2 if COLUMNS.indptr[COLUMN] < 3 else 4], x)),
        f"column {COLUMN} has several entries of row .*add them up",
    ),
    "shape is another": (shape(20, 60), "21 numbers in indptr, but 60 columns"),
    "shape has fewer rows": (shape(30, 20), "the rows are 0 to 29"),
    "shape has fewer rows than entries": (shape(1, 20), r"column \d+ has \d+ entries, more than there are rows, 1"),
    "shape has no rows": (shape(0, 20), "is empty: it has shape 0 x 20"),
    "shape has many rows": (shape(2**30, 20), "it has 1073741824 rows, but only 240 entries"),
    "shape has all rows there are": (shape(2**62, 20), "more than vaelib reads"),
}


@pytest.mark.parametrize(("change", "message"), DAMAGE.values(), ids=list(DAMAGE))
def test_damage(tmp_path, change, message):
    with h5py.File(tmp_path / "x.h5ad", "w") as file:
        change(add_anndata(file, "X", COLUMNS))
    for options in ({}, {"memory_budget": 0}, {"check_in_child": True}):
        with pytest.raises(vaelib.FormatError, match=message) as caught:
            vaelib.open_dataset(tmp_path / "x.h5ad", "X", **options)
        assert "x.h5ad" in str(caught.value)


def test_a_file_that_changes_while_it_is_open(tmp_path, folder):
    """The entries of rows were counted when it was opened: others are refused, and nothing beyond them is written."""
    path = write(tmp_path / "x.h5ad", matrix=COLUMNS)
    dataset = vaelib.open_dataset(path, "X", memory_budget=0)
    place = h5py.File(path, "r")["X/indices"].id.get_offset()
    with open(path, "r+b") as file:
        for column in range(20):  # the first entry of each column is one of row 0
            file.seek(place + 4 * int(COLUMNS.indptr[column]))
            file.write(bytes(4))
    with pytest.raises(vaelib.FormatError, match=r'sparse matrix "X" of .* changed while it was read; open it anew'):
        dataset.numpy()
    assert copies(folder) == []


def test_every_byte_of_a_small_file(tmp_path):
    """Whatever is changed, the matrix is read or refused, with numbers of its shape."""
    path = tmp_path / "x.h5ad"
    with h5py.File(path, "w", libver="latest") as file:
        add_anndata(file, "X", counts(5, 4, 0.5).tocsc(), chunks=(3,), compression="gzip")
    whole = bytearray(path.read_bytes())
    random, read = np.random.RandomState(0), 0
    for place in random.permutation(len(whole))[:600]:
        damaged = whole.copy()
        damaged[place] ^= 1 << random.randint(8)
        path.write_bytes(damaged)
        try:
            dataset = vaelib.open_dataset(path, "X", memory_budget=random.randint(2) << 20)
            values = dataset.numpy()
        except vaelib.FormatError:
            continue
        assert values.shape == (dataset.rows, dataset.columns)
        read += 1
    assert 100 < read < 600


def test_in_the_memory_of_python(tmp_path):
    """scipy turns it; nothing of the file's is involved."""
    path = write(tmp_path / "x.h5ad", matrix=COLUMNS)
    np.testing.assert_array_equal(vaelib.Dataset(COLUMNS).numpy(), vaelib.open_dataset(path, "X").numpy())


def test_parts_without_a_form(tmp_path):
    path = write(tmp_path / "x.h5ad", matrix=COLUMNS, add=lambda file, name, m: add_parts(file, name, m))
    with pytest.raises(vaelib.FormatError, match="does not say its shape"):
        vaelib.open_dataset(path, "X")
