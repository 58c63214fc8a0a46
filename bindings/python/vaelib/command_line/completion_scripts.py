"""Scripts with which shells complete commands, options and values, made from the parsers."""

from __future__ import annotations

import argparse
import shlex
from collections.abc import Callable, Iterator, Mapping, Sequence

from vaelib.command_line.parser import CommandParser, command_parser
from vaelib.command_line.values import choices_of

Commands = Mapping[str, Sequence[str]]


def _parsers(commands: Commands) -> list[CommandParser]:
    return [command_parser(name) for names in commands.values() for name in names]


def _options(parser: CommandParser) -> Iterator[argparse.Action]:
    """The options of a command that have long names."""
    return (action for action in parser._actions if action.option_strings)


def _summary(action: argparse.Action) -> str:
    """The first sentence about an option, short enough for a menu."""
    text = (action.help or "").replace("%%", "%").split("; ")[0]
    return text if len(text) <= 60 else f"{text[:57]}..."


def bash(commands: Commands) -> str:
    """The script for bash; where nothing else fits, files are completed."""
    parsers = _parsers(commands)
    values, options = [], []
    for parser in parsers:
        options.append(f"    {parser.name}) words={shlex.quote(' '.join(parser.option_names()))} ;;")
        for action in parser._actions:
            if choices_of(action):
                # A place that has names is the first behind the command.
                for word in action.option_strings or [parser.name]:
                    values.append(f"    {parser.name}:{word}) words={shlex.quote(' '.join(choices_of(action)))} ;;")
    names = " ".join(parser.name for parser in parsers)
    return f"""\
# bash completion for vaelib, printed by: vaelib completion bash
_vaelib() {{
  local command=${{COMP_WORDS[1]}} current=${{COMP_WORDS[COMP_CWORD]}} previous=${{COMP_WORDS[COMP_CWORD-1]}} words=
  COMPREPLY=()
  if ((COMP_CWORD == 1)); then
    mapfile -t COMPREPLY < <(compgen -W {shlex.quote(f"{names} --help --version")} -- "$current")
    return
  fi
  case $command:$previous in
{chr(10).join(values)}
  esac
  if [[ -z $words && $current == -* ]]; then
    case $command in
{chr(10).join(options)}
    esac
  fi
  if [[ -n $words ]]; then mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current"); fi
}}
complete -o default -F _vaelib vaelib
"""


def zsh(commands: Commands) -> str:
    """The script for zsh."""
    described, cases = [], []
    for parser in _parsers(commands):
        described.append(f"    {shlex.quote(f'{parser.name}:{parser.summary}')}")
        cases.append(f"    {parser.name})\n      _arguments \\\n{_zsh_arguments(parser)}\n      ;;")
    return f"""\
#compdef vaelib
# zsh completion for vaelib, printed by: vaelib completion zsh
_vaelib() {{
  local -a commands
  commands=(
{chr(10).join(described)}
  )
  if (( CURRENT == 2 )); then
    _describe command commands
    return
  fi
  shift words
  (( CURRENT-- ))
  case $words[1] in
{chr(10).join(cases)}
  esac
}}
_vaelib "$@"
"""


def _zsh_arguments(parser: CommandParser) -> str:
    lines = []
    for action in _options(parser):
        meaning = _summary(action).replace("[", "(").replace("]", ")").replace(":", " ")
        value = "" if action.nargs == 0 else f":{action.metavar}:{_zsh_values(action)}"
        lines += [f"        {shlex.quote(f'{option}[{meaning}]{value}')}" for option in action.option_strings]
    places = [action for action in parser._actions if not action.option_strings]
    named = [action for action in places if choices_of(action)]
    lines += [f"        {shlex.quote(f'1:{action.metavar}:{_zsh_values(action)}')}" for action in named]
    return " \\\n".join([*lines, "        '*:file:_files'"])


def _zsh_values(action: argparse.Action) -> str:
    return f"({' '.join(choices_of(action))})" if choices_of(action) else "_files"


def fish(commands: Commands) -> str:
    """The script for fish."""
    lines = ["# fish completion for vaelib, printed by: vaelib completion fish"]
    for parser in _parsers(commands):
        begin = "complete -c vaelib -n __fish_use_subcommand -f"
        lines.append(f"{begin} -a {parser.name} -d {_fish(parser.summary)}")
        seen = f"complete -c vaelib -n '__fish_seen_subcommand_from {parser.name}'"
        for action in parser._actions:
            names = choices_of(action)
            values = f" -xa {_fish(' '.join(names))}" if names else ""
            if not action.option_strings:
                lines += [f"{seen} -f -a {_fish(' '.join(names))}"] if names else []
                continue
            takes = "" if action.nargs == 0 else values or " -r"
            for option in action.option_strings:
                kind = f"-l {option[2:]}" if option.startswith("--") else f"-s {option[1:]}"
                lines.append(f"{seen} {kind}{takes} -d {_fish(_summary(action))}")
    return "\n".join(lines) + "\n"


def _fish(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


#: What makes the script of each shell.
SHELLS: dict[str, Callable[[Commands], str]] = {"bash": bash, "zsh": zsh, "fish": fish}
