"""Outliers in public tables: the area under the ROC curve of vaelib's VAEs, beside scikit-learn's detectors and pyod's.

    python outliers.py outliers.h5                     # all methods that are installed, five seeds
    python outliers.py outliers.h5 --seeds 1 --rows 2000 --methods "vaelib, 8 VAEs" "isolation forest"
    python outliers.py outliers.h5 --seeds 1 --results found.jsonl    # goes on where it was broken off

The file has a group for each set, with the rows "x" and "y", which is 1 for outliers. Every method gets all rows,
without "y", each column brought to mean 0 and deviation 1, and scores the same rows. Methods without chance run once.

vaelib's setting is the same for all sets: eight VAEs with a Student t likelihood, each trained on a random half of the
rows (at most 2000), without the fifth of each batch that it finds the least usual (trim_fraction). Their scores are
added up. No label of a set plays a part in how this set is treated. The setting itself was chosen by the mean area over
24 sets, of at most 3000 rows each, on one or two seeds, after about 80 settings of the trainings: likelihoods and
variances, degrees of freedom, epochs, latents, widths, activations, rates, weights of the KL term, a prior on the
weights, parts of rows, rows left out, transformed columns; and some 20 ways to add up scores. Rows left out are worth
nearly .02, several VAEs .01, on both halves of the sets; Student t .004 to .01; few epochs .03 with it, and nothing
with Gaussian VAEs, which end their training by themselves. What else was tried lost, or gained less than .005 beside
these, which is what seeds do on small sets.
"""

from __future__ import annotations

import argparse
import importlib
import json
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple

import h5py
import numpy as np
import numpy.typing as npt
import vaelib

Array = npt.NDArray[Any]


class Table(NamedTuple):
    """A set: rows with columns of mean 0 and deviation 1, and 1 for outliers."""

    name: str
    rows: Array
    labels: Array


def tables(path: Path, most: int, names: Sequence[str]) -> Iterator[Table]:
    """The sets of a file, of at most so many rows each."""
    with h5py.File(path) as file:
        for name in names or sorted(file):
            rows, labels = file[name]["x"][:].astype(np.float64), file[name]["y"][:].astype(np.int64)
            if len(rows) > most:
                chosen = np.random.RandomState(0).choice(len(rows), most, replace=False)
                rows, labels = rows[chosen], labels[chosen]
            deviations = rows.std(axis=0)
            rows = (rows - rows.mean(axis=0)) / np.where(deviations > 0, deviations, 1)
            yield Table(name, rows.astype(np.float32), labels)


# ---- methods: rows and a seed, to scores that are high for outliers --------------------------------------------------

MEMBERS, MOST_ROWS = 8, 2000


