"""Queries: what a fitted estimator can tell."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from vaelib._c.arguments import count, seed_from
from vaelib._c.arrays import pointer
from vaelib._c.header import CHOICE
from vaelib.data.data_frames import in_container
from vaelib.models.estimator import Estimator
from vaelib.models.native_vae import NativeVAE
from vaelib.models.query_input import rows_of

Matrix = npt.NDArray[np.float32]


def choice(value: str, name: str) -> int:
    """The vaelib_choice of "mean" or "sample"."""
    try:
        return CHOICE[value]
    except (KeyError, TypeError):
        raise ValueError(f'{name} must be "mean" or "sample", not {value!r}') from None


@dataclass(frozen=True)
class MeanAndVariance:
    """p(x|z) of a likelihood of real values, for each latent: two arrays of shape (n_samples, n_features).

    Of "student_t" the mean is the location, and the variance is infinite up to 2 degrees of freedom.
    """

    mean: Matrix
    variance: Matrix


class VAEQueries(Estimator[NativeVAE]):
    """Encoding, decoding, sampling.

    Rows are arrays, or data frames with the columns and types of ``fit``'s if that had texts, categories or truth
    values. There the mean of categories is the most probable one, that of truth values whether True is, and that of
    whole numbers is rounded; ``decode`` gives all as numbers.

    ``conditions`` are what is given beside rows (see ``VAEConditions``): labels or columns as in ``fit``, a row for
    each row, or one for all. Queries of latents need them, too, if columns of X are conditions.

    Counts with ``count_mean="share"`` are shares of a total: in ``reconstruct`` of each row's own, elsewhere of the
    mean total of the training's rows, the tensor "standardization/total". A row that lacks counts has the total of
    those that are there, and what it lacks is in proportion to them.
    """

    likelihood: str

    def transform(self, X: Any, *, conditions: Any = None) -> Any:
        """The latent means of X, an array of shape (n_samples, latent_dim) or the data frame ``set_output`` chose."""
        model = self._fitted()
        examples = self._examples_for(model, X, conditions)
        means = np.empty((examples.rows, model.latent_dim), dtype=np.float32)
        name = "vaelib_vae_encode" + examples.suffix
        model.query(examples.rows, name, *examples.arguments, pointer(means), None, means.size)
        return in_container(self, means, X)

    def encode(self, X: Any, *, conditions: Any = None) -> tuple[Matrix, Matrix]:
        """q(z|x): its mean and its log-variance, each of shape (n_samples, latent_dim)."""
        model = self._fitted()
        examples = self._examples_for(model, X, conditions)
        mean = np.empty((examples.rows, model.latent_dim), dtype=np.float32)
        log_variance = np.empty_like(mean)
        name = "vaelib_vae_encode" + examples.suffix
        model.query(examples.rows, name, *examples.arguments, pointer(mean), pointer(log_variance), mean.size)
        return mean, log_variance

    def sample_latent(self, X: Any, random_state: Any = None, *, conditions: Any = None) -> Matrix:
        """One sample of q(z|x) for each example, shape (n_samples, latent_dim)."""
        model = self._fitted()
        examples = self._examples(X, conditions=conditions)
        seed = seed_from(random_state)
        return self._matrix_query("vaelib_vae_encode_sample", examples.rows, model.latent_dim, examples.handle, seed)

    def inverse_transform(self, X: Any, *, conditions: Any = None) -> Any:
        """The mean of p(x|z) for latents X of shape (n_samples, latent_dim): rows, (n_samples, n_features)."""
        return self._rows(self._decoded(X, conditions)[0])

    def _decoded(self, Z: Any, conditions: Any, *, variance: bool = False) -> tuple[Matrix, Matrix | None]:
        """The mean of p(x|z), and its variance if that is wanted, of all columns."""
        model = self._fitted()
        given = self._given(conditions)
        latents = self._codes_for(model.latent_dim, Z) if given is None else rows_of(self._codes(Z))
        mean = np.empty((latents.rows, model.data_dim), dtype=np.float32)
        variances = np.empty_like(mean) if variance else None
        arguments = (*latents.arguments, None if given is None else given.handle)
        name = "vaelib_vae_decode" + latents.suffix
        model.query(latents.rows, name, *arguments, pointer(mean), pointer(variances), mean.size)
        return mean, variances

    def decode(self, Z: Any, *, conditions: Any = None) -> Matrix | MeanAndVariance:
        """p(x|z) for latents Z: the means of a Bernoulli likelihood, means and variances of one of real values.

        Numbers always: of categories the place of the most probable one in ``categories_``, and in the variance the
        probability of all others; of truth values the probability of True.
        """
        mean, variance = self._decoded(Z, conditions, variance=self._fitted().has_variance)
        mean = self._own_columns(mean)
        return mean if variance is None else MeanAndVariance(mean, self._own_columns(variance))

    def decode_sample(self, Z: Any, random_state: Any = None, *, conditions: Any = None) -> Any:
        """One sample of p(x|z) for each latent: rows, (n_samples, n_features)."""
        model = self._fitted()
        latents = self._codes(Z)
        given = self._given(conditions)
        arguments = (latents.handle, None if given is None else given.handle, seed_from(random_state))
        return self._rows(self._matrix_query("vaelib_vae_decode_sample", latents.rows, model.data_dim, *arguments))

    def reconstruct(
        self, X: Any, latent: Literal["mean", "sample"] = "mean", random_state: Any = None, *, conditions: Any = None
    ) -> Any:
        """The mean of p(x|z), z the mean of q(z|x) or a sample of it: rows, (n_samples, n_features)."""
        model = self._fitted()
        examples = self._examples(X, conditions=conditions)
        how = choice(latent, "latent")
        seed = seed_from(random_state) if latent == "sample" else 0
        arguments = (examples.rows, model.data_dim, examples.handle, how, seed)
        return self._rows(self._matrix_query("vaelib_vae_reconstruct", *arguments), X)

    def sample(
        self,
        n_samples: int | None = None,
        output: Literal["mean", "sample"] = "mean",
        random_state: Any = None,
        *,
        conditions: Any = None,
    ) -> Any:
        """New rows, (n_samples, n_features): z from the prior, then the mean of p(x|z) or a sample of it.

        ``n_samples`` is 1 by default, or the number of rows that ``conditions`` has.
        """
        model = self._fitted()
        given = self._given(conditions)
        rows = 1 if given is None else given.rows
        rows = rows if n_samples is None else count(n_samples, "n_samples")
        how = choice(output, "output")
        arguments = (rows, model.data_dim, rows, None if given is None else given.handle, how, seed_from(random_state))
        return self._rows(self._matrix_query("vaelib_vae_sample", *arguments))

    def interpolate(self, X: Any, start: int = 0, stop: int = 1, steps: int = 10, *, conditions: Any = None) -> Any:
        """The path from row ``start`` of X to row ``stop`` through latent space: rows, (steps, n_features).

        ``steps`` points on the line between the two latent means, both ends included, decoded to means. Conditions go
        the same way: numbers evenly, counts in whole steps, and categories are those of the nearer end.
        """
        model = self._fitted()
        examples = self._examples(X, conditions=conditions)
        steps = count(steps, "steps")
        ends = [row + examples.rows if row < 0 else row for row in (start, stop)]
        for row, given in zip(ends, (start, stop), strict=True):
            if not 0 <= row < examples.rows:
                raise IndexError(f"row {given} is out of range for {examples.rows} examples")
        arguments = (steps, model.data_dim, examples.handle, *ends, steps)
        return self._rows(self._matrix_query("vaelib_vae_interpolate", *arguments))

    def manifold(self, side: int = 20, *, conditions: Any = None) -> Any:
        """The learned 2-D manifold (AEVB, figure 4): rows, (side * side, n_features); needs ``latent_dim=2``.

        A grid of the unit square through the inverse Gaussian CDF, decoded to means, row by row as a picture shows it.
        """
        model = self._fitted()
        side = count(side, "side")
        given = self._given(conditions)
        arguments = (side, None if given is None else given.handle)
        return self._rows(self._matrix_query("vaelib_vae_draw_manifold", side * side, model.data_dim, *arguments))

    def get_feature_names_out(self, input_features: Any = None) -> npt.NDArray[Any]:
        """The names of the latents: "vae0", "vae1", ...; ``input_features`` is present for scikit-learn.

        Raises
        ------
        ValueError
            ``input_features`` are given, and are not those of ``fit``.
        """
        return self._names_of_codes(self._fitted().info.latent_dim, input_features)
