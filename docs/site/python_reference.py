"""The reference of the Python package: which names stand together on a page. Sphinx takes the rest from docstrings."""

from __future__ import annotations

import inspect
import re
from collections.abc import Mapping, Sequence
from types import FunctionType

import vaelib
import vaelib.interchange
import vaelib.plots

#: Estimators, each on a page of its own.
ESTIMATORS = ("VAE", "StackedDenoisingAutoencoder", "StackedDenoisingClassifier", "StackedDenoisingRegressor")

#: The other pages: their headings, and what they describe under which headings.
PAGES: dict[str, tuple[str, dict[str, Sequence[str]]]] = {
    "data": (
        "Data",
        {
            "Opening": ("open_dataset", "Dataset", "concatenate", "dataset_names"),
            "Writing": ("write_dataset", "DatasetWriter", "convert", "ConversionProgress"),
            "Checking": ("verify", "FileReport"),
        },
    ),
    "training": (
        "Models and training",
        {
            "Model files": ("load",),
            "What queries give": ("Bound", "MeanAndVariance"),
            "Training": ("Checkpoint", "Progress", "ProgressBar", "Trainer"),
            "Threads and time": ("set_threads", "threads", "cpu_description", "set_profiling", "last_profile"),
        },
    ),
    "errors": (
        "Errors and warnings",
        {
            "Errors": (
                "VaelibError",
                "InvalidArgument",
                "DataError",
                "NumericalError",
                "FileError",
                "FileMissing",
                "FormatError",
                "NotFittedError",
                "Busy",
                "Cancelled",
                "InvalidHandle",
                "OutOfMemory",
                "InternalError",
            ),
            "Warnings": ("VaelibWarning", "ConvergenceWarning"),
        },
    ),
}

#: The headings under which an estimator's methods stand, by the class that has them; `fit` comes first.
HEADINGS = {
    "Predictions": "Predictions",
    "RegressionPredictions": "Predictions",
    "VAEQueries": "Codes, reconstructions, samples",
    "StackQueries": "Codes, reconstructions, samples",
    "VAEBounds": "Bounds and likelihoods",
    "VAEScores": "Outliers",
    "StackScores": "Outliers",
    "OutlierDetection": "Outliers",
    "VAEImputation": "Missing numbers",
    "VAEFileQueries": "Results into files",
    "Reports": "Reports",
    "Estimator": "Weights and files",
    "EstimatorInterface": "What scikit-learn calls",
}


def python_pages() -> dict[str, str]:
    """The pages in reStructuredText, by their names."""
    pages = {name: _estimator(name) for name in ESTIMATORS}
    for name, (title, sections) in PAGES.items():
        parts = [_heading(title, "=")]
        for heading, names in sections.items():
            parts += [_heading(heading, "-"), *(_entry("vaelib", entry) for entry in names)]
        pages[name] = "\n\n".join(parts) + "\n"
    pages["plots"] = _module("Pictures", "vaelib.plots", vaelib.plots.__all__)
    pages["interchange"] = _module("Exchanging models", "vaelib.interchange", vaelib.interchange.__all__)
    contents = "\n".join(f"   {_breakable(name)} <{name}>" if name in ESTIMATORS else f"   {name}" for name in pages)
    begin = f"{_heading('Python reference', '=')}\n\n.. automodule:: vaelib\n   :no-members:\n"
    return {"index": f"{begin}\n.. toctree::\n   :maxdepth: 1\n\n{contents}\n", **pages}


def methods_of(estimator: type) -> dict[str, list[str]]:
    """The methods of an estimator under their headings, as the order of HEADINGS has these.

    Those of scikit-learn's own classes, which are bases where it is imported, are left out.

    Raises
    ------
    KeyError
        A class that it inherits methods from has no heading.
    """
    found: dict[str, list[str]] = {heading: [] for heading in ["Training", *HEADINGS.values()]}
    seen: set[str] = set()
    ours = [parent for parent in estimator.__mro__ if parent.__module__.partition(".")[0] == "vaelib"]
    for parent in ours:
        for name, value in vars(parent).items():
            if name.startswith("_") or name in seen or not isinstance(value, (FunctionType, classmethod)):
                continue
            seen.add(name)
            owner = next(other for other in reversed(ours) if name in vars(other))
            found[_heading_of(name, owner, estimator)].append(name)
    return {heading: names for heading, names in found.items() if names}


def _heading_of(method: str, owner: type, estimator: type) -> str:
    if method in ("fit", "fit_transform", "partial_fit"):
        return "Training"
    return "Codes, reconstructions, samples" if owner is estimator else HEADINGS[owner.__name__]


def _estimator(name: str) -> str:
    parts = [_heading(name, "="), f".. autoclass:: vaelib.{name}\n   :no-members:"]
    for heading, methods in methods_of(getattr(vaelib, name)).items():
        parts += [_heading(heading, "-"), *(f".. automethod:: vaelib.{name}.{method}" for method in methods)]
    return "\n\n".join(parts) + "\n"


def _breakable(name: str) -> str:
    """The name, which a narrow column may break between its words."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "\u200b", name)


def _module(title: str, module: str, names: Sequence[str]) -> str:
    parts = [_heading(title, "="), f".. automodule:: {module}\n   :no-members:"]
    return "\n\n".join([*parts, *(_entry(module, name) for name in names)]) + "\n"


def _entry(module: str, name: str) -> str:
    value = getattr(__import__(module, fromlist=["_"]), name)
    if not inspect.isclass(value):
        return f".. autofunction:: {module}.{name}"
    if issubclass(value, (Exception, Warning)):
        return f".. autoexception:: {module}.{name}\n   :show-inheritance:"
    return f".. autoclass:: {module}.{name}\n   :members:"


def _heading(title: str, line: str) -> str:
    return f"{title}\n{line * len(title)}"


def covered() -> Mapping[str, Sequence[str]]:
    """The names of ``vaelib`` that have a place, by their pages."""
    pages = {name: [name] for name in ESTIMATORS}
    return {
        **pages,
        **{page: [n for names in sections.values() for n in names] for page, (_, sections) in PAGES.items()},
    }
