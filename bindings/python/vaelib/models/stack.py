"""Fitting stacks: pretraining layer by layer, then fine-tuning."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, ClassVar, TypeVar

from vaelib._c.header import PHASE
from vaelib._c.long_calls import Callbacks
from vaelib._c.parameters import names_of
from vaelib.data.dataset import Dataset
from vaelib.data.sample_weights import counting_rows
from vaelib.models.estimator import Estimator
from vaelib.models.fine_tuning import FINETUNE_PARAMETERS, SHARED_PARAMETERS, finetuning_only, fraction_kept, has_epochs
from vaelib.models.layers import (
    LAYER_PARAMETERS,
    StackParameters,
    is_per_layer,
    layers_of,
    merged,
    merged_values,
    own_epochs,
)
from vaelib.models.native_stack import NativeStack
from vaelib.models.pretrained import pretrained_stack
from vaelib.training.checkpoint import Checkpoint
from vaelib.training.heads import Head

Self = TypeVar("Self", bound="Stack")

#: The parameters of layers that say what their weights mean.
_OF_WEIGHTS = ("activation", "tied", "loss")

#: What a stack is trained for.
PHASES = ("pretraining", "supervised", "unsupervised")


class Stack(Estimator[NativeStack]):
    """Training of stacks: pretraining layer by layer, then fine-tuning."""

    hidden: Any
    learning_rate: Any
    finetune_epochs: int | str
    #: The heads that its stack may have.
    _heads: ClassVar[tuple[str, ...]] = ("softmax", "sigmoid", "gaussian")
    #: The head that targets are for, as a Trainer's ``outputs`` say.
    _target_head: ClassVar[str] = "gaussian"
    #: A stack to start from, or its file; None for a new one.
    pretrained: Any = None
    #: The parameter that holds the epochs of pretraining.
    _epochs_parameter: ClassVar[str]
    #: How the estimator fine-tunes: "supervised" or "unsupervised".
    _finetuning_phase: ClassVar[str]

    def _new_model(self, n_features: int, seed: int) -> NativeStack:
        return NativeStack.create(n_features, seed, self._architecture())

    def _new_model_for(self, examples: Dataset, seed: int) -> NativeStack:
        return NativeStack.create(examples.columns, seed, self._architecture(), examples)

    def _see(self, model: NativeStack, examples: Dataset) -> None:
        model.standardize(examples)

    @property
    def loss_(self) -> str | tuple[str, ...]:
        """The loss, which ``loss="auto"`` left to the data and the codes; one name if all layers have the same."""
        losses = merged(self._fitted().parameters[0].layers, "loss")
        return losses if isinstance(losses, tuple) else str(losses)

    def _architecture(self) -> StackParameters:
        epochs = getattr(self, self._epochs_parameter)
        if is_per_layer(epochs) and 0 in list(epochs):
            name = self._epochs_parameter
            raise ValueError(f"{name} is 0 for a layer; give at least 1 for each, or {name}=0 for no pretraining")
        if is_per_layer(self.learning_rate) and 0 in list(self.learning_rate):
            raise ValueError("learning_rate is 0 for a layer; it must be above 0")
        own = {"epochs": own_epochs(epochs, self._epochs_parameter), "learning_rate": self.learning_rate}
        of_layers = {**own, **self._parameters(LAYER_PARAMETERS)}
        return StackParameters(layers_of(self.hidden, of_layers), self._parameters(names_of("stack")))

    def _pretraining(self) -> dict[str, Any]:
        """The training configuration of pretraining; what each layer has of its own is in the stack itself."""
        training = self._parameters(SHARED_PARAMETERS)
        if self._finetuning_phase == "supervised":  # what is held out there is no less new for having been seen here
            training["validation_fraction"] = 0
        own = {"epochs": getattr(self, self._epochs_parameter), "learning_rate": self.learning_rate}
        return training | {name: value for name, value in own.items() if not is_per_layer(value)}

    def _finetuning(self) -> dict[str, Any]:
        """The training configuration of fine-tuning."""
        training = self._parameters([*SHARED_PARAMETERS, *finetuning_only(self._finetuning_phase)])
        training["epochs"] = self.finetune_epochs
        for name in FINETUNE_PARAMETERS:
            own = getattr(self, f"finetune_{name}")
            training[name] = getattr(self, name) if own is None else own
        if is_per_layer(training["learning_rate"]):
            raise ValueError("learning_rate has one value for each layer: set finetune_learning_rate for fine-tuning")
        return training

    def _step_training(self, phase: str | None, layer: int, head: Head | None) -> tuple[str, int, dict[str, Any]]:
        """A phase, the layer's index, and the training parameters; no epochs are needed in what ``fit`` leaves out."""
        stack = self._fitted()
        phase = "pretraining" if phase is None else phase
        if phase not in PHASES:
            raise ValueError(f"phase must be one of {', '.join(PHASES)}, not {phase!r}")
        if head is not None and head.kind not in self._heads:
            raise ValueError(f"a {type(self).__name__} learns no classes: give the number of targets, outputs=...")
        found = Head(stack.head, stack.info.output_count) if stack.head else None
        if head is not None and found is not None and head != found:
            raise ValueError(f"a {head} was asked for, but the stack has a {found}")
        if phase == "supervised" and head is None and found is None:
            raise ValueError("the stack has no head yet: give the number of classes, classes=..., or outputs=...")
        index = stack.layer_index(layer)
        training = self._pretraining() if phase == "pretraining" else self._finetuning()
        if training.get("epochs") == 0:
            del training["epochs"]
        return phase, index if phase == "pretraining" else 0, training

    def _beginning(self, examples: Dataset, seed: int, goes_on: bool = False) -> tuple[NativeStack, Dataset | None]:
        """The stack to train, and the examples to pretrain it on, if it is to be pretrained."""
        if goes_on:
            pretrains = self.pretrained is None and self._has_pretraining()
            return self._same_stack(), examples if pretrains else None
        if self.pretrained is not None:
            return pretrained_stack(self.pretrained, examples.columns), None
        # Examples that do not count say nothing of what the data are like.
        return self._new_model_for(counting_rows(examples), seed), examples if self._has_pretraining() else None

    def _train(
        self,
        stack: NativeStack,
        seed: int,
        pretraining_examples: Dataset | None,
        examples: Dataset,
        validation: Dataset | None,
        callbacks: Callbacks,
        checkpoint: Checkpoint | None,
        **learned: Any,
    ) -> None:
        """Pretrains if there are examples for it, then fine-tunes if there are epochs for it; keeps the stack."""
        finetunes = has_epochs(self.finetune_epochs, "finetune_epochs")
        pretraining = {} if pretraining_examples is None else self._pretraining()
        finetuning = self._finetuning() if finetunes else {}
        report = self._reporting(callbacks)
        stamp = None if checkpoint is None else checkpoint.stamp
        with self._training(stack, seed, **learned):
            goes_on = pretraining_examples is None or stack.train(
                "vaelib_stack_pretrain", (pretraining_examples.handle,), pretraining, seed, report, checkpoint
            )
            if goes_on and finetunes:
                if checkpoint is not None and checkpoint.stamp != stamp:
                    # Whether or not pretraining started from the beginning, fine-tuning resumes from what it left in
                    # the file.
                    checkpoint = replace(checkpoint, resume=True)
                held_out = None if validation is None else validation.handle
                arguments = (examples.handle, held_out, PHASE[self._finetuning_phase])
                stack.train("vaelib_stack_finetune", arguments, finetuning, seed, report, checkpoint)

    def _same_stack(self) -> NativeStack:
        """The stack that a warm start, or another part of the data, continues with.

        Parameters of layers that only pretraining uses may be others than before: then a stack that has them, the
        weights and a new history.

        Raises
        ------
        ValueError
            The architecture is not that of before.
        """
        stack = self._fitted()
        if self.pretrained is not None:
            return stack  # whose parameters are those that the pretrained one had
        found, wanted = stack.parameters[0], self._architecture()
        for layer, before in zip(wanted.layers, found.layers, strict=False):
            layer["loss"] = before["loss"] if layer["loss"] == "auto" else layer["loss"]
        changed = [] if [each["width"] for each in wanted.layers] == list(stack.widths) else ["hidden"]
        layers = list(zip(wanted.layers, found.layers, strict=False))
        changed += [name for name in _OF_WEIGHTS if any(each[name] != before[name] for each, before in layers)]
        if wanted.initialization["standardize"] != found.initialization["standardize"]:
            changed.append("standardize")
        if changed:
            raise ValueError(
                f"training continues with the fitted model, but {', '.join(changed)} changed since; fit with "
                "warm_start=False starts from new weights"
            )
        created = NativeStack.create(stack.data_dim, stack.parameters[1], wanted)
        if created.parameters[0].layers == found.layers:
            return stack
        if stack.head:
            created.add_head(stack.head, stack.info.output_count)
        created.set_parameters(stack.get_parameters())
        return created

    def _has_pretraining(self) -> bool:
        epochs = getattr(self, self._epochs_parameter)
        return is_per_layer(epochs) or has_epochs(epochs, self._epochs_parameter)

    @property
    def pretrain_epochs_(self) -> int | tuple[int, ...]:
        """The epochs that layers were pretrained; one number if all had the same."""
        of_call = self._trained("pretraining", "epochs")
        epochs = merged_values([layer["epochs"] or of_call for layer in self._fitted().parameters[0].layers])
        return epochs if isinstance(epochs, tuple) else int(epochs)

    @property
    def batch_size_(self) -> int:
        """The examples per step of pretraining."""
        return int(self._trained("pretraining", "batch_size"))

    @property
    def finetune_epochs_(self) -> int:
        """The epochs that fine-tuning had before it, if ``patience_`` did not end it earlier."""
        return int(self._trained(self._finetuning_phase, "epochs"))

    @property
    def finetune_batch_size_(self) -> int:
        """The examples per step of fine-tuning."""
        return int(self._trained(self._finetuning_phase, "batch_size"))

    @property
    def patience_(self) -> int:
        """The patience of fine-tuning, in epochs; 0 for none."""
        return int(self._trained(self._finetuning_phase, "patience"))

    @property
    def validation_fraction_(self) -> float:
        """The part of the examples that fine-tuning held out; 0 for none."""
        return float(self._trained(self._finetuning_phase, "validation_fraction"))

    @classmethod
    def _trained_with(cls, stack: NativeStack, layers: list[dict[str, Any]]) -> dict[str, Any]:
        """The estimator's parameters of training, as far as the stack was trained.

        Where its phases differ in what has no ``finetune_...``, those of pretraining are given.
        """
        phases = ("pretraining", cls._finetuning_phase)
        pretraining, finetuning = (stack.training(phase)[0] if stack.was_trained(phase) else {} for phase in phases)
        shared = pretraining or finetuning
        parameters = {name: shared[name] for name in SHARED_PARAMETERS if name in shared}
        # 0 is that of the training configuration.
        rates = [layer["learning_rate"] or shared.get("learning_rate", 0) for layer in layers]
        epochs = [layer["epochs"] or pretraining.get("epochs", 0) for layer in layers]
        if 0 not in rates:
            parameters["learning_rate"] = merged_values(rates)
        parameters[cls._epochs_parameter] = merged_values(epochs)
        parameters["validation_fraction"] = cls._held_out_with(pretraining, finetuning)
        if finetuning:
            parameters["finetune_epochs"] = finetuning["epochs"]
            parameters |= {name: finetuning[name] for name in finetuning_only(cls._finetuning_phase)}
            for name in FINETUNE_PARAMETERS:
                same = parameters.get(name) == finetuning[name]
                parameters[f"finetune_{name}"] = None if same else finetuning[name]
        return parameters

    @classmethod
    def _held_out_with(cls, pretraining: dict[str, Any], finetuning: dict[str, Any]) -> float | str:
        """The parameter with which both trainings hold out what they did; "auto" where no number means this."""
        if cls._finetuning_phase == "supervised":
            return fraction_kept(finetuning)
        before = pretraining.get("validation_fraction", 0.0)
        return "auto" if pretraining and not before else before or fraction_kept(finetuning)

    @classmethod
    def _of_model(cls: type[Self], stack: NativeStack) -> Self:
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
        estimator._recall_columns(stack, stack.columns)
        return estimator
