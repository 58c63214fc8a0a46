"""The stacked denoising auto-encoder with a softmax layer on top, as a scikit-learn classifier."""

from __future__ import annotations

import os
import warnings
from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

import numpy as np

from vaelib._checkpoint import CheckpointLike, checkpoint_of
from vaelib._class_names import classes_of, names_of
from vaelib._classification import Classification
from vaelib._errors import VaelibWarning, caller_depth
from vaelib._estimator import training_seed
from vaelib._parameters import STACK_TRAINING_DEFAULTS as TRAINING
from vaelib._stack_documentation import document
from vaelib._stack_fitting import StackFitting
from vaelib._stack_interchange import StackInterchange
from vaelib._stack_model import Stack
from vaelib._stack_parameters import INITIALIZATION_DEFAULTS as INITIALIZATION
from vaelib._stack_parameters import LAYER_DEFAULTS as LAYER
from vaelib._stack_progress import StackCallback
from vaelib._stack_queries import StackQueries
from vaelib._stack_queries_to_files import StackQueriesToFiles
from vaelib.dataset import Dataset

Self = TypeVar("Self", bound="StackedDenoisingClassifier")


class StackedDenoisingClassifier(StackInterchange, Classification, StackQueries, StackQueriesToFiles):
    """A classifier whose layers learn to denoise before they learn the labels (Vincent et al. 2008; 2010).

    The layers are pretrained as those of a StackedDenoisingAutoencoder. Then a softmax layer is put on top, and all
    layers learn the labels together: fine-tuning.

    Parameters
    ----------
    hidden : sequence of int, default (1000, 1000, 1000)
        The width of each layer's code, bottom first. Parameters of layers, in the paragraphs down to
        ``contraction_weight``, and ``pretrain_epochs`` and ``learning_rate``, are one value for all layers, or a
        sequence with one for each.
    {layers}
    pretrain_epochs : int or sequence of int, default {epochs}
        Passes over the training set while a layer is pretrained; 0 leaves out pretraining.
    learning_rate : float or sequence of float, default {learning_rate}
        The step size while a layer is pretrained.
    {training}
    finetune_epochs : int, default {epochs}
        Passes over the training set while all layers learn the labels; 0 leaves the estimator without a classifier.
    {fine_tuning}
    {dropout}
    pretrained : StackedDenoisingAutoencoder, StackedDenoisingClassifier or path, optional
        A fitted stack, or the file of one, to start from. Its layers are taken as they are, with all parameters of
        theirs; pretraining is left out.
    {rest}

    Attributes
    ----------
    classes_ : array
        The labels in order, as y had them. A model file keeps them if they are texts, booleans or numbers.
    {attributes}

    Examples
    --------
    >>> import numpy as np, vaelib
    >>> X = np.random.RandomState(0).uniform(size=(300, 8)).astype("float32")
    >>> y = np.where(X[:, 0] > X[:, 1], "left", "right")
    >>> model = vaelib.StackedDenoisingClassifier(hidden=(32,), learning_rate=0.02, random_state=0).fit(X, y)
    >>> model.score(X, y) > 0.9
    True
    """

    _epochs_parameter = "pretrain_epochs"
    _finetuning_phase = "supervised"
    _finetuning_only = ("patience", "dropout")
    pretrained: Any

    def __init__(
        self,
        hidden: Sequence[int] = (LAYER["width"],) * 3,
        *,
        activation: str | Sequence[str] = LAYER["activation"],
        tied: bool | Sequence[bool] = LAYER["tied"],
        loss: str | Sequence[str] = LAYER["loss"],
        corruption: str | Sequence[str] = LAYER["corruption"],
        corruption_level: float | Sequence[float] = LAYER["corruption_level"],
        corruption_range: str | Sequence[str] = LAYER["corruption_range"],
        corruption_low: float | Sequence[float] = LAYER["corruption_low"],
        corruption_high: float | Sequence[float] = LAYER["corruption_high"],
        corrupted_weight: float | Sequence[float] = LAYER["corrupted_weight"],
        untouched_weight: float | Sequence[float] = LAYER["untouched_weight"],
        weight_l1: float | Sequence[float] = LAYER["weight_l1"],
        weight_l2: float | Sequence[float] = LAYER["weight_l2"],
        sparsity_target: float | Sequence[float] = LAYER["sparsity_target"],
        sparsity_weight: float | Sequence[float] = LAYER["sparsity_weight"],
        contraction_weight: float | Sequence[float] = LAYER["contraction_weight"],
        initializer: str = INITIALIZATION["initializer"],
        initializer_stddev: float = INITIALIZATION["initializer_stddev"],
        pretrain_epochs: int | Sequence[int] = TRAINING["epochs"],
        learning_rate: float | Sequence[float] = TRAINING["learning_rate"],
        batch_size: int = TRAINING["batch_size"],
        optimizer: str = TRAINING["optimizer"],
        momentum: float = TRAINING["momentum"],
        nesterov: bool = TRAINING["nesterov"],
        beta1: float = TRAINING["beta1"],
        beta2: float = TRAINING["beta2"],
        epsilon: float = TRAINING["epsilon"],
        schedule: str = TRAINING["schedule"],
        schedule_epochs: float = TRAINING["schedule_epochs"],
        schedule_factor: float = TRAINING["schedule_factor"],
        warmup_epochs: float = TRAINING["warmup_epochs"],
        weight_decay: float = TRAINING["weight_decay"],
        gradient_clip_norm: float = TRAINING["gradient_clip_norm"],
        finetune_epochs: int = TRAINING["epochs"],
        finetune_learning_rate: float | None = None,
        finetune_batch_size: int | None = None,
        finetune_optimizer: str | None = None,
        finetune_momentum: float | None = None,
        finetune_schedule: str | None = None,
        finetune_weight_decay: float | None = None,
        patience: int = TRAINING["patience"],
        dropout: float = TRAINING["dropout"],
        pretrained: Any = None,
        scale: float = 1.0,
        shift: float = 0.0,
        validation_fraction: float = 0.0,
        validation_split: str = "random",
        random_state: Any = None,
        verbose: int = 0,
    ) -> None:
        self._store(locals())

    def fit(
        self: Self,
        X: Any,
        y: Any = None,
        *,
        validation: Any = None,
        callback: StackCallback | None = None,
        checkpoint: CheckpointLike = None,
    ) -> Self:
        """Pretrains the layers on X, then learns the labels; returns the estimator.

        Ctrl-C stops the training within a moment, leaves a usable estimator with the weights reached so far, and
        raises KeyboardInterrupt.

        Parameters
        ----------
        X : array of shape (n_samples, n_features) or Dataset
            The examples. An array is scaled by the parameters ``scale`` and ``shift``, a Dataset by its own.
        y : array of shape (n_samples,), optional
            Their labels: texts, booleans, or whole numbers, with or without gaps. Without it X is a Dataset with
            labels. Labels 0, 1, ... of a Dataset are used where they are; for others its examples are copied to memory.
        validation : pair of arrays (X, y), or Dataset with labels, optional
            Held-out examples whose loss and error are computed after every epoch of fine-tuning; ``patience`` needs
            them. Without it, ``validation_fraction`` of X's rows are held out.
        callback : callable, optional
            Called with a ``vaelib.StackProgress`` about every 50 ms and after each epoch. If it returns something true,
            training ends and ``fit`` returns as usual; if it raises, training ends and ``fit`` raises that.
        checkpoint : path or Checkpoint, optional
            The file that keeps the state of the training: if it is there, training goes on from it, to the same bits as
            without the interruption. The parameters and the data must be the same as before, and the error names the
            difference if not; only ``finetune_epochs`` may grow. With a ``random_state`` that is not an integer, the
            seed is taken from the file.

        Raises
        ------
        InvalidArgument
            A parameter is out of range; the text says which, and what is allowed. Or the checkpoint belongs to another
            training.
        DataError
            A value is not finite or does not suit the loss; the text names its row and column.
        NumericalError
            Training diverged; the text names the epoch and the batch. The last good weights are kept.
        Cancelled
            ``cancel()`` was called. The weights reached so far are kept.
        """
        keeper = checkpoint_of(checkpoint)
        seed = training_seed(self.random_state, keeper)
        examples, classes = self._labelled(X, y)
        if validation is None:
            examples, held_out = self._split(examples, seed, stratify=True)
            self._check_classes_in_training(examples, classes)
        else:
            held_out = self._labelled_as(validation, classes)
        if self.pretrained is None:
            stack, pretrains = self._new_model(examples.columns, seed), self._has_pretraining()
        else:
            stack, pretrains = self._pretrained_stack(examples), False
        self._train(stack, seed, examples, held_out, callback, keeper, pretrains=pretrains, classes_=classes)
        return self

    def save(self, path: str | os.PathLike[str]) -> None:
        """Writes the model to an HDF5 file, as ``StackedDenoisingAutoencoder.save`` does, with ``classes_``.

        Those that are no texts, booleans or numbers are known by their number in the file, and a warning says so.

        Raises
        ------
        FileError
            The file cannot be written; FileNotFoundError if its folder does not exist.
        """
        self._name_classes(self._fitted())
        super().save(path)

    def _name_classes(self, stack: Stack) -> None:
        """Tells the stack what its classes are called, if it does not know."""
        count = stack.info.class_count
        classes = getattr(self, "classes_", None)  # a Trainer knows numbers only
        if count == 0 or classes is None:
            return
        names = names_of(np.asarray(classes)) if len(classes) == count else None
        if names is None:
            warnings.warn(
                f"the file knows the classes as 0 to {count - 1}; pickle keeps their names",
                VaelibWarning,
                stacklevel=caller_depth(),
            )
        if stack.class_names != names:
            stack.class_names = names

    def __sklearn_clone__(self: Self) -> Self:
        """An unfitted estimator with the same parameters; a pretrained stack stays trained."""
        from sklearn.base import clone

        parameters = {
            name: clone(value, safe=False) for name, value in self.get_params().items() if name != "pretrained"
        }
        copy = type(self)(**parameters, pretrained=self.pretrained)
        if hasattr(self, "_sklearn_output_config"):
            copy._sklearn_output_config = dict(self._sklearn_output_config)
        return copy

    def _pretrained_stack(self, examples: Dataset) -> Stack:
        """A copy of the stack to start from."""
        if isinstance(self.pretrained, StackFitting):
            stack = self.pretrained._fitted().copy()
        elif isinstance(self.pretrained, str | os.PathLike):
            stack = Stack.load(self.pretrained)
        else:
            raise TypeError(f"pretrained must be a stack or the path of a file, not {self.pretrained!r}")
        width = stack.info.data_dim
        if width != examples.columns:
            raise ValueError(f"X has {examples.columns} features, but the pretrained stack has {width}")
        return stack

    def _model_for_state(self, state: Mapping[str, Any]) -> Stack:
        """The stack, or a copy of it with the classifier that the state has and the stack has not."""
        stack = self._fitted()
        shape = np.shape(state.get("classifier/weight", ()))
        if stack.info.class_count == 0 and len(shape) == 2:
            stack = stack.copy()
            stack.add_classifier(shape[1])
        return stack

    def _adopt(self, model: Stack) -> None:
        super()._adopt(model)
        classes = model.info.class_count
        if classes > 0 and len(getattr(self, "classes_", ())) != classes:
            self.classes_ = np.arange(classes)

    @classmethod
    def _of_stack(cls: type[Self], stack: Stack) -> Self:
        estimator = super()._of_stack(stack)
        names = stack.class_names
        estimator.classes_ = np.arange(stack.info.class_count) if names is None else classes_of(names)
        return estimator


document(StackedDenoisingClassifier)
