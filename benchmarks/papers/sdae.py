"""Stacked denoising auto-encoders on MNIST, beside what was published.

Two sets. "mnist": a well-known recipe, three layers of 1000 sigmoid units with tied weights, masking .1, .2, .3 on
their inputs; 50000 pictures to train, 10000 for early stopping, 10000 to test. "basic": the set of that name of
Vincent et al. (ICML 2008), MNIST itself in parts of 10000, 2000 and 50000; the original parts are not to be had, so
that a fixed permutation of all 70000 pictures makes others. Each is also learned with nu = 0 (a stack of plain
auto-encoders) and without pretraining, the same network from random weights.

What the papers leave open, the rates, minibatches and epochs, and whether units are dropped, stands in RECIPES.

    python sdae.py --mnist mnist.h5
    python sdae.py --mnist mnist.h5 --sets basic --variants denoising plain
    python sdae.py --mnist mnist.h5 --filters pictures
"""

from __future__ import annotations

import argparse
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import vaelib

GREY = 1 / 255
FILTER_LEVELS = (0.0, 0.1, 0.25, 0.5)
"""The nu of the pictures of filters (ICML 2008, figure 3)."""

HIDDEN = (1000, 1000, 1000)

STDDEV = 0.126
"""Of the first weights, which are normal: four times Glorot's for 1000 units. From Glorot's own, three layers of
sigmoids that are not pretrained do not leave the error of chance in these epochs."""


@dataclass(frozen=True)
class Recipe:
    """How a set is learned; fine-tuning is by stochastic gradients, with a rate that falls along a cosine."""

    corruption: tuple[float, float, float]
    pretraining: dict[str, Any]
    finetuning: dict[str, Any]
    initializer: str = "normal"


RECIPES = {
    # Plain stochastic gradients all along: the recipe's steps of one example each, with rates .001 and .1, would be too
    # small to be fast; minibatches of 100 and 10 with so much larger rates take the same way.
    "mnist": Recipe(
        corruption=(0.1, 0.2, 0.3),
        pretraining={"optimizer": "sgd", "learning_rate": 0.1, "batch_size": 100, "pretrain_epochs": 45},
        finetuning={"finetune_learning_rate": 1.0, "finetune_batch_size": 10, "finetune_epochs": 12},
    ),
    # A fifth of the examples: more epochs, Adam, and a quarter of each code's units dropped.
    "basic": Recipe(
        corruption=(0.1, 0.1, 0.1),
        pretraining={"optimizer": "adam", "learning_rate": 1e-3, "batch_size": 100, "pretrain_epochs": 60},
        finetuning={
            "finetune_learning_rate": 0.2, "finetune_batch_size": 50, "finetune_momentum": 0.9, "finetune_epochs": 36,
            "dropout": 0.25,
        },
        initializer="glorot_uniform",
    ),
}  # fmt: skip

#: Test errors in per cent: set, variant.
PUBLISHED = {
    ("mnist", "denoising"): "1.3 (recipe), 1.28 (2010 paper)",
    ("basic", "denoising"): "2.80 +- 0.14",
    ("basic", "plain"): "3.46 +- 0.16",
}


@dataclass(frozen=True)
class Data:
    """Training, validation and test pictures, with labels."""

    name: str
    train: vaelib.Dataset
    validation: vaelib.Dataset
    test: vaelib.Dataset


def read(path: Path) -> tuple[Any, Any]:
    """All pictures and labels of an HDF5 file with x_train, y_train, x_test, y_test: training pictures first."""
    with h5py.File(path) as file:
        parts: list[Any] = [file[name] for name in ("x_train", "x_test", "y_train", "y_test")]
        pictures = np.concatenate([part[()].reshape(len(part), -1) for part in parts[:2]])
        return pictures, np.concatenate([part[()] for part in parts[2:]])


def mnist(path: Path) -> Data:
    """MNIST: 50000, 10000, 10000."""
    whole = vaelib.Dataset(*read(path), scale=GREY)
    return Data("mnist", whole[:50000], whole[50000:60000], whole[60000:])


def basic(path: Path) -> Data:
    """10000, 2000 and 50000 of MNIST's pictures, by a fixed permutation."""
    pictures, labels = read(path)
    order = np.random.RandomState(0).permutation(len(pictures))[:62000]
    whole = vaelib.Dataset(pictures[order], labels[order], scale=GREY)
    return Data("basic", whole[:10000], whole[10000:12000], whole[12000:])


