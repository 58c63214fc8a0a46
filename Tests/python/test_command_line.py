"""The command line itself: help, mistakes, options from the library's parameters, options in files, exit codes."""

import inspect
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import vaelib
from command_lines import QUICK, Shell
from people import people
from vaelib._c.parameters import PARAMETERS
from vaelib.command_line.parser import command_parser
from vaelib.command_line.places import Place, place_of
from vaelib.command_line.progress import CommandProgress
from vaelib.commands import COMMANDS

NAMES = [name for names in COMMANDS.values() for name in names]
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(Path(vaelib.__file__).resolve().parents[1])}


@pytest.fixture
def shell(capsys, tmp_path, monkeypatch):
    """A folder with a table, in which commands are run."""
    monkeypatch.chdir(tmp_path)
    people().to_csv("people.csv", index=False)
    return Shell(capsys)


@pytest.mark.parametrize("columns", [80, 120])
@pytest.mark.parametrize("name", NAMES)
def test_help_pages_fit_a_terminal(name, columns, monkeypatch, capsys):
    monkeypatch.setenv("COLUMNS", str(columns))
    with pytest.raises(SystemExit) as ended:
        Shell(capsys)(name, "--help")
    assert ended.value.code == 0
    page = capsys.readouterr().out
    assert max(map(len, page.splitlines())) <= columns
    assert page.startswith(f"usage: vaelib {name}")
    assert f"\n  vaelib {name}" in page
    assert page.index("example:") < page.index("arguments:" if "arguments:" in page else "general:")


def test_the_list_of_commands_fits_a_terminal(monkeypatch, capsys):
    monkeypatch.setenv("COLUMNS", "80")
    shell = Shell(capsys)
    page = shell("--help")
    assert shell() == shell("help") == page
    with pytest.raises(SystemExit):
        shell("help", "score")
    assert capsys.readouterr().out.startswith("usage: vaelib score")
    assert max(map(len, page.splitlines())) <= 80
    for name in NAMES:
        assert f"\n  {name:12} {command_parser(name).summary[:20]}" in page
    assert [number for number in ("0 ", "1 ", "2 ", "130 ") if f"\n  {number}" in page] == ["0 ", "1 ", "2 ", "130 "]


def test_commands_are_modules():
    folder = Path(vaelib.__file__).parent / "commands"
    assert sorted(NAMES) == sorted(path.stem for path in folder.glob("[a-z]*.py"))


@pytest.mark.parametrize(
    ("command", "estimator"),
    [
        ("train", vaelib.VAE),
        ("pretrain", vaelib.StackedDenoisingAutoencoder),
        ("finetune", vaelib.StackedDenoisingClassifier),
        ("finetune", vaelib.StackedDenoisingRegressor),
    ],
)
def test_every_parameter_is_an_option(command, estimator):
    """Under its own name, with the library's meaning and the constructor's default."""
    parser = command_parser(command)
    options = {action.dest: action for action in parser._actions if action.option_strings}
    others = {"columns", "contamination", "warm_start", "random_state", "verbose", "class_weight"}
    meanings = [each.meaning for each in PARAMETERS]
    for name, parameter in inspect.signature(estimator).parameters.items():
        if name in others:
            continue
        assert f"--{name.replace('_', '-')}" in options[name].option_strings
        help_text = options[name].help.replace("%%", "%")
        if name in ("scale", "shift", "pretrained", "size_factor"):
            continue
        assert name == "hidden" or any(help_text.startswith(meaning) for meaning in meanings), name
        if isinstance(parameter.default, float | int | str) and not isinstance(parameter.default, bool):
            assert help_text.endswith(f"default {parameter.default}")


