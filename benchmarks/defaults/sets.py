"""The sets of examples: those that the defaults are chosen on, and those that they are reported on.

Files are named on the command line: a folder with ``outliers.h5`` (tables, a group each with ``x``), ``mnist.h5``
and ``frey_faces.h5``. What is not there is left out, scikit-learn's own sets are always there.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import h5py
import numpy as np
import numpy.typing as npt
from sklearn import datasets

Matrix = npt.NDArray[np.float32]
Labels = npt.NDArray[np.int64]
Purpose = Literal["choice", "report"]

CHOICE_TABLES = (
    "Hepatitis", "wine", "glass", "Pima", "vowels", "letter",
    "Cardiotocography", "musk", "Wilt", "satellite", "annthyroid", "campaign",
)  # fmt: skip
REPORT_TABLES = (
    "WBC", "WPBC", "vertebral", "WDBC", "breastw", "yeast",
    "fault", "Waveform", "SpamBase", "PageBlocks", "mnist", "shuttle",
)  # fmt: skip

GREY_LEVELS = (255, 16)
"""The largest grey level of the images that are met here."""


@dataclass(frozen=True)
class ExampleSet:
    """Examples, one per row; labels where the set is one for classifiers."""

    name: str
    x: Matrix
    labels: Labels | None = None
    #: The set's own test rows, where it has some.
    test_x: Matrix | None = None
    test_labels: Labels | None = None

    @property
    def is_grey(self) -> bool:
        """Whether a Bernoulli likelihood suits it."""
        return is_grey(self.x)


def is_grey(x: Matrix) -> bool:
    """Whether all values are k/255 or k/16, as grey levels and binary data are.

    From 0 to 1 alone does not make data grey: tables whose columns were scaled to it are real values.
    """
    if x.min() < 0 or x.max() > 1:
        return False
    return any(bool(np.all(np.abs(x * top - np.rint(x * top)) < 1e-4)) for top in GREY_LEVELS)


#: Makes a set; raises OSError if its file is not there.
Loader = Callable[[], ExampleSet]


def _of_sklearn(name: str, load: Callable[[], object], scale: float = 1.0) -> tuple[str, Loader]:
    def make() -> ExampleSet:
        bunch = load()
        x = np.asarray(bunch.data, np.float32) * np.float32(scale)  # type: ignore[attr-defined]
        target = np.asarray(bunch.target)  # type: ignore[attr-defined]
        labels = target.astype(np.int64) if hasattr(bunch, "target_names") and target.dtype.kind == "i" else None
        return ExampleSet(name, x, labels)

    return name, make


def _table(folder: Path, group: str) -> tuple[str, Loader]:
    def make() -> ExampleSet:
        with h5py.File(folder / "outliers.h5") as file:
            return ExampleSet(f"table {group}", np.asarray(file[group]["x"], np.float32))

    return f"table {group}", make


def _mnist(
    folder: Path, name: str, start: int, rows: int, *, binary: bool = False, top: int = 255
) -> tuple[str, Loader]:
    def make() -> ExampleSet:
        with h5py.File(folder / "mnist.h5") as file:
            images = np.asarray(file["x_train"][start : start + rows], np.float32).reshape(rows, -1) / np.float32(top)
            labels = np.asarray(file["y_train"][start : start + rows], np.int64)
        return ExampleSet(name, (images > 0.5).astype(np.float32) if binary else images, labels)

    return name, make


def _tested_mnist(folder: Path, name: str, rows: int) -> tuple[str, Loader]:
    """The first digits, with MNIST's own test digits."""

    def make() -> ExampleSet:
        parts: list[Any] = []
        with h5py.File(folder / "mnist.h5") as file:
            for part, count in (("train", rows), ("test", None)):
                images = np.asarray(file[f"x_{part}"][:count], np.float32) / np.float32(255)
                parts += [images.reshape(len(images), -1), np.asarray(file[f"y_{part}"][:count], np.int64)]
        return ExampleSet(name, *parts)

    return name, make


def _faces(folder: Path) -> tuple[str, Loader]:
    def make() -> ExampleSet:
        with h5py.File(folder / "frey_faces.h5") as file:
            images = np.asarray(file["x"], np.float32)
        return ExampleSet("faces", images.reshape(len(images), -1) / np.float32(255))

    return "faces", make


def _made(name: str, rows: int, columns: int, classes: int) -> tuple[str, Loader]:
    def make() -> ExampleSet:
        x, y = datasets.make_classification(
            rows, columns, n_informative=columns // 2, n_classes=classes, flip_y=0.05, random_state=rows
        )
        return ExampleSet(name, np.asarray(x, np.float32), np.asarray(y, np.int64))

    return name, make


def _quantiles(rows: int, columns: int, classes: int) -> tuple[str, Loader]:
    def make() -> ExampleSet:
        x, y = datasets.make_gaussian_quantiles(
            n_samples=rows, n_features=columns, n_classes=classes, random_state=rows
        )
        return ExampleSet("shells", np.asarray(x, np.float32), np.asarray(y, np.int64))

    return "shells", make


def loaders(purpose: Purpose, folder: Path) -> dict[str, Loader]:
    """The sets for a purpose by name, small ones first."""
    if purpose == "choice":
        listed = [
            _of_sklearn("linnerud", datasets.load_linnerud),
            _of_sklearn("iris", datasets.load_iris),
            _of_sklearn("wine", datasets.load_wine),
            *(_table(folder, group) for group in CHOICE_TABLES),
            _made("made 200", 200, 10, 2),
            _quantiles(800, 6, 3),
            _made("made 2000", 2000, 30, 4),
            _mnist(folder, "MNIST 300", 55000, 300),
            _mnist(folder, "MNIST 1000", 56000, 1000),
            _mnist(folder, "MNIST 1000, 0 to 255", 56000, 1000, top=1),
            _mnist(folder, "MNIST 5000 binary", 50000, 5000, binary=True),
            _mnist(folder, "MNIST 5000", 50000, 5000),
        ]
    else:
        listed = [
            _of_sklearn("diabetes", datasets.load_diabetes),
            _of_sklearn("breast cancer", datasets.load_breast_cancer),
            _of_sklearn("digits", datasets.load_digits, scale=1 / 16),
            _of_sklearn("digits, 0 to 16", datasets.load_digits),
            *(_table(folder, group) for group in REPORT_TABLES),
            _faces(folder),
            _tested_mnist(folder, "MNIST 10000", 10000),
            _tested_mnist(folder, "MNIST 60000", 60000),
        ]
    return dict(listed)
