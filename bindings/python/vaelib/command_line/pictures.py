"""The pictures that ``vaelib plot`` draws: what each is of, which options it has, and how it is drawn."""

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
from vaelib.command_line.examples import Examples
from vaelib.models.autoencoder import StackedDenoisingAutoencoder
from vaelib.models.stack_queries import StackQueries
from vaelib.models.vae import VAE

#: The options that the functions of ``vaelib.plots`` have, too, and what they call them.
_ARGUMENTS = {"shape": "shape", "rows": "count", "latents": "latents"}
#: How many samples there are, and how many pictures a side of the manifold has, where nobody says it.
_SAMPLES, _SIDE = 64, 15


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
    #: Whether the model is asked anything that conditions change.
    asks: bool = True

    def lacks_conditions_of(self, model: Any) -> bool:
        """Whether a model wants conditions that the picture cannot be told; those in rows come with them."""
        is_told = has_conditions_beside(model) if self.data else known_conditions(model) is not None
        return is_told and self.asks and "conditions" not in self.options


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
    request.plots.latent_kl(request.model, request.of_data.X, **request.options)


def _traversals(request: Request) -> None:
    from_row = {} if request.examples is None else {"X": request.examples.X, "row": request.rows(0)[0]}
    request.plots.traversals(request.model, **from_row, **request.options)


def _samples(request: Request) -> None:
    options = request.options
    conditions = conditions_of_samples(request.arguments, request.model)
    count = options.pop("count", _SAMPLES if conditions is None or len(conditions) == 1 else None)
    rows = request.model.sample(count, random_state=request.arguments.seed, conditions=conditions)
    request.plots.samples(rows, **options)


def _manifold(request: Request) -> None:
    conditions = conditions_of_samples(request.arguments, request.model)
    request.plots.manifold(request.model.manifold(_SIDE, conditions=conditions), **request.options)


def _reconstructions(request: Request) -> None:
    request.plots.reconstructions(request.model, request.of_data.X, **request.options)


def _interpolation(request: Request) -> None:
    request.plots.interpolation(request.model, request.of_data.X, [request.rows(0, 1)], **request.options)


def _denoising(request: Request) -> None:
    seed = request.arguments.seed
    request.plots.denoising(request.model, request.of_data.X, random_state=seed, **request.options)


def _filters(request: Request) -> None:
    request.plots.filters(request.model, **layer_of(request.arguments, request.model), **request.options)


def _explanation(request: Request) -> None:
    (row,) = request.rows(0)
    calibrate(request.arguments, request.model, [request.of_data])
    request.plots.explanation(request.model, request.of_data.X, row, **request.options)


#: All kinds, by name.
PICTURES: dict[str, Picture] = {
    "training": Picture(_training, data=False, asks=False),
    "latents": Picture(_latents, options=("latents", "conditions")),
    "pairs": Picture(_pairs, options=("latents", "conditions")),
    "kl": Picture(_kl, models=(VAE,)),
    "traversals": Picture(_traversals, data=None, models=(VAE,), options=("shape", "row", "latents")),
    "samples": Picture(
        _samples, data=False, models=(VAE,), of_pixels=True, options=("shape", "rows", "seed", "conditions")
    ),
    "manifold": Picture(_manifold, data=False, models=(VAE,), of_pixels=True, options=("shape", "conditions")),
    "reconstructions": Picture(_reconstructions, of_pixels=True, options=("shape", "rows")),
    "interpolation": Picture(_interpolation, models=(VAE,), of_pixels=True, options=("shape", "row")),
    "denoising": Picture(_denoising, models=(StackQueries,), of_pixels=True, options=("shape", "rows", "seed")),
    "filters": Picture(_filters, data=False, of_pixels=True, options=("shape", "rows", "layer"), asks=False),
    "explanation": Picture(
        _explanation, models=(VAE, StackedDenoisingAutoencoder), options=("shape", "row", "reference")
    ),
}
