"""Where examples come from: arrays of every type and layout, HDF5 files, and what is wrong with bad ones."""

from pathlib import Path

import h5py
import numpy as np
import pytest
import vaelib
from vaelib._c.arrays import byte_bounds

NUMERIC = [
    *("uint8", "int8", "uint16", "int16", "uint32", "int32", "uint64", "int64"),
    *("float16", "float32", "float64", "longdouble", "bool", "object"),
]


@pytest.fixture
def numbers():
    return np.random.RandomState(0).randint(0, 100, size=(11, 7))


@pytest.mark.parametrize("dtype", NUMERIC)
def test_every_dtype(numbers, dtype):
    array = numbers.astype(dtype)
    np.testing.assert_array_equal(vaelib.Dataset(array).numpy(), array.astype(np.float32))


@pytest.mark.parametrize("dtype", ["int16", "int32", "int64", "uint16", "float32", "float64"])
def test_foreign_byte_order(numbers, dtype):
    array = numbers.astype(np.dtype(dtype).newbyteorder())
    np.testing.assert_array_equal(vaelib.Dataset(array).numpy(), numbers)


LAYOUTS = {
    "columns first": np.asfortranarray,
    "rows reversed": lambda a: a[::-1],
    "columns reversed": lambda a: a[:, ::-1],
    "both reversed, every other": lambda a: a[::-2, ::-2],
    "a part": lambda a: a[3:9, 2:5],
    "transposed": lambda a: a.T,
    "one row repeated": lambda a: np.broadcast_to(a[2], (5, a.shape[1])),
    "one column repeated": lambda a: np.broadcast_to(a[:, 2:3], (a.shape[0], 4)),
    "one number": lambda a: a[4:5, 4:5],
    "columns first, reversed": lambda a: np.asfortranarray(a)[::-1, ::3],
}


@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=list(LAYOUTS))
@pytest.mark.parametrize("dtype", ["uint8", "float32", "float64"])
def test_every_layout_is_read_in_place(numbers, layout, dtype):
    view = layout(numbers.astype(dtype))
    dataset = vaelib.Dataset(view)
    np.testing.assert_array_equal(dataset.numpy(), view)
    if view.flags.writeable:  # what changes in the array changes in the dataset: there is no copy
        view[0, 0] = 77
        assert dataset.numpy()[0, 0] == 77


def test_bounds_of_views():
    array = np.zeros((4, 6), dtype=np.float32)
    start = array.ctypes.data
    assert byte_bounds(array) == (start, start + 96)
    assert byte_bounds(array[::-1, ::-2]) == (start + 4, start + 96)
    assert byte_bounds(array[1:3, 2:4]) == (start + 32, start + 64)


def test_unaligned_and_read_only_arrays(numbers):
    packed = np.zeros(11, dtype=np.dtype([("flag", "u1"), ("values", "f4", 7)]))
    packed["values"] = numbers
    packed.setflags(write=False)
    np.testing.assert_array_equal(vaelib.Dataset(packed["values"]).numpy(), numbers)


def test_scale_and_shift(numbers):
    dataset = vaelib.Dataset(numbers.astype(np.uint8), scale=0.5, shift=-3)
    np.testing.assert_array_equal(dataset.numpy(), (numbers * 0.5 - 3).astype(np.float32))
    assert (dataset.scale, dataset.shift) == (0.5, -3.0)
    np.testing.assert_array_equal(dataset[2:4].numpy(), dataset.numpy()[2:4])


def test_slices(numbers):
    dataset = vaelib.Dataset(numbers)
    for rows in (slice(2, 5), slice(None), slice(-3, None), slice(0, 1), slice(4, 400)):
        np.testing.assert_array_equal(dataset[rows].numpy(), numbers[rows])
    np.testing.assert_array_equal(dataset[3:9][2:4].numpy(), numbers[5:7])
    assert len(dataset[2:5]) == 3
    np.testing.assert_array_equal(dataset[::2].numpy(), numbers[::2])
    np.testing.assert_array_equal(dataset[8:2:-3].numpy(), numbers[8:2:-3])
    np.testing.assert_array_equal(dataset[3], numbers[3])
    with pytest.raises(ValueError, match="row"):
        dataset[5:5]


