"""Queries of a fitted variational auto-encoder whose results go to a file."""

from __future__ import annotations

from typing import Any, Literal

from vaelib._c.arguments import seed_from, text
from vaelib._c.long_calls import Callbacks
from vaelib.models.estimator import Estimator
from vaelib.models.native_vae import NativeVAE
from vaelib.models.targets import Target, query_to_file
from vaelib.models.vae_queries import choice


class VAEFileQueries(Estimator[NativeVAE]):
    """Results of any size, computed piece by piece; ``vaelib.open_dataset`` reads them.

    ``target`` is the path of a new file, which appears complete or not at all, or an open ``DatasetWriter``, where
    results of several calls may be joined. ``callbacks`` are as in ``fit``; if one returns True, ``Cancelled`` is
    raised. After an error or a Ctrl-C no file appears.
    """

    def transform_to_file(
        self, X: Any, target: Target, name: str = "codes", *, conditions: Any = None, callbacks: Callbacks = None
    ) -> None:
        """Writes the latent means of X, as ``transform`` gives them: dataset ``name`` (n_samples, latent_dim)."""
        self.encode_to_file(X, target, name, None, conditions=conditions, callbacks=callbacks)

    def encode_to_file(
        self,
        X: Any,
        target: Target,
        mean: str = "mean",
        log_variance: str | None = "log_variance",
        *,
        conditions: Any = None,
        callbacks: Callbacks = None,
    ) -> None:
        """Writes q(z|x): two datasets (n_samples, latent_dim), its mean and its log-variance; None leaves out that."""
        names = (text(mean), None if log_variance is None else text(log_variance))
        model = self._fitted()
        examples = self._examples(X, conditions=conditions)
        query_to_file("vaelib_vae_encode_to", model, examples, (), target, names, self._reporting(callbacks))

    def inverse_transform_to_file(
        self,
        Z: Any,
        target: Target,
        name: str = "mean",
        variance: str | None = None,
        *,
        conditions: Any = None,
        callbacks: Callbacks = None,
    ) -> None:
        """Writes the mean of p(x|z) for latents Z, as ``inverse_transform`` gives it: (n_samples, n_features).

        ``variance`` names a second dataset, for the variances of a Gaussian likelihood.
        """
        names = (text(name), None if variance is None else text(variance))
        model = self._fitted()
        given = self._given(conditions)
        arguments = (None if given is None else given.handle,)
        query_to_file(
            "vaelib_vae_decode_to", model, self._codes(Z), arguments, target, names, self._reporting(callbacks)
        )

    def reconstruct_to_file(
        self,
        X: Any,
        target: Target,
        name: str = "reconstructions",
        latent: Literal["mean", "sample"] = "mean",
        random_state: Any = None,
        *,
        conditions: Any = None,
        callbacks: Callbacks = None,
    ) -> None:
        """Writes what ``reconstruct`` gives: dataset ``name`` of shape (n_samples, n_features)."""
        seed = seed_from(random_state) if latent == "sample" else 0
        model = self._fitted()
        arguments = (choice(latent, "latent"), seed)
        examples = self._examples(X, conditions=conditions)
        query_to_file(
            "vaelib_vae_reconstruct_to", model, examples, arguments, target, (text(name),), self._reporting(callbacks)
        )
