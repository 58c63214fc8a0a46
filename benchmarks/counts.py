"""Counts of genes in cells: the bound of test cells, seconds and memory of vaelib's VAEs, beside scvi-tools' SCVI.

    python benchmarks/counts.py                                    # 4000 cells of 1000 genes, drawn from a known model
    python benchmarks/counts.py --cells 20000 --genes 2000
    python benchmarks/counts.py --file cells.h5ad                  # the counts X of a file of AnnData
    python benchmarks/counts.py --file filtered_feature_bc_matrix.h5 --name matrix    # those of 10x Genomics

Counts are drawn from a factor model: a cell's total is log-normal, its genes' shares are the softmax of a linear
function of 10 factors, and counts are negative binomial around total x share, of a dispersion for each gene. A file's
counts are what vaelib.open_dataset reads.

SCVI (Lopez et al. 2018) is compared where it is installed (pip install scvi-tools). All methods have the same
architecture: one hidden layer of 128 ReLU units on either side, 10 latents, a negative binomial of one dispersion for
each gene, the encoder sees log(1 + x) (vaelib: standardised), no dropout, no batch normalisation. Trainings are alike,
too: Adam, minibatches of 128, so many epochs, the whole KL term from the beginning, no early stopping. The rate of SCVI
is its default, .001; that of vaelib is .003 on a cosine.

Bounds are those of the test cells, which are a fifth: the mean of log p(x|z) - KL in nats per cell, one latent sample
each, with all constants (SCVI's negative binomial has the Gamma functions of x!, too). With count_mean "share", and in
SCVI with the observed library size, p(x|z) is that given the cell's total; with "column" it is not, so the distance
between "column" and the others is partly that they are told the total, and partly what latents cost that carry it. The
probability under the drawn means is given for comparison, which no method can know.

Each method has a process of its own, whose greatest resident memory is given, and in parentheses what that was before
training began: the imports and the counts. Both run on the processor. Seconds are those of the training; in parentheses
stands how long processors worked for it, which says more where the machine has other work to do.
"""

from __future__ import annotations

import argparse
import importlib
import importlib.util
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

Counts = npt.NDArray[np.float32]

HIDDEN, LATENTS, BATCH = 128, 10, 128
FACTORS = 10


# ---- counts ----------------------------------------------------------------------------------------------------------


def drawn(cells: int, genes: int, seed: int) -> tuple[Counts, npt.NDArray[np.float64]]:
    """Counts of a known model, and log p of each cell under the means and dispersions that made them."""
    from scipy import special, stats

    random = np.random.RandomState(seed)
    loadings = random.normal(scale=0.3, size=(FACTORS, genes))
    logits = random.normal(size=(cells, FACTORS)) @ loadings + random.normal(scale=1.5, size=genes)
    total = random.lognormal(np.log(2.0 * genes), 0.5, size=(cells, 1))
    mean = total * special.softmax(logits, axis=1)
    dispersion = random.lognormal(1.0, 0.5, size=genes)
    counts = random.poisson(random.gamma(dispersion, mean / dispersion))
    true = stats.nbinom(dispersion, dispersion / (dispersion + mean)).logpmf(counts).sum(axis=1)
    return counts.astype(np.float32), np.asarray(true)


def read(file: Path, name: str) -> Counts:
    """The counts of a dataset in a file, cells x genes."""
    import vaelib

    return np.asarray(vaelib.open_dataset(file, name).numpy())


# ---- methods: training and test cells, epochs and a seed, to bound, seconds and processor seconds --------------------

Measured = tuple[float, float, float]


def clocks() -> tuple[float, float]:
    """The time, and what this process has had of its processors."""
    return time.perf_counter(), time.process_time()


def since(before: tuple[float, float]) -> tuple[float, float]:
    """How much later it is on both clocks."""
    now = clocks()
    return now[0] - before[0], now[1] - before[1]


def vaelib_of(count_mean: str) -> Callable[[Counts, Counts, int, int], Measured]:
    """vaelib's VAE with this option."""

    def run(train: Counts, test: Counts, epochs: int, seed: int) -> Measured:
        import vaelib

        vae = vaelib.VAE(
            latent_dim=LATENTS,
            hidden=(HIDDEN,),
            likelihood="negative_binomial",
            count_mean=count_mean,
            epochs=epochs,
            batch_size=BATCH,
            patience=0,
            validation_fraction=0.0,
            random_state=seed,
        )
        before = clocks()
        vae.fit(train)
        seconds = since(before)
        return float(vae.elbo(test).elbo.mean()), *seconds

    return run


