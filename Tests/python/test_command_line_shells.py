"""Completion in shells, and the manual page: both are made from the parsers."""

import os
import shutil
import subprocess

import pytest
from command_lines import Shell
from vaelib.command_line.parser import command_parser
from vaelib.commands import COMMANDS

NAMES = [name for names in COMMANDS.values() for name in names]


@pytest.fixture
def shell(capsys):
    return Shell(capsys)


def completed(folder, script, *words):
    """What bash proposes for the last word."""
    quoted = " ".join(f"'{word}'" for word in words)
    program = f"""
source <(cat)
COMP_WORDS=(vaelib {quoted})
COMP_CWORD={len(words)}
_vaelib
printf '%s\\n' "${{COMPREPLY[@]}}"
"""
    command = ["bash", "-euo", "pipefail", "-c", program]
    done = subprocess.run(command, input=script, capture_output=True, text=True, check=True, cwd=folder)
    assert done.stderr == ""
    return done.stdout.split()


def test_bash(shell, tmp_path):
    script = shell("completion", "bash")
    assert completed(tmp_path, script, "") == [*NAMES, "--help", "--version"]
    assert completed(tmp_path, script, "den") == ["denoise"]
    assert completed(tmp_path, script, "encode", "m.h5", "--log") == ["--log-variance"]
    assert completed(tmp_path, script, "train", "--likelihood", "ga") == ["gaussian"]
    assert completed(tmp_path, script, "pretrain", "--corruption", "s") == ["salt_and_pepper"]
    assert completed(tmp_path, script, "plot", "m") == ["manifold"]
    assert completed(tmp_path, script, "score", "m.h5", "people.c") == []  # files, which bash itself completes
    assert completed(tmp_path, script, "train", "--") == command_parser("train").option_names()


@pytest.mark.parametrize("name", ["zsh", "fish"])
def test_other_shells(shell, name, tmp_path):
    script = shell("completion", name)
    assert all(each in script for each in NAMES)
    assert "zero_inflated_negative_binomial" in script
    if shutil.which(name):
        (tmp_path / "script").write_text(script)
        subprocess.run([name, "--no-execute", "script"], cwd=tmp_path, check=True)


def test_the_manual_page(shell, tmp_path):
    page = shell("man")
    for name in NAMES:
        assert f".SS vaelib {name}\n" in page
        for option in command_parser(name).option_names():
            assert option.replace("-", r"\-") in page
    (tmp_path / "vaelib.1").write_text(page)
    if shutil.which("man") and shutil.which("groff"):
        environment = {**os.environ, "MANWIDTH": "80", "LC_ALL": "C.UTF-8"}
        command = ["man", "--warnings", "-P", "cat", "-l", "vaelib.1"]
        done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, env=environment, check=True)
        assert done.stderr == ""
        assert "--latent-dim N" in done.stdout
    if shutil.which("mandoc"):
        subprocess.run(["mandoc", "-T", "lint", "-W", "error", "vaelib.1"], cwd=tmp_path, check=True)
