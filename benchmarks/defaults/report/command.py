"""The commands ``report`` and ``table``."""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import Any

from defaults.records import Records
from defaults.report.results import Results
from defaults.report.run import STEPS, TASKS, Plan, run
from defaults.report.tables import tables
from defaults.sets import Loader, loaders


def add_commands(commands: Any) -> None:
    """Adds the commands to a parser's."""
    reporting = commands.add_parser("report", help="train plain constructors, their peers, and tuned estimators")
    printing = commands.add_parser("table", help="print the report's tables")
    for each in (reporting, printing):
        each.add_argument("models", nargs="*", metavar="model", help=f"{', '.join(TASKS)}; all, if none is named")
        each.add_argument("--results", type=Path, required=True, help="the file of results, a line of JSON each")
    reporting.add_argument("--data", type=Path, default=os.environ.get("VAELIB_DATA", "."), help="the files' folder")
    reporting.add_argument("--sets", nargs="*", help=f"only these sets: {'; '.join(_sets(Path()))}")
    reporting.add_argument("--steps", nargs="*", choices=STEPS, default=STEPS, help="only a part of the trainings")
    reporting.add_argument("--seeds", type=int, nargs="*", default=range(5))
    reporting.add_argument("--tries", type=int, default=60, help="the tries of the random search")
    reporting.set_defaults(do=_report)
    printing.set_defaults(do=_print)


def _models(arguments: argparse.Namespace) -> list[str]:
    unknown = set(arguments.models) - set(TASKS)
    if unknown:
        raise SystemExit(f"unknown: {', '.join(sorted(unknown))}; the models are {', '.join(TASKS)}")
    return arguments.models or list(TASKS)


def _sets(folder: Path) -> dict[str, Loader]:
    """The sets for the report, and wine, which is known to everybody but was there for the choice, too."""
    return {"wine": loaders("choice", folder)["wine"], **loaders("report", folder)}


def _report(arguments: argparse.Namespace) -> None:
    sets = _sets(arguments.data)
    unknown = set(arguments.sets or ()) - set(sets)
    if unknown:
        raise SystemExit(f"unknown: {', '.join(sorted(unknown))}; the sets are {', '.join(sets)}")
    if arguments.sets:
        sets = {name: sets[name] for name in arguments.sets}
    run(sets, Plan(_models(arguments), arguments.steps, arguments.seeds, arguments.tries), Records(arguments.results))


def _print(arguments: argparse.Namespace) -> None:
    print("\n".join(tables(Results(Records(arguments.results)), _models(arguments))))
