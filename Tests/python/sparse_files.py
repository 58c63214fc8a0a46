"""Sparse matrices in HDF5 files, laid out as AnnData and 10x Genomics lay them out."""

import h5py
import numpy as np
import scipy.sparse


def counts(rows=60, columns=20, density=0.2, dtype="float32", seed=0):
    """A matrix in compressed sparse row format."""
    random = np.random.RandomState(seed)
    made = scipy.sparse.random(rows, columns, density, format="csr", random_state=random)
    made.data = random.randint(1, 100, made.nnz)
    return made.astype(dtype)


def regular(rows, columns, entries, seed=0):
    """A matrix of float32 whose rows have so many entries each."""
    random = np.random.RandomState(seed)
    indices = np.sort(np.argsort(random.uniform(size=(rows, columns)), axis=1)[:, :entries], axis=1).astype(np.int32)
    data = random.randint(1, 9, (rows, entries)).astype(np.float32)
    parts = (data.reshape(-1), indices.reshape(-1), np.arange(rows + 1, dtype=np.int32) * entries)
    return scipy.sparse.csr_matrix(parts, shape=(rows, columns))


def add_parts(file, name, matrix, index_dtype=None, **options):
    """The three datasets of a group."""
    group = file.create_group(name)
    for part in ("data", "indices", "indptr"):
        values = getattr(matrix, part)
        if part != "data" and index_dtype is not None:
            values = values.astype(index_dtype)
        own = {} if part == "indptr" or values.size == 0 else options
        group.create_dataset(part, data=values, **own)
    return group


def add_anndata(file, name, matrix, **options):
    """As anndata 0.8 and later write it."""
    group = add_parts(file, name, matrix, **options)
    group.attrs["encoding-type"] = f"{matrix.format}_matrix"
    group.attrs["encoding-version"] = "0.1.0"
    group.attrs["shape"] = matrix.shape
    return group


def add_old_anndata(file, name, matrix):
    """As anndata before 0.7 wrote it."""
    group = add_parts(file, name, matrix)
    group.attrs["h5sparse_format"], group.attrs["h5sparse_shape"] = matrix.format, matrix.shape
    return group


def add_10x(file, matrix, name="matrix", **options):
    """As Cell Ranger 3 and later write cells x genes: the genes x cells of it, column by column."""
    group = add_parts(file, name, matrix, **{"index_dtype": "i8", **options})
    group["shape"] = np.array(matrix.shape[::-1], dtype="i4")
    group["barcodes"] = np.array([f"AAAC{cell}-1" for cell in range(matrix.shape[0])], dtype="S18")
    group["features/name"] = np.array([f"gene {gene}" for gene in range(matrix.shape[1])], dtype="S20")
    return group


def write(path, add, matrix, *arguments, **options):
    with h5py.File(path, "w") as file:
        add(file, *arguments, matrix, **options)
    return path
