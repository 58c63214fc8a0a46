"""Draw a picture of a model and its data; needs matplotlib.

example:
  vaelib plot training people.model.h5 -o training.png
  vaelib plot reconstructions vae.h5 digits.h5:x_test[:24] -o digits.png

KIND is
  training         the losses or bounds over the epochs of the training
  latents          the first two latents of each row, coloured by --labels
  samples          new rows of a VAE as pictures
  manifold         the plane of a VAE's two latents as pictures
  reconstructions  rows and their reconstructions as pictures
  denoising        a stack: rows, with noise, and restored, as pictures
  filters          a stack: what the units of --layer look for, as pictures
The file's ending, .png, .svg or .pdf, says how it is stored.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from vaelib.command_line.asking import add_layer, add_model, layer_of, load_model, seen_by
from vaelib.command_line.data_options import add_data_options
from vaelib.command_line.errors import UsageError
from vaelib.command_line.examples import Examples
from vaelib.command_line.opening import open_examples
from vaelib.command_line.output import check_target
from vaelib.command_line.parser import add_general, headed
from vaelib.command_line.places import DATA_HELP
from vaelib.command_line.progress import note
from vaelib.command_line.values import OneOf, whole
from vaelib.data.dataset import Dataset
from vaelib.models.vae import VAE

#: Pictures of rows show at most so many.
_MOST_ROWS = 48


def configure(parser: argparse.ArgumentParser) -> None:
    """The options."""
    parser.usage = f"{parser.prog} [options] KIND MODEL [DATA] -o PICTURE"
    parser.add_argument("kind", type=OneOf(tuple(_KINDS)), metavar="KIND", help=", ".join(_KINDS))
    add_model(parser)
    parser.add_argument("data", nargs="?", metavar="DATA", help=f"the rows: {DATA_HELP}")
    headed(parser, "output").add_argument("-o", "--output", required=True, metavar="PICTURE", help="the picture's file")
    group = headed(parser, "options")
    group.add_argument("--shape", metavar="HxW", help="the height and width of a row as a picture, as in 28x20")
    group.add_argument("-n", "--rows", type=whole, metavar="N", help="how many samples, by default 16")
    add_layer(parser)
    add_data_options(parser, labels=True)
    add_general(parser, json=False, seed="samples and noise")


def run(arguments: argparse.Namespace) -> None:
    """Draws the picture."""
    check_target(arguments.output, arguments)
    model = load_model(arguments)
    draw, needs_data = _KINDS[arguments.kind]
    if needs_data and arguments.data is None:
        raise UsageError(f"DATA is missing: the rows that vaelib plot {arguments.kind} shows")
    if not needs_data and arguments.data is not None:
        raise UsageError(f"vaelib plot {arguments.kind} takes no DATA")
    examples = seen_by(arguments, model, open_examples(arguments.data, arguments, model)) if needs_data else None
    draw(model, examples, arguments)
    note(arguments, f"a picture is in {os.path.abspath(arguments.output)}")


def _training(model: Any, _: Examples | None, arguments: argparse.Namespace) -> None:
    from vaelib import plots

    plots.training_curve(model.history_, arguments.output)


def _latents(model: Any, examples: Examples | None, arguments: argparse.Namespace) -> None:
    from vaelib import plots

    assert examples is not None
    plots.latent_scatter(model.transform(examples.X), arguments.output, labels=examples.y)


def _samples(model: Any, _: Examples | None, arguments: argparse.Namespace) -> None:
    from vaelib import plots

    rows = _of(model, VAE, "samples").sample(arguments.rows or 16, random_state=arguments.seed)
    plots.samples(_array(rows), arguments.output, shape=_shape(arguments))


def _manifold(model: Any, _: Examples | None, arguments: argparse.Namespace) -> None:
    from vaelib import plots

    plots.manifold(_array(_of(model, VAE, "manifold").manifold()), arguments.output, shape=_shape(arguments))


def _reconstructions(model: Any, examples: Examples | None, arguments: argparse.Namespace) -> None:
    from vaelib import plots

    assert examples is not None
    rows = _some(examples)
    plots.reconstructions(_array(rows), _array(model.reconstruct(rows)), arguments.output, shape=_shape(arguments))


def _denoising(model: Any, examples: Examples | None, arguments: argparse.Namespace) -> None:
    from vaelib import plots

    assert examples is not None
    rows, shape = _some(examples), _shape(arguments)
    noisy = _stack(model, "denoising").corrupt(rows, random_state=arguments.seed)
    plots.denoising(_array(rows), noisy, model.denoise(noisy), arguments.output, shape=shape)


def _filters(model: Any, _: Examples | None, arguments: argparse.Namespace) -> None:
    from vaelib import plots

    layer = layer_of(arguments, _stack(model, "filters"))
    plots.filters(model.filters(**layer), arguments.output, shape=_shape(arguments))


#: What draws each kind, and whether it shows rows of data.
_KINDS: dict[str, tuple[Callable[[Any, Examples | None, argparse.Namespace], None], bool]] = {
    "training": (_training, False),
    "latents": (_latents, True),
    "samples": (_samples, False),
    "manifold": (_manifold, False),
    "reconstructions": (_reconstructions, True),
    "denoising": (_denoising, True),
    "filters": (_filters, False),
}


def _of(model: Any, kind: type[Any], what: str) -> Any:
    if not isinstance(model, kind):
        raise UsageError(f"vaelib plot {what} is for a {kind.__name__}, not a {type(model).__name__}")
    return model


def _stack(model: Any, what: str) -> Any:
    if isinstance(model, VAE):
        raise UsageError(f"vaelib plot {what} is for a stack, not a VAE")
    return model


def _some(examples: Examples) -> Any:
    """The rows that a picture has room for."""
    return examples.X.iloc[:_MOST_ROWS] if hasattr(examples.X, "iloc") else examples.X[:_MOST_ROWS]


def _array(rows: Any) -> npt.NDArray[Any]:
    """Rows as numbers."""
    array: npt.NDArray[Any] = rows.numpy() if isinstance(rows, Dataset) else np.asarray(rows)
    if array.dtype.kind not in "biuf":
        raise UsageError("rows with texts are no pictures; vaelib plot training and latents draw what they are like")
    return array


def _shape(arguments: argparse.Namespace) -> tuple[int, int] | None:
    if arguments.shape is None:
        return None
    try:
        height, width = map(int, arguments.shape.lower().split("x"))
    except ValueError:
        raise UsageError(f"--shape {arguments.shape}: expected a height and a width, as in 28x20") from None
    return height, width
