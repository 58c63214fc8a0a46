"""Groups of sparse matrices whose parts contradict each other: errors that say what and where, nothing else."""

import zlib

import h5py
import numpy as np
import pytest
import vaelib
from sparse_files import add_10x, add_anndata, counts

MATRIX = counts()


def replace(group, name, values, **options):
    del group[name]
    group.create_dataset(name, data=values, **options)


def changed(name, index, value):
    """A change of one number of a part."""

    def change(group):
        values = group[name][:]
        values[index] = value
        replace(group, name, values)

    return change


def part(name, make):
    """A change of a whole part."""
    return lambda group: replace(group, name, make(group[name][:]))


def shape(*lengths):
    def change(group):
        group.attrs["shape"] = lengths

    return change


def wide(value):
    def change(group):
        values = group["indices"][:].astype("i8")
        values[3] = value
        replace(group, "indices", values)

    return change


ROW = int(np.searchsorted(MATRIX.indptr, 3, side="right")) - 1

#: What was done to a group, and what the message says of it.
DAMAGE = {
    "indptr begins late": (changed("indptr", 0, 1), "indptr begins with 1; it must begin with 0"),
    "indptr falls": (changed("indptr", 7, 0), r"indptr falls from \d+ to 0 at row 6"),
    "indptr is negative": (changed("indptr", 1, -5), "indptr falls from 0 to -5 at row 0"),
    "indptr leads beyond the entries": (changed("indptr", 7, 10**6), "row 6 ends at entry 1000000, but there are 240"),
    "indptr ends early": (changed("indptr", -1, 239), "indptr ends with 239, but there are 240 entries"),
    "indptr is too short": (part("indptr", lambda x: x[:-1]), "60 numbers in indptr, but 60 rows, whose .* are 61"),
    "indptr is too long": (part("indptr", lambda x: np.append(x, x[-1])), "62 numbers in indptr"),
    "indptr is empty": (part("indptr", lambda x: x[:0]), "0 numbers in indptr"),
    "indptr is a matrix": (part("indptr", lambda x: x[:, None]), "shape 61 x 1; the parts .* have one axis"),
    "indptr is real": (part("indptr", lambda x: x.astype("f4")), "whole numbers are expected"),
    "data are too few": (part("data", lambda x: x[:-1]), "239 numbers in data, but 240 in indices"),
    "data are texts": (part("data", lambda x: x.astype("S4")), '"X/data" of .* holds strings'),
    "data are complex": (part("data", lambda x: x.astype("c8")), '"X/data"'),
    "indices are real": (part("indices", lambda x: x.astype("f8")), '"X/indices" of .* whole numbers are expected'),
    "indices are too many": (part("indices", lambda x: np.append(x, 0)), "240 numbers in data, but 241 in indices"),
    "an index is too large": (changed("indices", 3, 20), rf"row {ROW} has an entry of column 20 \(indices\[3\]\)"),
    "an index is negative": (
        changed("indices", 3, -1),
        f"row {ROW} has an entry of column -1 .* the columns are 0 to 19",
    ),
    "a wide index is too large": (wide(2**32 + 1), f"row {ROW} has an entry of column 4294967297 "),
    "a wide index is negative": (wide(-(2**62)), f"row {ROW} has an entry of column -4611686018427387904 "),
    "an index occurs twice": (
        part("indices", lambda x: np.where(np.arange(240) == 3, x[2 if MATRIX.indptr[ROW] < 3 else 4], x)),
        f"row {ROW} has several entries of column .*add them up",
    ),
    "shape is missing": (lambda group: group.attrs.__delitem__("shape"), 'has no attribute "shape"'),
    "shape has one number": (shape(60), "has shape 60; two whole numbers are expected"),
    "shape has three numbers": (shape(60, 20, 1), "has shape 60 x 20 x 1; two whole"),
    "shape is negative": (shape(60, -20), "has shape 60 x -20"),
    "shape is no number": (lambda group: group.attrs.__setitem__("shape", "60 x 20"), 'has no attribute "shape"'),
    "shape has a fraction": (shape(60.5, 20), "has shape 60.5 x 20; two whole"),
    "shape has no rows": (shape(0, 20), "is empty: it has shape 0 x 20"),
    "shape has no columns": (shape(60, 0), "is empty"),
    "shape has fewer columns": (shape(60, 15), "the columns are 0 to 14"),
    "shape has fewer columns than a row has entries": (
        shape(60, 1),
        r"row \d+ has \d entries, more than there are columns, 1",
    ),
    "shape has more rows": (shape(61, 20), "61 numbers in indptr, but 61 rows"),
    "shape has all rows there are": (shape(2**62, 20), "more than vaelib reads"),
    "shape has all columns there are": (shape(60, 2**62), "more than vaelib reads"),
    "a part is a group": (lambda group: (group.__delitem__("data"), group.create_group("data")), '"X/data"'),
    "a part leads nowhere": (
        lambda group: (group.__delitem__("data"), group.__setitem__("data", h5py.SoftLink("/nowhere"))),
        "is a soft link to .*nowhere",
    ),
    "a part is elsewhere": (
        lambda group: (group.__delitem__("data"), group.__setitem__("data", h5py.ExternalLink("other.h5", "/x"))),
        "is an external link",
    ),
}


