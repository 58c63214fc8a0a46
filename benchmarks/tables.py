"""How good generated rows of a table are: a classifier learns from them and is tested on real ones.

The file is a table in CSV with names in the first line, gzip-compressed or not, such as the census of 1994 ("adult");
the last column, of two categories, is what the classifier says. Columns of texts are categories; so are columns of
numbers that have few values. Generated rows of CTGAN's TVAE are compared where it is installed (pip install ctgan), and
real rows.

    python benchmarks/tables.py adult.csv.gz
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import vaelib

#: Columns of numbers with no more values than this are categories.
FEW = 150


def read(path: Path) -> pd.DataFrame:
    """The table in a file; its texts are of dtype category, which knows those of all rows."""
    table = pd.read_csv(path, skipinitialspace=True, keep_default_na=False)
    return table.astype(dict.fromkeys(table.select_dtypes(exclude="number"), "category"))


def generated_by_vaelib(rows: pd.DataFrame, seed: int, arguments: argparse.Namespace) -> pd.DataFrame:
    """As many rows as there are, from a VAE of these."""
    few = [name for name in rows.columns if rows[name].nunique() <= FEW]
    model = vaelib.VAE(
        columns=[("categorical", few)],
        hidden=(256, 128),
        latent_dim=32,
        beta=arguments.beta,
        epochs=arguments.epochs,
        batch_size=256,
        random_state=seed,
    )
    generated: pd.DataFrame = model.fit(rows).sample(len(rows), "sample", random_state=seed)
    return generated


def generated_by_tvae(rows: pd.DataFrame, seed: int, arguments: argparse.Namespace) -> pd.DataFrame:
    """The same by CTGAN's TVAE with its defaults."""
    import torch
    from ctgan import TVAE

    torch.manual_seed(seed)
    texts = list(rows.select_dtypes("category"))
    model = TVAE(enable_gpu=False, **({"epochs": arguments.tvae_epochs} if arguments.tvae_epochs else {}))
    model.fit(rows.astype(dict.fromkeys(texts, str)), discrete_columns=texts)
    generated: pd.DataFrame = model.sample(len(rows)).astype(rows.dtypes)
    return generated


def real(rows: pd.DataFrame, seed: int, arguments: argparse.Namespace) -> pd.DataFrame:
    """The rows themselves."""
    return rows


MAKERS: dict[str, Callable[[pd.DataFrame, int, argparse.Namespace], pd.DataFrame]] = {
    "real rows": real,
    "vaelib": generated_by_vaelib,
    "TVAE": generated_by_tvae,
}


def accuracy(train: pd.DataFrame, test: pd.DataFrame) -> float:
    """Of gradient boosting that learns from the one and is asked about the other."""
    from sklearn.ensemble import HistGradientBoostingClassifier

    learned, asked = (_numbers(rows) for rows in (train, test))
    model = HistGradientBoostingClassifier(random_state=0).fit(learned.iloc[:, :-1], learned.iloc[:, -1])
    return float(model.score(asked.iloc[:, :-1], asked.iloc[:, -1]))


def _numbers(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows with the numbers of categories in the place of these."""
    return rows.assign(**{name: rows[name].cat.codes for name in rows.select_dtypes("category")})


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
                order = np.random.RandomState(seed).permutation(len(table))
                train, test = table.iloc[order[: arguments.rows]], table.iloc[order[arguments.rows :]]
                started = time.perf_counter()
                rows = make(train, seed, arguments)
                found.append((accuracy(rows, test), time.perf_counter() - started))
        except ImportError as error:
            print(f"| {name} | not there: {error} | |")
            continue
        scores, seconds = np.array(found).T
        print(f"| {name} | {scores.mean():.4f} +- {scores.std():.4f} | {np.median(seconds):.1f} |", flush=True)


if __name__ == "__main__":
    main()
