"""Figure 2 of "Auto-Encoding Variational Bayes" (Kingma & Welling 2014): the bound against training examples seen.

The paper's set-up: one tanh hidden layer each way, 500 units for MNIST and 200 for Frey Face; minibatches of 100, one
latent sample; weights from N(0, 0.01), a variance as in N(0, I), so a standard deviation of 0.1; Adagrad with a global
step size from {0.01, 0.02, 0.1}; a N(0, I) prior on the weights. MNIST with a Bernoulli decoder on grey levels x / 255;
Frey Face with a Gaussian decoder, variance predicted, mean through a sigmoid, grey levels in [0, 1].

What the paper leaves open, and what is done here:

- The step size was chosen "based on performance on the training set in the first few iterations": here the step size
  whose training bound is best at 1e6 examples.
- How Frey Face was split: here 1565 training and 400 test pictures, by a fixed permutation.
- Its figures are read off the vector graphics: +-0.2 nat on MNIST, +-5 on Frey Face.

    python aevb.py --mnist mnist.h5 --frey frey_faces.h5
    python aevb.py --mnist mnist.h5 --latents 3 10 --examples 1e6
"""

from __future__ import annotations

import argparse
import math
import tempfile
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import vaelib

STEP_SIZES = (0.01, 0.02, 0.1)
CHOICE_AT = 1_000_000
"""Examples after which the step size is chosen."""
FREY_TEST_ROWS = 400
GREY = 1 / 255

MNIST: dict[str, Any] = {"hidden": (500,), "likelihood": "bernoulli"}
FREY: dict[str, Any] = {
    "hidden": (200,),
    "likelihood": "gaussian",
    "variance": "predicted",
    "mean_activation": "sigmoid",
}

#: Test bounds of the paper's figure 2: data, latents, examples seen.
PUBLISHED = {
    ("MNIST", 3): {1e6: -153.0, 1e7: -138.0, 1e8: -133.4},
    ("MNIST", 5): {1e6: -138.9, 1e7: -124.1, 1e8: -119.1},
    ("MNIST", 10): {1e6: -128.3, 1e7: -108.5, 1e8: -103.7},
    ("MNIST", 20): {1e6: -124.2, 1e7: -104.8, 1e8: -100.2},
    ("MNIST", 200): {1e6: -119.9, 1e7: -103.9, 1e8: -100.2},
    ("Frey", 2): {1e6: 673.0, 1e7: 823.0, 1e8: 872.0},
    ("Frey", 5): {1e6: 761.0, 1e7: 1044.0, 1e8: 1114.0},
    ("Frey", 10): {1e6: 792.0, 1e7: 1171.0, 1e8: 1309.0},
    ("Frey", 20): {1e6: 754.0, 1e7: 1200.0, 1e8: 1309.0},
}


@dataclass(frozen=True)
class Data:
    """One of the paper's two data sets."""

    name: str
    train: vaelib.Dataset
    test: vaelib.Dataset
    architecture: dict[str, Any]


def train(data: Data, latent_dim: int, step_size: float, examples: float, seed: int) -> vaelib.VAE:
    """A model that has seen so many examples, rounded up to whole epochs; its test bound after each is its history."""
    vae = vaelib.VAE(
        latent_dim=latent_dim,
        **data.architecture,
        activation="tanh",
        initializer="normal",
        initializer_stddev=0.1,
        optimizer="adagrad",
        learning_rate=step_size,
        schedule="constant",
        gradient_clip_norm=0,
        weight_decay=1.0,
        batch_size=100,
        epochs=math.ceil(examples / data.train.rows),
        random_state=seed,
    )
    return vae.fit(data.train, validation=data.test)


