"""Training one step at a time, for programs with their own loop."""

from __future__ import annotations

import ctypes
import weakref
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from vaelib._c import header
from vaelib._c.arguments import count
from vaelib._c.arrays import array_at
from vaelib._c.calls import call, defaults, described, new_handle
from vaelib._c.configurations import fill
from vaelib._c.library import library
from vaelib.data.as_array import as_array
from vaelib.data.dataset import Dataset
from vaelib.training.heads import Head

Flat = npt.NDArray[np.float32]


class Trainable(Protocol):
    """What a trainer asks of an estimator."""

    seed_: int

    def _fitted(self) -> Any: ...

    def _examples(self, X: Any, labels: npt.NDArray[Any] | None = None, *, conditions: Any = None) -> Dataset: ...

    def _step_training(self, phase: str | None, layer: int, head: Any) -> tuple[str, int, dict[str, Any]]: ...

    def _adopt(self, model: Any) -> None: ...


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
    estimator : VAE, StackedDenoisingAutoencoder, StackedDenoisingClassifier or StackedDenoisingRegressor
        Fitted, or given fresh weights by ``estimator.initialize(n_features)``. Its training parameters apply, except
        batch_size, patience and validation_fraction. The default schedule, a cosine, falls over ``epochs``: set it to
        the passes that you mean to make.
    examples_per_epoch : int
        N, the number of training examples: it turns steps into epochs for the schedules and scales the weight prior.
    phase : {"pretraining", "supervised", "unsupervised"}, default "pretraining"
        What a stack is trained for: one layer to denoise its input, all layers to predict labels or targets, or all
        layers to reconstruct. A VAE has one phase, "fit".
    layer : int, default 0
        The layer to pretrain; -1 is the topmost.
    classes : int, default 0
        How many classes there are, for a supervised phase of a stack that has no head yet.
    outputs : int, default 0
        The same for several labels at once, of a StackedDenoisingClassifier, or for real targets. A trainer learns
        targets as they are, unless ``fit`` has standardised earlier ones: give them mean 0 and deviation 1.

    Attributes
    ----------
    parameters, gradients : array of float32
        The model's flat parameters and the gradient buffer, in place: changes take effect at the next step.
    named_parameters, named_gradients : dict of arrays
        The same memory by name: weight [inputs, outputs], bias [outputs].
    """

    def __init__(
        self,
        estimator: Trainable,
        examples_per_epoch: int,
        *,
        phase: str | None = None,
        layer: int = 0,
        classes: int = 0,
        outputs: int = 0,
    ) -> None:
        self._estimator = estimator
        self._handle = _Handle(_new_trainer(estimator, examples_per_epoch, phase, layer, classes, outputs))
        self.parameters = self._flat("vaelib_trainer_get_parameters")
        self.gradients = self._flat("vaelib_trainer_get_gradients")
        tensors = estimator._fitted().tensors
        self.named_parameters: dict[str, Flat] = {name: each.of(self.parameters) for name, each in tensors.items()}
        self.named_gradients: dict[str, Flat] = {name: each.of(self.gradients) for name, each in tensors.items()}

    def step(self, batch: Any, labels: npt.ArrayLike | None = None, *, conditions: Any = None) -> dict[str, float]:
        """Computes the gradients on all rows of ``batch`` and applies them; returns metrics, as means over the batch.

        "loss", "learning_rate" and "gradient_norm" (the Euclidean norm before clipping); for a VAE also "elbo",
        "reconstruction", "kl" and "kl_weight"; for a supervised phase also "error", 1 - the score.

        Rows of a Dataset with weights (``Dataset.reweight``) count by them as they are: the loss is the mean of each
        row's weight times its loss. Divide them by their mean over all examples.

        A supervised phase needs ``labels``, numbers from 0 to classes - 1, or a Dataset that has them; or real targets,
        or several labels at once, shape (rows, outputs). ``conditions`` are those of the batch, of a VAE that was
        initialized with some.
        """
        examples = self._batch(batch, labels, conditions)
        found = described(header.Metrics, "vaelib_trainer_step", self._handle.pointer, examples.handle)
        return _as_dictionary(found)

    def compute_gradients(
        self,
        batch: Any,
        labels: npt.ArrayLike | None = None,
        *,
        conditions: Any = None,
        global_rows: int = 0,
        first_row: int | None = None,
    ) -> dict[str, float]:
        """Computes the gradient of the loss on ``batch`` into ``gradients``, replacing the contents; as ``step``.

        If the batch is a part of one that is divided among several trainers, ``global_rows`` is the number of rows of
        the whole, and ``first_row`` the row of the whole at which this part begins; by default that is where a slice
        begins in its Dataset, and 0 for anything else. The gradients are then this part's share of those of the whole,
        with the same noise; ``apply_gradients`` takes their sum over all parts. Layers with a ``sparsity_weight``
        cannot be trained so.
        """
        place = defaults(header.BatchPlace)
        place.global_rows = count(global_rows, "global_rows")
        if first_row is not None:
            place.first_row = count(first_row, "first_row")
        examples = self._batch(batch, labels, conditions)
        arguments = (self._handle.pointer, examples.handle, ctypes.byref(place))
        return _as_dictionary(described(header.Metrics, "vaelib_trainer_compute_gradients", *arguments))

    def apply_gradients(self, global_rows: int = 0) -> None:
        """Applies ``gradients``: clipping, weight decay, optimiser, schedule; then counts the step.

        ``global_rows`` is the number of rows of the whole batch, by which schedules advance; 0 takes the number that
        the gradients were computed for.

        Raises
        ------
        NumericalError
            A gradient is not finite; nothing was applied.
        """
        call("vaelib_trainer_apply_gradients", self._handle.pointer, count(global_rows, "global_rows"))

    def _batch(self, batch: Any, labels: npt.ArrayLike | None, conditions: Any) -> Dataset:
        if labels is None:
            return self._estimator._examples(batch, conditions=conditions)
        head = self._estimator._fitted().head
        if head in ("", "softmax"):
            return self._estimator._examples(batch, as_array(labels, "labels"))
        return self._estimator._examples(batch)._with_targets(as_array(labels, "labels").astype(np.float32), head)

    def _flat(self, name: str) -> Flat:
        values, number = ctypes.POINTER(ctypes.c_float)(), ctypes.c_size_t()
        call(name, self._handle.pointer, ctypes.byref(values), ctypes.byref(number))
        address = ctypes.cast(values, ctypes.c_void_p).value
        assert address is not None
        return array_at(address, number.value, self._handle)


def _head(estimator: Trainable, classes: int, outputs: int) -> Head | None:
    """The head that is asked for."""
    number, targets = count(classes, "classes"), count(outputs, "outputs")
    if number > 0 and targets > 0:
        raise ValueError("classes and outputs are both given; a stack has one head")
    if targets > 0:
        return Head(getattr(estimator, "_target_head", "gaussian"), targets)
    return Head("softmax", number) if number > 0 else None


def _new_trainer(
    estimator: Trainable, examples_per_epoch: int, phase: str | None, layer: int, classes: int, outputs: int
) -> Any:
    """A trainer's handle. A stack without a head gets the one that is asked for, unless something is refused."""
    model = estimator._fitted()
    head = _head(estimator, classes, outputs)
    phase, layer, training = estimator._step_training(phase, layer, head)
    config = defaults(header.TrainingConfig)
    config.seed = estimator.seed_
    kept = fill(config, training)
    arguments = (header.PHASE[phase], layer, ctypes.byref(config), count(examples_per_epoch, "examples_per_epoch"))

    def create(on: Any) -> Any:
        return new_handle(header.Trainer, "vaelib_trainer_create", on.handle, *arguments)

    if phase == "supervised" and head is not None and not model.head:
        trial = model.copy()
        trial.add_head(*head)
        library.vaelib_trainer_free(create(trial))
        model.add_head(*head)
        estimator._adopt(model)
    handle = create(model)
    del kept
    return handle


def _as_dictionary(found: header.Metrics) -> dict[str, float]:
    """The metrics by name."""
    return {metric.name.decode(): metric.value for metric in found.values[: found.count]}
