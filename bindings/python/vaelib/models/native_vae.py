"""The library's variational auto-encoder as a Python object; the estimator is built on it."""

from __future__ import annotations

import ctypes
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

from vaelib._c import header
from vaelib._c.calls import call, defaults, described, new_handle
from vaelib._c.configurations import fill, values_of
from vaelib._c.long_calls import Callbacks, LongCall
from vaelib.data.dataset import Dataset
from vaelib.models.columns import (
    Group,
    groups_in,
    is_given,
    likelihoods_of,
    native_groups,
    resolved_groups,
    set_groups,
)
from vaelib.models.native import NativeModel


def imputation_config(settings: Mapping[str, Any], seed: int) -> tuple[header.ImputationConfig, list[Any]]:
    """The library's configuration of an imputation, and what must live as long as it is used."""
    config = defaults(header.ImputationConfig)
    config.seed = seed
    return config, fill(config, settings)


class NativeVAE(NativeModel):
    """A variational auto-encoder inside the library."""

    kind = "vae"

    @classmethod
    def create(
        cls,
        data_dim: int,
        seed: int,
        architecture: Mapping[str, Any],
        examples: Dataset | None = None,
        groups: Sequence[Group] = (),
    ) -> NativeVAE:
        """A new model with fresh weights; the examples decide what the architecture, or its groups, leave to them."""
        config = defaults(header.VAEConfig)
        config.data_dim, config.seed = data_dim, seed
        kept = fill(config, architecture)
        if groups:
            array, alive = native_groups(groups if examples is None else resolved_groups(groups, examples))
            kept += alive
            set_groups(config, array)
        elif examples is not None:
            call("vaelib_vae_config_resolve", ctypes.byref(config), examples.handle)
        model = cls(new_handle(header.Model, "vaelib_vae_create", ctypes.byref(config)))
        del kept
        return model

    def evaluate(
        self,
        function: str,
        examples: Dataset,
        settings: Mapping[str, Any],
        seed: int,
        callbacks: Callbacks,
        outputs: tuple[Any, ...],
    ) -> None:
        """Calls ``function(model, examples, evaluation, callback, *outputs)``."""
        config = defaults(header.EvaluationConfig)
        config.seed = seed
        kept = fill(config, settings)
        arguments = (self.handle, examples.handle, ctypes.byref(config))
        LongCall(callbacks, self).run(function, *arguments, after=outputs)
        del kept

    @cached_property
    def has_variance(self) -> bool:
        """Whether p(x|z) has a variance of its own: that of a likelihood of real values."""
        return bool(self.info.has_variance)

    @cached_property
    def condition_count(self) -> int:
        """How many columns are given: conditions, and a size factor."""
        return int(self.info.condition_count)

    @property
    def condition_columns(self) -> list[int]:
        """The numbers of the columns that are given: conditions, and a size factor."""
        flags = [is_given(group) for group in self.groups for _ in range(group["columns"])]
        return [column for column, flag in enumerate(flags) if flag]

    @property
    def size_factor_column(self) -> int | None:
        """The number of the column that is the size factor."""
        flags = [bool(group["size_factor"]) for group in self.groups for _ in range(group["columns"])]
        return flags.index(True) if True in flags else None

    @property
    def architecture(self) -> dict[str, Any]:
        """The architecture's hyper-parameters."""
        return values_of(described(header.VAEConfig, "vaelib_vae_get_config", self.handle))

    @property
    def groups(self) -> list[Group]:
        """The groups of columns; none where all columns are of one kind."""
        return groups_in(described(header.VAEConfig, "vaelib_vae_get_config", self.handle))

    @property
    def likelihoods(self) -> list[str]:
        """The likelihood of each column; of a size factor, which has none, "auto"."""
        return likelihoods_of(self.groups) or [str(self.architecture["likelihood"])] * self.data_dim

    @property
    def category_counts(self) -> dict[int, int]:
        """How many categories there are in the columns of categories, and in those that are 0 or 1."""
        counts: dict[int, int] = {}
        classes = [group["classes"] for group in self.groups for _ in range(group["columns"])]
        for column, likelihood in enumerate(self.likelihoods):
            if likelihood in ("bernoulli", "categorical"):
                counts[column] = 2 if likelihood == "bernoulli" else classes[column]
        return counts

    @property
    def resolved_architecture(self) -> dict[str, Any]:
        """The architecture, with the widths that a decoder has where none were given: those of the encoder, reversed.

        A model that came from a file names them, one that was made without them does not.
        """
        architecture = self.architecture
        if architecture["decoder_hidden"] is None:
            architecture["decoder_hidden"] = architecture["hidden"][::-1]
        return architecture
