"""Types of stored values beyond plain numbers: enumerations, tables of named columns."""

import h5py
import numpy as np
import pytest
import vaelib


@pytest.fixture
def write(tmp_path):
    """Writes values with a type to a dataset "x" and returns the file's path."""

    def write_values(values, dtype):
        path = str(tmp_path / "types.h5")
        with h5py.File(path, "w") as file:
            file.create_dataset("x", data=values, dtype=dtype)
        return path

    return write_values


@pytest.mark.parametrize("base", ["i1", "u1", "i2", "u2", "i4", "u4", "i8", "u8", ">i2", ">i4"])
def test_enumerations_are_their_integers(write, base):
    values = np.random.RandomState(0).randint(0, 4, size=(20, 3))
    path = write(values, h5py.enum_dtype({"low": 0, "middle": 1, "high": 2, "other": 3}, basetype=base))
    for budget in (None, 0):
        with vaelib.open_dataset(path, "x", memory_budget=budget) as dataset:
            np.testing.assert_array_equal(dataset.numpy(), values)
    assert vaelib.verify(path).datasets_read == 1


@pytest.mark.parametrize("base", ["u1", "<u2", ">u4"])
def test_bit_fields_are_unsigned_integers(tmp_path, base):
    path = str(tmp_path / "bits.h5")
    values = np.random.RandomState(0).randint(0, 200, size=(20, 3)).astype(base)
    names = {"u1": h5py.h5t.STD_B8LE, "<u2": h5py.h5t.STD_B16LE, ">u4": h5py.h5t.STD_B32BE}
    with h5py.File(path, "w") as file:
        kind = names[base]
        space = h5py.h5s.create_simple(values.shape)
        stored = h5py.h5d.create(file.id, b"x", kind, space)
        stored.write(h5py.h5s.ALL, h5py.h5s.ALL, values, kind)
    with vaelib.open_dataset(path, "x") as dataset:
        np.testing.assert_array_equal(dataset.numpy(), values)


TABLE = np.dtype(
    [
        ("small", "i2"),
        ("real", ">f4"),
        ("name", "S3"),
        ("pair", "f8", (2,)),
        ("inner", [("count", "u1"), ("share", "f4"), ("text", "S2")]),
        ("flag", "?"),
        ("grid", "u2", (2, 3)),
    ]
)


@pytest.fixture
def table():
    random = np.random.RandomState(0)
    table = np.zeros(53, TABLE)
    table["small"] = random.randint(-999, 999, 53)
    table["real"] = random.uniform(size=53)
    table["pair"] = random.uniform(size=(53, 2))
    table["inner"]["count"] = random.randint(0, 255, 53)
    table["inner"]["share"] = random.uniform(size=53)
    table["flag"] = table["small"] > 0
    table["grid"] = random.randint(0, 65535, size=(53, 2, 3))
    return table


def column(table, name):
    """A column by its name, as a matrix."""
    for part in name.split("/"):
        table = table[part]
    return table.reshape(len(table), -1)


NUMERIC = ["small", "real", "pair", "inner/count", "inner/share", "flag", "grid"]
LAYOUTS = {
    "contiguous": {},
    "chunks": {"chunks": (7,)},
    "gzip": {"chunks": (10,), "compression": "gzip", "shuffle": True, "fletcher32": True},
    "lzf": {"chunks": (53,), "compression": "lzf"},
}


@pytest.mark.parametrize("options", LAYOUTS.values(), ids=list(LAYOUTS))
@pytest.mark.parametrize("budget", [None, 0])
def test_columns_of_a_table(table, tmp_path, options, budget):
    path = str(tmp_path / "table.h5")
    with h5py.File(path, "w") as file:
        file.create_dataset("t", data=table, **options)
        file["y"] = np.arange(53)
    assert vaelib.verify(path).datasets_read == 2
    for columns in (None, ["pair"], ["flag", "small"], ["inner", "real"], ["inner/share"], ["grid", "pair", "grid"]):
        names = columns or NUMERIC
        names = [part for name in names for part in (["inner/count", "inner/share"] if name == "inner" else [name])]
        if columns == ["inner", "real"]:
            with pytest.raises(vaelib.FormatError, match='a column "inner/text" of strings'):
                vaelib.open_dataset(path, "t", columns=columns, memory_budget=budget)
            continue
        expected = np.hstack([column(table, name).astype("f8") for name in names]).astype("f4")
        with vaelib.open_dataset(path, "t", "y", columns=columns, memory_budget=budget) as dataset:
            np.testing.assert_array_equal(dataset.numpy(), expected)
            np.testing.assert_array_equal(dataset[[40, 3]].numpy(), expected[[40, 3]])
            np.testing.assert_array_equal(dataset[5:9].labels, [5, 6, 7, 8])


def test_the_type_of_columns_holds_all_their_numbers(table, hdf5):
    path = hdf5(t=table)
    for columns, dtype in (
        (["small"], "i2"), (["real"], "f4"), (["small", "real"], "f4"), (["pair", "real"], "f8"),
        (["inner/count", "flag"], "u1"), (["inner/count", "small"], "i2"), (["small", "grid"], "i4"),
        (["grid", "real"], "f8"),
    ):  # fmt: skip
        assert vaelib.open_dataset(path, "t", columns=columns).dtype == np.dtype(dtype), columns


