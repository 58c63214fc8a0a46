"""The command line: ``python -m vaelib``."""

from __future__ import annotations

import argparse
import io
import sys

import vaelib
from vaelib.commands import COMMANDS


def main(arguments: list[str] | None = None) -> int:
    """Runs a command; its exit status."""
    for stream in (sys.stdout, sys.stderr):
        # Paths and names that are not UTF-8 are printed as the bytes that they are.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="surrogateescape")
    description = "Variational and stacked denoising auto-encoders."
    parser = argparse.ArgumentParser(prog="python -m vaelib", description=description)
    parser.add_argument("--version", action="version", version=f"vaelib {vaelib.__version__}")
    subparsers = parser.add_subparsers(metavar="COMMAND")
    for command in COMMANDS:
        name = command.__name__.rpartition(".")[2]
        summary, _, rest = (command.__doc__ or "").partition("\n")
        subparser = subparsers.add_parser(
            name, help=summary, description=summary, epilog=rest, formatter_class=argparse.RawDescriptionHelpFormatter
        )
        command.configure(subparser)
        subparser.set_defaults(run=command.run)
    chosen = parser.parse_args(arguments)
    if not hasattr(chosen, "run"):
        parser.print_help()
        return 0
    try:
        return chosen.run(chosen) or 0
    except (vaelib.VaelibError, OSError, ValueError) as error:
        print(f"vaelib: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("vaelib: stopped", file=sys.stderr)
        return 130


if __name__ == "__main__":
    sys.exit(main())
