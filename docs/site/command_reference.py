"""The reference of the command line: a page for each command, of the parser that makes its ``--help``."""

from __future__ import annotations

import argparse
import itertools
import re
import textwrap

from vaelib.command_line.parser import CommandParser, command_parser
from vaelib.commands import COMMANDS

#: A whole command, which ends a line, or an option.
_CODE = re.compile(r"((?:(?<=: )|^)vaelib [a-z]+ [^ ]+\.[a-z0-9]+\b.*$|(?<![\w-])--[a-z][a-z-]*)", re.MULTILINE)
#: What means something in reStructuredText; a colon may make an address of the word before it.
_PROSE = re.compile(r"([\\*_|`]|(?<=\w):(?=\w))")


def command_pages() -> dict[str, str]:
    """The pages in reStructuredText, by their names."""
    parts = [
        _heading("Commands", "="),
        "Each command with all its options, as ``--help`` has them. "
        ":doc:`/docs/command-line` is a tour, and says what data, results and exit statuses are.",
    ]
    pages: dict[str, str] = {}
    for heading, names in COMMANDS.items():
        parsers = [command_parser(name) for name in names]
        rows = [f"   * - :doc:`vaelib {parser.name} <{parser.name}>`\n     - {parser.summary}" for parser in parsers]
        parts += [
            _heading(heading[0].upper() + heading[1:], "-"),
            ".. list-table::\n   :widths: 30 70\n   :class: commands\n\n" + "\n".join(rows),
            ".. toctree::\n   :hidden:\n\n" + "\n".join(f"   vaelib {name} <{name}>" for name in names),
        ]
        pages.update((parser.name, _page(parser)) for parser in parsers)
    return {"index": "\n\n".join(parts) + "\n", **pages}


def _page(parser: CommandParser) -> str:
    title = f"vaelib {parser.name}"
    usage = parser.format_usage().removeprefix("usage: ").strip()
    parts = [_heading(title, "="), f".. program:: {title}", _code(usage), *_description(parser)]
    for group in parser._action_groups:
        if group._group_actions:
            heading = group.title or "options"
            parts.append(_heading(heading[0].upper() + heading[1:], "-"))
        parts += [_option(action) for action in group._group_actions]
    return "\n\n".join(parts) + "\n"


def _description(parser: CommandParser) -> list[str]:
    """The description, in which lines that begin with two blanks, examples and lists, stay as they are."""
    parts = []
    for block in (parser.description or "").split("\n\n"):
        for is_kept, lines in itertools.groupby(block.splitlines(), lambda line: line.startswith("  ")):
            text = "\n".join(lines)
            parts.append(_code(textwrap.dedent(text)) if is_kept else _escaped(text))
    return [part for part in parts if part]


def _option(action: argparse.Action) -> str:
    value = "" if action.metavar is None else f" {action.metavar}"
    names = ", ".join(f"{name}{value}" for name in action.option_strings) or value.strip()
    text = _escaped((action.help or "").replace("%%", "%"))
    return f".. option:: {names}\n\n{textwrap.indent(text, '   ')}"


def _code(text: str) -> str:
    return f".. code-block:: text\n\n{textwrap.indent(text, '   ')}"


def _escaped(text: str) -> str:
    """Prose in reStructuredText; commands at the end of a line, and options, are in the font of code."""
    pieces = _CODE.split(text)
    return "".join(f"``{piece}``" if number % 2 else _PROSE.sub(r"\\\1", piece) for number, piece in enumerate(pieces))


def _heading(title: str, line: str) -> str:
    return f"{title}\n{line * len(title)}"