def best_step_size(data: Data, latent_dim: int, step_sizes: Sequence[float], seed: int) -> float:
    """The step size with the best training bound after CHOICE_AT examples."""
    bounds = []
    for step_size in step_sizes:
        history = train(data, latent_dim, step_size, CHOICE_AT, seed).history_
        bounds.append(history["elbo"][-1])
        print(
            f"  step size {step_size:<5} training bound {bounds[-1]:9.2f}  test bound "
            f"{history['validation_elbo'][-1]:9.2f}  after {history['examples_seen'][-1]:.2e} examples",
            flush=True,
        )
    return step_sizes[int(np.argmax(bounds))]


def reproduce(data: Data, latent_dim: int, milestones: Sequence[float], step_sizes: Sequence[float], seed: int) -> None:
    """Prints the test bound beside the paper's at each milestone."""
    print(f"{data.name}, {latent_dim} latents", flush=True)
    step_size = best_step_size(data, latent_dim, step_sizes, seed)
    history = train(data, latent_dim, step_size, milestones[-1], seed).history_
    for milestone in milestones:
        epoch = int(np.searchsorted(history["examples_seen"], milestone))
        published = PUBLISHED.get((data.name, latent_dim), {}).get(milestone)
        paper = "     none" if published is None else f"{published:9.1f}"
        print(
            f"  {history['examples_seen'][epoch]:.2e} examples  test bound {history['validation_elbo'][epoch]:9.2f}"
            f"  paper {paper}  training bound {history['elbo'][epoch]:9.2f}"
            f"  {history['seconds'][: epoch + 1].sum():7.1f} s",
            flush=True,
        )


def mnist(path: Path) -> Data:
    """MNIST from an HDF5 file with x_train and x_test."""
    parts = [vaelib.open_dataset(path, name, scale=GREY) for name in ("x_train", "x_test")]
    return Data("MNIST", parts[0], parts[1], MNIST)


def frey(path: Path, folder: Path) -> Data:
    """Frey Face from an HDF5 file with x, its rows in a fixed random order."""
    with h5py.File(path) as file:
        stored: Any = file["x"]
        images = stored[()]
    shuffled = folder / "frey.h5"
    with h5py.File(shuffled, "w") as file:
        file["x"] = images[np.random.RandomState(0).permutation(len(images))]
    rows = vaelib.open_dataset(shuffled, "x", scale=GREY)
    return Data("Frey", rows[: rows.rows - FREY_TEST_ROWS], rows[rows.rows - FREY_TEST_ROWS :], FREY)


def parse_arguments() -> argparse.Namespace:
    """What the user asks for."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--mnist", type=Path, metavar="FILE", help="an HDF5 file with x_train and x_test")
    parser.add_argument("--frey", type=Path, metavar="FILE", help="an HDF5 file with x")
    parser.add_argument("--latents", type=int, nargs="+", help="default: 3 10 20 on MNIST, 2 10 on Frey Face")
    parser.add_argument("--examples", type=float, nargs="+", default=[1e6, 1e7], help="when to measure")
    parser.add_argument("--step-sizes", type=float, nargs="+", default=list(STEP_SIZES))
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    if arguments.mnist is None and arguments.frey is None:
        parser.error("give --mnist, --frey, or both")
    return arguments


def main() -> None:
    """Runs what was asked for."""
    arguments = parse_arguments()
    # Grey levels under a Bernoulli decoder are the paper's choice.
    warnings.simplefilter("ignore", vaelib.VaelibWarning)
    print(f"vaelib {vaelib.__version__}, {vaelib.cpu_description()}, {vaelib.threads()} threads")
    milestones = sorted(arguments.examples)
    with tempfile.TemporaryDirectory() as folder:
        if arguments.mnist is not None:
            data = mnist(arguments.mnist)
            for latent_dim in arguments.latents or (3, 10, 20):
                reproduce(data, latent_dim, milestones, arguments.step_sizes, arguments.seed)
        if arguments.frey is not None:
            data = frey(arguments.frey, Path(folder))
            for latent_dim in arguments.latents or (2, 10):
                reproduce(data, latent_dim, milestones, arguments.step_sizes, arguments.seed)


if __name__ == "__main__":
    main()
