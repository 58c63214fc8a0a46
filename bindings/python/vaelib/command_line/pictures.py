"""The pictures that ``vaelib plot`` draws: what each is of, which options it has, and how it is drawn."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from vaelib.command_line.asking import layer_of
from vaelib.command_line.calibrating import calibrate
from vaelib.command_line.conditions import conditions_of_samples
from vaelib.command_line.errors import UsageError
from vaelib.command_line.examples import Examples
from vaelib.models.autoencoder import StackedDenoisingAutoencoder
from vaelib.models.stack_queries import StackQueries
from vaelib.models.vae import VAE

#: The options that the functions of ``vaelib.plots`` have, too, and what they call them.
_ARGUMENTS = {"shape": "shape", "rows": "count", "latents": "latents"}


@dataclass(frozen=True)
class Request:
    """What a picture is drawn of."""

    arguments: argparse.Namespace
    plots: ModuleType
    model: Any
    examples: Examples | None

    @property
    def of_data(self) -> Examples:
        """The examples, of pictures that need some."""
        assert self.examples is not None
        return self.examples

    @property
    def rows_and_conditions(self) -> tuple[Any, dict[str, Any]]:
        """The rows, of pictures that need some, and what functions of ``vaelib.plots`` are told beside them."""
        return self.of_data.X, self.of_data.keywords()

    @property
    def conditions(self) -> Any:
        """What is decoded is given these, in pictures without rows; None for a model without conditions."""
        return conditions_of_samples(self.arguments, self.model)

    @property
    def options(self) -> dict[str, Any]:
        """The arguments that functions of ``vaelib.plots`` have in common."""
        given = {argument: vars(self.arguments)[name] for name, argument in _ARGUMENTS.items()}
        return {"path": self.arguments.output, **{name: each for name, each in given.items() if each is not None}}

    def rows(self, *usual: int) -> tuple[int, ...]:
        """The numbers of rows that were chosen, as many as usual ones.

        Raises
        ------
        UsageError
            There are more or fewer, or there is no such row.
        """
        rows: tuple[int, ...] = self.arguments.row or usual
        text, count = f"--row {','.join(map(str, rows))}", len(self.of_data.X)
        if len(rows) != len(usual):
            expected = "one row" if len(usual) == 1 else "two rows, as in 0,1"
            raise UsageError(f"{text}: vaelib plot {self.arguments.kind} shows {expected}")
        if not all(0 <= row < count for row in rows):
            raise UsageError(f"{text}: {self.of_data.source} has rows 0 to {count - 1}")
        return rows


@dataclass(frozen=True)
class Picture:
    """A kind of picture."""

    draw: Callable[[Request], None]
    #: Whether rows are needed (True), may be given (None), or say nothing (False).
    data: bool | None = True
    #: The models that it can be drawn of; of all if there are none.
    models: tuple[type[Any], ...] = ()
    #: Whether rows are shown as pictures, so that they must be numbers.
    of_pixels: bool = False
    #: The options that only some kinds have.
    options: tuple[str, ...] = ()


def _training(request: Request) -> None:
    request.plots.training_curve(request.model, **request.options)


def _latents(request: Request) -> None:
    request.plots.latent_scatter(*_codes_and_labels(request), **request.options)


def _pairs(request: Request) -> None:
    request.plots.latent_pairs(*_codes_and_labels(request), **request.options)


def _codes_and_labels(request: Request) -> list[Any]:
    examples = request.of_data
    codes = request.model.transform(examples.X, **examples.keywords())
    return [codes] if examples.y is None else [codes, examples.y]


def _kl(request: Request) -> None:
    rows, given = request.rows_and_conditions
    request.plots.latent_kl(request.model, rows, **given, **request.options)


def _traversals(request: Request) -> None:
    if request.examples is None:
        conditions = request.conditions
        if conditions is not None and len(conditions) > 1:
            text = f"--conditions {request.arguments.conditions} has {len(conditions)} rows"
            raise UsageError(f"{text}: vaelib plot traversals without DATA decodes all under the same conditions")
        request.plots.traversals(request.model, conditions=conditions, **request.options)
        return
    rows, given = request.rows_and_conditions
    request.plots.traversals(request.model, rows, row=request.rows(0)[0], **given, **request.options)


def _samples(request: Request) -> None:
    given = {"random_state": request.arguments.seed, "conditions": request.conditions}
    request.plots.samples(request.model, **given, **request.options)


def _manifold(request: Request) -> None:
    request.plots.manifold(request.model, conditions=request.conditions, **request.options)


def _reconstructions(request: Request) -> None:
    rows, given = request.rows_and_conditions
    request.plots.reconstructions(request.model, rows, **given, **request.options)


def _interpolation(request: Request) -> None:
    rows, given = request.rows_and_conditions
    request.plots.interpolation(request.model, rows, [request.rows(0, 1)], **given, **request.options)


def _denoising(request: Request) -> None:
    seed = request.arguments.seed
    request.plots.denoising(request.model, request.of_data.X, random_state=seed, **request.options)


def _filters(request: Request) -> None:
    request.plots.filters(request.model, **layer_of(request.arguments, request.model), **request.options)


def _explanation(request: Request) -> None:
    (row,) = request.rows(0)
    calibrate(request.arguments, request.model, [request.of_data])
    rows, given = request.rows_and_conditions
    request.plots.explanation(request.model, rows, row, **given, **request.options)


#: All kinds, by name.
PICTURES: dict[str, Picture] = {
    "training": Picture(_training, data=False),
    "latents": Picture(_latents, options=("latents", "conditions")),
    "pairs": Picture(_pairs, options=("latents", "conditions")),
    "kl": Picture(_kl, models=(VAE,), options=("conditions",)),
    "traversals": Picture(_traversals, data=None, models=(VAE,), options=("shape", "row", "latents", "conditions")),
    "samples": Picture(
        _samples, data=False, models=(VAE,), of_pixels=True, options=("shape", "rows", "seed", "conditions")
    ),
    "manifold": Picture(_manifold, data=False, models=(VAE,), of_pixels=True, options=("shape", "conditions")),
    "reconstructions": Picture(_reconstructions, of_pixels=True, options=("shape", "rows", "conditions")),
    "interpolation": Picture(_interpolation, models=(VAE,), of_pixels=True, options=("shape", "row", "conditions")),
    "denoising": Picture(_denoising, models=(StackQueries,), of_pixels=True, options=("shape", "rows", "seed")),
    "filters": Picture(_filters, data=False, of_pixels=True, options=("shape", "rows", "layer")),
    "explanation": Picture(
        _explanation, models=(VAE, StackedDenoisingAutoencoder), options=("shape", "row", "reference", "conditions")
    ),
}