def learn(data: Data, variant: str, seed: int, verbose: int) -> vaelib.StackedDenoisingClassifier:
    """A fitted classifier: pretrained with noise ("denoising"), without ("plain"), or not at all ("none")."""
    recipe = RECIPES[data.name]
    model = vaelib.StackedDenoisingClassifier(
        hidden=HIDDEN,
        activation="sigmoid",
        loss="cross_entropy",
        corruption_level=recipe.corruption if variant == "denoising" else 0.0,
        initializer="normal" if variant == "none" else recipe.initializer,
        initializer_stddev=STDDEV,
        finetune_optimizer="sgd",
        schedule="constant",
        finetune_schedule="cosine",
        schedule_factor=0.01,
        gradient_clip_norm=0,
        monitor="error",
        random_state=seed,
        verbose=verbose,
        **recipe.pretraining,
        **{"dropout": 0.0, **recipe.finetuning},
    )
    model.set_params(patience=model.finetune_epochs)
    if variant == "none":
        model.set_params(pretrain_epochs=0)
    return model.fit(data.train, validation=data.validation)


def report(data: Data, variant: str, model: vaelib.StackedDenoisingClassifier) -> None:
    """Prints the test error beside the published one, and what it took."""
    error = 1 - model.score(data.test)
    interval = 1.96 * math.sqrt(error * (1 - error) / data.test.rows)
    history = model.history_
    pretraining = history["phase"] == "pretraining"
    seconds = [history["seconds"][part].sum() for part in (pretraining, ~pretraining)]
    best = np.nanmin(history["validation_error"])
    print(
        f"{data.name:6} {variant:10} test error {error:6.2%} +- {interval:5.2%}  published, in %: "
        f"{PUBLISHED.get((data.name, variant), 'none'):32} validation {best:6.2%}  pretraining {seconds[0]:6.1f} s  "
        f"fine-tuning {seconds[1]:6.1f} s, {int((~pretraining).sum())} epochs",
        flush=True,
    )


def draw_filters(data: Data, folder: Path, seed: int) -> None:
    """Writes a picture of 100 first-layer filters for each nu."""
    from vaelib import plots

    folder.mkdir(parents=True, exist_ok=True)
    for level in FILTER_LEVELS:
        stack = vaelib.StackedDenoisingAutoencoder(
            hidden=HIDDEN[:1],
            loss="cross_entropy",
            corruption_level=level,
            epochs=15,
            learning_rate=1e-3,
            schedule="constant",
            gradient_clip_norm=0,
            batch_size=100,
            random_state=seed,
        ).fit(data.train)
        path = folder / f"filters-nu-{level}.png"
        plots.filters(stack, title=f"First-layer filters, nu = {level}", path=path)
        print(f"wrote {path}", flush=True)


def parse_arguments() -> argparse.Namespace:
    """What the user asks for."""
    parser = argparse.ArgumentParser(
        description=(__doc__ or "").split("\n", 1)[0], formatter_class=argparse.ArgumentDefaultsHelpFormatter
    )
    add = parser.add_argument
    add("--mnist", type=Path, metavar="FILE", required=True, help="HDF5 file with x_train, y_train, x_test, y_test")
    add("--sets", nargs="+", choices=("mnist", "basic"), default=("mnist", "basic"), help="what to learn")
    add("--variants", nargs="+", choices=("denoising", "plain", "none"), default=("denoising", "plain", "none"),
        help="pretraining with noise, without, or none")  # fmt: skip
    add("--seeds", type=int, nargs="+", default=(1,), help="one run for each")
    add("--filters", type=Path, metavar="FOLDER", help="only write pictures of filters here")
    add("--verbose", type=int, default=0, help="1 prints a line an epoch")
    return parser.parse_args()


def main() -> None:
    """Runs what was asked for."""
    options = parse_arguments()
    print(f"vaelib {vaelib.__version__}, {vaelib.cpu_description()}, {vaelib.threads()} threads", flush=True)
    if options.filters is not None:
        draw_filters(mnist(options.mnist), options.filters, options.seeds[0])
        return
    for name in options.sets:
        data = mnist(options.mnist) if name == "mnist" else basic(options.mnist)
        for variant in options.variants:
            for seed in options.seeds:
                report(data, variant, learn(data, variant, seed, options.verbose))


if __name__ == "__main__":
    main()
