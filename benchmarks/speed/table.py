"""The results as tables in Markdown: one for each group of rows, with those who took part in it."""

from __future__ import annotations

import statistics

from speed.contestants import MODULES
from speed.results import Result, Results
from speed.streamed_training import FROM_MEMORY

#: The order of the columns.
ORDER = (*MODULES, FROM_MEMORY)
EXPLANATION = """\
vaelib: milliseconds, the median of {rounds} blocks, in brackets the least. Others: how many times as long as vaelib
they take, the median of the ratios of neighbouring blocks; above 1 vaelib is faster. "products alone": the products of
matrices of the same work by numpy's OpenBLAS, and nothing else. PCA: as many codes, but linear ones, which is less
work. Share of peak: vaelib's products, of the multiplications and additions that all cores can do in registers. Other
load: the cores that other processes kept busy meanwhile; ratios of rows with more than a few tenths say little. Cores
apart: nanoseconds from core to core and back before each turn, median and most; some 50 mean a common cache. In a
virtual machine this changes within seconds, and short steps on two cores that have no common cache take up to three
times as long."""


def document(results: Results) -> str:
    """All tables, and what they were measured with."""
    groups = list(dict.fromkeys(row.group for row in results.rows))
    parts = [f"# Speed of vaelib {results.machine['vaelib']}", EXPLANATION.format(rounds=results.rounds)]
    parts.append("\n".join(_machine(results)))
    for group in groups:
        parts += [f"## {group}", "\n".join(table([row for row in results.rows if row.group == group], results))]
    return "\n\n".join(parts) + "\n"


def table(rows: list[Result], results: Results) -> list[str]:
    """The lines of a table."""
    there = list(dict.fromkeys(name for row in rows for name in row.times if name != "vaelib"))
    names = [name for name in ORDER if name in there]
    peak = results.peak.all_cores
    has_share = any(row.share(peak) is not None for row in rows)
    heads = ["", "vaelib", *names, *(["share of peak"] if has_share else []), "other load", "cores apart"]
    lines = [_line(heads), _line(["---", *["---:"] * (len(heads) - 1)])]
    for row in rows:
        cells = [row.name, f"{milliseconds(row.ours.median)} ({milliseconds(row.ours.minimum)})"]
        cells += [_number(row.ratio(name), ".2f") for name in names]
        cells += [_number(row.share(peak), ".0%")] if has_share else []
        cells.append(_number(row.other_load, ".1f"))
        apart = row.core_distances
        cells.append(f"{statistics.median(apart):.0f} ({max(apart):.0f})" if apart else "")
        lines.append(_line(cells))
    return lines


def milliseconds(seconds: float) -> str:
    """Three digits."""
    number = seconds * 1e3
    return f"{number:.0f}" if number >= 100 else f"{number:.3g}"


def _machine(results: Results) -> list[str]:
    machine = results.machine
    versions = ", ".join(f"{name} {version}" for name, version in machine["versions"].items())
    peak = "not known"
    if results.peak.all_cores and results.peak.one_core:
        peak = f"{results.peak.all_cores / 1e9:.0f} GFLOP/s on all cores, {results.peak.one_core / 1e9:.0f} on one"
    return [
        f"- {machine['date'][:10]}, {machine['processor']}, cores: {machine['cores']}; peak {peak}",
        f"- vaelib: {machine['kernels']}",
        f"- {versions}",
        f"- {machine['openblas']}",
        *(f"- {remark}" for remark in results.remarks),
    ]


def _number(value: float | None, form: str) -> str:
    return "" if value is None else format(value, form)


def _line(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"
