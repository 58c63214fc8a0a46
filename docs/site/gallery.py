"""The gallery: its page's code is run, and the pictures that it draws are put below it, for light and dark pages."""

from __future__ import annotations

import ast
import re
import warnings
from pathlib import Path
from typing import Any

import matplotlib

matplotlib.use("agg")

import matplotlib.pyplot as plt
from matplotlib.figure import Figure

_BLOCK = re.compile(r"^```python\n(.*?)^```\n", re.DOTALL | re.MULTILINE)

#: How large pictures are on a page.
_PIXELS_PER_INCH = 84

#: Matplotlib's style for each kind of page.
_STYLES = {"light": "default", "dark": "dark_background"}


def with_pictures(page: str, folder: Path) -> str:
    """The page with pictures below its code; they are written to ``folder``, which lies beside the page."""
    blocks = [match[1] for match in _BLOCK.finditer(page)]
    widths = {kind: _draw(blocks, style, kind, folder) for kind, style in _STYLES.items()}
    pieces, end, heading = [], 0, ""
    for number, match in enumerate(_BLOCK.finditer(page)):
        before = page[end : match.end()]
        heading = (re.findall(r"^##* (.*)$", before, re.MULTILINE) or [heading])[-1]
        pieces.append(before)
        for kind, found in widths.items():
            for picture, width in enumerate(found[number]):
                name = f"{folder.name}/{_name(number, picture, kind)}"
                options = f":class: picture only-{kind}\n:width: {width:.0f}px\n:alt: {heading}"
                pieces.append(f"\n```{{image}} {name}\n{options}\n```\n")
        end = match.end()
    return "".join([*pieces, page[end:]])


def _draw(blocks: list[str], style: str, kind: str, folder: Path) -> list[list[float]]:
    """Runs the blocks, one after another; the widths of the pictures that each made, in pixels of a page."""
    folder.mkdir(parents=True, exist_ok=True)
    widths = []
    names: dict[str, Any] = {}
    with plt.style.context(style), warnings.catch_warnings():
        warnings.simplefilter("error")
        plt.rcParams.update({"savefig.transparent": True, "savefig.bbox": "tight", "savefig.dpi": 160})
        for number, block in enumerate(blocks):
            figures = _run(block, names)
            for picture, figure in enumerate(figures):
                figure.savefig(folder / _name(number, picture, kind))
            plt.close("all")
            widths.append([figure.get_figwidth() * _PIXELS_PER_INCH for figure in figures])
    return widths


def _run(block: str, names: dict[str, Any]) -> list[Figure]:
    """Runs a block as a notebook does; the figures that it shows: pyplot's, and that of its last value."""
    *statements, last = ast.parse(block).body
    exec(compile(ast.Module(statements, []), "gallery", "exec"), names)
    value = None
    if isinstance(last, ast.Expr):
        value = eval(compile(ast.Expression(last.value), "gallery", "eval"), names)
    else:
        exec(compile(ast.Module([last], []), "gallery", "exec"), names)
    found = [plt.figure(number) for number in plt.get_fignums()]
    shown = getattr(value, "figure", None)
    return [*found, shown] if isinstance(shown, Figure) and shown not in found else found


def _name(block: int, picture: int, kind: str) -> str:
    return f"{block + 1}-{picture + 1}-{kind}.png"