def test_arrays_as_elements_and_tables_of_several_axes(table, hdf5, tmp_path):
    path = str(tmp_path / "arrays.h5")
    values = np.random.RandomState(0).uniform(size=(20, 3, 4)).astype("f4")
    with h5py.File(path, "w") as file:
        kind = h5py.h5t.array_create(h5py.h5t.IEEE_F32LE, (4,))
        stored = h5py.h5d.create(file.id, b"x", kind, h5py.h5s.create_simple((20, 3)))
        stored.write(h5py.h5s.ALL, h5py.h5s.ALL, values, kind)
        file["t"] = table[:52].reshape(4, 13)
    with vaelib.open_dataset(path, "x", memory_budget=0) as dataset:
        np.testing.assert_array_equal(dataset.numpy(), values.reshape(20, 12))
    with vaelib.open_dataset(path, "x", row_axis=1) as dataset:
        np.testing.assert_array_equal(dataset.numpy(), values.transpose(1, 0, 2).reshape(3, 80))
    expected = np.stack([table["small"][:52], table["flag"][:52]], axis=1).reshape(4, 13, 2)
    with vaelib.open_dataset(path, "t", columns=["small", "flag"]) as dataset:
        np.testing.assert_array_equal(dataset.numpy(), expected.reshape(4, 26))
    with vaelib.open_dataset(path, "t", columns=["small", "flag"], row_axis=1, memory_budget=0) as dataset:
        np.testing.assert_array_equal(dataset.numpy(), expected.transpose(1, 0, 2).reshape(13, 8))


def test_what_is_wrong_with_columns(table, hdf5):
    path = hdf5(t=table, plain=np.zeros((3, 2)), words=np.zeros(3, [("a", "S3")]))
    for name, columns, text in (
        ("t", ["nothing"], r'is a table without a column "nothing"; it has small \(2-byte signed integers\), real'),
        ("t", ["name"], 'has a column "name" of strings'),
        ("plain", ["a"], "is no table: it holds 8-byte floating-point numbers; leave columns out"),
        ("words", None, r"is a table without columns of numbers: it has a \(strings\)"),
    ):
        with pytest.raises(vaelib.FormatError, match=text):
            vaelib.open_dataset(path, name, columns=columns)
    with pytest.raises(ValueError, match="columns names no column"):
        vaelib.open_dataset(path, "t", columns=[])
    with pytest.raises(TypeError, match=r"one column is \['real'\]"):
        vaelib.open_dataset(path, "t", columns="real")
    with pytest.raises(vaelib.FormatError, match="cannot serve as labels: it holds compound values"):
        vaelib.open_dataset(path, "plain", "t")


def test_tables_of_pandas(tmp_path):
    pandas = pytest.importorskip("pandas")
    pytest.importorskip("tables")
    path = str(tmp_path / "frame.h5")
    random = np.random.RandomState(0)
    frame = pandas.DataFrame({"a": random.uniform(size=99), "b": random.randint(0, 9, 99), "c": ["x", "y", "z"] * 33})
    frame.to_hdf(path, key="t", format="table", data_columns=True)
    frame[["a"]].to_hdf(path, key="u", format="table")
    for budget in (None, 0):
        with vaelib.open_dataset(path, "t/table", columns=["a", "b"], memory_budget=budget) as dataset:
            np.testing.assert_array_equal(dataset.numpy(), frame[["a", "b"]].to_numpy().astype("f4"))
    with vaelib.open_dataset(path, "u/table", columns=["values_block_0"]) as dataset:
        np.testing.assert_array_equal(dataset.numpy()[:, 0], frame["a"].to_numpy().astype("f4"))
    vaelib.verify(path)


def test_tables_of_pytables(tmp_path):
    tables = pytest.importorskip("tables")
    path = str(tmp_path / "tables.h5")

    class Row(tables.IsDescription):
        flag = tables.BoolCol()
        number = tables.Int64Col(shape=(2,))
        colour = tables.EnumCol(tables.Enum({"red": 3, "green": 5}), "red", base="uint8")

        class inner(tables.IsDescription):  # noqa: N801 - the name of a column
            real = tables.Float32Col()

    with tables.open_file(path, "w") as file:
        table = file.create_table("/", "rows", Row, filters=tables.Filters(complevel=4, shuffle=True))
        for index in range(300):
            row = table.row
            row["flag"], row["number"] = index % 3 == 0, [index, -index]
            row["colour"], row["inner/real"] = [3, 5][index % 2], index / 4
            row.append()
        table.flush()
        file.create_carray("/", "flags", obj=np.arange(300) % 2 == 0)
    index = np.arange(300)
    with vaelib.open_dataset(path, "rows", columns=["number", "flag", "colour", "inner/real"]) as dataset:
        columns = [index, -index, index % 3 == 0, np.array([3, 5])[index % 2], index / 4]
        np.testing.assert_array_equal(dataset.numpy(), np.column_stack(columns))
    with vaelib.open_dataset(path, "flags", window=1) as dataset:
        np.testing.assert_array_equal(dataset.numpy()[:, 0], index % 2 == 0)


def test_complex_numbers_are_two_columns_if_wanted(hdf5):
    values = (np.arange(21) + 1j * np.arange(21)[::-1]).reshape(7, 3).astype("c8")
    path = hdf5(x=values)
    with pytest.raises(vaelib.FormatError, match=r'holds complex numbers; columns=\["r", "i"\] reads'):
        vaelib.open_dataset(path, "x")
    with vaelib.open_dataset(path, "x", columns=["r", "i"]) as dataset:
        np.testing.assert_array_equal(dataset.numpy(), values.view("f4"))
    assert vaelib.verify(path).datasets_unread == 1
