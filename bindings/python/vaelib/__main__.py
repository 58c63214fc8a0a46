"""The command line: ``vaelib``, which is ``python -m vaelib``."""

from __future__ import annotations

import io
import os
import re
import sys
import warnings

import vaelib
from vaelib._c.names import nearest
from vaelib.command_line.config_files import parse_with_config
from vaelib.command_line.errors import UsageError
from vaelib.command_line.overview import overview
from vaelib.command_line.parser import command_parser
from vaelib.command_line.remedies import in_words_of_options
from vaelib.commands import COMMANDS

#: What messages of the library begin with.
_FUNCTION = re.compile(r"^vaelib_\w+: ")


def main(arguments: list[str] | None = None) -> int:
    """Runs a command; its exit status."""
    for stream in (sys.stdout, sys.stderr):
        # Paths and names that are not UTF-8 are printed as the bytes that they are.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="surrogateescape")
    words = list(sys.argv[1:] if arguments is None else arguments)
    name = words[0] if words else "--help"
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("always", vaelib.VaelibWarning)
            warnings.showwarning = _show_warning  # type: ignore[assignment]
            return _run(name, words[1:])
    except UsageError as error:
        _say(error)
        return 2
    except vaelib.InvalidArgument as error:
        _say(in_words_of_options(error))
        return 2
    except BrokenPipeError:
        # Whoever reads the output has seen enough. Nothing is left that Python could fail to write at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except (vaelib.VaelibError, OSError, ValueError, ImportError, MemoryError) as error:
        _say(in_words_of_options(error))
        return 1
    except KeyboardInterrupt:
        _say("stopped")
        return 130


def _run(name: str, words: list[str]) -> int:
    if name == "help" and words:
        name, words = words[0], ["--help"]
    if name in ("-h", "--help", "help"):
        print(overview(COMMANDS))
        return 0
    if name == "--version":
        print(f"vaelib {vaelib.__version__}")
        return 0
    if name not in _names():
        what = "option" if name.startswith("-") else "command"
        known = ["--help", "--version"] if what == "option" else _names()
        raise UsageError(f"there is no {what} {name}{nearest(name, known)} ('vaelib --help' lists what there is)")
    chosen = parse_with_config(command_parser(name), words)
    threads = vars(chosen).get("threads")
    if threads is not None:
        vaelib.set_threads(threads)
    status = int(chosen.run(chosen) or 0)
    sys.stdout.flush()  # here, where it is known what to do if nobody reads any more
    return status


def _names() -> list[str]:
    return [name for names in COMMANDS.values() for name in names]


def _say(message: object) -> None:
    """One line on the standard error stream, without the name of the library's function."""
    text = _FUNCTION.sub("", " ".join(str(message).split()))
    print(f"vaelib: {text}", file=sys.stderr)


def _show_warning(message: Warning | str, *_: object) -> None:
    _say(f"warning: {_FUNCTION.sub('', str(message))}")


if __name__ == "__main__":
    sys.exit(main())
