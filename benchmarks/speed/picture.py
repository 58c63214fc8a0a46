"""The results as a picture: for each row how many times as long as vaelib the others take.

A bar reaches to the fastest of the others that do the same work, marks show all of them.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, NullLocator

from speed.contestants import BOUNDS, MODULES
from speed.results import Result, Results
from speed.table import milliseconds

#: Colours that colour-blind readers tell apart (Okabe and Ito), and shapes.
MARKS = {
    "JAX": ("#0072b2", "o"),
    "PyTorch": ("#d55e00", "s"),
    "PyTorch compiled": ("#e69f00", "D"),
    "ONNX Runtime": ("#009e73", "^"),
    "numpy": ("#56b4e9", "v"),
    "scikit-learn": ("#cc79a7", "P"),
    "from memory": ("#999999", "X"),
    "products alone": ("#000000", "|"),
}
FASTER, SLOWER = "#cfe8cf", "#f3cccc"
TICKS = (0.1, 0.2, 0.3, 0.5, 0.7, 1, 1.5, 2, 3, 5, 7, 10, 15, 20, 30, 50, 100, 200, 500, 1000)
#: Inches.
WIDTH, ROW, HEADING, MARGIN = 11.0, 0.3, 0.5, 1.5


def draw(results: Results, path: Path) -> None:
    """Writes the picture of the rows in which somebody else took part."""
    rows = [row for row in results.rows if any(name in MARKS for name in row.times)]
    if not rows:
        return
    groups = list(dict.fromkeys(row.group for row in rows))
    figure = Figure(figsize=(WIDTH, MARGIN + ROW * len(rows) + HEADING * len(groups)), layout="constrained")
    sizes = [sum(row.group == group for row in rows) for group in groups]
    panels = figure.subplots(len(groups), 1, sharex=True, squeeze=False, height_ratios=[size + 0.5 for size in sizes])
    for axes, group in zip(panels[:, 0], groups, strict=True):
        _draw_group(axes, group, [row for row in rows if row.group == group])
    _scale(panels[-1, 0], rows)
    machine = results.machine
    figure.suptitle(f"Time relative to vaelib {machine['vaelib']}, {machine['processor']}, cores: {machine['cores']}")
    handles: dict[str, Artist] = {}
    for axes in panels[:, 0]:
        found, labels = axes.get_legend_handles_labels()
        handles |= dict(zip(labels, found, strict=True))
    names = [name for name in MARKS if name in handles]
    figure.legend([handles[name] for name in names], names, loc="outside lower center", ncols=4, frameon=False)
    figure.savefig(path, dpi=130)


def _draw_group(axes: Axes, group: str, rows: list[Result]) -> None:
    for place, row in enumerate(rows):
        peers = [ratio for name, ratio in _ratios(row) if name in MODULES and name not in BOUNDS]
        if peers:
            fastest = min(peers)
            axes.barh(place, fastest - 1, left=1, height=0.75, color=FASTER if fastest > 1 else SLOWER, zorder=1)
    for name, (colour, shape) in MARKS.items():
        places = [place for place, row in enumerate(rows) if name in row.times]
        if places:
            size = 120 if shape == "|" else 34
            ratios = [rows[place].ratio(name) or 1.0 for place in places]
            axes.scatter(ratios, places, s=size, c=colour, marker=shape, label=name, zorder=3)
    axes.axvline(1, color="#444444", linewidth=1, zorder=2)
    axes.set_title(group, loc="left", fontsize=10, fontweight="bold")
    axes.set_yticks(range(len(rows)), [f"{row.name}   {milliseconds(row.ours.median)} ms" for row in rows], fontsize=9)
    axes.set_ylim(len(rows) - 0.4, -0.6)
    axes.grid(axis="x", color="#dddddd", linewidth=0.6, zorder=0)
    axes.tick_params(length=0)
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)


def _scale(axes: Axes, rows: list[Result]) -> None:
    shown = [ratio for row in rows for name, ratio in _ratios(row) if name in MARKS]
    axes.set_xscale("log")
    axes.set_xlim(min(0.9, 0.9 * min(shown)), max(1.1, 1.1 * max(shown)))
    axes.xaxis.set_major_locator(FixedLocator(TICKS))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_formatter("{x:g}")
    axes.set_xlabel(
        "times as long as vaelib; right of 1 vaelib is faster\n"
        "bar: to the fastest other library; black line: the work's products of matrices alone, by OpenBLAS; "
        "milliseconds: vaelib's",
        fontsize=9,
        loc="right",
    )


def _ratios(row: Result) -> Iterable[tuple[str, float]]:
    for name in row.times:
        ratio = row.ratio(name)
        if name != "vaelib" and ratio is not None:
            yield name, ratio
