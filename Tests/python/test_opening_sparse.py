"""Groups of HDF5 files that hold a sparse matrix, in memory and streamed: AnnData, 10x Genomics."""

import warnings
from concurrent.futures import ThreadPoolExecutor

import h5py
import numpy as np
import pytest
import vaelib
from checkpoints import assert_same, vae
from scipy.sparse import csr_matrix
from sparse_files import add_10x, add_anndata, add_old_anndata, add_parts, counts, regular
from vaelib.__main__ import main

MATRIX = counts()
DENSE = MATRIX.toarray()

STORAGE = {
    "contiguous": {},
    "chunked": {"chunks": (7,)},
    "compressed": {"chunks": (13,), "compression": "gzip", "shuffle": True},
    "one chunk": {"chunks": (MATRIX.nnz,), "compression": "lzf"},
    "grown": {"chunks": (50,), "maxshape": (None,)},
}


def write(path, **groups):
    with h5py.File(path, "w") as file:
        for name, matrix in groups.items():
            add_anndata(file, name, matrix)
    return path


def both(path, name, *arguments, **options):
    """The matrix in memory, and streamed with as little memory as possible."""
    memory = vaelib.open_dataset(path, name, *arguments, **options)
    stream = vaelib.open_dataset(path, name, *arguments, memory_budget=0, **options)
    assert (memory.in_memory, stream.in_memory) == (True, False)
    assert memory.sparse
    assert stream.sparse
    return memory, stream


@pytest.mark.parametrize("storage", STORAGE.values(), ids=list(STORAGE))
@pytest.mark.parametrize("index_dtype", ["i4", "i8", ">i8", "u2", "u8"])
@pytest.mark.parametrize("in_child", [False, True])
def test_anndata(tmp_path, storage, index_dtype, in_child):
    path = tmp_path / "x.h5ad"
    with h5py.File(path, "w") as file:
        for name in ("X", "layers/counts", "raw/X"):
            add_anndata(file, name, MATRIX, index_dtype=index_dtype, **storage)
    for name in ("X", "/layers//counts", "raw/X"):
        for dataset in both(path, name, scale=0.5, shift=-1, check_in_child=in_child):
            assert (dataset.shape, dataset.dtype, dataset.nnz) == ((60, 20), np.float32, MATRIX.nnz)
            np.testing.assert_array_equal(dataset.numpy(), DENSE * 0.5 - 1)


@pytest.mark.parametrize("storage", STORAGE.values(), ids=list(STORAGE))
@pytest.mark.parametrize("name", ["matrix", "GRCh38"])
def test_10x(tmp_path, storage, name):
    path = tmp_path / "x.h5"
    with h5py.File(path, "w") as file:
        add_10x(file, counts(dtype="int32"), name, **storage)
    for dataset in both(path, name):
        assert (dataset.shape, dataset.dtype) == ((60, 20), np.int32)
        np.testing.assert_array_equal(dataset.numpy(), DENSE)
    np.testing.assert_array_equal(vaelib.open_dataset(path, name, row_axis=1).numpy(), DENSE)


@pytest.mark.parametrize("dtype", ["u1", "i1", "u2", "i2", "u4", "i4", "u8", "i8", "f2", ">f4", "f8", "?"])
def test_every_dtype(tmp_path, dtype):
    path = tmp_path / "x.h5ad"
    with h5py.File(path, "w") as file:
        group = add_anndata(file, "X", MATRIX)
        del group["data"]
        group["data"] = MATRIX.data.astype(dtype)
        file["dense"] = DENSE.astype(dtype)
    expected = vaelib.open_dataset(path, "dense")
    for dataset in both(path, "X"):
        assert dataset.dtype == expected.dtype
        np.testing.assert_array_equal(dataset.numpy(), expected.numpy())


def test_older_files(tmp_path):
    with h5py.File(tmp_path / "x.h5ad", "w") as file:
        add_old_anndata(file, "X", MATRIX)
    np.testing.assert_array_equal(vaelib.open_dataset(tmp_path / "x.h5ad", "X").numpy(), DENSE)


def test_files_of_the_newest_format(tmp_path):
    with h5py.File(tmp_path / "x.h5ad", "w", libver="latest") as file:
        group = add_anndata(file, "X", MATRIX)
        for number in range(20):  # so many that they stand in a heap
            group.attrs[f"other {number}"] = number
    np.testing.assert_array_equal(vaelib.open_dataset(tmp_path / "x.h5ad", "X").numpy(), DENSE)


