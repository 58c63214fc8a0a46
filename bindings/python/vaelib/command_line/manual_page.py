"""The manual page, made from the parsers."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence

from vaelib._c.host import version
from vaelib.command_line.overview import BEGIN, END
from vaelib.command_line.parser import EXIT_CODES, CommandParser, command_parser


def manual_page(commands: Mapping[str, Sequence[str]]) -> str:
    """The page in roff's man macros."""
    about, _, example = BEGIN.partition("\n\n")[2].partition("\n\nexample: ")
    lines = [
        f'.TH VAELIB 1 "" "vaelib {version()}"',
        ".SH NAME",
        r"vaelib \- variational and stacked denoising auto\-encoders",
        ".SH SYNOPSIS",
        ".B vaelib",
        r"\fICOMMAND\fR [\fIoptions\fR] \fIFILES\fR",
        ".SH DESCRIPTION",
        *_paragraphs(about),
        ".PP",
        *_verbatim(example),
        *_paragraphs(END),
        ".SH COMMANDS",
    ]
    for names in commands.values():
        for name in names:
            lines += _command(command_parser(name))
    lines.append(".SH EXIT STATUS")
    for line in EXIT_CODES.splitlines()[1:]:
        number, _, meaning = line.strip().partition(" ")
        lines += [".TP", number, _escaped(meaning.strip())]
    return "\n".join(lines) + "\n"


def _command(parser: CommandParser) -> list[str]:
    lines = [f".SS vaelib {parser.name}", *_verbatim(parser.description or "")]
    for group in parser._action_groups:
        if group._group_actions:
            lines += [".PP", rf"\fB{_escaped(group.title or '')}\fR"]
        for action in group._group_actions:
            lines += [".TP", _invocation(action), _escaped((action.help or "").replace("%%", "%"))]
    return lines


def _invocation(action: argparse.Action) -> str:
    """An option with its value, or the name of a file's place."""
    value = "" if action.metavar is None else rf" \fI{_escaped(str(action.metavar))}\fR"
    if not action.option_strings:
        return value.strip()
    return ", ".join(rf"\fB{_escaped(option)}\fR" for option in action.option_strings) + value


def _paragraphs(text: str) -> list[str]:
    return [_escaped(line) if line.strip() else ".PP" for line in text.splitlines()]


def _verbatim(text: str) -> list[str]:
    return [".nf", *(_escaped(line) for line in text.splitlines()), ".fi"]


def _escaped(text: str) -> str:
    """Text as roff takes it: no commands, hyphens that can be copied."""
    escaped = text.replace("\\", r"\e").replace("-", r"\-").replace("~", r"\(ti").replace("^", r"\(ha")
    escaped = escaped.replace("'", r"\(aq").replace("`", r"\(ga")
    return rf"\&{escaped}" if escaped.startswith((".", r"\(aq")) else escaped
