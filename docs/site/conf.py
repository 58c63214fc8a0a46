"""How Sphinx makes the site. `scripts/make-docs.sh` runs it."""

from __future__ import annotations

import inspect
import re
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

import vaelib
from python_reference import ESTIMATORS
from sphinx.application import Sphinx
from sphinx.util.inspect import stringify_signature

project = "vaelib"
release = vaelib.__version__
html_title = f"vaelib {release}"
extensions = ["myst_parser", "sphinx.ext.autodoc", "numpydoc", "sphinx_copybutton", "drawn_formulas", "linked_code"]
root_doc = "index"
nitpicky = True
nitpick_ignore_regex = [
    ("py:.*", ".*"),  # types in docstrings are words
    ("c:identifier", "u?int[0-9]+_t|size_t|ptrdiff_t"),
]
smartquotes = False
highlight_language = "text"

myst_enable_extensions = ["dollarmath"]
myst_heading_anchors = 4

autodoc_typehints = "none"
autodoc_member_order = "bysource"
numpydoc_show_class_members = False
numpydoc_use_plots = False
python_display_short_literal_types = True
add_module_names = False
c_maximum_signature_line_length = 76
toc_object_entries_show_parents = "hide"

html_theme = "furo"
pygments_dark_style = "github-dark"
html_static_path = ["site.css"]
html_css_files = ["site.css"]
html_copy_source = False
html_show_sourcelink = False
html_show_copyright = False
html_last_updated_fmt = None
copybutton_prompt_text = r">>> |\.\.\. |\$ "
copybutton_prompt_is_regexp = True

_NAMES = "|".join(
    sorted((re.escape(name) for name in [*vaelib.__all__, "plots", "interchange"]), key=len, reverse=True)
)


def _with_code(app: Sphinx, what: str, name: str, value: object, options: object, lines: list[str]) -> None:
    """What stands indented below an empty line, before the sections of a docstring, is code."""
    for number in range(len(lines) - 1, 0, -1):
        if not lines[number - 1] and lines[number].startswith("    ") and not _within_section(lines[:number]):
            before = next((line for line in reversed(lines[:number]) if line), "")
            if not before.startswith("    ") and not before.endswith("::"):
                lines[number:number] = [".. code-block:: python", ""]


def _within_section(lines: list[str]) -> bool:
    return any(set(line) == {"-"} for line in lines)


def _with_links(app: Sphinx, what: str, name: str, value: object, options: object, lines: list[str]) -> None:
    """Names and pages that a docstring mentions become links."""
    for number, line in enumerate(lines):
        line = re.sub(rf"(?<!`)``((?:vaelib\.)?(?:{_NAMES}))``(?!`)", r":obj:`\1 <vaelib.\1>`", line)
        line = line.replace("<vaelib.vaelib.", "<vaelib.")
        line = re.sub(r"\|(\w+)\|", r"\\|\1\\|", line)
        lines[number] = re.sub(r"\bdocs/([a-z-]+)\.md", r":doc:`docs/\1.md </docs/\1>`", line)


def _short(
    app: Sphinx, what: str, name: str, value: object, options: object, signature: str | None, returned: str | None
) -> tuple[str | None, str | None] | None:
    """An estimator's signature as its first parameters: there are sixty, which are described below it."""
    if what != "class" or name.rpartition(".")[2] not in ESTIMATORS or not isinstance(value, type):
        return None
    # Sphinx would show that of __new__, which takes anything, to say what is wrong.
    whole = stringify_signature(inspect.signature(value), show_annotation=False)
    return f"{whole.partition(', *,')[0]}, *, ...)", returned


def setup(app: Sphinx) -> dict[str, Any]:
    """Adds what happens to docstrings."""
    app.connect("autodoc-process-docstring", _with_code, priority=400)
    app.connect("autodoc-process-docstring", _with_links, priority=600)
    app.connect("autodoc-process-signature", _short)
    return {"parallel_read_safe": True}