def test_nothing_but_zeros(tmp_path):
    path = write(tmp_path / "x.h5ad", X=counts(density=0), Y=counts(rows=1, density=0.5))
    for dataset in both(path, "X", shift=3):
        np.testing.assert_array_equal(dataset.numpy(), np.full((60, 20), 3))
    assert vaelib.open_dataset(path, "Y").shape == (1, 20)


def test_rows_without_order(tmp_path):
    path = tmp_path / "x.h5ad"
    with h5py.File(path, "w") as file:
        group = add_anndata(file, "X", MATRIX)
        for row in range(60):
            part = slice(*MATRIX.indptr[row : row + 2])
            order = np.random.RandomState(row).permutation(part.stop - part.start)
            for name in ("data", "indices"):
                group[name][part] = getattr(MATRIX, name)[part][order]
    for dataset in both(path, "X"):
        np.testing.assert_array_equal(dataset.numpy(), DENSE)


def test_rows_chosen_and_joined(tmp_path):
    path = tmp_path / "x.h5ad"
    with h5py.File(path, "w") as file:
        add_anndata(file, "X", MATRIX)
        file["number"] = np.arange(60)
    rows = np.random.RandomState(1).randint(60, size=50)
    for dataset in both(path, "X", "number"):
        for part in (dataset[rows], dataset[10:40][rows[rows < 30]], dataset[::-3], dataset[5:6]):
            np.testing.assert_array_equal(part.numpy(), DENSE[part.labels])
            assert part.nnz == np.count_nonzero(DENSE[part.labels])
        training, validation = dataset.split(0.25, 3)
        whole = vaelib.concatenate([training, vaelib.Dataset(DENSE, np.arange(60)), validation])
        np.testing.assert_array_equal(whole.numpy(), DENSE[whole.labels])
    many = vaelib.open_dataset([path, path], "X", memory_budget=MATRIX.nnz * 8 + 61 * 8)
    assert (many.in_memory, many.rows) == (False, 120)
    assert vaelib.open_dataset([path, path], "X", memory_budget=2 * (MATRIX.nnz * 8 + 61 * 8)).in_memory


def test_windows_of_rows(tmp_path):
    path = write(tmp_path / "x.h5ad", X=MATRIX)
    expected = np.stack([DENSE[first : first + 4].reshape(-1) for first in range(0, 57, 3)])
    for dataset in both(path, "X", window=4, window_step=3):
        np.testing.assert_array_equal(dataset.numpy(), expected)
        np.testing.assert_array_equal(dataset[[5, 2, 2]].numpy(), expected[[5, 2, 2]])
    with pytest.raises(vaelib.FormatError, match="has 60 rows, fewer than the window of 61"):
        vaelib.open_dataset(path, "X", window=61)


@pytest.mark.parametrize("storage", [{}, {"chunks": (100,), "compression": "gzip"}], ids=["plain", "compressed"])
def test_training(tmp_path, storage):
    """The same bits as from a dense array, and streamed as from a dense dataset with the same blocks."""
    matrix = regular(6000, 32, 16)
    path = tmp_path / "x.h5ad"
    with h5py.File(path, "w") as file:
        add_anndata(file, "X", matrix, **storage)
        # Dense rows take as many bytes as sparse ones. Of the compressed, chunks hold 100 / 16 rows.
        file.create_dataset("dense", data=matrix.toarray(), **({**storage, "chunks": (6, 32)} if storage else {}))
    fits = []
    for threads in (1, 3):
        vaelib.set_threads(threads)
        for data in (*both(path, "X"), matrix.toarray(), vaelib.open_dataset(path, "dense", memory_budget=0)):
            model = vaelib.VAE(2, hidden=(8,), likelihood="poisson", epochs=2, random_state=0).fit(data)
            fits.append((model.history_["loss"].tobytes(), *(each.tobytes() for each in model.get_weights().values())))
            assert model.transform(data).tobytes() == model.transform(matrix).tobytes()
    memory, stream, array, dense = fits[:4]
    assert memory == array
    assert stream == dense
    assert stream != memory
    assert fits[4:] == fits[:4]


def test_unequal_rows(tmp_path):
    """One row in a thousand has nearly all entries."""
    dense = np.zeros((3000, 500), dtype=np.float32)
    dense[::1000] = 1
    dense[np.arange(3000), np.arange(3000) % 500] = 1
    path = write(tmp_path / "x.h5ad", X=csr_matrix(dense))
    for dataset in both(path, "X"):
        np.testing.assert_array_equal(dataset.numpy(), dense)
        vaelib.VAE(2, hidden=(4,), epochs=1, likelihood="bernoulli", random_state=0).fit(dataset)