def member(rows: Array, seed: int, number: int) -> Array:
    """How unusual rows are to one VAE of the ensemble."""
    random = np.random.RandomState([seed, number])
    part = rows[random.choice(len(rows), min(max(len(rows) // 2, 1), MOST_ROWS), replace=False)]
    vae = vaelib.VAE(
        latent_dim=max(2, round(rows.shape[1] / 4)),
        hidden=(64, 32),
        activation="silu",
        likelihood="student_t",
        degrees_of_freedom=5.0,
        epochs=60,
        batch_size=min(64, len(part)),
        learning_rate=0.01,
        trim_fraction=0.2,
        random_state=int(random.randint(2**31)),
    )
    return -vae.fit(part).score_samples(rows, samples=4)


def eight_vaes(rows: Array, seed: int) -> Array:
    """The sum of what eight VAEs say, two at a time."""
    with ThreadPoolExecutor(2) as pool:
        return np.sum(list(pool.map(lambda number: member(rows, seed, number), range(MEMBERS))), axis=0)


def default_vae(rows: Array, seed: int) -> Array:
    """The bound of a VAE of which nothing was chosen."""
    return -vaelib.VAE(random_state=seed).fit(rows).score_samples(rows)


def isolation_forest(rows: Array, seed: int) -> Array:
    """scikit-learn's, with its defaults."""
    from sklearn.ensemble import IsolationForest

    return -IsolationForest(random_state=seed).fit(rows).score_samples(rows)


def principal_components(rows: Array, seed: int) -> Array:
    """The squared distance from the components that have 90% of the variance."""
    from sklearn.decomposition import PCA

    pca = PCA(0.9).fit(rows)
    return ((rows - pca.inverse_transform(pca.transform(rows))) ** 2).sum(axis=1)


def local_outlier_factor(rows: Array, seed: int) -> Array:
    """scikit-learn's, with its defaults."""
    from sklearn.neighbors import LocalOutlierFactor

    return -LocalOutlierFactor().fit(rows).negative_outlier_factor_


def tenth_neighbour(rows: Array, seed: int) -> Array:
    """The distance to the tenth nearest of the other rows."""
    from sklearn.neighbors import NearestNeighbors

    return NearestNeighbors(n_neighbors=11).fit(rows).kneighbors(rows)[0][:, 10]


def pyod_model(module: str, name: str) -> Callable[[Array, int], Array]:
    """A detector of pyod, with its defaults."""

    def scores(rows: Array, seed: int) -> Array:
        detector = getattr(importlib.import_module(f"pyod.models.{module}"), name)(random_state=seed, verbose=0)
        return np.asarray(detector.fit(rows).decision_scores_)

    return scores


class Method(NamedTuple):
    """How rows are scored, the package that is needed, and whether chance plays a part."""

    scores: Callable[[Array, int], Array]
    package: str
    is_random: bool = True


METHODS = {
    "vaelib, 8 VAEs": Method(eight_vaes, "vaelib"),
    "vaelib, default VAE": Method(default_vae, "vaelib"),
    "isolation forest": Method(isolation_forest, "sklearn"),
    "PCA of 90%": Method(principal_components, "sklearn", is_random=False),
    "LOF": Method(local_outlier_factor, "sklearn", is_random=False),
    "10th neighbour": Method(tenth_neighbour, "sklearn", is_random=False),
    "pyod VAE": Method(pyod_model("vae", "VAE"), "pyod"),
    "pyod AutoEncoder": Method(pyod_model("auto_encoder", "AutoEncoder"), "pyod"),
}


def is_installed(package: str) -> bool:
    """Whether it can be imported."""
    try:
        importlib.import_module(package)
    except ImportError:
        return False
    return True


# ---- what is measured ------------------------------------------------------------------------------------------------


def ranks(values: Array) -> Array:
    """The rank of each value from 1, equal ones sharing the mean of theirs."""
    _, places, counts = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    return (last - (counts - 1) / 2)[places]


def area_under_curve(labels: Array, scores: Array) -> float:
    """The probability that an outlier has a higher score than another row, equal scores counting half."""
    outliers = int(labels.sum())
    others = len(labels) - outliers
    return float((ranks(scores)[labels == 1].sum() - outliers * (outliers + 1) / 2) / (outliers * others))


class Measurement(NamedTuple):
    """How well and how fast a method did on a set with a seed; processor seconds are those of all threads."""

    set: str
    rows: int
    method: str
    seed: int
    area: float
    seconds: float
    processor_seconds: float

    @property
    def key(self) -> tuple[str, int, str, int]:
        """What was measured."""
        return self.set, self.rows, self.method, self.seed


def measure(table: Table, name: str, seed: int) -> Measurement:
    """Runs a method once."""
    started, processor = time.perf_counter(), time.process_time()
    scores = METHODS[name].scores(table.rows, seed)
    seconds, processor_seconds = time.perf_counter() - started, time.process_time() - processor
    area = area_under_curve(table.labels, scores)
    return Measurement(table.name, len(table.rows), name, seed, area, seconds, processor_seconds)


class Results:
    """Measurements, kept in a file of JSON lines if there is one, so that a run that was broken off goes on."""

    def __init__(self, path: Path | None) -> None:
        self.path = path
        lines = path.read_text().splitlines() if path and path.exists() else []
        found = [Measurement(**json.loads(line)) for line in lines]
        self.known = {each.key: each for each in found}

    def of(self, table: Table, name: str, seed: int) -> Measurement:
        """The one that is known, or a new one."""
        key = (table.name, len(table.rows), name, seed)
        if key not in self.known:
            self.known[key] = measure(table, name, seed)
            if self.path:
                with self.path.open("a") as file:
                    print(json.dumps(self.known[key]._asdict()), file=file)
        return self.known[key]


def warm_up(names: Sequence[str]) -> None:
    """Runs each method once on rows that say nothing, so that imports are not in the seconds of the first set."""
    random = np.random.RandomState(0)
    for name in names:
        METHODS[name].scores(random.normal(size=(40, 4)).astype(np.float32), 0)


def compare(found: Sequence[Table], names: Sequence[str], seeds: int, results: Results) -> None:
    """Prints the table: a line for each set, then means, mean ranks, deviations over seeds and seconds in all.

    Methods take turns on each set and seed, so that what else the machine does strikes all of them.
    """
    print(f"| set | rows x columns | outliers | {' | '.join(names)} |")
    print("|---" * (len(names) + 3) + "|")
    summary = np.zeros((len(found), len(names), 4))
    for index, table in enumerate(found):
        runs: dict[str, list[Measurement]] = {name: [] for name in names}
        for seed in range(seeds):
            for name in names:
                if seed == 0 or METHODS[name].is_random:
                    runs[name].append(results.of(table, name, seed))
        for place, each in enumerate(runs.values()):
            areas = np.array([run.area for run in each])
            seconds = np.mean([(run.seconds, run.processor_seconds) for run in each], axis=0)
            summary[index, place] = [areas.mean(), areas.std(), *seconds]
        size = f"{len(table.rows)} x {table.rows.shape[1]}"
        shown = " | ".join(f"{area:.3f}" for area in summary[index, :, 0])
        print(f"| {table.name} | {size} | {table.labels.mean():.1%} | {shown} |", flush=True)
    places = np.mean([ranks(-areas.round(6)) for areas in summary[:, :, 0]], axis=0)
    for what, values, digits in (
        ("mean", summary[:, :, 0].mean(axis=0), 3),
        ("mean rank", places, 2),
        ("deviation over seeds", summary[:, :, 1].mean(axis=0), 3),
        ("seconds, all sets", summary[:, :, 2].sum(axis=0), 1),
        ("processor seconds, all sets", summary[:, :, 3].sum(axis=0), 1),
    ):
        print(f"| {what} | | | {' | '.join(f'{value:.{digits}f}' for value in values)} |")


def main() -> None:
    """Runs what is asked for."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("file", type=Path, help="an HDF5 file with a group for each set")
    parser.add_argument("--seeds", type=int, default=5, help="how often methods with chance run (default 5)")
    parser.add_argument("--rows", type=int, default=10**9, help="rows of a set at most (default all)")
    parser.add_argument("--sets", nargs="+", default=[], help="names of groups (default all)")
    parser.add_argument("--methods", nargs="+", default=list(METHODS), choices=list(METHODS), help="by default all")
    parser.add_argument("--results", type=Path, help="keeps measurements, which are not repeated")
    arguments = parser.parse_args()
    installed = [name for name in arguments.methods if is_installed(METHODS[name].package)]
    if absent := [name for name in arguments.methods if name not in installed]:
        print(f"not installed: {', '.join(absent)}")
    warnings.simplefilter("ignore", vaelib.VaelibWarning)  # of few epochs, and of tables without structure
    vaelib.set_threads(1)  # small networks: two at a time, with a thread each
    warm_up(installed)
    found = list(tables(arguments.file, arguments.rows, arguments.sets))
    compare(found, installed, arguments.seeds, Results(arguments.results))


if __name__ == "__main__":
    main()
