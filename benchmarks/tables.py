"""How good generated rows of a table are: a classifier learns from them and is tested on real ones.

The file is a table in CSV with names in the first line, gzip-compressed or not, such as the census of 1994 ("adult");
the last column, of two categories, is what the classifier says. Columns of texts are categories; so are columns of
numbers that have few values. Generated rows of CTGAN's TVAE are compared where it is installed (pip install ctgan), and
real rows.

    python benchmarks/tables.py adult.csv.gz
"""

from __future__ import annotations

import argparse
import csv
import gzip
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import vaelib

Matrix = npt.NDArray[np.float32]

#: Columns of numbers with no more values than this are categories.
FEW = 150


@dataclass(frozen=True)
class Table:
    """Rows as numbers, and what the columns are: each category is the number of its text."""

    rows: Matrix
    texts: list[list[str] | None]

    @property
    def categories(self) -> list[int]:
        """Columns of texts."""
        return [column for column, texts in enumerate(self.texts) if texts is not None]


def read(path: Path) -> Table:
    """The table in a file."""
    content = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    _, *lines = [line for line in csv.reader(content.decode().splitlines()) if line]
    columns: list[list[float]] = []
    texts: list[list[str] | None] = []
    for values in zip(*lines, strict=True):
        stripped = [value.strip() for value in values]
        try:
            columns.append([float(value) for value in stripped])
            texts.append(None)
        except ValueError:
            known = sorted(set(stripped))
            columns.append([float(known.index(value)) for value in stripped])
            texts.append(known)
    return Table(np.array(columns, dtype=np.float32).T, texts)


class Coded:
    """Columns of numbers with few values, as categories and back."""

    def __init__(self, table: Table, rows: Matrix) -> None:
        found = {column: np.unique(rows[:, column]) for column in range(rows.shape[1])}
        self.values = {
            column: values for column, values in found.items() if column not in table.categories and len(values) <= FEW
        }
        self.categories = sorted([*table.categories, *self.values])

    def code(self, rows: Matrix) -> Matrix:
        """Numbers of categories in the place of values."""
        coded = rows.copy()
        for column, values in self.values.items():
            coded[:, column] = np.searchsorted(values, rows[:, column])
        return coded

    def restore(self, coded: Matrix) -> Matrix:
        """Values in the place of numbers of categories."""
        rows = coded.copy()
        for column, values in self.values.items():
            rows[:, column] = values[coded[:, column].astype(int)]
        return rows


def generated_by_vaelib(table: Table, rows: Matrix, seed: int, arguments: argparse.Namespace) -> Matrix:
    """As many rows as there are, from a VAE of these."""
    coded = Coded(table, rows)
    model = vaelib.VAE(
        columns=[("categorical", coded.categories)],
        hidden=(256, 128),
        latent_dim=32,
        beta=arguments.beta,
        epochs=arguments.epochs,
        batch_size=256,
        random_state=seed,
    )
    model.fit(coded.code(rows))
    return coded.restore(model.sample(len(rows), "sample", random_state=seed))


def generated_by_tvae(table: Table, rows: Matrix, seed: int, arguments: argparse.Namespace) -> Matrix:
    """The same by CTGAN's TVAE with its defaults."""
    import pandas as pd
    import torch
    from ctgan import TVAE

    torch.manual_seed(seed)
    frame = pd.DataFrame(rows, columns=[str(column) for column in range(rows.shape[1])])
    model = TVAE(enable_gpu=False, **({"epochs": arguments.tvae_epochs} if arguments.tvae_epochs else {}))
    model.fit(frame, discrete_columns=[str(column) for column in table.categories])
    generated: Matrix = model.sample(len(rows)).to_numpy(dtype=np.float32)
    return generated


def real(table: Table, rows: Matrix, seed: int, arguments: argparse.Namespace) -> Matrix:
    """The rows themselves."""
    return rows


MAKERS: dict[str, Callable[[Table, Matrix, int, argparse.Namespace], Matrix]] = {
    "real rows": real,
    "vaelib": generated_by_vaelib,
    "TVAE": generated_by_tvae,
}


def accuracy(train: Matrix, test: Matrix) -> float:
    """Of gradient boosting that learns from the one and is asked about the other."""
    from sklearn.ensemble import HistGradientBoostingClassifier

    model = HistGradientBoostingClassifier(random_state=0).fit(train[:, :-1], train[:, -1])
    return float(model.score(test[:, :-1], test[:, -1]))


def main() -> None:
    """Prints accuracies and seconds."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("table", type=Path)
    parser.add_argument("--rows", type=int, default=26000, help="rows that are learned from (default 26000)")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--epochs", type=int, default=60)
    parser.add_argument("--beta", type=float, default=0.5, help="weight of the KL term (default 0.5)")
    parser.add_argument("--tvae-epochs", type=int, default=0, help="0 for TVAE's own default")
    arguments = parser.parse_args()
    table = read(arguments.table)
    print("| learned from | accuracy | seconds |\n|---|---:|---:|", flush=True)
    for name, make in MAKERS.items():
        found = []
        try:
            for seed in range(arguments.seeds):
                order = np.random.RandomState(seed).permutation(len(table.rows))
                train, test = table.rows[order[: arguments.rows]], table.rows[order[arguments.rows :]]
                started = time.perf_counter()
                rows = make(table, train, seed, arguments)
                found.append((accuracy(rows, test), time.perf_counter() - started))
        except ImportError as error:
            print(f"| {name} | not there: {error} | |")
            continue
        scores, seconds = np.array(found).T
        print(f"| {name} | {scores.mean():.4f} +- {scores.std():.4f} | {np.median(seconds):.1f} |", flush=True)


if __name__ == "__main__":
    main()
