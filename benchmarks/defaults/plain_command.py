"""The commands ``compare`` and ``compared``."""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import Any, get_args

from defaults import plain_choice
from defaults.plain_grids import GRIDS
from defaults.records import Records
from defaults.sets import Purpose, loaders


def add_commands(commands: Any) -> None:
    """Adds the commands to a parser's."""
    comparing = commands.add_parser("compare", help="train plain VAEs with other parameters")
    printing = commands.add_parser("compared", help="print what plain VAEs with other parameters gave")
    for each in (comparing, printing):
        each.add_argument("grid", choices=GRIDS)
        each.add_argument("--results", type=Path, required=True, help="the file of results, a line of JSON each")
    comparing.add_argument("--data", type=Path, default=os.environ.get("VAELIB_DATA", "."), help="the files' folder")
    comparing.add_argument("--purpose", choices=get_args(Purpose), default="choice", help="whose sets are taken")
    comparing.add_argument("--sets", nargs="*", help="only these sets")
    comparing.add_argument("--seeds", type=int, nargs="*", default=range(3))
    comparing.set_defaults(do=_compare)
    printing.set_defaults(do=_print)


def _compare(arguments: argparse.Namespace) -> None:
    sets = loaders(arguments.purpose, arguments.data)
    if arguments.sets:
        sets = {name: sets[name] for name in arguments.sets}
    plain_choice.run(sets, GRIDS[arguments.grid](), arguments.seeds, Records(arguments.results))


def _print(arguments: argparse.Namespace) -> None:
    print("\n".join(plain_choice.compared(Records(arguments.results), GRIDS[arguments.grid]())))
