"""Conditional models on the command line: conditions in columns, in files, in datasets beside the rows, as values."""

import io
import json
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import vaelib
from command_lines import QUICK, Shell
from people import people

GREY = np.random.RandomState(0).randint(0, 17, size=(60, 16)).astype(np.uint8)
LABELS = np.arange(60) % 3
SETTINGS = {"latent_dim": 2, "hidden": (8,), "epochs": 2, "random_state": 1}
TABLE = ["job", "age", "income", "owner"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A table and a model of it, given job and age; images, labels of several kinds, and a model given these."""
    folder = tmp_path_factory.mktemp("conditions")
    table = people(80)[TABLE]
    table.to_csv(folder / "people.csv", index=False)
    given = ("auto", ["job", "age"], {"condition": True})
    vaelib.VAE(columns=[given], **SETTINGS).fit(table).save(folder / "people.model.h5")
    vaelib.write_dataset(folder / "data.h5", x=GREY, y=LABELS)
    np.save(folder / "y.npy", LABELS)
    pd.DataFrame({"kind": np.array(["a", "b", "c"])[LABELS]}).to_csv(folder / "kinds.csv", index=False)
    x = vaelib.open_dataset(folder / "data.h5", "x", scale=1 / 16)
    vaelib.VAE(binarization="dynamic", **SETTINGS).fit(x, conditions=LABELS).save(folder / "digits.model.h5")
    return folder


@pytest.fixture
def shell(capsys, folder, monkeypatch):
    """Runs commands in the folder."""
    monkeypatch.chdir(folder)
    return Shell(capsys)


def read(text):
    """CSV as a data frame."""
    return pd.read_csv(io.StringIO(text))


def scaled():
    """The images as models see them."""
    return vaelib.open_dataset("data.h5", "x", scale=1 / 16)


def same_weights(path, expected):
    for name, weight in expected.get_weights().items():
        np.testing.assert_array_equal(vaelib.load(path).get_weights()[name], weight, err_msg=name)


def test_training_given_columns(shell):
    words = ("train", "people.csv", "--latent-dim", "2", *QUICK, "--condition-columns", "job,age", "-o", "new.h5")
    shell(*words)
    same_weights("new.h5", vaelib.load("people.model.h5"))
    shell(*words, "--column-likelihood", "age=log_normal", "--column-likelihood", "income=laplace")
    found = vaelib.load("new.h5")
    assert found.likelihoods_["income"] == "laplace"
    assert [(kind, said["condition"]) for kind, _, said in found.columns][:2] == [
        ("categorical", True),
        ("log_normal", True),
    ]
    assert "did you mean job?" in shell.refused(*words, "--condition-columns", "jb")
    shell("train", "data.h5:x", *QUICK, "--condition-columns", "0,3", "--quiet", "-o", "new.h5")
    assert vaelib.load("new.h5")._fitted().condition_columns == [0, 3]
    assert "numbers from 0, not a" in shell.refused("train", "data.h5:x", "--condition-columns", "a", "-o", "no.h5")


@pytest.mark.parametrize(
    ("text", "conditions"),
    [("y", LABELS), ("y.npy", LABELS), ("kinds.csv", pd.Series(np.array(["a", "b", "c"])[LABELS], name="kind"))],
)
def test_training_given_what_is_beside(shell, text, conditions):
    words = ("data.h5:x[:40]", "data.h5:x[40:]", "--scale", "1/16", "--binarization", "dynamic", "--latent-dim", "2")
    shell("train", *words, *QUICK, "--conditions", text, "--validation", "data.h5:x[:30]", "-o", "new.h5")
    expected = vaelib.VAE(binarization="dynamic", **SETTINGS)
    same_weights("new.h5", expected.fit(scaled(), conditions=conditions, validation=(scaled()[:30], conditions[:30])))
    assert "conditions: " in shell("info", "new.h5")


def test_conditions_that_cannot_be_trained_with(shell):
    words = ("train", "-o", "no.h5", "--conditions")
    text = shell.refused(*words, "job", "people.csv")
    assert "no file job; columns of people.csv are --condition-columns" in text
    assert "60 rows of conditions; people.csv has 80 rows" in shell.refused(*words, "y.npy", "people.csv", status=1)
    assert 'has no dataset "z"' in shell.refused(*words, "z", "data.h5:x", status=1)
    text = shell.refused(*words, "people.csv", "data.h5:x", "--condition-columns", "0")
    assert "--condition-columns or beside the examples as --conditions, not both" in text
    words = ("train", "people.csv", *QUICK, "--condition-columns", "job,age,income,owner", "-o", "new.h5")
    assert "leave a column out of --condition-columns" in shell.refused(*words)
    words = ("train", "-o", "no.h5", "--conditions")
    assert "people.csv is read from" in shell.refused(*words, "people.csv", "data.h5:x", "-o", "people.csv")


def test_models_say_what_is_given(shell):
    assert "\nconditions: job, age\n" in shell("info", "people.model.h5")
    assert json.loads(shell("info", "people.model.h5", "--json"))["conditions"] == ["job", "age"]
    page = shell("info", "digits.model.h5")
    assert "\nconditions: conditions[0]\ncategories of conditions[0]: 0, 1, 2\n" in page
    assert "\ncolumns:" not in page


def test_rows_that_hold_their_conditions(shell):
    model, table = vaelib.load("people.model.h5"), people(80)[TABLE]
    np.testing.assert_allclose(read(shell("score", "people.model.h5", "people.csv"))["bound"], model.elbo(table).elbo)
    shell("encode", "people.model.h5", "people.csv", "-o", "codes.npy")
    np.testing.assert_array_equal(np.load("codes.npy"), model.transform(table))
    found = read(shell("reconstruct", "people.model.h5", "people.csv"))
    for name in ("job", "age"):
        assert found[name].tolist() == table[name].tolist()
    found = read(shell("outliers", "people.model.h5", "people.csv", "--held-out", "people.csv[:20]"))
    assert set(found["oddest_column"]) <= {"income", "owner"}
    assert "as columns, job, age" in shell.refused("score", "people.model.h5", "people.csv", "--conditions", "y.npy")


def test_new_rows_under_conditions(shell):
    model = vaelib.load("people.model.h5")
    words = ("sample", "people.model.h5", "--seed", "1")
    found = read(shell(*words, "-n", "3", "--conditions", "age=40,job=cook"))
    expected = model.sample(3, random_state=1, conditions=[["cook", 40]])
    pd.testing.assert_frame_equal(found, expected, check_dtype=False, rtol=1e-6)
    found = read(shell(*words, "--conditions", "people.csv[:4]"))  # chosen by name from more columns
    expected = model.sample(random_state=1, conditions=people(80)[["job", "age"]][:4])
    pd.testing.assert_frame_equal(found, expected.reset_index(drop=True), check_dtype=False, rtol=1e-6)
    shell("encode", "people.model.h5", "people.csv[:4]", "-o", "codes.csv")
    decoded = read(shell("decode", "people.model.h5", "codes.csv", "--conditions", "job=nurse,age=30.5"))
    assert set(decoded["job"]) == {"nurse"}
    text = shell.refused("decode", "people.model.h5", "codes.csv", "--conditions", "people.csv[:3]", status=1)
    assert "3 rows of conditions; codes.csv has 4 rows" in text


def test_conditions_that_no_model_knows(shell):
    def refused(text, status=2):
        return shell.refused("sample", "people.model.h5", "--conditions", text, status=status)

    assert "or is job=clerk,age=0 for all" in shell.refused("sample", "people.model.h5")
    assert "age is missing" in refused("job=cook")
    assert "has not learned from job 'cok'; did you mean cook?" in refused("job=cok,age=3")
    assert "no condition jb: the model has job, age; did you mean job?" in refused("jb=cook,age=3")
    assert "age is a number, not 'old'" in refused("job=cook,age=old")
    assert "nobody.csv is no file and no NAME=VALUE" in refused("nobody.csv")
    assert 'lacks the column "job"' in refused("kinds.csv", status=1)
    vaelib.StackedDenoisingAutoencoder((4,), epochs=1).fit(scaled()).save("stack.h5")
    text = shell.refused("encode", "stack.h5", "data.h5:x", "--conditions", "y")
    assert "for a VAE that was trained with some" in text
    text = shell.refused("score", "digits.model.h5", "data.h5:x")
    assert "the model has conditions, conditions[0]: --conditions names a file" in text


@pytest.mark.parametrize("budget", [(), ("--memory-budget", "0")])
def test_queries_with_conditions_beside(shell, budget, monkeypatch):
    monkeypatch.setattr("vaelib.command_line.results._BLOCK_BYTES", 4 * 16 * 25)  # streams 25 rows at a time
    model, given = vaelib.load("digits.model.h5"), {"conditions": LABELS}
    for words, expected in (
        (("encode",), model.transform(scaled(), **given)),
        (("encode", "--log-variance"), np.hstack(model.encode(scaled(), **given))),
        (("reconstruct",), model.reconstruct(scaled(), **given)),
        (("score",), np.stack(list(vars(model.elbo(scaled(), **given)).values()), axis=1)),
    ):
        command, *options = words
        found = read(shell(command, "digits.model.h5", "data.h5:x", "--conditions", "y", *options, *budget))
        if command != "score" or not budget:  # whose noise is that of a row's place in its block
            np.testing.assert_allclose(found, expected, rtol=1e-5, err_msg=command)
    for target in ("rows.h5:rows", "rows.npy"):
        shell("reconstruct", "digits.model.h5", "data.h5:x", "--conditions", "1", "-o", target, *budget)
    expected = model.reconstruct(scaled(), conditions=1)
    np.testing.assert_array_equal(np.load("rows.npy"), expected)
    np.testing.assert_array_equal(vaelib.open_dataset("rows.h5", "rows").numpy(), expected)
    shell("encode", "digits.model.h5", "data.h5:x", "--conditions", "y", "-o", "codes.h5:z", *budget)
    np.testing.assert_array_equal(vaelib.open_dataset("codes.h5", "z").numpy(), model.transform(scaled(), **given))
    shell("decode", "digits.model.h5", "codes.h5:z", "--conditions", "y.npy", "-o", "rows.npy")
    np.testing.assert_allclose(np.load("rows.npy"), model.reconstruct(scaled(), **given), rtol=1e-6)


def test_outliers_and_gaps_with_conditions_beside(shell):
    model = vaelib.load("digits.model.h5")
    words = ("digits.model.h5", "data.h5:x[:9]", "data.h5:x[9:]", "--conditions", "y", "--held-out", "data.h5:x[:20]")
    found = read(shell("outliers", *words))
    model.calibrate(scaled(), (scaled()[:20], LABELS[:20]), conditions=LABELS)
    np.testing.assert_allclose(found["score"], model.score_samples(scaled(), conditions=LABELS))
    np.testing.assert_allclose(found["p_value"], model.p_values(scaled(), conditions=LABELS))
    gappy = np.where(GREY == 3, np.nan, GREY / 16)
    np.save("gappy.npy", gappy)
    settings = {**SETTINGS, "missing": "ignore", "likelihood": "gaussian"}
    model = vaelib.VAE(**settings).fit(gappy, conditions=LABELS)
    model.save("gappy.model.h5")
    completed = read(shell("impute", "gappy.model.h5", "gappy.npy", "--conditions", "y.npy", "--samples", "5"))
    np.testing.assert_allclose(completed, model.impute(gappy, samples=5, conditions=LABELS), rtol=1e-6)


def test_conditions_without_pandas(shell, monkeypatch):
    table = people(80)[["age", "owner", "income"]]
    table.to_csv("turned.csv", index=False)
    table[["income"]].to_csv("x.csv", index=False)
    given = ("auto", ["owner", "age"], {"condition": True})
    model = vaelib.VAE(columns=[given], **SETTINGS).fit(table[["owner", "age", "income"]].astype(float))
    model.save("numbers.h5")
    expected = table[["owner", "age"]].to_numpy()[:5]
    monkeypatch.setitem(sys.modules, "pandas", None)
    found = shell("sample", "numbers.h5", "--conditions", "turned.csv[:5]", "--seed", "1")
    rows = np.array([line.split(",") for line in found.splitlines()[1:]], dtype=float)
    np.testing.assert_allclose(rows[:, :2], expected)
    shell("train", "x.csv", *QUICK, "--conditions", "turned.csv", "-o", "new.h5")
    shell("score", "new.h5", "x.csv", "--conditions", "turned.csv")
    assert "conditions[2] is missing" in shell.refused(
        "sample", "new.h5", "--conditions", "conditions[0]=1,conditions[1]=0"
    )


def test_conditions_in_a_file_of_options(shell):
    Path("run.toml").write_text('data = ["people.csv"]\ncondition-columns = ["job", "age"]\nlatent-dim = 2\n')
    shell("train", "--config", "run.toml", *QUICK, "-o", "new.h5", "--save-config", "all.toml")
    same_weights("new.h5", vaelib.load("people.model.h5"))
    assert 'condition-columns = ["job", "age"]' in Path("all.toml").read_text()


def test_rows_without_a_result_have_no_condition(shell):
    table = people(80)[["job", "age", "income"]]
    settings = ("--latent-dim", "2", *QUICK, "--conditions", "owner.csv", "-o", "owner.h5")
    people(80)[["owner"]].to_csv("owner.csv", index=False)
    shell("train", "people.csv", "--drop-columns", "owner", *settings)
    table = table.reset_index(drop=True)
    table.loc[3, "job"] = "pilot"
    table.to_csv("new.csv", index=False)
    found = read(shell("score", "owner.h5", "new.csv", "--conditions", "owner.csv", "--unknown", "skip"))
    assert found["bound"].isna().tolist() == [row == 3 for row in range(80)]
    owners = people(80)["owner"].to_numpy()
    expected = vaelib.load("owner.h5").elbo(table.drop(index=3), conditions=np.delete(owners, 3)).elbo
    np.testing.assert_allclose(found["bound"].dropna(), expected)


def test_pictures_that_lack_conditions(shell):
    words = ("-o", "picture.png")
    for kind in ("kl", "explanation", "reconstructions", "interpolation", "traversals"):
        assert "is 0 for all" in shell.refused("plot", kind, "digits.model.h5", "data.h5:x", *words), kind
    assert "is 0 for all" in shell.refused("plot", "samples", "digits.model.h5", *words)
    text = shell.refused("plot", "traversals", "people.model.h5", "people.csv", *words, "--conditions", "people.csv")
    assert "the data have them as columns, job, age" in text
    text = shell.refused("plot", "traversals", "digits.model.h5", *words, "--conditions", "y.npy")
    assert "y.npy has 60 rows: vaelib plot traversals without DATA decodes all under the same conditions" in text
    text = shell.refused("plot", "training", "digits.model.h5", *words, "--conditions", "1")
    assert "--conditions has no meaning for vaelib plot training" in text


@pytest.mark.slow
@pytest.mark.parametrize(
    "words",
    [
        ("samples", "digits.model.h5", "--conditions", "1", "-n", "4"),
        ("samples", "digits.model.h5", "--conditions", "y.npy"),
        ("manifold", "digits.model.h5", "--conditions", "2"),
        ("latents", "digits.model.h5", "data.h5:x", "--conditions", "y", "--labels", "y"),
        ("pairs", "digits.model.h5", "data.h5:x", "--conditions", "0"),
        ("training", "digits.model.h5"),
        ("filters", "digits.model.h5"),
        ("kl", "people.model.h5", "people.csv"),
        ("explanation", "people.model.h5", "people.csv", "--row", "3"),
        ("traversals", "people.model.h5", "people.csv", "--row", "3"),
        ("traversals", "people.model.h5", "--conditions", "job=cook,age=40"),
        ("kl", "digits.model.h5", "data.h5:x", "--conditions", "y"),
        ("explanation", "digits.model.h5", "data.h5:x", "--conditions", "y.npy", "--row", "4"),
        ("reconstructions", "digits.model.h5", "data.h5:x", "--conditions", "y"),
        ("interpolation", "digits.model.h5", "data.h5:x", "--conditions", "y", "--row", "3,4"),
        ("traversals", "digits.model.h5", "data.h5:x", "--conditions", "y", "--row", "3", "--shape", "4x4"),
        ("traversals", "digits.model.h5", "--conditions", "1", "--shape", "4x4"),
    ],
)
def test_pictures_under_conditions(shell, words):
    pytest.importorskip("matplotlib")
    shell("plot", *words, "-o", "picture.png")
    assert Path("picture.png").read_bytes().startswith(b"\x89PNG")
    Path("picture.png").unlink()


def test_pictures_are_told_the_conditions_of_their_rows(shell, monkeypatch):
    """Functions of ``vaelib.plots`` receive them; what they draw with them is tested there."""
    plots = pytest.importorskip("vaelib.plots")
    told = {}
    for name in ("latent_kl", "explanation", "reconstructions", "interpolation", "traversals"):
        monkeypatch.setattr(plots, name, lambda *_, name=name, **given: told.update({name: given["conditions"]}))
    for kind in ("kl", "explanation", "reconstructions", "interpolation", "traversals"):
        shell("plot", kind, "digits.model.h5", "data.h5:x", "--conditions", "y", "-o", "picture.png")
    assert len(told) == 5
    for name, conditions in told.items():
        np.testing.assert_array_equal(conditions, LABELS, err_msg=name)


def test_reports(shell):
    """A report is told the conditions that a model was given beside its examples, as other commands are."""
    shell("report", "people.model.h5", "people.csv")
    assert "job" in Path("report.html").read_text()
    assert "--conditions names a file" in shell.refused("report", "digits.model.h5", "data.h5:x")
    shell("report", "digits.model.h5", "data.h5:x", "--conditions", "y.npy", "-o", "digits.html")
    assert "under conditions" in Path("digits.html").read_text()


def test_size_factors(shell):
    random = np.random.RandomState(2)
    counts, reads = random.poisson(4, size=(60, 5)), random.uniform(10, 40, size=60)
    pd.DataFrame(counts, columns=list("vwxyz")).to_csv("counts.csv", index=False)
    pd.DataFrame({"kind": np.array(["a", "b"])[LABELS % 2], "reads": reads}).to_csv("obs.csv", index=False)
    options = ("--likelihood", "negative_binomial", "--count-mean", "share", "--variance", "by_condition")
    words = ("train", "counts.csv", *options, *QUICK, "-o", "sized.h5")
    shell(*words, "--conditions", "obs.csv", "--size-factor", "reads")
    assert vaelib.load("sized.h5").size_factor == "reads"
    found = read(shell("sample", "sized.h5", "-n", "3", "--conditions", "kind=b,reads=50"))
    np.testing.assert_allclose(found.sum(axis=1), 50, rtol=1e-4)
    assert "kind=a,reads=1000 for all" in shell.refused("sample", "sized.h5")
    assert "--size-factor reads is a column of --conditions" in shell.refused(*words, "--size-factor", "reads")
    text = shell.refused(*words, "--conditions", "obs.csv", "--size-factor", "depth", status=1)
    assert "none of the conditions" in text
