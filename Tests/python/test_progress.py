"""What is seen of long calls while they work: bars in a terminal, lines elsewhere, the logger."""

import logging
import os
import re
import struct
import subprocess
import sys
import warnings
from contextlib import suppress
from fcntl import ioctl
from pathlib import Path
from termios import TIOCSWINSZ

import numpy as np
import pytest
import vaelib
from vaelib._c import progress_displays
from vaelib._c.progress_bars import rows_state
from vaelib._c.progress_displays import State

SMALL = {"latent_dim": 2, "hidden": (4,), "epochs": 3, "random_state": 0}
X = np.random.RandomState(0).normal(size=(40, 3)).astype("f4")
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(Path(vaelib.__file__).resolve().parents[1])}


def in_terminal(*command, cwd, rows=30, columns=100):
    """What a program writes to a terminal of this size, and its exit status."""
    try:
        ours, theirs = os.openpty()
    except OSError as error:  # as in a container without /dev/pts
        pytest.skip(f"there is no terminal: {error}")
    ioctl(theirs, TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
    with subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs, env=ENVIRONMENT, cwd=cwd) as process:
        os.close(theirs)
        written = b""
        with suppress(OSError):  # so Linux says that nobody has the terminal any more
            while block := os.read(ours, 1 << 16):
                written += block
        os.close(ours)
        return written.decode(), process.wait()


@pytest.mark.parametrize(("rows", "columns"), [(30, 100), (0, 0)])
def test_a_bar_in_a_terminal(tmp_path, rows, columns):
    pytest.importorskip("tqdm")
    program = """
import numpy as np, vaelib
X = np.random.RandomState(0).normal(size=(40, 3))
settings = dict(random_state=0, verbose="bar")
vaelib.VAE(latent_dim=2, hidden=(4,), epochs=3, **settings).fit(X)
stack = vaelib.StackedDenoisingClassifier(hidden=(4, 4), pretrain_epochs=2, finetune_epochs=2, **settings)
stack.fit(X, (X[:, 0] > 0).astype(int))
print("done")
"""
    command = [sys.executable, "-W", "ignore", "-c", program]
    written, status = in_terminal(*command, cwd=tmp_path, rows=rows, columns=columns)
    assert status == 0, written
    *bars, last = [line.split("\r")[-1] for line in written.replace("\r\n", "\n").rstrip("\n").split("\n")]
    assert last == "done"
    works = ["epoch 3/3", "layer 0 epoch 2/2", "layer 1 epoch 2/2", "fine-tuning epoch 2/2"]
    for bar, work in zip(bars, works, strict=True):
        assert re.match(rf"{work}: 100%\|.*\| 00:0\d<00:00, .*(epoch/s|s/epoch), (elbo|loss) -?[\d.]+", bar), bar
    assert "error" in bars[3]


def test_commands_leave_no_bar_in_a_terminal(tmp_path):
    pytest.importorskip("tqdm")
    np.savetxt(tmp_path / "x.csv", X, delimiter=",")
    command = [sys.executable, "-m", "vaelib", "train", "x.csv", "--epochs", "3", "--hidden", "4", "-o", "vae.h5"]
    written, status = in_terminal(*command, cwd=tmp_path)
    assert status == 0, written
    assert "epoch 1/3:   0%|" in written
    assert written.split("\r")[-2].startswith("vae.h5: VAE of 3 columns")  # in the bar's place
    quiet, status = in_terminal(*command, "--quiet", "--force", cwd=tmp_path)
    assert (status, "|" in quiet) == (0, False)


def test_lines_elsewhere(capsys):
    vaelib.VAE(**SMALL, verbose="bar").fit(X)
    seen = capsys.readouterr()
    assert seen.out == ""
    assert [line[:9] for line in seen.err.splitlines()] == ["epoch 1/3", "epoch 3/3"]


def test_lines_where_tqdm_is_missing(capsys, monkeypatch):
    monkeypatch.setitem(sys.modules, "tqdm", None)
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    vaelib.VAE(**SMALL).fit(X, callbacks=vaelib.ProgressBar())
    assert [line[:9] for line in capsys.readouterr().err.splitlines()] == ["epoch 1/3", "epoch 3/3"]


def test_lines_say_how_long_the_rest_will_take(capsys, monkeypatch):
    clock = iter([100.0, 101.0, 106.0, 107.0, 112.0, 5000.0])
    monkeypatch.setattr(progress_displays.time, "monotonic", lambda: next(clock))
    bar = vaelib.ProgressBar()
    for done in (10, 60, 70, 100, 100):
        bar.show(rows_state(done, 1000))
    # At 1, 6, 7, 12 and 4900 s: not before 5 s have passed, and not again for the same hundredth.
    assert capsys.readouterr().err.splitlines() == [
        "  6%  60 of 1000 rows, 1:34 left",
        " 10%  100 of 1000 rows, 1:48 left",
    ]


