"""Names of the Python package and of the C header in the font of code become links to the references."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import vaelib
import vaelib.interchange
import vaelib.plots
from c_header import chapters
from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.transforms import SphinxTransform

_PYTHON = {f"vaelib.{name}" for name in [*vaelib.__all__, "plots", "interchange"]}
_PYTHON |= {f"vaelib.plots.{name}" for name in vaelib.plots.__all__}
_PYTHON |= {f"vaelib.interchange.{name}" for name in vaelib.interchange.__all__}
#: No other package has these names, so they are ours without "vaelib." too.
_PYTHON_ALONE = {name for name in vaelib.__all__ if name.startswith("StackedDenoising")}
_HEADER = Path(__file__).resolve().parents[2] / "include/vaelib.h"
_C = {declaration.name for chapter in chapters(_HEADER) for declaration in chapter.declarations()}


class LinkedCode(SphinxTransform):
    """Makes the links. Names that are not known stay as they are."""

    default_priority = 400

    def apply(self, **_: Any) -> None:
        """Looks at all code within lines, but for that in links and headings."""
        for literal in list(self.document.findall(nodes.literal)):
            if not isinstance(literal.parent, (nodes.reference, nodes.title, addnodes.pending_xref)):
                link = _link(literal)
                if link is not None:
                    literal.replace_self(link)
                    link += literal


def _link(literal: nodes.literal) -> addnodes.pending_xref | None:
    text = literal.astext()
    name = text.removeprefix("vaelib.").partition("(")[0]
    if f"vaelib.{name}" in _PYTHON and (text.startswith("vaelib.") or name in _PYTHON_ALONE):
        return addnodes.pending_xref("", refdomain="py", reftype="obj", reftarget=f"vaelib.{name}", refexplicit=True)
    name = text.removesuffix("()")
    if name in _C:
        return addnodes.pending_xref("", refdomain="c", reftype="identifier", reftarget=name, refexplicit=True)
    return None


def setup(app: Sphinx) -> dict[str, Any]:
    """Adds this to what happens to pages."""
    app.add_transform(LinkedCode)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