def test_a_slice_outlives_its_dataset(numbers):
    dataset = vaelib.Dataset(numbers.astype(np.float64))
    part = dataset[2:4]
    dataset.close()
    dataset.close()
    np.testing.assert_array_equal(part.numpy(), numbers[2:4])
    with pytest.raises(ValueError, match="closed"):
        dataset.numpy()
    assert "closed" in repr(dataset)


def test_labels(numbers):
    labels = np.arange(11, dtype=np.uint8)[::-1]
    with vaelib.Dataset(numbers, labels) as dataset:
        np.testing.assert_array_equal(dataset.labels, labels)
        np.testing.assert_array_equal(dataset[3:6].labels, labels[3:6])
        assert dataset.labels.dtype == np.int64
    assert vaelib.Dataset(numbers).labels is None
    with pytest.raises(ValueError, match="11"):
        vaelib.Dataset(numbers, labels[:5])
    with pytest.raises(ValueError, match="axis"):
        vaelib.Dataset(numbers, numbers)


@pytest.mark.parametrize(
    ("array", "error", "text"),
    [
        (np.zeros((3, 2), dtype=complex), ValueError, "Complex"),
        (np.array([["a", "b"]]), ValueError, "numbers"),
        (np.array([["2020-01-01"]], dtype="datetime64[D]"), ValueError, "numbers"),
        (np.array([[{}, 1]], dtype=object), TypeError, "argument must be"),
        (np.zeros(3), ValueError, "matrix"),
        (np.zeros((3, 2, 2)), ValueError, "matrix"),
        (np.zeros((0, 4)), ValueError, "row"),
        (np.zeros((4, 0)), ValueError, "column"),
    ],
)
def test_arrays_that_are_not_examples(array, error, text):
    with pytest.raises(error, match=text):
        vaelib.Dataset(array)


HDF5_TYPES = [
    *(order + kind + size for order in "<>" for kind in "iu" for size in "1248"),
    *("<f2", ">f2", "<f4", ">f4", "<f8", ">f8"),
]


@pytest.mark.parametrize("dtype", HDF5_TYPES)
def test_every_hdf5_type(numbers, hdf5, dtype):
    path = hdf5(x=numbers.astype(dtype))
    for budget in (None, 0):
        dataset = vaelib.open_dataset(path, "x", memory_budget=budget)
        np.testing.assert_array_equal(dataset.numpy(), numbers)
        assert dataset.in_memory == (budget is None)


def test_wide_integers_of_a_file(hdf5):
    wide = np.array([[2**63 + 2**40, 3], [2**64 - 1, 0]], dtype=np.uint64)
    np.testing.assert_allclose(vaelib.open_dataset(hdf5(x=wide), "x").numpy(), wide.astype(np.float64), rtol=1e-6)


def test_images_are_flattened_and_groups_are_followed(numbers, hdf5):
    images = np.arange(2 * 3 * 4 * 5).reshape(2, 3, 4, 5)
    path = hdf5(**{"deep/down/images": images, "flat": np.arange(6.0)})
    np.testing.assert_array_equal(vaelib.open_dataset(path, "deep/down/images").numpy(), images.reshape(2, 60))
    np.testing.assert_array_equal(vaelib.open_dataset(path, "flat").numpy(), np.arange(6.0)[:, np.newaxis])


@pytest.mark.parametrize(
    "options", [{}, {"chunks": (3, 4)}, {"chunks": (5, 7), "compression": "gzip", "shuffle": True}]
)
def test_chunked_and_compressed_files(numbers, tmp_path, options):
    with h5py.File(tmp_path / "chunks.h5", "w") as file:
        file.create_dataset("x", data=numbers, **options)
    for budget in (None, 0):
        dataset = vaelib.open_dataset(tmp_path / "chunks.h5", "x", memory_budget=budget)
        np.testing.assert_array_equal(dataset.numpy(), numbers)
        np.testing.assert_array_equal(dataset[4:9].numpy(), numbers[4:9])


def test_labels_of_a_file(numbers, hdf5):
    path = hdf5(x=numbers, y=np.arange(11, dtype=">i2"), short=np.arange(4), real=np.arange(11) + 0.5)
    for budget in (None, 0):
        dataset = vaelib.open_dataset(path, "x", "y", memory_budget=budget)
        np.testing.assert_array_equal(dataset.labels, np.arange(11))
        np.testing.assert_array_equal(dataset[2:5].labels, [2, 3, 4])
    for labels in ("short", "real", "none"):
        with pytest.raises(vaelib.FormatError, match=labels):
            vaelib.open_dataset(path, "x", labels)


