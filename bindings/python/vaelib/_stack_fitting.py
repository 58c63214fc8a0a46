"""Fitting stacks: pretraining layer by layer, then fine-tuning."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, ClassVar, TypeVar

from vaelib._checkpoint import Checkpoint
from vaelib._estimator import seed_from
from vaelib._parameters import STACK_TRAINING_DEFAULTS, count
from vaelib._stack_model import Stack
from vaelib._stack_parameters import (
    INITIALIZATION_DEFAULTS,
    LAYER_PARAMETERS,
    StackParameters,
    is_per_layer,
    layers_of,
    merged,
    merged_values,
)
from vaelib._stack_progress import StackCallback, StackProgress, StackRecord
from vaelib._trained import Trained
from vaelib.dataset import Dataset

Self = TypeVar("Self", bound="StackFitting")

#: What fine-tuning may have otherwise than pretraining, as the parameter ``finetune_...``; None there is the same.
FINETUNE_PARAMETERS = ("learning_rate", "batch_size", "optimizer", "momentum", "schedule", "weight_decay")

#: Both phases share these parameters, unless there is a ``finetune_...`` for one.
SHARED_PARAMETERS = [
    name for name in STACK_TRAINING_DEFAULTS if name not in ("epochs", "learning_rate", "patience", "dropout")
]


class StackFitting(Trained[Stack]):
    """Training of stacks."""

    hidden: Any
    learning_rate: Any
    finetune_epochs: int
    patience: int
    _record_type = StackRecord
    #: The parameter that holds the epochs of pretraining.
    _epochs_parameter: ClassVar[str]
    #: How the estimator fine-tunes: "supervised" or "unsupervised".
    _finetuning_phase: ClassVar[str]
    #: The parameters that concern fine-tuning alone.
    _finetuning_only: ClassVar[tuple[str, ...]]

    def initialize(self: Self, n_features: int) -> Self:
        """Gives the estimator fresh, untrained weights for examples of this width; returns the estimator.

        ``fit`` does this by itself. It is for programs with a training loop of their own (``vaelib.Trainer``) or with
        weights from elsewhere (``load_state_dict``).
        """
        seed = seed_from(self.random_state)
        width = count(n_features, "n_features")
        self._keep(self._new_stack(width, seed), seed)
        self.n_features_in_ = width
        vars(self).pop("feature_names_in_", None)
        return self

    def _store(self, arguments: dict[str, Any]) -> None:
        """Keeps the constructor's arguments, its ``locals()``, under their own names and as they are."""
        vars(self).update({name: value for name, value in arguments.items() if name in self._defaults()})

    def _new_stack(self, n_features: int, seed: int) -> Stack:
        epochs = getattr(self, self._epochs_parameter)
        if is_per_layer(epochs) and 0 in list(epochs):
            name = self._epochs_parameter
            raise ValueError(f"{name} is 0 for a layer; give at least 1 for each, or {name}=0 for no pretraining")
        if is_per_layer(self.learning_rate) and 0 in list(self.learning_rate):
            raise ValueError("learning_rate is 0 for a layer; it must be above 0")
        of_layers = {"epochs": epochs, "learning_rate": self.learning_rate, **self._parameters(LAYER_PARAMETERS)}
        parameters = StackParameters(layers_of(self.hidden, of_layers), self._parameters(INITIALIZATION_DEFAULTS))
        return Stack.create(n_features, seed, parameters)

    def _pretraining(self) -> dict[str, Any]:
        """The training configuration of pretraining; what each layer has of its own is in the stack itself."""
        training = self._parameters(SHARED_PARAMETERS)
        own = {"epochs": getattr(self, self._epochs_parameter), "learning_rate": self.learning_rate}
        return training | {name: value for name, value in own.items() if not is_per_layer(value)}

    def _finetuning(self) -> dict[str, Any]:
        """The training configuration of fine-tuning."""
        training = self._parameters([*SHARED_PARAMETERS, *self._finetuning_only])
        training["epochs"] = self.finetune_epochs
        for name in FINETUNE_PARAMETERS:
            own = getattr(self, f"finetune_{name}")
            training[name] = getattr(self, name) if own is None else own
        if is_per_layer(training["learning_rate"]):
            raise ValueError("learning_rate is one for each layer: give fine-tuning its finetune_learning_rate")
        return training

    def _training_parameters(self, phase: str) -> dict[str, Any]:
        """The training configuration of a phase, for a Trainer; where ``fit`` leaves the phase out, epochs are free."""
        training = self._pretraining() if phase == "pretraining" else self._finetuning()
        if training.get("epochs") == 0:
            del training["epochs"]
        return training

    def _train(
        self,
        stack: Stack,
        seed: int,
        examples: Dataset,
        validation: Dataset | None,
        callback: StackCallback | None,
        checkpoint: Checkpoint | None,
        *,
        pretrains: bool,
        **learned: Any,
    ) -> None:
        """Pretrains if asked to, then fine-tunes if there are epochs for it; keeps the stack."""
        finetunes = count(self.finetune_epochs, "finetune_epochs") > 0
        pretraining = self._pretraining() if pretrains else {}
        finetuning = self._finetuning() if finetunes else {}
        report = self._reporting(callback)
        stamp = None if checkpoint is None else checkpoint.stamp
        with self._training(stack, seed, **learned):
            goes_on = not pretrains or stack.pretrain(examples, pretraining, seed, report, checkpoint)
            if goes_on and finetunes:
                if checkpoint is not None and checkpoint.stamp != stamp:
                    # Whether pretraining began anew or not, what it left in the file is what fine-tuning goes on from.
                    checkpoint = replace(checkpoint, resume=True)
                stack.finetune(examples, validation, self._finetuning_phase, finetuning, seed, report, checkpoint)

    def _has_pretraining(self) -> bool:
        epochs = getattr(self, self._epochs_parameter)
        return is_per_layer(epochs) or count(epochs, self._epochs_parameter) > 0

    def _line(self, progress: StackProgress) -> str:
        return str(progress)

    @classmethod
    def _trained_with(cls, stack: Stack, layers: list[dict[str, Any]]) -> dict[str, Any]:
        """The estimator's parameters of training, as far as the stack was trained.

        Where its phases differ in what has no ``finetune_...``, those of pretraining are given.
        """
        pretraining, finetuning = stack.training("pretraining"), stack.training(cls._finetuning_phase)
        shared = pretraining or finetuning or {}
        parameters = {name: shared[name] for name in SHARED_PARAMETERS if name in shared}
        # 0 is that of the training configuration.
        rates = [layer["learning_rate"] or shared.get("learning_rate", 0) for layer in layers]
        epochs = [layer["epochs"] or (pretraining or {}).get("epochs", 0) for layer in layers]
        if 0 not in rates:
            parameters["learning_rate"] = merged_values(rates)
        parameters[cls._epochs_parameter] = merged_values(epochs)
        if finetuning:
            parameters["finetune_epochs"] = finetuning["epochs"]
            parameters |= {name: finetuning[name] for name in cls._finetuning_only}
            for name in FINETUNE_PARAMETERS:
                same = parameters.get(name) == finetuning[name]
                parameters[f"finetune_{name}"] = None if same else finetuning[name]
        return parameters

    @classmethod
    def _of_stack(cls: type[Self], stack: Stack) -> Self:
        """A fitted estimator around a stack; its parameters are those of the stack's architecture."""
        info = stack.info
        architecture, seed = stack.parameters
        layers = architecture.layers
        parameters = {name: merged(layers, name) for name in LAYER_PARAMETERS}
        parameters |= cls._trained_with(stack, layers)
        parameters |= architecture.initialization
        parameters |= {"scale": info.data_scale, "shift": info.data_shift, "random_state": seed}
        parameters["hidden"] = tuple(layer["width"] for layer in layers)
        estimator = cls(**parameters)
        estimator._keep(stack, seed)
        estimator.n_features_in_ = int(info.data_dim)
        return estimator
