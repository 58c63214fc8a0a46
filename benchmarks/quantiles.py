"""What normal scores are worth: bounds on rows that no model has seen, with columns standardised in either way.

    python quantiles.py                                 # breast cancer and wine, which come with scikit-learn
    python quantiles.py --table adult.csv.gz            # and the numbers of a table in CSV with names in its first line

A fifth of the rows is judged. Columns that hold one number alone are left out. The last column of the table says how
often, in the median of the columns, the number occurs that is most frequent in a column: where that is much, a density
may be high there without knowing more, and part of what a bound gains is of this kind.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
import vaelib
from sklearn import datasets

Matrix = npt.NDArray[np.float32]


def sets(table: Path | None, most: int) -> Iterator[tuple[str, Matrix]]:
    """Names and rows."""
    for name in ("breast_cancer", "wine"):
        yield name, getattr(datasets, f"load_{name}")().data.astype(np.float32)
    if table is not None:
        numbers = pd.read_csv(table, skipinitialspace=True).select_dtypes("number").dropna()
        yield table.name, numbers.sample(min(most, len(numbers)), random_state=0).to_numpy(np.float32)


def bound(rows: Matrix, likelihood: str, by: str, seed: int) -> float:
    """Of the rows that are judged, in nats a row."""
    order = np.random.RandomState(seed).permutation(len(rows))
    learned, judged = np.split(rows[order], [4 * len(rows) // 5])
    latent = max(2, rows.shape[1] // 2)
    vae = vaelib.VAE(min(latent, 10), (64,), likelihood=likelihood, standardize_by=by, random_state=seed)
    return float(vae.fit(learned).elbo(judged, samples=10, random_state=0).elbo.mean())


def main() -> None:
    """Prints a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--table", type=Path, help="a table in CSV, gzip-compressed or not")
    parser.add_argument("--rows", type=int, default=10_000, help="of the table, at most")
    parser.add_argument("--seeds", type=int, default=2)
    arguments = parser.parse_args()
    print("| set | likelihood | moments | quantiles | most frequent |\n|---|---|---:|---:|---:|")
    for name, rows in sets(arguments.table, arguments.rows):
        varying = rows[:, rows.std(axis=0) > 0]
        counts = [np.unique(column, return_counts=True)[1].max() / len(column) for column in varying.T]
        for likelihood in ("gaussian", "student_t"):
            means = [
                np.mean([bound(varying, likelihood, by, seed) for seed in range(arguments.seeds)])
                for by in ("moments", "quantiles")
            ]
            shape = f"{name}, {len(varying)} x {varying.shape[1]}"
            print(f"| {shape} | {likelihood} | {means[0]:.2f} | {means[1]:.2f} | {np.median(counts):.0%} |", flush=True)


if __name__ == "__main__":
    main()
