"""Learns pictures of digits, and shows what was learned.

The whole tour: data to an HDF5 file, training with progress, saving, loading, the test bound, the importance-sampled
log-likelihood, and pictures; then a stack of denoising auto-encoders, which learns the digits' labels where there are
any. Without options it uses scikit-learn's digits (1797 pictures of 8 x 8) and takes less than a minute.

    python digits.py
    python digits.py --data mnist.h5 --epochs 20
"""

from __future__ import annotations

import argparse
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import vaelib
from vaelib import plots

TEST_ROWS = 297
"""How many of scikit-learn's digits are kept for testing."""


@dataclass(frozen=True)
class Images:
    """What a data file holds, with values in [0, 1]."""

    train: vaelib.Dataset
    test: vaelib.Dataset
    shape: tuple[int, int] | None
    """Height and width; None if the rows are not pictures."""


def write_digits(path: Path) -> None:
    """Writes scikit-learn's digits to an HDF5 file, the way MNIST is often kept."""
    from sklearn.datasets import load_digits

    digits = load_digits()
    images = np.round(digits.images * (255 / 16)).astype(np.uint8)
    order = np.random.RandomState(0).permutation(len(images))
    test, train = order[:TEST_ROWS], order[TEST_ROWS:]
    labels = digits.target.astype(np.uint8)
    vaelib.write_dataset(path, x_train=images[train], y_train=labels[train], x_test=images[test], y_test=labels[test])


