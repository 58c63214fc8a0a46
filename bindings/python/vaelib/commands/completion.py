"""Print a script with which a shell completes commands.

example:
  vaelib completion bash > ~/.local/share/bash-completion/completions/vaelib
  vaelib completion zsh > ~/.zfunc/_vaelib       (a folder in $fpath)
  vaelib completion fish > ~/.config/fish/completions/vaelib.fish
"""

from __future__ import annotations

import argparse

from vaelib.command_line.completion_scripts import SHELLS
from vaelib.command_line.values import OneOf


def configure(parser: argparse.ArgumentParser) -> None:
    """The shell."""
    parser.add_argument("shell", type=OneOf(tuple(SHELLS)), metavar="SHELL", help=", ".join(SHELLS))


def run(arguments: argparse.Namespace) -> None:
    """Prints the script."""
    from vaelib.commands import COMMANDS

    print(SHELLS[arguments.shell](COMMANDS), end="")
