"""Index columns that were written to a file with the others."""

import warnings

import numpy as np
import pytest
import vaelib

X = np.random.RandomState(0).normal(size=(30, 2)).astype(np.float32)


def written(path, first, numbers):
    lines = [f"{first},a,b", *(f"{number},{a:.9g},{b:.9g}" for number, (a, b) in zip(numbers, X, strict=True))]
    path.write_text("\n".join(lines) + "\n")
    return path


@pytest.mark.parametrize("first", ["", "Unnamed: 0", '""'])
@pytest.mark.parametrize("numbers", [range(30), range(1, 31), range(5, 65, 2)])
def test_convert_leaves_an_index_out(tmp_path, first, numbers):
    path = written(tmp_path / "x.csv", first, numbers)
    with pytest.warns(vaelib.VaelibWarning, match=r'x.csv": the first column.* counts the rows; it is left out'):
        vaelib.convert(path, tmp_path / "x.h5")
    np.testing.assert_array_equal(vaelib.open_dataset(tmp_path / "x.h5", "x").numpy(), X)


@pytest.mark.parametrize(
    ("first", "numbers"),
    [("id", range(30)), ("", [*range(29), 3]), ("", np.arange(30) / 2), ("", range(30, 0, -1)), ("", range(-1, 29))],
)
def test_convert_keeps_other_columns(tmp_path, first, numbers):
    path = written(tmp_path / "x.csv", first, numbers)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        vaelib.convert(path, tmp_path / "x.h5")
    assert vaelib.open_dataset(tmp_path / "x.h5", "x").shape == (30, 3)


def test_labels_beside_an_index(tmp_path):
    path = written(tmp_path / "x.csv", "", range(30))
    lines = path.read_text().splitlines()
    path.write_text("\n".join([lines[0] + ",kind", *(f"{line},{row % 3}" for row, line in enumerate(lines[1:]))]))
    for label in ("kind", 3, -1):
        with pytest.warns(vaelib.VaelibWarning, match="left out"):
            vaelib.convert(path, tmp_path / "x.h5", label_column=label)
        data = vaelib.open_dataset(tmp_path / "x.h5", "x", labels="x_labels")
        np.testing.assert_array_equal(data.numpy(), X)
        np.testing.assert_array_equal(data.labels, np.arange(30) % 3)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        vaelib.convert(path, tmp_path / "x.h5", label_column=0)
    assert vaelib.open_dataset(tmp_path / "x.h5", "x").shape == (30, 3)
    path.write_text(path.read_text().replace(lines[9], lines[9].replace(lines[9].split(",")[2], "?")))
    with (
        pytest.warns(vaelib.VaelibWarning, match="left out"),
        pytest.raises(vaelib.FormatError, match=r'line 10 .* has "\?" in column 2, "b"'),
    ):
        vaelib.convert(path, tmp_path / "x.h5", label_column="kind")


@pytest.mark.parametrize("package", ["pandas", "polars"])
def test_a_data_frame_that_begins_with_one(package, caplog):
    frames = pytest.importorskip(package)
    make = {"latent_dim": 1, "hidden": (4,), "epochs": 1}
    frame = frames.DataFrame({"Unnamed: 0": np.arange(30), "a": X[:, 0], "b": X[:, 1]})
    for estimator in (vaelib.VAE(**make), vaelib.StackedDenoisingAutoencoder((4,), epochs=1)):
        with pytest.warns(vaelib.VaelibWarning, match=r"'Unnamed: 0', counts the rows.*drop\(columns='Unnamed: 0'\)"):
            estimator.fit(frame)
        assert estimator.n_features_in_ == 3
        assert "counts the rows" in caplog.text
        caplog.clear()
        with warnings.catch_warnings():
            warnings.filterwarnings("error", message=".*counts the rows")
            estimator.transform(frame)
    with warnings.catch_warnings():
        warnings.filterwarnings("error", message=".*counts the rows")
        for numbers in (np.arange(30)[::-1].copy(), np.arange(30) * 2.5):
            other = frames.DataFrame({"Unnamed: 0": numbers, "a": X[:, 0], "b": X[:, 1]})
            vaelib.VAE(**make).fit(other)
        vaelib.VAE(**make).fit(frames.DataFrame({"id": np.arange(30), "a": X[:, 0]}))


def test_a_name_that_is_there_twice():
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame({"Unnamed: 0": np.arange(30), "a": X[:, 0]})
    with pytest.raises(ValueError, match="'Unnamed: 0'"):
        vaelib.VAE(latent_dim=1, hidden=(4,), epochs=1).fit(pandas.concat([frame, frame], axis=1))
