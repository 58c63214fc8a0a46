"""Groups that hold a sparse matrix are recognised, and so are their values."""

import h5py
import numpy as np
import pytest
import vaelib

scipy_sparse = pytest.importorskip("scipy.sparse")

MATRIX = scipy_sparse.random(60, 20, density=0.2, random_state=0, format="csr", dtype="f4")


def add(file, name, matrix):
    group = file.create_group(name)
    for part in ("data", "indices", "indptr"):
        group[part] = getattr(matrix, part)
    return group


@pytest.fixture
def path(tmp_path):
    with h5py.File(tmp_path / "x.h5", "w") as file:
        add(file, "X", MATRIX).attrs["encoding-type"] = "csr_matrix"
        tenx = add(file, "matrix", MATRIX)
        tenx["barcodes"], tenx["shape"] = np.arange(60), np.array([20, 60])
        file["plain/data"] = MATRIX.toarray()
        file["plain/indices"] = np.arange(60)
        file["labels"] = np.arange(60)
    return tmp_path / "x.h5"


@pytest.mark.parametrize("in_child", [False, True])
@pytest.mark.parametrize(("name", "remedy"), [("X", "anndata.read_h5ad"), ("matrix", "scanpy.read_10x_h5")])
def test_a_sparse_matrix(path, name, remedy, in_child):
    with pytest.raises(vaelib.FormatError, match=rf'group "{name}" of .* is a sparse matrix .*{remedy}'):
        vaelib.open_dataset(path, name, check_in_child=in_child)
    for values in (f"{name}/data", f"/{name}//data"):
        with pytest.raises(vaelib.FormatError, match=rf"data\" of .* holds the values of a sparse matrix .*{remedy}"):
            vaelib.open_dataset(path, values, memory_budget=0, check_in_child=in_child)


def test_a_sparse_matrix_in_the_root(tmp_path):
    with h5py.File(tmp_path / "x.h5", "w", libver="latest") as file:
        for part in ("data", "indices", "indptr"):
            file[part] = getattr(MATRIX, part)
    with pytest.raises(vaelib.FormatError, match="holds the values of a sparse matrix"):
        vaelib.open_dataset(tmp_path / "x.h5", "data")


def test_other_groups_with_data(path):
    np.testing.assert_array_equal(vaelib.open_dataset(path, "plain/data", "labels").numpy(), MATRIX.toarray())
    with pytest.raises(vaelib.FormatError, match="is not a dataset; it has"):
        vaelib.open_dataset(path, "plain")
    assert vaelib.verify(path).datasets_read == 11


def test_the_line_that_writes_it_dense(path, tmp_path):
    with h5py.File(path) as file:
        data, indices, indptr = (file[f"X/{part}"][:] for part in ("data", "indices", "indptr"))
    vaelib.write_dataset(tmp_path / "new.h5", x=scipy_sparse.csr_matrix((data, indices, indptr), (60, 20)).toarray())
    np.testing.assert_array_equal(vaelib.open_dataset(tmp_path / "new.h5", "x").numpy(), MATRIX.toarray())
