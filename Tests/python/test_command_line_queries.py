"""The commands that ask models about arrays and datasets, and where their results go."""

import gzip
import json
import struct
import sys
from pathlib import Path

import h5py
import numpy as np
import pytest
import vaelib
from command_lines import QUICK, QUICK_STACK, Shell

GREY = np.random.RandomState(0).randint(0, 17, size=(60, 16)).astype(np.uint8)
LABELS = np.arange(60) % 3


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder with data and a model of each kind."""
    folder = tmp_path_factory.mktemp("queries")
    vaelib.write_dataset(folder / "data.h5", x=GREY, y=LABELS, t=GREY[:, :2] / 3, w=LABELS + 1.0)
    np.save(folder / "x.npy", GREY)
    x = vaelib.open_dataset(folder / "data.h5", "x", scale=1 / 16)
    vaelib.VAE(2, (8,), epochs=2, binarization="dynamic", random_state=1).fit(x).save(folder / "vae.h5")
    vaelib.StackedDenoisingAutoencoder((8, 4), epochs=1, random_state=1).fit(x).save(folder / "stack.h5")
    settings = {"hidden": (8,), "pretrain_epochs": 1, "finetune_epochs": 2, "random_state": 1}
    vaelib.StackedDenoisingClassifier(**settings).fit(x, LABELS).save(folder / "classifier.h5")
    vaelib.StackedDenoisingRegressor(**settings).fit(x, GREY[:, :2] / 3).save(folder / "regressor.h5")
    return folder


@pytest.fixture
def shell(capsys, folder, monkeypatch):
    """Runs commands in the folder."""
    monkeypatch.chdir(folder)
    return Shell(capsys)


def values(text):
    """CSV of numbers as an array, without the header."""
    return np.array([line.split(",") for line in text.splitlines()[1:]], dtype=float)


def scaled():
    """The examples as the models see them."""
    return vaelib.open_dataset("data.h5", "x", scale=1 / 16)


def stored(path, name):
    return vaelib.open_dataset(path, name).numpy()


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        (("encode", "vae.h5"), lambda: vaelib.load("vae.h5").transform(scaled())),
        (("encode", "vae.h5", "--log-variance"), lambda: np.hstack(vaelib.load("vae.h5").encode(scaled()))),
        (("encode", "stack.h5"), lambda: vaelib.load("stack.h5").transform(scaled())),
        (("encode", "stack.h5", "--layer", "0"), lambda: vaelib.load("stack.h5").transform(scaled(), layer=0)),
        (("reconstruct", "vae.h5"), lambda: vaelib.load("vae.h5").reconstruct(scaled())),
        (
            ("reconstruct", "vae.h5", "--latent", "sample", "--seed", "3"),
            lambda: vaelib.load("vae.h5").reconstruct(scaled(), "sample", 3),
        ),
        (("reconstruct", "stack.h5"), lambda: vaelib.load("stack.h5").reconstruct(scaled())),
        (("denoise", "stack.h5", "--layer", "0"), lambda: vaelib.load("stack.h5").denoise(scaled(), layer=0)),
        (("score", "stack.h5"), lambda: vaelib.load("stack.h5").reconstruction_error(scaled())[:, None]),
        (("predict", "classifier.h5"), lambda: vaelib.load("classifier.h5").predict(scaled())[:, None]),
        (("predict", "regressor.h5"), lambda: vaelib.load("regressor.h5").predict(scaled())),
        (
            ("score", "vae.h5", "--method", "log_likelihood", "--samples", "5", "--seed", "2"),
            lambda: np.transpose(
                vaelib.load("vae.h5").log_likelihood(scaled(), 5, return_standard_error=True, random_state=2)
            ),
        ),
    ],
)
def test_results_are_those_of_the_estimator(shell, words, answer):
    command, model, *options = words
    for budget in ((), ("--memory-budget", "0")):
        out = shell(command, model, "data.h5:x", *options, *budget)
        np.testing.assert_allclose(values(out), answer(), rtol=1e-6)
    shell(command, model, "data.h5:x", *options, "-o", "result.npy")
    np.testing.assert_allclose(np.load("result.npy").reshape(60, -1), answer(), rtol=1e-6)
    found = json.loads(shell(command, model, "data.h5:x", *options, "--json"))
    assert found["rows"] == 60
    np.testing.assert_allclose(np.transpose(list(found["results"].values())), answer(), rtol=1e-6)


def test_results_in_hdf5(shell):
    vae, x = vaelib.load("vae.h5"), scaled()
    shell("encode", "vae.h5", "data.h5:x", "data.h5:x[:5]", "-o", "codes.h5:z")
    assert "65 rows to codes.h5:z" in shell.errors
    np.testing.assert_array_equal(stored("codes.h5", "z"), vae.transform(vaelib.concatenate([x, x[:5]])))
    shell("encode", "vae.h5", "data.h5:x", "--log-variance", "-o", "both.h5")
    np.testing.assert_array_equal(stored("both.h5", "codes_log_variance"), vae.encode(x)[1])
    shell("decode", "vae.h5", "codes.h5:z[:60]", "-o", "rows.h5")
    np.testing.assert_array_equal(stored("rows.h5", "decoded"), vae.inverse_transform(vae.transform(x)))
    shell("reconstruct", "vae.h5", "data.h5:x", "-o", "again.h5")
    np.testing.assert_array_equal(stored("again.h5", "reconstructions"), vae.reconstruct(x))
    shell("denoise", "stack.h5", "data.h5:x", "-o", "restored.h5:clean")
    np.testing.assert_array_equal(stored("restored.h5", "clean"), vaelib.load("stack.h5").denoise(x))
    found = json.loads(shell("predict", "classifier.h5", "data.h5:x", "--labels", "y", "-o", "p.h5", "--json"))
    assert found["accuracy"] == vaelib.load("classifier.h5").score(x, LABELS)
    assert found["output"] == "p.h5:predictions"
    np.testing.assert_array_equal(stored("p.h5", "predictions"), vaelib.load("classifier.h5").predict_proba(x))
    shell("score", "vae.h5", "data.h5:x", "data.h5:x", "-o", "s.h5:scores")
    assert stored("s.h5", "scores").shape == (120, 3)


def test_arrays_are_scaled_as_those_of_training(shell):
    assert shell("encode", "vae.h5", "x.npy") == shell("encode", "vae.h5", "data.h5:x")
    assert shell("encode", "vae.h5", "x.npy[3:5]") == shell("encode", "vae.h5", "data.h5:x[3:5]")
    np.savez("several.npz", x=GREY, y=LABELS)
    assert shell("encode", "vae.h5", "several.npz:x") == shell("encode", "vae.h5", "x.npy")
    assert "there are several.npz:x, several.npz:y" in shell.refused("encode", "vae.h5", "several.npz:z")


def test_the_mean_of_scores(shell):
    out = values(shell("score", "vae.h5", "data.h5:x"))
    bounds = out[:, 0]
    assert f"mean bound {bounds.mean():.6g}, standard error of mean {bounds.std(ddof=1) / 60**0.5:.6g}" in shell.errors
    np.testing.assert_allclose(out[:, 0], out[:, 1] - out[:, 2], rtol=1e-5)


def test_samples(shell):
    vae = vaelib.load("vae.h5")
    np.testing.assert_allclose(values(shell("sample", "vae.h5", "-n", "3", "--seed", "1")), vae.sample(3, "mean", 1))
    drawn = values(shell("sample", "vae.h5", "-n", "3", "--draw", "--seed", "1"))
    np.testing.assert_array_equal(drawn, vae.sample(3, "sample", 1))
    out = shell("sample", "stack.h5", "--start", "data.h5:x[:4]", "--seed", "1")
    np.testing.assert_allclose(values(out), vaelib.load("stack.h5").sample(scaled()[:4], 1), rtol=1e-6)
    assert "makes new rows from others: --start DATA" in shell.refused("sample", "stack.h5")
    assert "starts from its prior" in shell.refused("sample", "vae.h5", "--start", "x.npy")
    assert "at least 1" in shell.refused("sample", "vae.h5", "-n", "0")


def test_codes_come_back_as_rows(shell):
    shell("encode", "vae.h5", "data.h5:x", "-o", "codes.csv")
    vae = vaelib.load("vae.h5")
    expected = vae.inverse_transform(vae.transform(scaled()))
    np.testing.assert_allclose(values(shell("decode", "vae.h5", "codes.csv")), expected, rtol=1e-5)
    drawn = values(shell("decode", "vae.h5", "codes.csv", "--draw", "--seed", "2"))
    assert set(np.unique(drawn)) == {0, 1}


def test_outliers(shell):
    vae, x = vaelib.load("vae.h5"), scaled()
    out = shell("outliers", "vae.h5", "data.h5:x", "--reference", "data.h5:x", "--contamination", "0.1")
    lines = [line.split(",") for line in out.splitlines()]
    assert lines[0] == ["row", "score", "outlier", "oddest_column"]
    vae.set_params(contamination=0.1).calibrate(x)
    assert [line[2] == "True" for line in lines[1:]] == (vae.predict(x) == -1).tolist()
    assert [int(line[3]) for line in lines[1:]] == vae.explain(x).argmin(axis=1).tolist()
    assert f"outliers 6, threshold {vae.offset_:.6g}" in shell.errors
    only = shell("outliers", "vae.h5", "data.h5:x", "--contamination", "0.1", "--only", "--held-out", "data.h5:x[:30]")
    rows = [line.split(",") for line in only.splitlines()[1:]]
    assert [float(row[1]) for row in rows] == sorted(vae.score_samples(x)[vae.predict(x) == -1].tolist())
    assert all(0 < float(row[3]) <= 1 for row in rows)
    shell("outliers", "stack.h5", "data.h5:x", "--explain", "-o", "odd.npy")
    assert np.load("odd.npy").shape == (60, 4 + 16)
    assert "asks a VAE or a StackedDenoisingAutoencoder" in shell.refused("outliers", "classifier.h5", "data.h5:x")


def test_training_stacks(shell):
    words = ("--scale", "1/16", "--hidden", "8,4", "--seed", "1")
    shell("pretrain", "data.h5:x", *words, "--epochs", "1,2", "--corruption-level", "0.1,0.2", "-o", "new.h5")
    stack = vaelib.load("new.h5")
    assert (stack.hidden, stack.epochs, stack.corruption_level) == ((8, 4), (1, 2), (0.1, 0.2))
    quick = ("--finetune-epochs", "2", "--seed", "1", "-o", "fine.h5")
    shell("finetune", "data.h5:x", "--labels", "y", "--pretrained", "new.h5", *quick)
    fine = vaelib.load("fine.h5")
    assert (fine.hidden, fine.scale, fine.n_iter_) == ((8, 4), 1 / 16, 5)
    assert fine.classes_.tolist() == [0, 1, 2]
    options = ("--scale", "1/16", *QUICK_STACK, "-o", "fine.h5")
    shell("finetune", "data.h5:x", "--targets", "t", *options, "--weights", "w", "--quiet")
    assert shell.errors == ""
    assert vaelib.load("fine.h5").predict(scaled()).shape == (60, 2)
    shell("finetune", "data.h5:x", "--labels", "y", "--balanced", "--validation", "data.h5:x[:30]", *options)
    assert "held out error" in shell("finetune", "x.npy", "--labels", "data.h5:y", *options, "--validation", "x.npy")
    assert "say what to learn" in shell.refused("finetune", "data.h5:x", *options)
    assert "give one of" in shell.refused("finetune", "data.h5:x", *options, "--labels", "y", "--targets", "t")
    assert "for a classifier" in shell.refused("finetune", "data.h5:x", *options, "--targets", "t", "--balanced")


def test_several_labels_at_once(shell):
    indicators = np.stack([LABELS == 0, LABELS > 0], axis=1).astype(np.uint8)
    vaelib.write_dataset("many.h5", x=GREY, labels=indicators)
    shell("finetune", "many.h5:x", "--labels", "labels", "--scale", "1/16", *QUICK_STACK, "-o", "many.model.h5")
    found = values(shell("predict", "many.model.h5", "many.h5:x", "--labels", "labels"))
    np.testing.assert_array_equal(found, vaelib.load("many.model.h5").predict(scaled()))
    assert "accuracy" in shell.errors


def test_files_of_mnist(shell):
    header = struct.pack(">4B3I", 0, 0, 8, 3, 60, 4, 4)
    Path("train-images-idx3-ubyte.gz").write_bytes(gzip.compress(header + GREY.tobytes()))
    assert shell("encode", "vae.h5", "train-images-idx3-ubyte.gz") == shell("encode", "vae.h5", "data.h5:x")


def test_weights_count(shell):
    shell("train", "data.h5:x", *QUICK, "--scale", "1/16", "--weights", "w", "-o", "weighted.h5")
    x = scaled()
    with pytest.warns(vaelib.VaelibWarning, match="bernoulli"):
        same = vaelib.VAE(hidden=(8,), epochs=2, random_state=1).fit(x, sample_weight=LABELS + 1.0)
    for name, weight in vaelib.load("weighted.h5").get_weights().items():
        np.testing.assert_array_equal(same.get_weights()[name], weight)


def test_datasets_are_named(shell):
    text = shell.refused("train", "data.h5", "-o", "m.h5")
    assert "say which dataset of data.h5: data.h5:t, data.h5:w, data.h5:x, data.h5:y" in text
    vaelib.write_dataset("named.h5", x_train=GREY, x_test=GREY)
    assert "did you mean x_train?" in shell.refused("train", "named.h5:x_tran", "-o", "m.h5", status=1)
    assert "holds a model, not data" in shell.refused("score", "vae.h5", "vae.h5")
    assert "asks a VAE, but stack.h5 holds a StackedDenoisingAutoencoder" in shell.refused(
        "impute", "stack.h5", "data.h5:x"
    )
    assert "layers 0 to 1" in shell.refused("encode", "stack.h5", "data.h5:x", "--layer", "2")
    assert "--label-column has no meaning here" in shell.refused("score", "vae.h5", "data.h5:x", "--label-column", "y")


def test_columns_of_tables_in_hdf5(shell):
    table = np.zeros(40, dtype=[("a", "f4"), ("b", "i4"), ("c", "f8")])
    table["a"], table["c"] = np.arange(40), np.arange(40) % 7
    with h5py.File("table.h5", "w") as file:
        file["t"] = table
    shell("train", "table.h5:t", *QUICK, "--select-columns", "c,a", "-o", "t.model.h5")
    assert vaelib.load("t.model.h5").n_features_in_ == 2
    shell("score", "t.model.h5", "table.h5:t", "--select-columns", "c,a")
    assert "name datasets" in shell.refused("train", "table.h5:t", "--drop-columns", "a", "-o", "m.h5")


def test_a_terminal_sees_the_first_rows(shell, monkeypatch):
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    lines = shell("score", "vae.h5", "data.h5:x").splitlines()
    assert len(lines) == 1 + 20 + 1
    assert lines[-1] == "... 40 more rows; -o FILE writes all, -o - prints them"
    assert len(shell("score", "vae.h5", "data.h5:x", "-o", "-").splitlines()) == 61


@pytest.mark.slow
@pytest.mark.parametrize(
    "words",
    [
        ("training", "vae.h5"),
        ("latents", "vae.h5", "data.h5:x", "--labels", "y"),
        ("pairs", "stack.h5", "data.h5:x", "--labels", "y", "--latents", "0,2,3"),
        ("kl", "vae.h5", "data.h5:x"),
        ("traversals", "vae.h5"),
        ("traversals", "vae.h5", "data.h5:x", "--row", "5", "--latents", "1"),
        ("samples", "vae.h5", "-n", "4", "--seed", "1"),
        ("manifold", "vae.h5"),
        ("reconstructions", "vae.h5", "data.h5:x[:5]", "--shape", "2x8"),
        ("interpolation", "vae.h5", "data.h5:x", "--row", "3,9"),
        ("denoising", "stack.h5", "data.h5:x[:5]", "--seed", "1"),
        ("filters", "stack.h5", "--layer", "1"),
        ("filters", "vae.h5", "-n", "3"),
        ("explanation", "vae.h5", "data.h5:x[:9]", "--row", "7", "--reference", "data.h5:x", "--shape", "4x4"),
        ("explanation", "stack.h5", "x.npy"),
    ],
)
def test_pictures(shell, words):
    pytest.importorskip("matplotlib")
    shell("plot", *words, "-o", "picture.png")
    assert Path("picture.png").read_bytes().startswith(b"\x89PNG")
    assert "a picture is in" in shell.errors
    Path("picture.png").unlink()


def test_pictures_that_cannot_be(shell):
    for words, text in (
        (("filter", "stack.h5"), "did you mean filters?"),
        (("denoising", "vae.h5", "data.h5:x"), "is for a stack"),
        (("samples", "stack.h5"), "is for a VAE"),
        (("filters", "vae.h5", "--layer", "0"), "--layer is for stacks"),
        (("kl", "vae.h5", "data.h5:x", "--row", "1"), "--row has no meaning for vaelib plot kl"),
        (("explanation", "vae.h5", "data.h5:x", "--row", "60"), "data.h5:x has rows 0 to 59"),
        (("interpolation", "vae.h5", "data.h5:x", "--row", "1"), "two rows, as in 0,1"),
        (("traversals", "vae.h5", "--row", "1"), "one of DATA, which is missing"),
        (("samples", "vae.h5", "-n", "0"), "at least 1"),
        (("latents", "vae.h5"), "DATA is missing"),
        (("training", "vae.h5", "data.h5:x"), "takes no DATA"),
        (("samples", "vae.h5", "--shape", "4"), "as in 28x20"),
    ):
        assert text in shell.refused("plot", *words, "-o", "picture.png")
    assert "as in picture.png" in shell.refused("plot", "samples", "vae.h5", "-o", "picture")


def test_another_scaling_and_places_that_results_cannot_have(shell):
    vae = vaelib.load("vae.h5")
    found = values(shell("encode", "vae.h5", "data.h5:x", "--scale", "1/32"))
    np.testing.assert_allclose(found, vae.transform(vaelib.open_dataset("data.h5", "x", scale=1 / 32)), rtol=1e-6)
    np.testing.assert_allclose(values(shell("encode", "vae.h5", "x.npy", "--scale", "1/32")), found, rtol=1e-6)
    words = ("encode", "vae.h5", "data.h5:x", "-o")
    assert "vae.h5 is read from" in shell.refused(*words, "vae.h5:codes")
    assert "not to some rows" in shell.refused(*words, "codes.h5:z[:3]")
    assert "exists and is no HDF5 file" in shell.refused(*words, "x.npy:codes")
    text = shell.refused("outliers", "vae.h5", "data.h5:x", "--reference", "x.npy", "-o", "x.npy")
    assert "x.npy is read from" in text


def test_scores_of_several_files_are_of_all_their_rows(shell):
    """R2 is no mean of those of the files."""
    for first in (0, 20):
        vaelib.write_dataset(f"part{first}.h5", x=GREY[first : first + 20], t=GREY[first : first + 20, :2] / 3)
    found = json.loads(shell("predict", "regressor.h5", "part0.h5:x", "part20.h5:x", "--targets", "t", "--json"))
    model = vaelib.load("regressor.h5")
    assert found["R2"] == pytest.approx(model.score(scaled()[:40], GREY[:40, :2] / 3), rel=1e-5)