def scvi(train: Counts, test: Counts, epochs: int, seed: int) -> Measured:
    """scvi-tools' SCVI."""
    import scvi as tools
    from anndata import AnnData

    tools.settings.seed = seed
    cells = AnnData(train)
    tools.model.SCVI.setup_anndata(cells)
    model = tools.model.SCVI(
        cells,
        n_hidden=HIDDEN,
        n_latent=LATENTS,
        n_layers=1,
        dropout_rate=0.0,
        dispersion="gene",
        gene_likelihood="nb",
        use_observed_lib_size=True,
        use_batch_norm="none",
        use_layer_norm="none",
    )
    before = clocks()
    model.train(
        max_epochs=epochs,
        batch_size=BATCH,
        train_size=1.0,
        accelerator="cpu",
        plan_kwargs={"n_epochs_kl_warmup": None, "n_steps_kl_warmup": 1, "weight_decay": 0.0},
    )
    seconds = since(before)
    # Versions differ in the sign; the logarithm of a probability is never above 0.
    return -abs(float(model.get_elbo(AnnData(test)))), *seconds


METHODS: dict[str, tuple[Callable[[Counts, Counts, int, int], Measured], str]] = {
    "vaelib, share": (vaelib_of("share"), "vaelib"),
    "vaelib, column": (vaelib_of("column"), "vaelib"),
    "scvi-tools, SCVI": (scvi, "scvi"),
}
IMPORTS = {"vaelib": ("vaelib",), "scvi": ("scvi", "anndata")}


# ---- what is measured ------------------------------------------------------------------------------------------------


def prepare(arguments: argparse.Namespace) -> None:
    """Writes training and test cells to a file of numpy's, and says what they are."""
    true: npt.NDArray[np.float64] | None = None
    if arguments.file is None:
        counts, true = drawn(arguments.cells, arguments.genes, arguments.seed)
    else:
        counts = read(arguments.file, arguments.name)
    order = np.random.RandomState(arguments.seed).permutation(len(counts))
    test, train = np.split(order, [len(counts) // 5])
    low, high = np.quantile(counts.sum(axis=1, dtype=np.float64), [0.01, 0.99])
    print(f"{len(train)} + {len(test)} cells, {counts.shape[1]} genes, totals {low:.0f} to {high:.0f} (1% to 99%)")
    if true is not None:
        print(f"log p of test cells under the means and dispersions that made them: {true[test].mean():.1f}")
    np.savez(arguments.prepare, train=counts[train], test=counts[test])


def peak_memory() -> float:
    """The greatest resident memory of this process so far, in MB; Linux counts KB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def measure(arguments: argparse.Namespace) -> None:
    """Runs a method on what was prepared, and prints what was found."""
    function, package = METHODS[arguments.measure]
    with np.load(arguments.prepared) as arrays:
        train, test = arrays["train"], arrays["test"]
    for name in IMPORTS[package]:
        importlib.import_module(name)
    before = peak_memory()
    bound, seconds, processor_seconds = function(train, test, arguments.epochs, arguments.seed)
    times = {"seconds": seconds, "processor_seconds": processor_seconds}
    print(json.dumps({"bound": bound, **times, "memory": peak_memory(), "before": before}))


def apart(*arguments: str) -> str:
    """What this program prints with more arguments, as a process of its own."""
    command = [sys.executable, __file__, *sys.argv[1:], *arguments]
    return subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout


def compare(methods: Sequence[str]) -> None:
    """Prints a line for each method. This process holds no counts: its children would have its peak for theirs."""
    with tempfile.TemporaryDirectory() as folder:
        file = str(Path(folder) / "counts.npz")
        print(apart("--prepare", file), end="")
        print("| method | bound of test cells, nats | seconds (of processors) | peak memory (before training), MB |")
        print("|---|---|---|---|")
        for method in methods:
            package = METHODS[method][1]
            if importlib.util.find_spec(package) is None:
                print(f"| {method} | {package} is not installed | | |")
                continue
            found = json.loads(apart("--measure", method, "--prepared", file).strip().splitlines()[-1])
            memory = f"{found['memory']:.0f} ({found['before']:.0f})"
            times = f"{found['seconds']:.1f} ({found['processor_seconds']:.1f})"
            print(f"| {method} | {found['bound']:.1f} | {times} | {memory} |", flush=True)


def main() -> None:
    """Runs what is asked for."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--file", type=Path, help="an HDF5 file of counts, cells x genes (default: drawn)")
    parser.add_argument("--name", default="X", help="the dataset in it (default X, as in AnnData's files)")
    parser.add_argument("--cells", type=int, default=4000, help="how many are drawn (default 4000)")
    parser.add_argument("--genes", type=int, default=1000, help="of how many genes (default 1000)")
    parser.add_argument("--epochs", type=int, default=100, help="of every training (default 100)")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--methods", nargs="+", default=list(METHODS), choices=list(METHODS), help="by default all")
    for name in ("--prepare", "--prepared"):
        parser.add_argument(name, type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--measure", choices=list(METHODS), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.prepare:
        prepare(arguments)
    elif arguments.measure:
        measure(arguments)
    else:
        compare(arguments.methods)


if __name__ == "__main__":
    main()