def open_images(path: Path) -> Images:
    """Opens x_train and x_test; integers are divided by the largest number of their type."""
    vaelib.open_dataset(path, "x_train").close()  # says what is wrong with the file, if anything is
    with h5py.File(path) as file:
        stored: Any = file["x_train"]
        kind, axes = stored.dtype, stored.shape[1:]
        labelled = {part: f"y_{part}" if f"y_{part}" in file else None for part in ("train", "test")}
        has_test = "x_test" in file
    scale = 1.0 / np.iinfo(kind).max if kind.kind in "iu" else 1.0
    train = vaelib.open_dataset(path, "x_train", labelled["train"], scale=scale)
    if has_test:
        test = vaelib.open_dataset(path, "x_test", labelled["test"], scale=scale)
    else:
        held_out = max(1, train.rows // 10)
        print(f"no x_test in {path}: the last {held_out} rows of x_train are kept for testing")
        train, test = train[: train.rows - held_out], train[train.rows - held_out :]
    return Images(train, test, picture_shape(axes, train.columns))


def picture_shape(axes: tuple[int, ...], columns: int) -> tuple[int, int] | None:
    """Height and width of the pictures: the data's own axes, else a square."""
    if len(axes) == 2:
        return axes[0], axes[1]
    side = round(columns**0.5)
    return (side, side) if side * side == columns else None


class ProgressBar:
    """A line that shows how far training is; one line per epoch where the output is not a terminal."""

    width = 28

    def __init__(self) -> None:
        self.line_is_open = False
        self.started = time.perf_counter()

    def __call__(self, progress: vaelib.Progress) -> None:
        """Draws the progress."""
        epoch, text = progress.epoch, learned(progress)
        ended = progress.kind == "epoch"
        if not sys.stdout.isatty():
            if ended and epoch % max(1, progress.epochs // 4) == 0:
                print(f"  epoch {epoch:4d}/{progress.epochs}  {text}", flush=True)
            return
        done = (epoch - 1 + progress.examples / progress.examples_per_epoch) / progress.epochs
        filled = round(done * self.width)
        bar = "#" * filled + "." * (self.width - filled)
        self.line_is_open = not (ended and epoch == progress.epochs)
        end = "" if self.line_is_open else "\n"
        print(f"\r  [{bar}] epoch {epoch}/{progress.epochs}  {text}", end=end, flush=True)

    def end(self, epochs: int) -> None:
        """Says how long training took; it may have ended before its last epoch, when it learned no more."""
        if self.line_is_open:
            print()
        print(f"  {epochs} epochs in {time.perf_counter() - self.started:.1f} s")


def learned(progress: vaelib.Progress) -> str:
    """What a model learns, and how well."""
    metrics = progress.metrics
    if progress.phase == "fit":
        return f"bound {metrics['elbo']:9.3f} nats"
    if progress.phase == "pretraining":
        return f"layer {progress.layer}  loss {metrics['loss']:9.3f} nats"
    return f"labels  error {metrics['error']:6.2%}"


def train(images: Images, latent_dim: int, epochs: int | str, seed: int) -> vaelib.VAE:
    """Trains a model on grey levels, each drawn as 0 or 1 at every use."""
    vae = vaelib.VAE(latent_dim=latent_dim, epochs=epochs, binarization="dynamic", random_state=seed)
    print(f"training with {latent_dim} latents on {images.train.rows} pictures of {images.train.columns} pixels")
    bar = ProgressBar()
    vae.fit(images.train, callbacks=bar)
    bar.end(vae.n_iter_)
    return vae


def report(vae: vaelib.VAE, test: vaelib.Dataset, samples: int) -> None:
    """Prints how well the model explains the test pictures."""
    bound = vae.elbo(test, samples=10, binarization="dynamic")
    print(f"test bound          {bound.elbo.mean():9.3f} nats a picture")
    print(f"  reconstruction    {bound.reconstruction.mean():9.3f}")
    print(f"  KL                {bound.kl.mean():9.3f}")
    values, errors = vae.log_likelihood(test, samples=samples, binarization="dynamic", return_standard_error=True)
    error = np.sqrt((errors**2).sum()) / len(errors)
    print(f"test log-likelihood {values.mean():9.3f} +- {error:.3f} nats, {samples} importance samples a picture")


def draw(vae: vaelib.VAE, flat: vaelib.VAE, images: Images, output: Path, seed: int) -> None:
    """Writes the pictures of the variational auto-encoders."""
    plots.training_curve(vae, path=output / "training.png")
    plots.latent_scatter(flat, images.test, path=output / "latents.png")
    if images.shape is not None:
        test, shape = images.test, images.shape
        plots.reconstructions(vae, test, shape=shape, path=output / "reconstructions.png")
        plots.samples(vae, count=100, random_state=seed, shape=shape, path=output / "samples.png")
        plots.manifold(flat, shape=shape, path=output / "manifold.png")


def train_stack(images: Images, epochs: int | str, seed: int) -> vaelib.StackedDenoisingAutoencoder:
    """Trains a layer, which is to learn labels later, to restore its input where three tenths of it are missing."""
    stack = vaelib.StackedDenoisingAutoencoder(
        activation="relu", corruption_level=0.3, epochs=epochs, random_state=seed
    )
    print("training a denoising layer")
    bar = ProgressBar()
    stack.fit(images.train, callbacks=bar)
    bar.end(stack.n_iter_)
    return stack


def classify(stack: vaelib.StackedDenoisingAutoencoder, images: Images, epochs: int | str, seed: int) -> None:
    """Fine-tunes a stack with labels, and prints its test error beside that of a linear classifier."""
    model = vaelib.StackedDenoisingClassifier(pretrained=stack, finetune_epochs=epochs, random_state=seed)
    print("fine-tuning it with labels")
    bar = ProgressBar()
    model.fit(images.train, callbacks=bar)
    bar.end(model.n_iter_ - stack.n_iter_)
    print(f"test error of the stack                      {1 - model.score(images.test):6.2%}")
    try:
        from sklearn.linear_model import LogisticRegression
    except ImportError:
        return
    linear = LogisticRegression(max_iter=2000).fit(images.train.numpy(), images.train.labels)
    error = 1 - linear.score(images.test.numpy(), images.test.labels)
    print(f"test error of logistic regression on pixels  {error:6.2%}")


def draw_stack(stack: vaelib.StackedDenoisingAutoencoder, images: Images, output: Path, seed: int) -> None:
    """Writes the pictures of the stack."""
    plots.training_curve(stack, path=output / "pretraining.png")
    if images.shape is not None:
        title = "Filters of the first layer"
        plots.filters(stack, shape=images.shape, title=title, path=output / "filters.png")
        plots.denoising(stack, images.test, random_state=seed, shape=images.shape, path=output / "denoising.png")


def parse_arguments() -> argparse.Namespace:
    """What the user asks for."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--data", type=Path, help="an HDF5 file with x_train, and perhaps x_test, y_train, y_test")
    parser.add_argument("--output", type=Path, default=Path("demo-output"), help="folder for models and pictures")
    parser.add_argument("--latent-dim", type=int, default=10, help="width of the latent code (default 10)")
    parser.add_argument("--epochs", type=int, help="passes over the training pictures (default: as many as help)")
    parser.add_argument("--samples", type=int, default=200, help="importance samples a picture (default 200)")
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args()


def main() -> None:
    """Runs the tour."""
    arguments = parse_arguments()
    output: Path = arguments.output
    output.mkdir(parents=True, exist_ok=True)
    epochs = "auto" if arguments.epochs is None else arguments.epochs
    data = arguments.data
    if data is None:
        data = output / "digits.h5"
        write_digits(data)
        print(f"wrote {data}")
    images = open_images(data)
    print(f"vaelib {vaelib.__version__}, {vaelib.cpu_description()}")

    model_file = output / "vae.h5"
    train(images, arguments.latent_dim, epochs, arguments.seed).save(model_file)
    vae = vaelib.load(model_file)
    print(f"wrote {model_file}, and read it again")
    report(vae, images.test, arguments.samples)
    flat = train(images, 2, epochs, arguments.seed)
    draw(vae, flat, images, output, arguments.seed)

    stack = train_stack(images, epochs, arguments.seed)
    draw_stack(stack, images, output, arguments.seed)
    if images.train.labels is not None and images.test.labels is not None:
        classify(stack, images, epochs, arguments.seed)
    for path in sorted(output.glob("*.png")):
        print(f"wrote {path}")


if __name__ == "__main__":
    try:
        main()
    except (vaelib.VaelibError, OSError, KeyError, ValueError) as error:
        sys.exit(f"digits.py: {error}")
    except KeyboardInterrupt:
        sys.exit("\nstopped")
