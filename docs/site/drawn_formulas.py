"""Formulas as pictures in the page: they look the same everywhere, without scripts, a network or fonts of formulas."""

from __future__ import annotations

import html
import logging
from typing import Any

from docutils import nodes
from matplotlib.font_manager import FontProperties
from matplotlib.mathtext import MathTextParser
from matplotlib.path import Path
from matplotlib.textpath import TextPath
from sphinx.application import Sphinx

#: One em of the text around a formula, in the units of its picture; so much larger are its letters, which are lower.
_EM = 10.0
_SIZE = 11.0


def drawn(tex: str) -> str:
    """A formula as SVG, in the colour of the text around it, and standing on its line."""
    source = f"${' '.join(tex.split())}$"
    font = FontProperties(size=_SIZE)
    width, height, depth, _, _ = MathTextParser("path").parse(source, dpi=72, prop=font)
    outline = _outline(TextPath((0, 0), source, size=_SIZE, prop=font))
    box = f"0 {-(height - depth):.2f} {width:.2f} {height:.2f}"
    style = f"width: {width / _EM:.3f}em; height: {height / _EM:.3f}em; vertical-align: {-depth / _EM:.3f}em"
    label = html.escape(tex, quote=True)
    return f'<svg role="img" aria-label="{label}" viewBox="{box}" style="{style}"><path d="{outline}"/></svg>'


def _outline(path: Path) -> str:
    """A path as SVG has it, whose y grows downwards."""
    letters = {Path.MOVETO: "M", Path.LINETO: "L", Path.CURVE3: "Q", Path.CURVE4: "C", Path.CLOSEPOLY: "Z"}
    pieces = []
    for points, code in path.iter_segments(simplify=False, curves=True):
        numbers = [] if code == Path.CLOSEPOLY else [f"{x:.2f} {-y:.2f}" for x, y in points.reshape(-1, 2)]
        pieces.append(letters[code] + " ".join(numbers))
    return "".join(pieces)


def _inline(writer: Any, node: nodes.math) -> None:
    writer.body.append(f'<span class="formula">{drawn(node.astext())}</span>')
    raise nodes.SkipNode


def _block(writer: Any, node: nodes.math_block) -> None:
    large = node.astext().replace(r"\frac", r"\dfrac")
    writer.body.append(f'<div class="formula">{drawn(large)}</div>')
    raise nodes.SkipNode


def setup(app: Sphinx) -> dict[str, Any]:
    """Has Sphinx write formulas so."""
    logging.getLogger("matplotlib.mathtext").setLevel(logging.WARNING)  # which font a letter is from
    app.add_html_math_renderer("drawn", (_inline, None), (_block, None))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