def test_mistakes_are_explained(shell):
    assert "did you mean score?" in shell.refused("scor")
    assert "did you mean --version?" in shell.refused("--versio")
    assert "did you mean --latent-dim?" in shell.refused("train", "people.csv", "--latnt-dim", "2", "-o", "m.h5")
    assert "no option --latent" in shell.refused("train", "people.csv", "--latent", "2", "-o", "m.h5")
    assert "did you mean gaussian?" in shell.refused("train", "people.csv", "--likelihood", "gausian", "-o", "m.h5")
    assert "'x' is not a whole number" in shell.refused("train", "people.csv", "--epochs", "x", "-o", "m.h5")
    assert "latent_dim is 0; allowed" in shell.refused("train", "people.csv", "--latent-dim", "0", "-o", "m.h5")
    assert "DATA is missing" in shell.refused("train", "-o", "m.h5")
    assert "-o MODEL is missing" in shell.refused("train", "people.csv")
    assert "required: MODEL, DATA" in shell.refused("score")
    assert "one argument too many: b" in shell.refused("completion", "bash", "b")
    assert "not a Python slice" in shell.refused("train", "people.csv[1:x]", "-o", "m.h5")
    assert "--window has no meaning here" in shell.refused("train", "people.csv", "--window", "3", "-o", "m.h5")
    assert 'no file "peple.csv"; did you mean people.csv?' in shell.refused(
        "train", "peple.csv", "-o", "m.h5", status=1
    )
    assert 'no file "no/m.h5"' in shell.refused("score", "no/m.h5", "people.csv", status=1)
    assert 'the folder "nowhere"' in shell.refused("train", "people.csv", "-o", "nowhere/m.h5", status=1)
    assert "MODEL, a file that vaelib train wrote" in shell.refused("score", "people.csv", "people.csv", status=1)


def test_nothing_is_written_over_data(shell):
    vaelib.write_dataset("data.h5", x=np.eye(4))
    Path("notes.txt").write_text("mine")
    assert "is read from" in shell.refused("train", "people.csv", "-o", "people.csv")
    assert "is no model" in shell.refused("train", "people.csv", "-o", "data.h5")
    assert "is no model" in shell.refused("train", "people.csv", "-o", "notes.txt")
    assert "name the same file" in shell.refused("train", "people.csv", "-o", "m.h5", "--checkpoint", "m.h5")
    shell("train", "data.h5", *QUICK, "-o", "m.h5")
    assert "is read from" in shell.refused("encode", "m.h5", "data.h5:x", "-o", "data.h5:codes")
    vaelib.write_dataset("other.h5", y=np.eye(4))
    assert "holds y, which would be lost" in shell.refused("encode", "m.h5", "data.h5:x", "-o", "other.h5:codes")
    assert ".csv, .npy or .h5" in shell.refused("encode", "m.h5", "data.h5:x", "-o", "codes.doc")
    shell("encode", "m.h5", "data.h5:x", "-o", "codes.h5")
    shell("encode", "m.h5", "data.h5:x", "-o", "codes.h5")  # which replaces an earlier result
    assert vaelib.dataset_names("codes.h5") == ["codes"]


def test_options_in_a_file(shell):
    Path("run.toml").write_text(
        'data = ["people.csv"]\nlatent-dim = 3\nhidden = [8]\nepochs = 2\nstandardize = false\n'
    )
    shell("train", "--config", "run.toml", "-o", "m.h5", "--epochs", "1", "--seed", "4", "--save-config", "saved.toml")
    model = vaelib.load("m.h5")
    assert (model.latent_dim, model.hidden, model.epochs, model.n_iter_, model.seed_) == (3, (8,), 1, 1, 4)
    saved = Path("saved.toml").read_text()
    assert "epochs = 1\n" in saved
    assert "standardize = false" in saved
    assert "# learning-rate: The step size. Above 0; default 0.003" in saved
    shell("train", "--config", "saved.toml", "-o", "again.h5")
    again = vaelib.load("again.h5")
    for name, weight in model.get_weights().items():
        np.testing.assert_array_equal(again.get_weights()[name], weight)


