"""Draw a picture of a model and its data; needs matplotlib.

example:
  vaelib plot training people.model.h5 -o training.png
  vaelib plot reconstructions vae.h5 digits.h5:x_test -o digits.png
  vaelib plot explanation people.model.h5 new.csv --row 99 -o why.png

KIND is
  training         the losses or bounds over the epochs of the training
  latents          two latents of each row as a point, coloured by --labels
  pairs            the same for every two of several latents
  kl               what each latent of a VAE tells about the rows
  traversals       a VAE: what changes along each latent, from the code of --row
  samples          new rows of a VAE as pictures
  manifold         the plane of a VAE's two latents as pictures
  reconstructions  rows and their reconstructions as pictures
  interpolation    a VAE: the path from one row to another as pictures
  denoising        a stack: rows, with noise, and restored, as pictures
  filters          what the units of a layer look for, as pictures
  explanation      what is odd about a row, compared with those of --reference
The file's ending, .png, .svg or .pdf, says how it is stored.
"""

from __future__ import annotations

import argparse
import os
from typing import Any

from vaelib.command_line.asking import add_layer, add_model, load_model, seen_by
from vaelib.command_line.calibrating import add_reference
from vaelib.command_line.conditions import add_conditions
from vaelib.command_line.data_options import add_data_options
from vaelib.command_line.errors import UsageError
from vaelib.command_line.opening import open_examples
from vaelib.command_line.output import check_target
from vaelib.command_line.parser import add_general, headed
from vaelib.command_line.pictures import PICTURES, Picture, Request
from vaelib.command_line.places import DATA_HELP
from vaelib.command_line.progress import note
from vaelib.command_line.values import OneOf, picture_shape, whole, wholes
from vaelib.models.stack_queries import StackQueries

#: The options that only some kinds have.
_OPTIONS = list(dict.fromkeys(option for kind in PICTURES.values() for option in kind.options))


def configure(parser: argparse.ArgumentParser) -> None:
    """The options."""
    parser.usage = f"{parser.prog} [options] KIND MODEL [DATA] -o PICTURE"
    parser.add_argument("kind", type=OneOf(tuple(PICTURES)), metavar="KIND", help=", ".join(PICTURES))
    add_model(parser)
    parser.add_argument("data", nargs="?", metavar="DATA", help=f"the rows: {DATA_HELP}")
    headed(parser, "output").add_argument("-o", "--output", required=True, metavar="PICTURE", help="the picture's file")
    group = headed(parser, "options")
    shape_help = "the shape of a row as a picture, as in 28x20, or 32x32x3 in colours; by default a square"
    group.add_argument("--shape", type=picture_shape, metavar="HxW", help=shape_help)
    group.add_argument("-n", "--rows", type=whole, metavar="N", help="how many samples, rows or filters are shown")
    row_help = "explanation, traversals: which row, from 0; interpolation: which two, by default 0,1"
    group.add_argument("--row", type=wholes, metavar="N", help=row_help)
    latents_help = "latents, pairs, traversals: which latents, from 0; by default those that tell most"
    group.add_argument("--latents", type=wholes, metavar="N,N", help=latents_help)
    add_layer(parser)
    add_reference(parser)
    add_data_options(parser, labels=True)
    add_conditions(parser)
    add_general(parser, json=False, seed="samples and noise")


def run(arguments: argparse.Namespace) -> None:
    """Draws the picture."""
    if not os.path.splitext(arguments.output)[1]:
        raise UsageError(f"-o {arguments.output}: the file's ending says what is written, as in {arguments.output}.png")
    check_target(arguments.output, arguments)
    kind = PICTURES[arguments.kind]
    _check_options(arguments, kind)
    model = load_model(arguments)
    _check_model(arguments, kind, model)
    examples = None
    if arguments.data is not None:
        examples = seen_by(arguments, model, open_examples(arguments.data, arguments, model))
    from vaelib import plots  # here: matplotlib takes long to import

    kind.draw(Request(arguments, plots, model, examples))
    note(arguments, f"a picture is in {os.path.abspath(arguments.output)}")


def _check_options(arguments: argparse.Namespace, kind: Picture) -> None:
    """Whether all that was given has a meaning, and nothing is missing."""
    command = f"vaelib plot {arguments.kind}"
    if kind.data and arguments.data is None:
        raise UsageError(f"DATA is missing: the rows that {command} shows")
    if kind.data is False and arguments.data is not None:
        raise UsageError(f"{command} takes no DATA")
    others = [name for name in _OPTIONS if name not in kind.options and getattr(arguments, name) is not None]
    if others:
        raise UsageError(f"--{others[0]} has no meaning for {command}")
    if arguments.row is not None and arguments.data is None:
        raise UsageError("--row is one of DATA, which is missing")
    if arguments.rows is not None and arguments.rows < 1:
        raise UsageError(f"-n {arguments.rows}: at least 1")


def _check_model(arguments: argparse.Namespace, kind: Picture, model: Any) -> None:
    """Whether such a picture can be drawn of a model."""
    command = f"vaelib plot {arguments.kind}"
    if kind.models and not isinstance(model, kind.models):
        wanted = " or a ".join("stack" if each is StackQueries else each.__name__ for each in kind.models)
        raise UsageError(f"{command} is for a {wanted}, not a {type(model).__name__}")
    if kind.of_pixels and getattr(model, "categories_", None):
        raise UsageError("rows with texts are no pictures; vaelib plot kl and latents draw what they are like")
