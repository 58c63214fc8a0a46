"""Measures rows one after another, and writes what was found."""

from __future__ import annotations

import argparse
from pathlib import Path

from speed import machine
from speed.core_distance import CoreDistance, Turns
from speed.other_load import OtherLoad
from speed.peak import Peak
from speed.results import Result, Results
from speed.rows import VAE_TRAINING, chosen_rows, quiet_rows
from speed.table import document, table


def run(arguments: argparse.Namespace) -> None:
    """Measures what the command line says; results are written after each row, so that none is lost."""
    rows = chosen_rows(arguments.rows)
    if not rows:
        raise SystemExit("no row has such a name")
    names = ["vaelib", *arguments.contestants]
    arguments.output.mkdir(parents=True, exist_ok=True)
    distance = CoreDistance()
    results = Results(machine.describe(), Peak(), arguments.rounds)
    if any(row.group == VAE_TRAINING for row in rows):
        _check_quietly(names, results)
    for row in rows:
        print(f"\n{row.group}: {row.name}", flush=True)
        results.peak.measure()
        load, turns = OtherLoad(), Turns(arguments.rounds, distance)
        times = row.times(names, turns, results.remark)
        if "vaelib" in times:
            results.rows.append(Result(row.group, row.name, row.operations, times, load.cores(), turns.distances))
            print("\n".join(table(results.rows[-1:], results)), flush=True)
            _write(results, arguments.output)
    if not results.rows:
        raise SystemExit("nothing could be measured")
    _draw(results, arguments.output / "results.png")
    print(f"\n{document(results)}\nwritten to {arguments.output}")


def _check_quietly(names: list[str], results: Results) -> None:
    """What is compiled only is checked row by row."""
    for row in quiet_rows():
        row.check([name for name in names if name != "PyTorch compiled"], results.remark)


def _write(results: Results, folder: Path) -> None:
    results.save(folder / "results.json")
    (folder / "results.md").write_text(document(results))


def _draw(results: Results, path: Path) -> None:
    try:
        from speed.picture import draw
    except ImportError as error:
        print(f"no picture: {error}")
        return
    draw(results, path)