def test_streamed_data_give_the_results_of_data_in_memory(hdf5):
    images = np.random.RandomState(0).randint(0, 256, size=(300, 5, 4), dtype=np.uint8)
    path = hdf5(x=images)
    memory = vaelib.open_dataset(path, "x", scale=1 / 255)
    stream = vaelib.open_dataset(path, "x", scale=1 / 255, memory_budget=0)
    array = vaelib.Dataset(images.reshape(300, 20), scale=1 / 255)
    model = vaelib.VAE(latent_dim=2, hidden=(8,), epochs=1, binarization="dynamic", random_state=0).fit(array)
    for other in (memory, stream):
        np.testing.assert_array_equal(other.numpy(), array.numpy())
        np.testing.assert_array_equal(model.transform(other), model.transform(array))
        np.testing.assert_array_equal(model.elbo(other, 2).elbo, model.elbo(array, 2).elbo)
        np.testing.assert_array_equal(model.sample_latent(other[100:250], 1), model.sample_latent(array[100:250], 1))


def test_streamed_data_are_learned_from(hdf5):
    random = np.random.RandomState(0)
    prototypes = random.uniform(size=(2, 20)) < 0.5
    x = (prototypes[random.randint(2, size=600)] ^ (random.uniform(size=(600, 20)) < 0.05)).astype(np.uint8)
    stream = vaelib.open_dataset(hdf5(x=x), "x", memory_budget=0)
    model = vaelib.VAE(latent_dim=2, hidden=(32,), epochs=40, batch_size=50, learning_rate=3e-3, random_state=1)
    model.fit(stream)
    assert model.score(stream) == model.score(x) > -6.5
    np.testing.assert_array_equal(model.history_["examples_seen"], 600 * np.arange(1, 41))


def test_files_that_are_not_there(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"nowhere\.h5") as caught:
        vaelib.open_dataset(tmp_path / "nowhere.h5", "x")
    assert isinstance(caught.value, vaelib.FileError)
    with pytest.raises(OSError, match=str(tmp_path)):
        vaelib.open_dataset(tmp_path, "x")


def test_files_that_are_not_hdf5(tmp_path, hdf5, numbers):
    text = tmp_path / "text.h5"
    text.write_text("these are no numbers")
    empty = tmp_path / "empty.h5"
    empty.write_bytes(b"")
    content = Path(hdf5(x=np.zeros((200, 50)))).read_bytes()
    truncated = tmp_path / "truncated.h5"
    truncated.write_bytes(content[: len(content) // 2])
    for path in (text, empty, truncated):
        with pytest.raises(vaelib.FormatError, match=path.name):
            vaelib.open_dataset(path, "x")


def test_datasets_that_will_not_do(hdf5, numbers):
    path = hdf5(
        x=numbers,
        texts=np.array([[b"a", b"b"]]),
        variable=np.array(["a", "b"], dtype=h5py.string_dtype()),
        empty=np.zeros((0, 4)),
        narrow=np.zeros((4, 0)),
        scalar=3.0,
        complex=np.zeros((2, 2), dtype=complex),
        **{"group/inner": numbers},
    )
    with pytest.raises(vaelib.FormatError, match=r"missing.*\bx\b") as caught:
        vaelib.open_dataset(path, "missing")
    assert "group/inner" in str(caught.value) or "group" in str(caught.value)
    for name in ("texts", "variable", "empty", "narrow", "scalar", "complex", "group"):
        with pytest.raises(vaelib.FormatError, match=name):
            vaelib.open_dataset(path, name)


def test_strings_with_an_end_inside_and_bad_budgets(hdf5, numbers):
    path = hdf5(x=numbers)
    with pytest.raises(ValueError, match="null"):
        vaelib.open_dataset(path, "x\0y")
    with pytest.raises(ValueError, match="null"):
        vaelib.open_dataset(path + "\0", "x")
    with pytest.raises(ValueError, match="memory_budget"):
        vaelib.open_dataset(path, "x", memory_budget=-1)
    with pytest.raises(ValueError, match="scale"):
        vaelib.open_dataset(path, "x", scale=float("nan"))


def test_names_beyond_ascii(hdf5, numbers):
    path = hdf5("Ziffern ähnlich.h5", **{"Größe": numbers})
    np.testing.assert_array_equal(vaelib.open_dataset(path, "Größe").numpy(), numbers)
