"""Print the manual page of the command line.

example:
  vaelib man > /usr/local/share/man/man1/vaelib.1
  vaelib man | man -l -
"""

from __future__ import annotations

import argparse

from vaelib.command_line.manual_page import manual_page


def configure(parser: argparse.ArgumentParser) -> None:
    """There are no options."""


def run(arguments: argparse.Namespace) -> None:
    """Prints it."""
    from vaelib.commands import COMMANDS

    print(manual_page(COMMANDS), end="")
