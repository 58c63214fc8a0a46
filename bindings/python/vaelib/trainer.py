"""Training one step at a time, for programs with a loop of their own."""

from __future__ import annotations

import ctypes
import weakref
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import numpy.typing as npt

from vaelib import _structures as structures
from vaelib._arrays import array_at
from vaelib._native import call, library
from vaelib._parameters import TRAINING_DEFAULTS, count, fill, new_training_config
from vaelib.vae import VAE

Flat = npt.NDArray[np.float32]


@dataclass(frozen=True)
class StepResult:
    """What one step found, as means over its batch in nats per example.

    ``gradient_norm`` is the Euclidean norm of the gradient before clipping.
    """

    loss: float
    elbo: float
    reconstruction: float
    kl: float
    kl_weight: float
    learning_rate: float
    gradient_norm: float


class _Handle:
    """Owns a trainer handle; the arrays that look into the trainer's memory hold on to this."""

    def __init__(self, pointer: Any) -> None:
        self.pointer = pointer
        weakref.finalize(self, library.vaelib_trainer_free, pointer)


class Trainer:
    """Trains an estimator's model one batch at a time.

    For other sources of data, gradients summed over processes, or another optimiser. Between steps the estimator
    answers queries as usual, with the weights reached so far.

    Parameters
    ----------
    vae : VAE
        Fitted, or given fresh weights by ``vae.initialize(n_features)``. Its training parameters apply, except
        epochs (only the cosine schedule uses it), batch_size and patience.
    examples_per_epoch : int
        N, the number of training examples: it turns steps into epochs for the schedules and scales the weight prior.

    Attributes
    ----------
    parameters, gradients : array of float32
        The model's flat parameters and the gradient buffer, in place: changes take effect at the next step.
    named_parameters, named_gradients : dict of arrays
        The same memory by tensor name, each a matrix: weight [inputs, outputs], bias [1, outputs].
    """

    def __init__(self, vae: VAE, examples_per_epoch: int) -> None:
        model = vae._fitted()
        config = new_training_config()
        config.seed = vae.seed_
        kept = fill(config, vae._parameters(TRAINING_DEFAULTS))
        pointer = ctypes.POINTER(structures.TrainerHandle)()
        arguments = (
            model.handle,
            ctypes.byref(config),
            count(examples_per_epoch, "examples_per_epoch"),
            ctypes.byref(pointer),
        )
        call("vaelib_trainer_create", *arguments)
        del kept
        self._vae = vae
        self._handle = _Handle(pointer)
        self.parameters = self._flat("vaelib_trainer_parameters")
        self.gradients = self._flat("vaelib_trainer_gradients")
        tensors = model.tensors
        self.named_parameters: dict[str, Flat] = {tensor.name: tensor.of(self.parameters) for tensor in tensors}
        self.named_gradients: dict[str, Flat] = {tensor.name: tensor.of(self.gradients) for tensor in tensors}

    def step(self, batch: Any) -> StepResult:
        """Computes the gradients on all rows of ``batch`` and applies them."""
        return self._on_batch("vaelib_trainer_step", batch)

    def compute_gradients(self, batch: Any) -> StepResult:
        """Computes the gradient of the loss on ``batch`` into ``gradients``, replacing what was there."""
        return self._on_batch("vaelib_trainer_compute_gradients", batch)

    def apply_gradients(self) -> None:
        """Applies ``gradients``: clipping, weight decay, optimiser, schedule; then counts the step.

        Raises
        ------
        NumericalError
            A gradient is not finite; nothing was applied.
        """
        call("vaelib_trainer_apply_gradients", self._handle.pointer)

    def _on_batch(self, name: str, batch: Any) -> StepResult:
        native = structures.sized(structures.StepResult)
        examples = self._vae._examples(batch)
        call(name, self._handle.pointer, examples.handle, ctypes.byref(native))
        return StepResult(*(getattr(native, field.name) for field in fields(StepResult)))

    def _flat(self, name: str) -> Flat:
        values, count = ctypes.POINTER(ctypes.c_float)(), ctypes.c_size_t()
        call(name, self._handle.pointer, ctypes.byref(values), ctypes.byref(count))
        address = ctypes.cast(values, ctypes.c_void_p).value
        assert address is not None
        return array_at(address, count.value, self._handle)
