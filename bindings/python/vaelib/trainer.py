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
from vaelib._stack_fitting import StackFitting
from vaelib._stack_structures import PHASES
from vaelib.vae import VAE

Flat = npt.NDArray[np.float32]


@dataclass(frozen=True)
class StepResult:
    """What one step found, as means over its batch in nats per example.

    ``gradient_norm`` is the Euclidean norm of the gradient before clipping. Of a stack's step the terms of the bound
    are NaN.
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
    estimator : VAE, StackedDenoisingAutoencoder or StackedDenoisingClassifier
        Fitted, or given fresh weights by ``estimator.initialize(n_features)``. Its training parameters apply, except
        epochs (only the cosine schedule uses it), batch_size and patience.
    examples_per_epoch : int
        N, the number of training examples: it turns steps into epochs for the schedules and scales the weight prior.
    phase : {"pretraining", "supervised", "unsupervised"}, default "pretraining"
        What a stack is trained for: one layer to denoise its input, all layers to know labels, or all layers to
        reconstruct.
    layer : int, default 0
        The layer that is pretrained; -1 is the topmost.
    classes : int, default 0
        How many classes there are, for a supervised phase of a stack that has no classifier yet.

    Attributes
    ----------
    parameters, gradients : array of float32
        The model's flat parameters and the gradient buffer, in place: changes take effect at the next step.
    named_parameters, named_gradients : dict of arrays
        The same memory by tensor name, each a matrix: weight [inputs, outputs], bias [1, outputs].
    """

    def __init__(
        self,
        estimator: VAE | StackFitting,
        examples_per_epoch: int,
        *,
        phase: str = "pretraining",
        layer: int = 0,
        classes: int = 0,
    ) -> None:
        examples = count(examples_per_epoch, "examples_per_epoch")
        if isinstance(estimator, StackFitting):
            pointer = _of_stack(estimator, examples, phase, layer, classes)
        else:
            pointer = _of_model(estimator, examples)
        self._estimator = estimator
        self._handle = _Handle(pointer)
        self.parameters = self._flat("vaelib_trainer_parameters")
        self.gradients = self._flat("vaelib_trainer_gradients")
        tensors = estimator._fitted().tensors
        self.named_parameters: dict[str, Flat] = {tensor.name: tensor.of(self.parameters) for tensor in tensors}
        self.named_gradients: dict[str, Flat] = {tensor.name: tensor.of(self.gradients) for tensor in tensors}

    def step(self, batch: Any, labels: npt.ArrayLike | None = None) -> StepResult:
        """Computes the gradients on all rows of ``batch`` and applies them.

        A supervised phase needs ``labels``, numbers from 0 to classes - 1, or a Dataset that has them.
        """
        return self._on_batch("vaelib_trainer_step", batch, labels)

    def compute_gradients(self, batch: Any, labels: npt.ArrayLike | None = None) -> StepResult:
        """Computes the gradient of the loss on ``batch`` into ``gradients``, replacing what was there."""
        return self._on_batch("vaelib_trainer_compute_gradients", batch, labels)

    def apply_gradients(self) -> None:
        """Applies ``gradients``: clipping, weight decay, optimiser, schedule; then counts the step.

        Raises
        ------
        NumericalError
            A gradient is not finite; nothing was applied.
        """
        call("vaelib_trainer_apply_gradients", self._handle.pointer)

    def _on_batch(self, name: str, batch: Any, labels: npt.ArrayLike | None) -> StepResult:
        native = structures.sized(structures.StepResult)
        examples = self._estimator._examples(batch, None if labels is None else np.asarray(labels))
        call(name, self._handle.pointer, examples.handle, ctypes.byref(native))
        return StepResult(*(getattr(native, field.name) for field in fields(StepResult)))

    def _flat(self, name: str) -> Flat:
        values, count = ctypes.POINTER(ctypes.c_float)(), ctypes.c_size_t()
        call(name, self._handle.pointer, ctypes.byref(values), ctypes.byref(count))
        address = ctypes.cast(values, ctypes.c_void_p).value
        assert address is not None
        return array_at(address, count.value, self._handle)


def _of_model(vae: VAE, examples_per_epoch: int) -> Any:
    """A trainer handle for a variational auto-encoder."""
    model = vae._fitted()
    config = new_training_config()
    config.seed = vae.seed_
    kept = fill(config, vae._parameters(TRAINING_DEFAULTS))
    pointer = ctypes.POINTER(structures.TrainerHandle)()
    arguments = (model.handle, ctypes.byref(config), examples_per_epoch, ctypes.byref(pointer))
    call("vaelib_trainer_create", *arguments)
    del kept
    return pointer


def _of_stack(stack: StackFitting, examples_per_epoch: int, phase: str, layer: int, classes: int) -> Any:
    """A trainer handle for a stack."""
    if phase not in PHASES:
        raise ValueError(f"phase must be one of {', '.join(PHASES)}, not {phase!r}")
    model = stack._fitted()
    config = new_training_config()
    config.seed = stack.seed_
    kept = fill(config, stack._training_parameters(phase))
    pointer = ctypes.POINTER(structures.TrainerHandle)()
    numbers = (PHASES[phase], model.layer_index(layer), count(classes, "classes"))
    call(
        "vaelib_stack_trainer_create",
        *(model.handle, *numbers, ctypes.byref(config), examples_per_epoch, ctypes.byref(pointer)),
    )
    del kept
    return pointer