def test_large_chunks_give_a_hint(tmp_path):
    matrix = regular(20000, 64, 32)
    path = tmp_path / "x.h5ad"
    with h5py.File(path, "w") as file:
        add_anndata(file, "X", matrix, chunks=(matrix.nnz,), compression="gzip")
    with pytest.warns(vaelib.VaelibWarning, match=r"decompressed about \d+ times in an epoch; a budget of 6 MiB"):
        dataset = vaelib.open_dataset(path, "X", memory_budget=1 << 20)
    np.testing.assert_array_equal(dataset[:50].numpy(), matrix[:50].toarray())


def read_bytes():
    """What this process has read from files."""
    with open("/proc/self/io") as counters:
        return int(next(counters).split()[1])


@pytest.mark.parametrize("chunk", [50_000, 213_338])
@pytest.mark.parametrize("order", ["rows", "columns"])
def test_how_often_chunks_are_decoded(tmp_path, chunk, order):
    """Their stored bytes are read each time: once from first to last, and once for each window of a shuffled epoch."""
    matrix = regular(20000, 64, 32)
    matrix.data = np.random.RandomState(0).uniform(1, 2, matrix.nnz).astype(np.float32)
    path = tmp_path / "x.h5ad"
    with h5py.File(path, "w") as file:
        group = add_anndata(file, "X", matrix if order == "rows" else matrix.tocsc(), chunks=(chunk,), compression=1)
        stored = group["data"].id.get_storage_size() + group["indices"].id.get_storage_size()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", vaelib.VaelibWarning)
        dataset = vaelib.open_dataset(path, "X", memory_budget=1 << 20)
    begin = read_bytes()
    np.testing.assert_array_equal(dataset.numpy(), matrix.toarray())
    from_first_to_last = read_bytes() - begin
    if order == "columns":  # once to distribute them; then what was distributed is sorted, and read
        assert stored <= from_first_to_last < 1.05 * stored + (12 + 8) * matrix.nnz
        return
    assert stored <= from_first_to_last < 1.05 * stored
    model = vaelib.VAE(2, hidden=(4,), likelihood="gaussian", standardize=False, epochs=2, random_state=0)
    begin = read_bytes()
    model.fit(dataset)
    windows = 8 * matrix.nnz / (512 << 10) + 2
    assert (read_bytes() - begin) / stored < 2 * windows + 3


# What is no matrix


def test_the_values_alone(tmp_path):
    path = write(tmp_path / "x.h5ad", X=MATRIX)
    for name in ("X/data", "/X//data"):
        with pytest.raises(vaelib.FormatError, match='holds the values of a sparse matrix in group "X"; open that'):
            vaelib.open_dataset(path, name)
    with h5py.File(tmp_path / "root.h5", "w", libver="latest") as file:
        for part in ("data", "indices", "indptr"):
            file[part] = getattr(MATRIX, part)
    with pytest.raises(vaelib.FormatError, match="holds the values of a sparse matrix in the file's root"):
        vaelib.open_dataset(tmp_path / "root.h5", "data")


def test_groups_that_are_no_matrix(tmp_path):
    with h5py.File(tmp_path / "x.h5", "w") as file:
        add_parts(file, "shapeless", MATRIX)
        file["plain/data"] = DENSE
        file["plain/indices"] = np.arange(60)
        file["labels"] = np.arange(60)
    np.testing.assert_array_equal(vaelib.open_dataset(tmp_path / "x.h5", "plain/data", "labels").numpy(), DENSE)
    with pytest.raises(vaelib.FormatError, match="is not a dataset; it has"):
        vaelib.open_dataset(tmp_path / "x.h5", "plain")
    with pytest.raises(vaelib.FormatError, match=r'sparse matrix "shapeless" of .* does not say its shape.*csr_matrix'):
        vaelib.open_dataset(tmp_path / "x.h5", "shapeless")
    assert vaelib.verify(tmp_path / "x.h5").datasets_read == 6


def test_a_sparse_matrix_is_no_table_and_no_labels(tmp_path):
    path = write(tmp_path / "x.h5ad", X=MATRIX)
    with pytest.raises(vaelib.FormatError, match="is no table; leave columns out"):
        vaelib.open_dataset(path, "X", columns=["a"])
    with pytest.raises(vaelib.FormatError, match=r'group "X" of .* is not a dataset'):
        vaelib.open_dataset(path, "X", "X")
    with pytest.raises(vaelib.FormatError, match='sparse matrix "X" needs 60 labels'):
        vaelib.open_dataset(path, "X", "X/indptr")


