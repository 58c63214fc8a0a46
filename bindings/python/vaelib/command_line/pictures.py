"""The pictures that ``vaelib plot`` draws: what each needs, and how it is asked for."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from vaelib.command_line.asking import layer_of
from vaelib.command_line.calibrating import calibrate
from vaelib.command_line.conditions import conditions_of_samples, has_conditions_beside, known_conditions
from vaelib.command_line.errors import UsageError
from vaelib.command_line.examples import Examples, given
from vaelib.models.autoencoder import StackedDenoisingAutoencoder
from vaelib.models.stack_queries import StackQueries
from vaelib.models.vae import VAE


@dataclass(frozen=True)
class Picture:
    """A kind of picture: of which models and data it is, which options it has, and what draws it."""

    draw: Callable[[ModuleType, Any, Examples | None, argparse.Namespace], None]
    #: Whether rows are needed (True), may be given (None), or say nothing (False).
    data: bool | None = True
    #: Whether rows are shown as pictures, so that they must be numbers.
    of_pixels: bool = False
    models: tuple[type[Any], ...] = ()
    options: tuple[str, ...] = ()
    #: Whether the model is asked anything that conditions change.
    asks: bool = True

    def lacks_conditions_of(self, model: Any) -> bool:
        """Whether a model wants conditions that the picture cannot be told; those in rows come with them."""
        is_told = has_conditions_beside(model) if self.data else known_conditions(model) is not None
        return is_told and self.asks and "conditions" not in self.options

    def options_for(self, arguments: argparse.Namespace) -> dict[str, Any]:
        """The options that were given, as the functions of ``vaelib.plots`` call them."""
        names = {"shape": "shape", "rows": "count", "latents": "latents"}
        chosen = {names[name]: given(arguments, name) for name in self.options if name in names}
        return {"path": arguments.output, **{name: value for name, value in chosen.items() if value is not None}}


def _training(plots: ModuleType, model: Any, _: Examples | None, arguments: argparse.Namespace) -> None:
    plots.training_curve(model, **PICTURES["training"].options_for(arguments))


def _codes(name: str, function: str) -> Picture:
    def draw(plots: ModuleType, model: Any, examples: Examples | None, arguments: argparse.Namespace) -> None:
        assert examples is not None
        codes = model.transform(examples.X, **examples.keywords())
        labels = () if examples.y is None else (examples.y,)
        getattr(plots, function)(codes, *labels, **PICTURES[name].options_for(arguments))

    return Picture(draw, options=("latents", "conditions"))


def _kl(plots: ModuleType, model: Any, examples: Examples | None, arguments: argparse.Namespace) -> None:
    assert examples is not None
    plots.latent_kl(model, examples.X, **PICTURES["kl"].options_for(arguments))


def _traversals(plots: ModuleType, model: Any, examples: Examples | None, arguments: argparse.Namespace) -> None:
    options = PICTURES["traversals"].options_for(arguments)
    if examples is None:
        plots.traversals(model, **options)
    else:
        plots.traversals(model, examples.X, row=_rows(arguments, examples, (0,))[0], **options)


def _samples(plots: ModuleType, model: Any, _: Examples | None, arguments: argparse.Namespace) -> None:
    options = PICTURES["samples"].options_for(arguments)
    conditions = conditions_of_samples(arguments, model)
    count = options.pop("count", 64 if conditions is None or len(conditions) == 1 else None)
    plots.samples(model.sample(count, random_state=arguments.seed, conditions=conditions), **options)


def _manifold(plots: ModuleType, model: Any, _: Examples | None, arguments: argparse.Namespace) -> None:
    conditions = conditions_of_samples(arguments, model)
    plots.manifold(model.manifold(15, conditions=conditions), **PICTURES["manifold"].options_for(arguments))


def _reconstructions(plots: ModuleType, model: Any, examples: Examples | None, arguments: argparse.Namespace) -> None:
    assert examples is not None
    plots.reconstructions(model, examples.X, **PICTURES["reconstructions"].options_for(arguments))


def _interpolation(plots: ModuleType, model: Any, examples: Examples | None, arguments: argparse.Namespace) -> None:
    assert examples is not None
    ends = _rows(arguments, examples, (0, 1))
    plots.interpolation(model, examples.X, [ends], **PICTURES["interpolation"].options_for(arguments))


def _denoising(plots: ModuleType, model: Any, examples: Examples | None, arguments: argparse.Namespace) -> None:
    assert examples is not None
    options = PICTURES["denoising"].options_for(arguments)
    plots.denoising(model, examples.X, random_state=arguments.seed, **options)


def _filters(plots: ModuleType, model: Any, _: Examples | None, arguments: argparse.Namespace) -> None:
    plots.filters(model, **layer_of(arguments, model), **PICTURES["filters"].options_for(arguments))


def _explanation(plots: ModuleType, model: Any, examples: Examples | None, arguments: argparse.Namespace) -> None:
    assert examples is not None
    (row,) = _rows(arguments, examples, (0,))
    calibrate(arguments, model, [examples])
    plots.explanation(model, examples.X, row, **PICTURES["explanation"].options_for(arguments))


def _rows(arguments: argparse.Namespace, examples: Examples, usual: tuple[int, ...]) -> tuple[int, ...]:
    """As many numbers of rows as usual ones.

    Raises
    ------
    UsageError
        Others were given, or there is no such row.
    """
    rows: tuple[int, ...] = arguments.row or usual
    if len(rows) != len(usual):
        expected = "one row" if len(usual) == 1 else "two rows, as in 0,1"
        raise UsageError(f"--row {','.join(map(str, rows))}: vaelib plot {arguments.kind} shows {expected}")
    if not all(0 <= row < len(examples.X) for row in rows):
        raise UsageError(f"--row {','.join(map(str, rows))}: {examples.source} has rows 0 to {len(examples.X) - 1}")
    return rows


#: All kinds, by name.
PICTURES: dict[str, Picture] = {
    "training": Picture(_training, data=False, asks=False),
    "latents": _codes("latents", "latent_scatter"),
    "pairs": _codes("pairs", "latent_pairs"),
    "kl": Picture(_kl, models=(VAE,)),
    "traversals": Picture(_traversals, data=None, models=(VAE,), options=("shape", "row", "latents")),
    "samples": Picture(
        _samples, data=False, of_pixels=True, models=(VAE,), options=("shape", "rows", "seed", "conditions")
    ),
    "manifold": Picture(_manifold, data=False, of_pixels=True, models=(VAE,), options=("shape", "conditions")),
    "reconstructions": Picture(_reconstructions, of_pixels=True, options=("shape", "rows")),
    "interpolation": Picture(_interpolation, of_pixels=True, models=(VAE,), options=("shape", "row")),
    "denoising": Picture(_denoising, of_pixels=True, models=(StackQueries,), options=("shape", "rows", "seed")),
    "filters": Picture(_filters, data=False, of_pixels=True, options=("shape", "rows", "layer"), asks=False),
    "explanation": Picture(
        _explanation, models=(VAE, StackedDenoisingAutoencoder), options=("shape", "row", "reference")
    ),
}
