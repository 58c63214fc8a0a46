"""The parser of a command, which is made of the command's module, and what its help page looks like."""

from __future__ import annotations

import argparse
import importlib
from collections.abc import Sequence
from types import ModuleType
from typing import Any, NoReturn

from vaelib._c.names import nearest
from vaelib.command_line.errors import UsageError
from vaelib.command_line.values import whole

#: What every command returns to the shell.
EXIT_CODES = """\
exit status:
  0    done
  1    failed: the data, a file, a training that diverged; it says what to do
  2    the command line is wrong
  130  stopped by Ctrl-C; what a training had reached is kept, and said"""

#: The headings that end a help page: what they have is of use now and then.
_LAST = ("datasets in HDF5 files", "options in a file", "general")


class HelpFormatter(argparse.RawDescriptionHelpFormatter):
    """Descriptions as they are written; room for long names of options."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, max_help_position=30)


class CommandParser(argparse.ArgumentParser):
    """Parses the words behind a command's name; raises UsageError where argparse would end the process.

    Options may stand before, between and behind files. ``files`` are the endings of files that the shell may complete.
    """

    def __init__(self, name: str, module: ModuleType) -> None:
        self.name = name
        self.summary, _, rest = (module.__doc__ or "").partition("\n")
        super().__init__(
            prog=f"vaelib {name}",
            description=f"{self.summary}\n{rest}".rstrip(),
            formatter_class=HelpFormatter,
            allow_abbrev=False,
            add_help=False,
        )
        self._positionals.title = "arguments"
        module.configure(self)
        headed(self, "general").add_argument("-h", "--help", action="help", help="show this page")
        self._action_groups.sort(key=lambda group: _LAST.index(group.title) if group.title in _LAST else -1)
        self.set_defaults(run=module.run, parser=self)

    def error(self, message: str) -> NoReturn:
        """Says what is wrong, and where it is described."""
        raise UsageError(f"{message} ('{self.prog} --help' lists what there is)")

    def parse(self, words: Sequence[str]) -> argparse.Namespace:
        """The options and files.

        Raises
        ------
        UsageError
            An option is unknown, or has an unsuitable value, or something is missing.
        """
        found, unknown = self.parse_known_intermixed_args(list(words))
        for word in unknown:
            name = word.partition("=")[0]
            if word.startswith("-"):
                self.error(f"there is no option {name}{nearest(name, self.option_names())}")
        if unknown:
            self.error(f"one argument too many: {unknown[0]}")
        return found

    def option_names(self) -> list[str]:
        """The long names of all options."""
        return [name for action in self._actions for name in action.option_strings if name.startswith("--")]


def command_parser(name: str) -> CommandParser:
    """The parser of a command."""
    return CommandParser(name, importlib.import_module(f"vaelib.commands.{name}"))


def headed(parser: argparse.ArgumentParser, heading: str) -> Any:
    """The options under a heading of the help page, which are added to if there are some already."""
    for group in parser._action_groups:
        if group.title == heading:
            return group
    return parser.add_argument_group(heading)


def add_general(parser: argparse.ArgumentParser, *, json: bool = True, seed: str | None = None) -> None:
    """Options that most commands have; ``seed`` is what the seed is for, if there is one."""
    group = headed(parser, "general")
    if seed is not None:
        group.add_argument("--seed", type=whole, metavar="N", help=f"seed of {seed}; the same gives the same bits")
    group.add_argument("--threads", type=whole, metavar="N", help="threads; by default one for each processor")
    if json:
        group.add_argument("--json", action="store_true", help="print the result as one JSON object")
    group.add_argument("--quiet", action="store_true", help="no progress and no notes, only warnings and errors")