@pytest.mark.parametrize("in_child", [False, True])
def test_lists(tmp_path, in_child):
    path = tmp_path / "x.h5"
    with h5py.File(path, "w") as file:
        add_anndata(file, "layers/counts", MATRIX)
        add_10x(file, MATRIX)
        add_parts(file, "shapeless", MATRIX)
        file["x"] = DENSE
    parts = ["shapeless/data", "shapeless/indices", "shapeless/indptr"]
    tenx = ["matrix", "matrix/barcodes", "matrix/features/name", "matrix/shape"]
    assert vaelib.dataset_names(path, check_in_child=in_child) == ["layers/counts", *tenx, *parts, "x"]
    with pytest.raises(
        vaelib.FormatError, match=r"it has layers/counts \(a sparse matrix\), matrix \(a sparse matrix\)"
    ):
        vaelib.open_dataset(path, "nothing", check_in_child=in_child)


def test_info(tmp_path, capsys):
    path = write(tmp_path / "x.h5ad", X=MATRIX, columns=MATRIX.tocsc())
    assert main(["info", str(path)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "X: 60 rows of 20, float32, sparse: 20.00% are stored"
    assert lines[1] == "columns: 60 rows of 20, float32, sparse: 20.00% are stored"


def test_a_matrix_behind_a_link(tmp_path):
    (tmp_path / "inner").mkdir()
    write(tmp_path / "inner" / "x.h5ad", X=MATRIX)
    with h5py.File(tmp_path / "links.h5", "w") as file:
        file["outer"] = h5py.ExternalLink("inner/x.h5ad", "/X")
        file["soft"] = h5py.SoftLink("/outer")
        file["within"] = h5py.ExternalLink("inner/x.h5ad", "/")
    for name in ("outer", "soft", "within/X"):
        with pytest.raises(vaelib.FormatError, match="external links are followed only into folders"):
            vaelib.open_dataset(tmp_path / "links.h5", name)
        for dataset in both(tmp_path / "links.h5", name, external_folders=[tmp_path / "inner"]):
            np.testing.assert_array_equal(dataset.numpy(), DENSE)
    with h5py.File(tmp_path / "inner" / "x.h5ad", "a") as file:
        file["X/indices"][0] = 20
    with pytest.raises(vaelib.FormatError, match=r'of file ".*inner/x\.h5ad" cannot be read: row \d+ has an entry of'):
        vaelib.open_dataset(tmp_path / "links.h5", "soft", external_folders=[tmp_path / "inner"])


@pytest.mark.parametrize("budget", [None, 0])
def test_a_checkpoint_resumes(tmp_path, budget):
    matrix = regular(2000, 40, 10)
    path = write(tmp_path / "x.h5ad", X=matrix)
    dataset = vaelib.open_dataset(path, "X", memory_budget=budget)
    make = {"likelihood": "poisson", "binarization": "none"}
    vae(**make, epochs=2).fit(dataset, checkpoint=vaelib.Checkpoint(tmp_path / "c.h5"))
    resumed = vae(**make, epochs=4).fit(dataset, checkpoint=vaelib.Checkpoint(tmp_path / "c.h5"))
    assert_same(resumed, vae(**make, epochs=4).fit(dataset))
    vae(**make, epochs=2).fit(dataset, checkpoint=vaelib.Checkpoint(tmp_path / "d.h5"))
    with h5py.File(path, "a") as file:
        file["X/data"][3] += 1  # of the first row, which is among those that are compared
    changed = vaelib.open_dataset(path, "X", memory_budget=budget)
    with pytest.raises(vaelib.InvalidArgument, match="not those of the checkpoint"):
        vae(**make, epochs=4).fit(changed, checkpoint=vaelib.Checkpoint(tmp_path / "d.h5"))


def test_several_threads_read_one_matrix(tmp_path):
    path = tmp_path / "x.h5ad"
    matrix = regular(3000, 40, 10)
    with h5py.File(path, "w") as file:
        add_anndata(file, "X", matrix, index_dtype="i8", chunks=(700,), compression="gzip")
    dataset, dense = vaelib.open_dataset(path, "X", memory_budget=0), matrix.toarray()
    with ThreadPoolExecutor(4) as pool:
        for first, values in pool.map(lambda first: (first, dataset[first::7].numpy()), range(7)):
            np.testing.assert_array_equal(values, dense[first::7])