@pytest.mark.parametrize(("change", "message"), DAMAGE.values(), ids=list(DAMAGE))
@pytest.mark.parametrize("in_child", [False, True])
def test_damage(tmp_path, change, message, in_child):
    with h5py.File(tmp_path / "x.h5ad", "w") as file:
        change(add_anndata(file, "X", MATRIX))
    for options in ({}, {"memory_budget": 0}):
        with pytest.raises(vaelib.FormatError, match=message) as caught:
            vaelib.open_dataset(tmp_path / "x.h5ad", "X", check_in_child=in_child, **options).numpy()
        assert "x.h5ad" in str(caught.value)


def test_damage_that_training_meets(tmp_path):
    with h5py.File(tmp_path / "x.h5ad", "w") as file:
        changed("indices", 200, 20)(add_anndata(file, "X", MATRIX))
    vae = vaelib.VAE(2, hidden=(4,), epochs=2, random_state=0, likelihood="poisson", standardize=False)
    dataset = vaelib.open_dataset(tmp_path / "x.h5ad", "X", memory_budget=0)
    vae.initialize(20)
    weights = vae.get_weights()
    row = int(np.searchsorted(MATRIX.indptr, 200, side="right")) - 1
    with pytest.raises(vaelib.FormatError, match=f'sparse matrix "X" of file .* row {row} has an entry of column 20'):
        vae.fit(dataset)
    with pytest.raises(vaelib.FormatError, match=f"row {row} "):
        vae.transform(dataset)
    for name, values in vae.get_weights().items():
        np.testing.assert_array_equal(values, weights[name])
    np.testing.assert_array_equal(dataset[:row].numpy(), MATRIX[:row].toarray())


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ([20], "has shape 20;"), ([20, 61], "61 numbers in indptr, but 61 rows"), ([10, 60], "the columns are 0 to 9"),
        ([60, 20], "61 numbers in indptr, but 20 rows"), ([20.0, 60.0], '"matrix/shape" of .* whole numbers'),
        ([0, 60], "is empty"), ([-1, 60], "has shape -1 x 60"), (np.zeros(1000, int), "two whole numbers"),
        ([[20], [60]], "have one axis"),
    ],
)  # fmt: skip
def test_10x_of_another_shape(tmp_path, values, message):
    with h5py.File(tmp_path / "x.h5", "w") as file:
        replace(add_10x(file, MATRIX), "shape", np.array(values))
    with pytest.raises(vaelib.FormatError, match=message):
        vaelib.open_dataset(tmp_path / "x.h5", "matrix")


def test_every_byte_of_a_small_file(tmp_path):
    """Whatever is changed, the matrix is read or refused, with numbers of its shape."""
    path = tmp_path / "x.h5ad"
    with h5py.File(path, "w", libver="latest") as file:
        add_anndata(file, "X", counts(5, 4, 0.5), chunks=(3,), compression="gzip")
    whole = bytearray(path.read_bytes())
    random, read = np.random.RandomState(0), 0
    for place in random.permutation(len(whole))[:600]:
        damaged = whole.copy()
        damaged[place] ^= 1 << random.randint(8)
        path.write_bytes(damaged)
        try:
            values = vaelib.open_dataset(path, "X", memory_budget=random.randint(2) << 20).numpy()
        except vaelib.FormatError:
            continue
        read += values.ndim == 2
    assert 100 < read < 600


@pytest.mark.parametrize("in_child", [False, True])
def test_chunks_that_are_too_large(tmp_path, in_child):
    rows, columns = 1000, 18_000
    with h5py.File(tmp_path / "x.h5ad", "w") as file:
        group = file.create_group("X")
        group.attrs["encoding-type"], group.attrs["shape"] = "csr_matrix", (rows, columns)
        group["indptr"] = np.arange(rows + 1) * columns
        group.create_dataset("indices", shape=(rows * columns,), dtype="i4", chunks=(1 << 16,), fillvalue=0)
        group.create_dataset("data", shape=(rows * columns,), dtype="f4", chunks=(rows * columns,), compression="gzip")
        group["data"].id.write_direct_chunk((0,), zlib.compress(bytes(4 * rows * columns), 1))
    with pytest.raises(vaelib.FormatError, match=r'"X/data" of .* compressed chunks of 68 MiB.*to 138 MiB'):
        vaelib.open_dataset(tmp_path / "x.h5ad", "X", memory_budget=0, check_in_child=in_child)
    for budget in (160 << 20, 138 << 20):  # in memory, and streamed
        with pytest.raises(vaelib.FormatError, match="row 0 has several entries of column 0"):
            vaelib.open_dataset(tmp_path / "x.h5ad", "X", memory_budget=budget, check_in_child=in_child)[:1].numpy()
