"""Options in a TOML file: read, so that the command line overrides them, and written."""

from __future__ import annotations

import argparse
import json
import sys
from typing import Any

from vaelib._c.names import nearest
from vaelib.command_line.errors import UsageError
from vaelib.command_line.parser import CommandParser, headed
from vaelib.command_line.values import listed
from vaelib.data.replacement import replaced

#: Options that are about one run, so that no file has them.
_NOT_KEPT = ("help", "config", "save_config", "force")


def add_config_options(parser: argparse.ArgumentParser) -> None:
    """Adds the options that name such files."""
    group = headed(parser, "options in a file")
    config_help = "options in TOML, as in latent-dim = 8; those on the command line come first"
    group.add_argument("--config", metavar="FILE", help=config_help)
    save_help = "write the options of this command to a file, for --config; the other ones are in its comments"
    group.add_argument("--save-config", metavar="FILE", help=save_help)


def parse_with_config(parser: CommandParser, words: list[str]) -> argparse.Namespace:
    """The options of the command line, and of the file that it names, if it names one.

    Raises
    ------
    UsageError
        The file has an unknown option, or an unsuitable value.
    """
    arguments = parser.parse(words)
    path = vars(arguments).get("config")
    if path is None:
        return arguments
    actions = _actions(parser)
    options: list[str] = []
    files: list[str] = []
    for key, value in _read(path).items():
        name = key.replace("-", "_")
        if name not in actions:
            known = [each.replace("_", "-") for each in actions]
            raise UsageError(f"{path}: there is no option {key}{nearest(key.replace('_', '-'), known)}")
        if not _is_given(actions[name], arguments):
            (options if actions[name].option_strings else files).extend(_words(actions[name], value, f"{path}: {key}"))
    try:
        return parser.parse([*options, *words, *files])
    except UsageError as error:
        raise UsageError(f"{path}: {error}") from None


def save_config(parser: CommandParser, arguments: argparse.Namespace, path: str) -> None:
    """Writes the options that were given as TOML, and the others as comments."""
    lines = [f"# Options for {parser.prog} --config FILE", ""]
    for name, action in _actions(parser).items():
        key = name.replace("_", "-")
        if _is_given(action, arguments):
            lines.append(f"{key} = {_toml(vars(arguments)[name])}")
        elif action.option_strings:
            lines.append(f"# {key}: {(action.help or '').replace('%%', '%')}")
    with replaced(path) as scratch, open(scratch, "w", encoding="utf-8") as file:
        file.write("\n".join(lines) + "\n")


def _actions(parser: CommandParser) -> dict[str, argparse.Action]:
    """The options and files that a configuration may have, by name."""
    return {action.dest: action for action in parser._actions if action.dest not in _NOT_KEPT}


def _is_given(action: argparse.Action, arguments: argparse.Namespace) -> bool:
    """Whether the command line has an option, or names files: 0 and --no-... count as given."""
    value = vars(arguments)[action.dest]
    is_unset_flag = value is False and not isinstance(action, argparse.BooleanOptionalAction)
    return value is not None and not is_unset_flag and value != []


def _read(path: str) -> dict[str, Any]:
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        try:
            import tomli as tomllib
        except ImportError:
            raise UsageError("--config needs tomli with Python 3.10: pip install tomli") from None
    with open(path, "rb") as file:
        try:
            found: dict[str, Any] = tomllib.load(file)
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise UsageError(f"{path} is not TOML: {error}") from None
    return found


def _words(action: argparse.Action, value: Any, place: str) -> list[str]:
    """A value as the words of a command line that would say the same."""
    option = max(action.option_strings, key=len) if action.option_strings else ""
    if isinstance(value, dict):
        raise UsageError(f"{place}: expected a value, not a table")
    if isinstance(action, argparse.BooleanOptionalAction):
        if not isinstance(value, bool):
            raise UsageError(f"{place}: expected true or false, not {value!r}")
        return [action.option_strings[0] if value else action.option_strings[1]]
    if action.nargs == 0:
        if not isinstance(value, bool):
            raise UsageError(f"{place}: expected true or false, not {value!r}")
        return [option] if value else []
    if isinstance(value, bool):
        raise UsageError(f"{place}: expected {action.metavar}, not {str(value).lower()}")
    values = [str(each) for each in value] if isinstance(value, list) else [str(value)]
    if action.type is listed and isinstance(value, list):
        values = [each.replace(",", ",,") for each in values]
    if not option:
        return values
    if isinstance(action, argparse._AppendAction):
        return [f"{option}={each}" for each in values]
    return [f"{option}={','.join(values) or 'none'}"]


def _toml(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_toml, value))}]"
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