def test_a_bar_begins_anew_with_the_next_work(capsys, monkeypatch):
    shown = []

    class Bar:
        def __init__(self, **options):
            self.n, self.options = options["initial"], options
            shown.append(self)

        def update(self, more):
            self.n += more

        def set_description_str(self, text, refresh):
            self.description = text

        def set_postfix_str(self, text, refresh):
            self.postfix = text

        def close(self):
            self.is_closed = True

    monkeypatch.setattr(progress_displays, "_tqdm", lambda: Bar)
    bar = vaelib.ProgressBar()
    for work, done in (("layer 0", 1), ("layer 0", 1.5), ("layer 1", 0.5), ("layer 1", 0.25)):
        bar.show(State(work, done, 2, "epoch", work, "loss 1", "", int(done)))
    assert [(each.description, each.options["initial"], each.n) for each in shown] == [
        ("layer 0", 1, 1.5),
        ("layer 1", 0, 0.5),
        ("layer 1", 0, 0.25),  # less is done: another training
    ]
    bar.close()
    assert all(each.is_closed for each in shown)


def test_queries_and_conversions_end_their_bars(tmp_path, monkeypatch):
    vae = vaelib.VAE(**SMALL, missing="ignore").fit(X)
    closed = []
    monkeypatch.setattr(progress_displays.Lines, "close", lambda self: closed.append(self))
    bar = vaelib.ProgressBar()
    vae.impute(X, callbacks=bar)
    vae.log_likelihood(X, callbacks=bar)
    vae.reconstruct_to_file(X, tmp_path / "x.h5", callbacks=bar)
    np.save(tmp_path / "a.npy", X)
    vaelib.convert(tmp_path / "a.npy", tmp_path / "a.h5", callbacks=bar)
    assert len(closed) == 4
    vae.set_params(verbose="bar")
    vae.impute(X)
    vae.score_samples(X)
    vae.transform_to_file(X, tmp_path / "z.h5")
    assert len(closed) == 7


def test_a_bar_ends_when_the_callback_raises(monkeypatch):
    closed = []
    monkeypatch.setattr(progress_displays.Lines, "close", lambda self: closed.append(self))

    def fail(_):
        raise RuntimeError("enough")

    with pytest.raises(RuntimeError, match="enough"):
        vaelib.VAE(**SMALL, verbose="bar").fit(X, callbacks=fail)
    assert len(closed) == 1


@pytest.mark.parametrize("verbose", ["bars", None, 1.5])
def test_unknown_values_of_verbose(verbose):
    vae = vaelib.VAE(**SMALL, verbose=verbose)
    with pytest.raises(vaelib.InvalidArgument, match=f'verbose must be 0, 1 or "bar", not {verbose!r}'):
        vae.fit(X)
    assert not hasattr(vae, "seed_")


def test_truth_values_of_numpy_are_verbose(capsys):
    vaelib.VAE(**SMALL, verbose=np.True_).fit(X)
    assert capsys.readouterr().out.count("epoch") == 3


def test_bars_of_notebooks_bring_no_warning(monkeypatch):
    pytest.importorskip("tqdm")
    for name in ("tqdm.autonotebook", "tqdm.notebook"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    monkeypatch.setattr(progress_displays, "_is_notebook", lambda: True)
    # What tqdm asks, too.
    kernel = type("Shell", (), {"config": {"IPKernelApp": {}}})
    monkeypatch.setitem(sys.modules, "IPython", type("IPython", (), {"get_ipython": lambda: kernel}))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert progress_displays._tqdm() is not None


def test_the_logger_is_told_epochs_and_warnings(caplog, capsys):
    with caplog.at_level(logging.INFO, "vaelib"):
        vaelib.VAE(**{**SMALL, "epochs": 250}).fit(X)
    told = [record.getMessage() for record in caplog.records if record.levelno == logging.INFO]
    assert len(told) == 250 // 3 + 2
    assert told[0].startswith("epoch   1/250  elbo ")
    caplog.clear()
    with pytest.warns(vaelib.VaelibWarning, match="more than epochs, 3") as caught:
        vaelib.VAE(**SMALL, warmup_epochs=5).fit(X)
    assert caught[0].filename == __file__
    assert [(record.name, record.levelname) for record in caplog.records] == [("vaelib", "WARNING")] * len(caught)
    assert caplog.records[0].getMessage() == str(caught[0].message)
    assert capsys.readouterr() == ("", "")


def test_nothing_is_logged_unless_somebody_listens(tmp_path):
    program = """
import logging, sys, numpy as np, vaelib
X = np.random.RandomState(0).normal(size=(40, 3))
vaelib.VAE(latent_dim=2, epochs=1, warmup_epochs=5, random_state=0).fit(X)
"""
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", program], env=ENVIRONMENT, capture_output=True, text=True, cwd=tmp_path
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