def test_what_is_on_the_command_line_comes_first(shell):
    Path("run.toml").write_text(
        'beta = 3\nnesterov = true\nhidden = [4]\nquiet = true\ndrop-columns = ["job,", "age"]\n'
    )
    people().rename(columns={"job": "job,"}).to_csv("odd.csv", index=False)
    words = ("train", "odd.csv", "--config", "run.toml", "--epochs", "1", "-o", "m.h5", "--force")
    shell(*words, "--save-config", "all.toml")
    model = vaelib.load("m.h5")
    assert (model.beta, model.nesterov, model.hidden, model.n_features_in_) == (3, True, (4,), 5)
    assert shell.errors == ""
    assert 'drop-columns = ["job,", "age"]' in Path("all.toml").read_text()
    shell(*words, "--beta", "0", "--no-nesterov", "--hidden", "none", "--save-config", "own.toml")
    for _ in range(2):
        model = vaelib.load("m.h5")
        assert (model.beta, model.nesterov, model.hidden) == (0, False, ())
        shell("train", "--config", "own.toml", "--force")  # which says the same


def test_mistakes_in_a_file(shell):
    def refused(text):
        Path("run.toml").write_text(text)
        return shell.refused("train", "people.csv", "-o", "m.h5", "--config", "run.toml")

    assert "run.toml: there is no option latent_dims; did you mean latent-dim?" in refused("latent_dims = 3")
    assert "run.toml: argument --epochs: 'many' is not a whole number" in refused('epochs = "many"')
    assert "run.toml: nesterov: expected true or false" in refused("nesterov = 1")
    assert "run.toml: epochs: expected N, not true" in refused("epochs = true")
    assert "run.toml is not TOML" in refused("epochs =")
    assert "there is no option config" in refused('config = "other.toml"')
    assert "nowhere.toml" in shell.refused("train", "--config", "nowhere.toml", status=1)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("a.csv", Place("a.csv", "", None)),
        ("a.h5:x", Place("a.h5", "x", None)),
        ("a.h5:group/x[:5]", Place("a.h5", "group/x", slice(None, 5))),
        ("a.csv[2:9:3]", Place("a.csv", "", slice(2, 9, 3))),
        ("a.csv[-1]", Place("a.csv", "", slice(-1, None))),
        ("a.csv[3]", Place("a.csv", "", slice(3, 4))),
        ("-", Place("-", "", None)),
        ("odd:name[1].csv", Place("odd:name[1].csv", "", None)),
        ("odd:name[1].csv:x", Place("odd:name[1].csv", "x", None)),
    ],
)
def test_places(text, place, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "odd:name[1].csv").touch()
    assert place_of(text) == place


def test_json(shell):
    facts = json.loads(shell("train", "people.csv", *QUICK, "-o", "m.h5", "--json", "--quiet"))
    assert facts["model"] == "m.h5"
    assert (facts["kind"], facts["columns"], facts["epochs"], facts["seed"]) == ("VAE", 7, 2, 1)
    assert facts["bound"] == pytest.approx(vaelib.load("m.h5").history_["elbo"][-1])
    assert shell.errors == ""
    found = json.loads(shell("info", "m.h5", "--json"))
    assert found["names"] == list(people().columns)
    assert found["categories"]["job"] == ["clerk", "cook", "nurse"]
    assert json.loads(shell("info", "people.csv", "--json"))["job"] == "texts, 3 different in 300 rows"


def test_a_checkpoint_is_resumed(shell):
    words = ("train", "people.csv", "--hidden", "8", "--schedule", "constant", "--seed", "1", "--checkpoint", "run.h5")
    shell(*words, "--epochs", "2", "-o", "m.h5")
    assert "resuming" not in shell.errors
    shell(*words, "--epochs", "4", "-o", "m.h5")
    assert "resuming from run.h5" in shell.errors
    assert vaelib.load("m.h5").n_iter_ == 4
    assert "a checkpoint: fit, complete" in shell("info", "run.h5")
    text = shell.refused(*words, "--epochs", "4", "--beta", "2", "-o", "m.h5", "--quiet")
    assert "beta was 1.0 in the checkpoint" in text
    assert "remove that file to start from the beginning" in text


