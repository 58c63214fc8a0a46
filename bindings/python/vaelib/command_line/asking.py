"""What the commands that ask a model have in common."""

from __future__ import annotations

import argparse
import dataclasses
from collections.abc import Sequence
from typing import Any

from vaelib._c.errors import FormatError
from vaelib.command_line.conditions import add_conditions, with_conditions
from vaelib.command_line.data_options import add_data_options
from vaelib.command_line.errors import UsageError
from vaelib.command_line.examples import Examples, scale_as_said
from vaelib.command_line.indicators import as_numbers
from vaelib.command_line.opening import open_examples
from vaelib.command_line.output import add_output
from vaelib.command_line.parser import add_general, headed
from vaelib.command_line.places import DATA_HELP, require_file
from vaelib.command_line.unknown_values import add_unknown, without_unknown
from vaelib.command_line.values import whole
from vaelib.models.loading import load
from vaelib.models.vae import VAE


def add_question(
    parser: argparse.ArgumentParser,
    result: str,
    *,
    labels: bool = False,
    conditions: bool = False,
    seed: str | None = None,
) -> None:
    """Adds the arguments of a command that asks a model about data; ``result`` is a dataset's name."""
    parser.usage = f"{parser.prog} [options] MODEL DATA [DATA ...]"
    add_model(parser)
    parser.add_argument("data", nargs="+", metavar="DATA", help=f"the rows: {DATA_HELP}")
    add_output(parser, result)
    add_data_options(parser, labels=labels)
    if conditions:
        add_conditions(parser)
    add_unknown(parser)
    add_general(parser, seed=seed)


def add_model(parser: argparse.ArgumentParser) -> None:
    """Adds the argument that names a model."""
    parser.add_argument("model", metavar="MODEL", help="the file of a model, or a checkpoint")


def add_layer(parser: argparse.ArgumentParser) -> None:
    """Adds the option that chooses a layer of a stack."""
    layer_help = "stacks: the layer up to which rows are encoded, from 0; by default the topmost"
    headed(parser, "options").add_argument("--layer", type=whole, metavar="N", help=layer_help)


def load_model(arguments: argparse.Namespace, *kinds: type[Any]) -> Any:
    """The model that a command names, which must be of one of these kinds, if any are given.

    Raises
    ------
    UsageError
        It is of another kind.
    FormatError
        There is no model in the file.
    """
    require_file(arguments.model)
    try:
        model = load(arguments.model, check_in_child=bool(vars(arguments).get("check_in_child")))
    except FormatError as error:
        raise FormatError(f"{error}. MODEL, a file that vaelib train wrote, comes before DATA") from None
    scale_as_said(arguments, model)
    if kinds and not isinstance(model, kinds):
        wanted = " or a ".join(kind.__name__ for kind in kinds)
        found, command = type(model).__name__, arguments.parser.prog
        raise UsageError(f"{command} asks a {wanted}, but {arguments.model} holds a {found}")
    return model


def open_data(arguments: argparse.Namespace, model: Any, what: str = "label") -> list[Examples]:
    """The rows of all files that a command names, as the model sees them."""
    return [seen_by(arguments, model, open_examples(text, arguments, model, what)) for text in arguments.data]


def seen_by(arguments: argparse.Namespace, model: Any, examples: Examples) -> Examples:
    """The examples with conditions, if the model has such beside them.

    Texts that the model does not know are left out, and where it is a stack, texts are numbers.
    """
    examples = without_unknown(arguments, with_conditions(arguments, examples, model), model)
    if not examples.is_table or isinstance(model, VAE):
        return examples
    names = getattr(model, "feature_names_in_", None)
    return dataclasses.replace(examples, X=as_numbers(examples.X, None if names is None else list(names)))


def layer_of(arguments: argparse.Namespace, model: Any) -> dict[str, int]:
    """The argument ``layer`` of a stack's methods, if one was chosen.

    Raises
    ------
    UsageError
        There is no such layer, or the model is not a stack.
    """
    layer = arguments.layer
    if layer is None:
        return {}
    if isinstance(model, VAE):
        raise UsageError("--layer is for stacks; a VAE has one code")
    layers = len(model._fitted().widths)
    if not -layers <= layer < layers:
        raise UsageError(f"--layer {layer}: the stack has layers 0 to {layers - 1}")
    return {"layer": layer}


def column_names(model: Any) -> Sequence[Any] | None:
    """What the columns of rows are called that a model makes as arrays."""
    names = getattr(model, "feature_names_in_", None)
    return None if names is None else list(names)
