"""How all figures look."""

from __future__ import annotations

import os
from typing import Any

from matplotlib.figure import Figure

Path = str | os.PathLike[str]

INK, MUTED = "#1f2933", "#7b8794"
COLOURS = ("#2364aa", "#d1495b", "#3a7d44")


def style(axes: Any) -> None:
    """Quiet axes and a grid."""
    axes.spines[["top", "right"]].set_visible(False)
    axes.spines[["left", "bottom"]].set_color(MUTED)
    axes.tick_params(colors=MUTED, labelcolor=INK)
    axes.grid(color="#e4e7eb", linewidth=0.8)
    axes.set_axisbelow(True)


def finish(figure: Figure, path: Path | None) -> Figure:
    """The figure, written to ``path`` if there is one."""
    if path is not None:
        figure.savefig(path, dpi=150)
    return figure