def test_threads(shell):
    shell("train", "people.csv", *QUICK, "-o", "m.h5", "--threads", "1")
    assert vaelib.threads() == 1


def run(folder, *words, **options):
    """A command in a process of its own."""
    command = [sys.executable, "-m", "vaelib", *words]
    return subprocess.Popen(command, cwd=folder, env=ENVIRONMENT, text=True, **options)


@pytest.mark.slow
def test_a_training_that_ctrl_c_stops_leaves_a_model(tmp_path):
    people().to_csv(tmp_path / "people.csv", index=False)
    words = ("train", "people.csv", "--epochs", "1000000", "--checkpoint", "run.h5", "-o", "m.h5", "--seed", "1")
    with run(tmp_path, *words, stderr=subprocess.PIPE, preexec_fn=restore_interrupt) as process:
        assert process.stderr.readline().startswith("epoch")
        process.send_signal(signal.SIGINT)
        errors = process.stderr.read()
        assert process.wait() == 130
    assert "vaelib: stopped; m.h5 has the weights reached" in errors
    assert "the same command resumes from run.h5" in errors
    assert vaelib.load(tmp_path / "m.h5").n_iter_ >= 1
    assert "Traceback" not in errors


def test_a_training_that_ctrl_c_stops_early_leaves_nothing(shell, monkeypatch):
    def interrupted(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(vaelib.VAE, "_new_model_for", interrupted)
    shell("train", "people.csv", *QUICK, "-o", "m.h5", status=130)
    assert "stopped; nothing was learned yet" in shell.errors
    assert not Path("m.h5").exists()


def restore_interrupt():
    """What a shell that starts the tests in the background takes from its children."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.mark.slow
def test_a_reader_that_has_seen_enough(tmp_path):
    with run(tmp_path, "man", stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        process.stdout.close()
        assert process.stderr.read() == ""


def test_starting_imports_little(tmp_path):
    program = """
import sys
from vaelib.__main__ import main
main(["--version"])
main(["--help"])
large = {"pandas", "polars", "matplotlib", "sklearn", "scipy", "h5py", "pyarrow"} & set(sys.modules)
print("large:", sorted(large))
"""
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, env=ENVIRONMENT, capture_output=True, text=True, cwd=tmp_path, check=True)
    assert done.stdout.splitlines()[0] == f"vaelib {vaelib.__version__}"
    assert done.stdout.endswith("large: []\n")


def test_a_model_is_replaced_only_if_that_is_wanted(shell):
    train = ("train", "people.csv", "--missing", "ignore", "--epochs", "2", "--seed", "1", "-o", "m.h5")
    shell(*train, "--checkpoint", "run.h5")
    first = Path("m.h5").read_bytes()
    text = "m.h5 exists, a model that would be lost; --force replaces it"
    assert text in shell.refused(*train)
    assert text in shell.refused(*train, "--checkpoint", "other.h5")
    assert Path("m.h5").read_bytes() == first
    shell(*train, "--checkpoint", "run.h5")  # goes on with what has written it
    shell(*train, "--seed", "2", "--force", "--save-config", "run.toml")
    assert Path("m.h5").read_bytes() != first
    assert "force" not in Path("run.toml").read_text()


def test_the_progress_of_commands(capsys, monkeypatch):
    progress = vaelib.Progress("epoch", "fit", 0, 1, 5, 10, 10, {"elbo": -1.5, "seconds": 0.1})
    with CommandProgress(quiet=True) as shown:
        shown(progress)
    assert capsys.readouterr().err == ""
    with CommandProgress() as shown:
        shown(progress)
        shown.advance(5, 10)  # too soon after
    assert capsys.readouterr().err == f"{progress}\n"
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    with CommandProgress() as shown:
        shown(progress)
        assert capsys.readouterr().err.startswith("\repoch 1/5:   0%|")
    assert capsys.readouterr().err.endswith("  \r")  # nothing is left
