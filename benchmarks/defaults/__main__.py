"""Runs the study's experiments and its report, or prints what they found.

python -m defaults try vae pace --data FOLDER --results vae.jsonl --sets wine "table Pima" --seeds 0 1
python -m defaults tell vae batch_size learning_rate --results vae.jsonl --where schedule=constant
python -m defaults compare tails --data FOLDER --results tails.jsonl
python -m defaults compared tails --results tails.jsonl
python -m defaults report vae --data FOLDER --results report.jsonl --sets wine --seeds 0 --tries 3
python -m defaults table vae --results report.jsonl
"""

from __future__ import annotations

import argparse
import os
import warnings
from collections import defaultdict
from pathlib import Path

import vaelib

from defaults import plain_command, stack_choice, stack_grids, vae_choice, vae_grids
from defaults.judgement import Case, Outcome, Setting, losses, outcome_of_stack, outcome_of_vae, table
from defaults.records import Records
from defaults.report.command import add_commands
from defaults.sets import loaders


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    trying = commands.add_parser("try", help="run an experiment on the sets for the choice")
    telling = commands.add_parser("tell", help="compare what was tried")
    for each in (trying, telling):
        each.add_argument("model", choices=("vae", "stack"))
        each.add_argument("--results", type=Path, required=True, help="the file of results, a line of JSON each")
        each.add_argument("--sets", nargs="*", help="only these sets")
    trying.add_argument("grid", help=f"vae: {', '.join(vae_grids.GRIDS)}; stack: {', '.join(stack_grids.GRIDS)}")
    trying.add_argument("--data", type=Path, default=os.environ.get("VAELIB_DATA", "."), help="the folder of the files")
    trying.add_argument("--seeds", type=int, nargs="*", default=[0])
    telling.add_argument("settings", nargs="+", help="settings that tell the lines of the table apart")
    telling.add_argument("--where", nargs="*", default=[], metavar="SETTING=VALUE", help="only what has these values")
    trying.set_defaults(do=_try)
    telling.set_defaults(do=_tell)
    plain_command.add_commands(commands)
    add_commands(commands)
    return parser.parse_args()


def _try(arguments: argparse.Namespace) -> None:
    sets = loaders("choice", arguments.data)
    if arguments.sets:
        sets = {name: sets[name] for name in arguments.sets}
    records = Records(arguments.results)
    if arguments.model == "vae":
        vae_choice.run(sets, vae_grids.GRIDS[arguments.grid](), arguments.seeds, records)
    else:
        stack_choice.run(sets, stack_grids.GRIDS[arguments.grid](), arguments.seeds, records)


def _tell(arguments: argparse.Namespace) -> None:
    wanted = dict(each.split("=", 1) for each in arguments.where)
    read = outcome_of_vae if arguments.model == "vae" else outcome_of_stack
    outcomes: dict[Setting, dict[Case, Outcome]] = defaultdict(dict)
    names: list[str] = []
    for record in Records(arguments.results):
        tried, found = record["tried"], record["found"]
        left_out = arguments.sets and tried["set"] not in arguments.sets
        if left_out or not found["updates"] or any(str(tried[name]) != value for name, value in wanted.items()):
            continue
        names += [] if tried["set"] in names else [tried["set"]]
        setting = tuple(str(tried[name]) for name in arguments.settings)
        outcomes[setting][tried["set"], tried["seed"]] = read(found)
    unit = 0.5 if arguments.model == "vae" else 0.1
    print("\n".join(table(losses(outcomes, unit), names)))


def main() -> None:
    """Does what the command line says."""
    warnings.simplefilter("ignore", vaelib.VaelibWarning)
    arguments = _arguments()
    arguments.do(arguments)


if __name__ == "__main__":
    main()
