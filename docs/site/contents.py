"""The order of the site's pages, beside every page and on the home page."""

from __future__ import annotations

_PARTS = {
    "Begin": {"Tutorial": "docs/tutorial", "Gallery": "docs/gallery", "Command line": "docs/command-line"},
    "How to": {
        "Tables": "docs/tables",
        "Missing numbers": "docs/missing",
        "Outliers": "docs/outliers",
        "Counts": "docs/counts",
        "Conditions": "docs/conditions",
        "Reports": "docs/report",
        "Exchanging models": "docs/interchange",
        "Use from Python": "bindings/python/README",
        "Use from C": "bindings/c/README",
        "C example programs": "bindings/c/examples",
        "Debugging": "docs/debugging",
    },
    "Coming from": {
        "scikit-learn": "docs/coming-from-scikit-learn",
        "pythae": "docs/coming-from-pythae",
        "PyOD": "docs/coming-from-pyod",
        "scvi-tools": "docs/coming-from-scvi-tools",
    },
    "Reference": {
        "Python": "reference/python/index",
        "Commands": "reference/command-line/index",
        "C": "reference/c/index",
        "Formulas": "docs/formulas",
        "Defaults": "docs/defaults",
        "Files": "docs/file-format",
        "ABI promise": "docs/abi",
    },
    "About vaelib": {
        "Design": "docs/design",
        "Performance": "docs/performance",
        "How speed is measured": "benchmarks/speed/README",
        "How defaults were chosen": "benchmarks/defaults/README",
        "Published experiments": "docs/reproductions",
        "Contributing": "CONTRIBUTING",
        "Changes": "CHANGELOG",
        "License": "license",
    },
}


def _tree(caption: str, pages: dict[str, str]) -> str:
    entries = "\n".join(f"{title} <{page}>" for title, page in pages.items())
    return f"\n```{{toctree}}\n:hidden:\n:caption: {caption}\n\n{entries}\n```\n"


#: What stands at the end of the home page, in Markdown.
CONTENTS = "".join(_tree(caption, pages) for caption, pages in _PARTS.items())
