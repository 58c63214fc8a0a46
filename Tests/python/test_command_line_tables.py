"""Tables on the command line: CSV with texts, gaps, indices and odd forms, with and without pandas."""

import gzip
import io
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import vaelib
from command_lines import QUICK, QUICK_STACK, Shell
from people import people
from vaelib.command_line.csv_tables import read_csv_table

MODEL = "people.model.h5"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder with a table and a model of it."""
    folder = tmp_path_factory.mktemp("tables")
    table = people().astype({"grade": "str"})
    table.to_csv(folder / "people.csv", index=False)
    vaelib.VAE(hidden=(8,), epochs=2, random_state=1).fit(table).save(folder / MODEL)
    return folder


@pytest.fixture
def shell(capsys, folder, monkeypatch):
    """Runs commands in the folder."""
    monkeypatch.chdir(folder)
    return Shell(capsys)


def scores(table):
    """What the command should say of the rows of a table."""
    bound = vaelib.load(MODEL).elbo(table)
    return pd.DataFrame({"bound": bound.elbo, "reconstruction": bound.reconstruction, "kl": bound.kl})


def read(text):
    """CSV as a data frame."""
    return pd.read_csv(io.StringIO(text))


def check_scores(text, table):
    pd.testing.assert_frame_equal(read(text), scores(table), rtol=1e-12)


def test_training_on_a_table_is_that_of_the_estimator(shell, tmp_path):
    shell("train", "people.csv", *QUICK, "-o", tmp_path / "m.h5")
    assert "categorical: job, grade" in shell.errors
    model, expected = vaelib.load(tmp_path / "m.h5"), vaelib.load(MODEL)
    assert list(model.categories_) == ["job", "grade"]
    for name, weight in expected.get_weights().items():
        np.testing.assert_array_equal(model.get_weights()[name], weight)


def test_new_rows_are_scored_by_name(shell):
    table = people(10, seed=5).astype({"grade": "str"})
    mixed = table[reversed(table.columns)].assign(remark="nothing")
    mixed.to_csv("new.csv", index=False)
    check_scores(shell("score", MODEL, "new.csv"), table)
    assert "the model does not know remark, which is left out" in shell.errors
    table.drop(columns="income").assign(incme=1).to_csv("new.csv", index=False)
    assert '"income", which the model learned from; did you mean incme?' in shell.refused(
        "score", MODEL, "new.csv", status=1
    )


def test_rows_and_several_files(shell):
    table = people().astype({"grade": "str"})
    check_scores(shell("score", MODEL, "people.csv[10:20]"), table[10:20])
    both = read(shell("score", MODEL, "people.csv[:3]", "people.csv[297:]"))
    assert both["file"].tolist() == ["people.csv"] * 6
    np.testing.assert_allclose(both["bound"][:3], scores(table[:3])["bound"])


def test_texts_that_the_model_has_not_learned_from(shell):
    table = people(6, seed=5).astype({"grade": "str"})
    table.iloc[[2, 4], 1] = ["nurze", "pilot"]
    table.to_csv("new.csv", index=False)
    text = shell.refused("score", MODEL, "new.csv", status=1)
    assert "'nurze' in row 2 (from 0), column \"job\"" in text
    assert "did you mean nurse? (1 more row has one, too). --unknown skip" in text
    found = read(shell("score", MODEL, "new.csv", "--unknown", "skip"))
    assert found["bound"].isna().tolist() == [False, False, True, False, True, False]
    np.testing.assert_allclose(found["bound"].dropna(), scores(table.drop(index=table.index[[2, 4]]))["bound"])
    assert "2 of 6 rows of new.csv have a text in job" in shell.errors
    assert "vaelib train --missing ignore" in shell.refused("score", MODEL, "new.csv", "--unknown", "gap")


@pytest.mark.parametrize("target", ["odd.npy", "odd.h5:odd"])
def test_rows_without_a_result_are_nan_in_arrays(shell, target):
    """Also where results are truth values and whole numbers; those of several files have the same type."""
    table = people(6, seed=5).astype({"grade": "str"})
    table.to_csv("known.csv", index=False)
    table.iloc[[2, 4], 1] = "pilot"
    table.to_csv("new.csv", index=False)
    shell("outliers", MODEL, "known.csv", "new.csv", "--reference", "people.csv", "--unknown", "skip", "-o", target)
    found = np.load(target) if target.endswith("npy") else vaelib.open_dataset("odd.h5", "odd").numpy()
    in_text = read(shell("outliers", MODEL, "known.csv", "new.csv", "--reference", "people.csv", "--unknown", "skip"))
    assert np.isnan(found[[8, 10], 1:]).all()
    np.testing.assert_allclose(found[:, :2], in_text[["row", "score"]], rtol=1e-6)
    np.testing.assert_array_equal(found[:, 2], in_text["outlier"].astype(float))


def test_texts_that_look_like_numbers(shell, tmp_path):
    """Where training has other texts beside them, new rows may have numbers alone."""
    codes = pd.DataFrame({"code": ["01", "2", "a"] * 20, "x": np.arange(60) / 7})
    codes.to_csv(tmp_path / "codes.csv", index=False)
    codes[codes["code"] != "a"].to_csv(tmp_path / "new.csv", index=False)
    shell("train", tmp_path / "codes.csv", *QUICK, "-o", tmp_path / "m.h5")
    shell("score", tmp_path / "m.h5", tmp_path / "new.csv")
    classes = (*QUICK_STACK, "--target-column", "x", "-o", tmp_path / "s.h5")
    shell("finetune", tmp_path / "codes.csv", *classes)
    shell("predict", tmp_path / "s.h5", tmp_path / "new.csv")


def test_gaps(shell, tmp_path):
    table = people(80).astype({"grade": "str"})
    table.loc[table.index[5], "income"] = np.nan
    table.loc[table.index[7], "job"] = None
    table.to_csv(tmp_path / "gaps.csv", index=False, na_rep="?")
    words = ("train", tmp_path / "gaps.csv", *QUICK, "--gaps", "?")
    assert "vaelib train --missing ignore" in shell.refused(*words, "-o", tmp_path / "m.h5", status=1)
    shell(*words, "--missing", "ignore", "-o", tmp_path / "m.h5")
    model = vaelib.load(tmp_path / "m.h5")
    out = shell("impute", tmp_path / "m.h5", tmp_path / "gaps.csv", "--gaps", "?", "--samples", "10")
    completed = read(out)
    assert list(completed.columns) == list(table.columns)
    assert completed.notna().all(axis=None)
    expected = model.impute(table, samples=10)
    np.testing.assert_allclose(completed["income"], expected["income"], rtol=1e-6)
    assert completed["job"].tolist() == expected["job"].tolist()
    copies = ("--estimate", "sample", "--imputations", "2", "--samples", "10", "-o", tmp_path / "two.csv")
    shell("impute", tmp_path / "m.h5", tmp_path / "gaps.csv", "--gaps", "?", *copies)
    assert pd.read_csv(tmp_path / "two.csv")["imputation"].tolist() == [0] * 80 + [1] * 80


def test_columns_that_the_model_does_not_know_are_kept_by_impute(shell, tmp_path):
    table = people(40)[["income", "age"]].assign(name="x")
    table.iloc[3, 0] = np.nan
    table.to_csv(tmp_path / "t.csv", index=False)
    shell("train", tmp_path / "t.csv", *QUICK, "--missing", "ignore", "--drop-columns", "name", "-o", tmp_path / "m.h5")
    completed = read(shell("impute", tmp_path / "m.h5", tmp_path / "t.csv"))
    assert completed["name"].tolist() == ["x"] * 40
    assert completed["income"].notna().all()


@pytest.mark.parametrize("first", [0, 1])
def test_an_index_is_left_out(shell, tmp_path, first):
    table = people(20)[["income", "age"]].reset_index(drop=True)
    table.index += first
    table.to_csv(tmp_path / "t.csv")
    shell("train", tmp_path / "t.csv", *QUICK, "-o", tmp_path / "m.h5")
    assert "the first column has no name and counts the rows; it is left out" in shell.errors
    assert vaelib.load(tmp_path / "m.h5").n_features_in_ == 2
    table.to_csv(tmp_path / "t.csv", index_label="Unnamed: 0")
    shell("train", tmp_path / "t.csv", *QUICK, "-o", tmp_path / "m.h5")
    assert 'the first column, "Unnamed: 0", counts the rows; it is left out' in shell.errors
    assert vaelib.load(tmp_path / "m.h5").n_features_in_ == 2
    table.to_csv(tmp_path / "t.csv", index_label="id")  # a column with a name is one
    shell("train", tmp_path / "t.csv", *QUICK, "-o", tmp_path / "m.h5")
    assert vaelib.load(tmp_path / "m.h5").n_features_in_ == 3


def test_columns_are_chosen(shell, tmp_path):
    words = ("train", "people.csv", *QUICK, "-o", tmp_path / "m.h5")
    shell(*words, "--select-columns", "age,income,job", "--drop-columns", "job", "--column-likelihood", "age=laplace")
    assert vaelib.load(tmp_path / "m.h5").likelihoods_ == {"age": "laplace", "income": "gaussian"}
    shell(*words, "--label-column", "job", "--weight-column", "visits")
    assert "job" not in vaelib.load(tmp_path / "m.h5").feature_names_in_
    assert "visits" not in vaelib.load(tmp_path / "m.h5").feature_names_in_
    assert 'no column "incom"; did you mean income?' in shell.refused(*words, "--drop-columns", "incom")
    assert 'no column "ag"; did you mean age?' in shell.refused(*words, "--column-likelihood", "ag=laplace")
    assert "expected COLUMN=NAME" in shell.refused(*words, "--column-likelihood", "age")


def test_forms_of_csv(shell, tmp_path):
    def table(content, **options):
        return read_csv_table(io.BytesIO(content), "t.csv", **options)

    for content in (
        b"a,b\n1,x\n2,y\n",
        b"a;b\n1;x\n2;y\n",
        b"\xef\xbb\xbfa\tb\r\n1\tx\r\n2\ty\r\n",
        b"a, b\n1, x\n2, y\n",
    ):
        pd.testing.assert_frame_equal(table(content), pd.DataFrame({"a": [1, 2], "b": ["x", "y"]}))
        pd.testing.assert_frame_equal(table(gzip.compress(content)), table(content))
    assert table(b"1,2\n3,4\n").columns.tolist() == [0, 1]
    assert table(b"a;b\n0,5;1\n", decimal=",")["a"].tolist() == [0.5]
    for content, text in (
        (b"a;b\n0,5;1\n", "decimal commas, such as 0,5: --decimal ,"),
        (b"a,b\n1,2\n3\n", "line 3 .* has 1 fields; 2 were expected"),
        (b"a,b\n1,2\n3,4,5\n", "line 3 .* has 3 fields; 2 were expected"),
        (b"a,b\n", "a header but no rows"),
        (b"a,a\n1,2\n", 'two columns of the name "a"'),
        (b"a,b\n\xff,2\n", "not UTF-8 text: .* iconv -f latin1"),
        (b"", "has no rows"),
    ):
        with pytest.raises(vaelib.VaelibError, match=text):
            table(content)


def test_what_spreadsheets_save(shell, tmp_path):
    (tmp_path / "book.xlsx").write_bytes(b"PK\x03\x04")
    (tmp_path / "t.csv").write_bytes("a,b\n1,2\n".encode("utf-16"))
    for name, text in (("book.xlsx", "save the sheet as CSV"), ("t.csv", "iconv -f UTF-16")):
        assert text in shell.refused("train", tmp_path / name, "-o", tmp_path / "m.h5", status=1)
    assert "a table, which has no datasets" in shell.refused("train", "people.csv:age", "-o", tmp_path / "m.h5")


def test_the_standard_input(shell, monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(Path("people.csv").read_bytes())))
    check_scores(shell("score", MODEL, "-"), people().astype({"grade": "str"}))


def test_without_pandas(shell, tmp_path, monkeypatch):
    numbers = people(30)[["income", "age"]]
    numbers.to_csv(tmp_path / "t.csv", index=False)
    numbers[["age", "income"]].to_csv(tmp_path / "turned.csv", index=False)
    monkeypatch.setitem(sys.modules, "pandas", None)
    shell("train", tmp_path / "t.csv", *QUICK, "-o", tmp_path / "m.h5")
    assert vaelib.load(tmp_path / "m.h5").feature_names_in_.tolist() == ["income", "age"]
    assert shell("score", tmp_path / "m.h5", tmp_path / "turned.csv") == shell(
        "score", tmp_path / "m.h5", tmp_path / "t.csv"
    )
    assert "need pandas: pip install pandas" in shell.refused("score", MODEL, "people.csv", status=1)


def test_parquet_says_what_it_needs(shell, tmp_path, monkeypatch):
    (tmp_path / "t.parquet").write_bytes(b"PAR1 and so on PAR1")
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    text = shell.refused("train", tmp_path / "t.parquet", "-o", tmp_path / "m.h5", status=1)
    assert "is Parquet, which needs pyarrow: pip install pandas pyarrow" in text


def test_parquet(shell, tmp_path):
    pytest.importorskip("pyarrow")
    table = people().astype({"grade": "str"})
    table.to_parquet(tmp_path / "t.parquet")
    check_scores(shell("score", MODEL, tmp_path / "t.parquet"), table)


def test_texts_that_are_too_many(shell, tmp_path):
    people(50).assign(name=[f"name {number}" for number in range(50)]).to_csv(tmp_path / "t.csv", index=False)
    for command, options in (("train", QUICK), ("pretrain", QUICK)):
        text = shell.refused(command, tmp_path / "t.csv", *options, "-o", tmp_path / "m.h5", status=1)
        assert "nothing can be learned" in text
        assert "--drop-columns" in text


def test_a_classifier_of_texts(shell, tmp_path):
    words = ("finetune", "people.csv", "--label-column", "job", *QUICK_STACK, "-o", tmp_path / "m.h5")
    shell(*words)
    assert "texts become columns of 0 and 1, one for each value: grade" in shell.errors
    model = vaelib.load(tmp_path / "m.h5")
    assert model.classes_.tolist() == ["clerk", "cook", "nurse"]
    assert "grade=low" in model.feature_names_in_
    frame = people()
    numbers = frame.drop(columns=["job", "grade"]).assign(
        **{f"grade={value}": frame["grade"] == value for value in ("low", "middle", "high")}
    )
    X = numbers[list(model.feature_names_in_)].astype(float)
    found = read(shell("predict", tmp_path / "m.h5", "people.csv", "--label-column", "job", "--probabilities"))
    assert f"accuracy {model.score(X, frame['job']):.6g}" in shell.errors
    assert found["predicted"].tolist() == model.predict(X).tolist()
    np.testing.assert_allclose(found["p(cook)"], model.predict_proba(X)[:, 1], rtol=1e-6)
    frame.drop(columns="job").head(2).to_csv(tmp_path / "new.csv", index=False)
    assert read(shell("predict", tmp_path / "m.h5", tmp_path / "new.csv"))["predicted"].tolist() == (
        model.predict(X[:2]).tolist()
    )


def test_pictures_of_tables(shell, tmp_path):
    assert "rows with texts are no pictures" in shell.refused("plot", "samples", MODEL, "-o", tmp_path / "p.png")
    words = ("latents", MODEL, "people.csv", "--label-column", "job", "-o", tmp_path / "p.png")
    shell("plot", *words)  # the column is an example, too
    assert (tmp_path / "p.png").exists()


def test_rows_without_labels(shell, tmp_path):
    table = people()
    table.loc[table.index[:100], "job"] = None
    table.to_csv(tmp_path / "t.csv", index=False)
    shell("finetune", tmp_path / "t.csv", "--label-column", "job", *QUICK_STACK, "-o", tmp_path / "m.h5")
    assert "100 of 300 rows have no label" in shell.errors
    assert vaelib.load(tmp_path / "m.h5").classes_.tolist() == ["clerk", "cook", "nurse"]


def test_validation_rows_have_the_columns_of_training(shell, tmp_path):
    codes = pd.DataFrame({"code": ["01", "2", "a"] * 20, "x": np.arange(60) / 7, "y": np.arange(60) % 2})
    codes.to_csv(tmp_path / "t.csv", index=False)
    codes[codes["code"] != "a"][["y", "x", "code"]].to_csv(tmp_path / "v.csv", index=False)
    words = (tmp_path / "t.csv", "--validation", tmp_path / "v.csv", "-o", tmp_path / "m.h5")
    assert "held out bound" in shell("train", *words, *QUICK)
    shell("pretrain", *words, *QUICK, "--finetune-epochs", "1")
    assert "held out error" in shell("finetune", *words, *QUICK_STACK, "--label-column", "y")
    codes[["x", "y"]].to_csv(tmp_path / "v.csv", index=False)
    assert "lacks the column code, which the training examples have" in shell.refused("train", *words, "--force")


def test_labels_in_a_file_of_their_own(shell, tmp_path):
    frame = people()
    frame[["age", "income"]].to_csv(tmp_path / "x.csv", index=False)
    frame[["job"]].to_csv(tmp_path / "y.csv", index=False)
    words = ("finetune", f"{tmp_path}/x.csv[:200]", *QUICK_STACK, "-o", tmp_path / "m.h5", "--labels")
    shell(*words, tmp_path / "y.csv")
    assert vaelib.load(tmp_path / "m.h5").classes_.tolist() == ["clerk", "cook", "nurse"]
    assert "there is no file job; a column of" in shell.refused(*words, "job")


def test_columns_without_names(shell, tmp_path):
    people()[["age", "income", "owner"]].to_csv(tmp_path / "t.csv", index=False, header=False)
    words = ("train", tmp_path / "t.csv", *QUICK, "-o", tmp_path / "m.h5", "--column-likelihood")
    shell(*words, "1=laplace", "--label-column", "-1")
    assert vaelib.load(tmp_path / "m.h5").likelihoods_[1] == "laplace"
    assert vaelib.load(tmp_path / "m.h5").n_features_in_ == 2
    shell("score", tmp_path / "m.h5", f"{tmp_path}/t.csv[:3]", "--label-column", "2")
    assert "did you mean laplace?" in shell.refused(*words, "1=lapace")
    assert "expected COLUMN=NAME" in shell.refused(*words, "income=laplace")


def test_options_are_never_written_over_data(shell):
    before = Path("people.csv").read_bytes()
    words = ("train", "people.csv", "-o", "new.h5", *QUICK, "--missing", "ignore")
    assert "is read from" in shell.refused(*words, "--save-config", "people.csv")
    assert "name new.h5" in shell.refused(*words, "--save-config", "new.h5")
    Path("other.csv").write_text("a,b")
    assert "does not end in .toml" in shell.refused(*words, "--save-config", "other.csv")
    assert Path("people.csv").read_bytes() == before
    assert Path("other.csv").read_text() == "a,b"
