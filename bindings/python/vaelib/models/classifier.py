"""The stacked denoising auto-encoder with a layer on top that learns labels, as a scikit-learn classifier."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any, TypeVar

import numpy as np

from vaelib._c.errors import VaelibWarning
from vaelib._c.logs import warn
from vaelib._c.long_calls import Callbacks
from vaelib.data.class_names import classes_of, names_of
from vaelib.data.labels import Labels
from vaelib.data.sample_weights import weighted
from vaelib.data.target_arrays import is_matrix
from vaelib.models.classifier_incremental import ClassifierPartialFit
from vaelib.models.documentation import document_stack
from vaelib.models.estimator_interface import EstimatorInterface
from vaelib.models.native_stack import NativeStack
from vaelib.models.predictions import Predictions
from vaelib.models.public_methods import with_own_methods
from vaelib.models.reports import Reports
from vaelib.models.scikit_learn_bases import ClassifierBase
from vaelib.models.stack import Stack
from vaelib.models.stack_queries import StackQueries
from vaelib.models.supervised_stack import SupervisedStack
from vaelib.training.checkpoint import CheckpointLike, checkpoint_of, training_seed

Self = TypeVar("Self", bound="StackedDenoisingClassifier")


@with_own_methods
class StackedDenoisingClassifier(
    SupervisedStack, Stack, Predictions, ClassifierPartialFit, StackQueries, Reports, ClassifierBase, EstimatorInterface
):
    """A classifier whose layers learn to denoise before they learn the labels (Vincent et al. 2008; 2010).

    The layers are pretrained as those of a StackedDenoisingAutoencoder. Then a softmax layer is put on top, and all
    layers learn the labels together: fine-tuning. If y is an indicator matrix, of several labels that an example may
    have at once (multi-label), the layer on top has a sigmoid for each label instead. As in scikit-learn, a one-hot
    matrix is such a matrix too; for classes that exclude each other give y as one column, ``Y.argmax(axis=1)``.

    Examples may lack a label. In y the number -1 says so, as in scikit-learn's semi-supervised estimators; pretraining
    takes all examples, fine-tuning those with a label. Of several labels at once some may be unknown, NaN in y; the
    loss is that of the others.

    Parameters
    ----------
    hidden : sequence of int, default (256,)
        The width of each layer's code, bottom first. Parameters of layers, in the paragraphs down to
        ``contraction_weight``, and ``pretrain_epochs`` and ``learning_rate``, are one value for all layers, or a
        sequence with one for each.
    {layers}
    pretrain_epochs : int, "auto", or sequence of these, default {epochs}
        Passes over the training set while a layer is pretrained; 0 skips pretraining, auto makes them from a number of
        updates.
    learning_rate : float or sequence of float, default {learning_rate}
        The step size while a layer is pretrained.
    {training}
    finetune_epochs : int or "auto", default {epochs}
        Passes over the training set while all layers learn the labels; 0 leaves the estimator without a classifier,
        auto ends when held-out examples are told apart no better.
    {fine_tuning}
    class_weight : None, "balanced" or dict, default None
        What the weight of an example is multiplied by for its class, in pretraining too: a dictionary from classes to
        numbers, 1 for those that are not in it; or n / (k count), so that each of k classes has the same part in the
        loss, with counts that are sums of ``sample_weight`` if there are some. Held-out examples are weighted alike;
        examples without a label keep their weight. Not for several labels at once.
    pretrained : StackedDenoisingAutoencoder, StackedDenoisingClassifier or path, optional
        A fitted stack, or the file of one, to start from. Its layers are taken as they are, with all their parameters;
        pretraining is skipped. ``vaelib.load(path, check_in_child=True)`` makes one of a file that is not trusted.
    {rest}

    Attributes
    ----------
    classes_ : array
        The labels in order, as y had them, without the -1 of examples that have none. A model file keeps them if they
        are texts, booleans or numbers. The numbers 0, 1, ... of the columns of an indicator matrix.
    {attributes}

    Examples
    --------
    >>> import numpy as np, vaelib
    >>> X = np.random.RandomState(0).uniform(size=(300, 8)).astype("float32")
    >>> y = np.where(X[:, 0] > X[:, 1], "left", "right")
    >>> model = vaelib.StackedDenoisingClassifier(random_state=0).fit(X, y)
    >>> model.score(X, y) > 0.9
    True
    """

    _epochs_parameter = "pretrain_epochs"
    _finetuning_phase = "supervised"
    _heads = ("softmax", "sigmoid")
    _target_head = "sigmoid"
    pretrained: Any

    def __init__(
        self,
        hidden: Sequence[int] = (256,),
        *,
        # from the library: layer.activation:relu layer.* stack.* training.epochs=pretrain_epochs/layer
        #   training.learning_rate/layer training.*[pretraining]
        activation: str | Sequence[str] = "relu",
        tied: bool | Sequence[bool] = True,
        loss: str | Sequence[str] = "auto",
        corruption: str | Sequence[str] = "masking",
        corruption_level: float | Sequence[float] = 0.1,
        corruption_range: str | Sequence[str] = "given",
        corruption_low: float | Sequence[float] = 0.0,
        corruption_high: float | Sequence[float] = 1.0,
        corrupted_weight: float | Sequence[float] = 1.0,
        untouched_weight: float | Sequence[float] = 1.0,
        weight_l1: float | Sequence[float] = 0.0,
        weight_l2: float | Sequence[float] = 0.0,
        sparsity_target: float | Sequence[float] = 0.05,
        sparsity_weight: float | Sequence[float] = 0.0,
        contraction_weight: float | Sequence[float] = 0.0,
        standardize: bool = True,
        initializer: str = "glorot_uniform",
        initializer_stddev: float = 0.01,
        pretrain_epochs: int | str | Sequence[int | str] = "auto",
        learning_rate: float | Sequence[float] = 0.003,
        batch_size: int | str = "auto",
        optimizer: str = "adam",
        momentum: float = 0.0,
        nesterov: bool = False,
        beta1: float = 0.9,
        beta2: float = 0.999,
        epsilon: float = 1e-08,
        schedule: str = "cosine",
        schedule_epochs: float = 10.0,
        schedule_factor: float = 0.1,
        warmup_epochs: float = 0.0,
        weight_decay: float = 0.0,
        gradient_clip_norm: float | str = "auto",
        validation_fraction: float | str = "auto",
        validation_split: str = "random",
        # end
        # from the library: training.epochs=finetune_epochs finetune_* training.*[supervised]
        finetune_epochs: int | str = "auto",
        finetune_learning_rate: float | None = None,
        finetune_batch_size: int | str | None = None,
        finetune_optimizer: str | None = None,
        finetune_momentum: float | None = None,
        finetune_schedule: str | None = None,
        finetune_weight_decay: float | None = None,
        patience: int | str = "auto",
        monitor: str = "loss",
        dropout: float = 0.5,
        # end
        class_weight: Any = None,
        pretrained: Any = None,
        scale: float = 1.0,
        shift: float = 0.0,
        warm_start: bool = False,
        random_state: Any = None,
        verbose: int | str = 0,
    ) -> None:
        # every argument as it was given
        self.hidden = hidden
        self.activation = activation
        self.tied = tied
        self.loss = loss
        self.corruption = corruption
        self.corruption_level = corruption_level
        self.corruption_range = corruption_range
        self.corruption_low = corruption_low
        self.corruption_high = corruption_high
        self.corrupted_weight = corrupted_weight
        self.untouched_weight = untouched_weight
        self.weight_l1 = weight_l1
        self.weight_l2 = weight_l2
        self.sparsity_target = sparsity_target
        self.sparsity_weight = sparsity_weight
        self.contraction_weight = contraction_weight
        self.standardize = standardize
        self.initializer = initializer
        self.initializer_stddev = initializer_stddev
        self.pretrain_epochs = pretrain_epochs
        self.learning_rate = learning_rate
        self.batch_size = batch_size
        self.optimizer = optimizer
        self.momentum = momentum
        self.nesterov = nesterov
        self.beta1 = beta1
        self.beta2 = beta2
        self.epsilon = epsilon
        self.schedule = schedule
        self.schedule_epochs = schedule_epochs
        self.schedule_factor = schedule_factor
        self.warmup_epochs = warmup_epochs
        self.weight_decay = weight_decay
        self.gradient_clip_norm = gradient_clip_norm
        self.validation_fraction = validation_fraction
        self.validation_split = validation_split
        self.finetune_epochs = finetune_epochs
        self.finetune_learning_rate = finetune_learning_rate
        self.finetune_batch_size = finetune_batch_size
        self.finetune_optimizer = finetune_optimizer
        self.finetune_momentum = finetune_momentum
        self.finetune_schedule = finetune_schedule
        self.finetune_weight_decay = finetune_weight_decay
        self.patience = patience
        self.monitor = monitor
        self.dropout = dropout
        self.class_weight = class_weight
        self.pretrained = pretrained
        self.scale = scale
        self.shift = shift
        self.warm_start = warm_start
        self.random_state = random_state
        self.verbose = verbose
        # end

    def fit(
        self: Self,
        X: Any,
        y: Any = None,
        *,
        sample_weight: Any = None,
        validation: Any = None,
        callbacks: Callbacks = None,
        checkpoint: CheckpointLike = None,
    ) -> Self:
        """Pretrains the layers on X, then learns the labels; returns the estimator.

        Ctrl-C stops the training within a moment, leaves a usable estimator with the weights reached so far, and
        raises KeyboardInterrupt.

        Parameters
        ----------
        X : array of shape (n_samples, n_features), Dataset, h5py.Dataset or iterable of batches
            The examples. An array, a tensor or a data frame is scaled by the parameters ``scale`` and ``shift``, a
            Dataset by its own. An h5py dataset is scaled like an array, and read from its file as by
            ``vaelib.open_dataset``. An iterable of batches (a generator, a DataLoader, a CSV file in chunks), each a
            matrix or a pair (matrix, y), is read once, into a temporary file in the folder TMPDIR, by default /var/tmp;
            all epochs see all rows.
        y : array of shape (n_samples,) or (n_samples, n_labels), optional
            Their labels: texts, booleans, or whole numbers, with or without gaps. Without it X is a Dataset with
            labels. The number -1 stands for no label; beside texts or booleans it needs an array of objects or a list.
            Where -1 and 1 are the only labels, they are two classes. With several columns, 1 for each label that
            applies and 0 for others, in an array, a Dataset or an h5py dataset; NaN for one that is not known. A row of
            NaN or of -1 has no labels.
        sample_weight : array of shape (n_samples,), optional
            How much each example counts: weight 2 as if it were there twice, 0 as if it were not there. Only their
            ratios matter. Without it a Dataset's own (``Dataset.reweight``).
        validation : pair of arrays (X, y), or Dataset with labels, optional
            Held-out examples whose loss and error are computed after every epoch of fine-tuning; ``patience`` needs
            them. Those without a label are left out. Without it, ``validation_fraction`` of the rows with a label are
            held out of fine-tuning; pretraining, which sees no labels, takes all rows.
        {followed}

        Raises
        ------
        InvalidArgument
            A parameter is out of range; the text says which, and what is allowed. Or the checkpoint belongs to another
            training.
        ValueError
            y does not hold at least two classes, or something else than labels; the text says what.
        DataError
            A value is not finite or does not suit the loss; the text names its row and column.
        NumericalError
            Training diverged; the text names the epoch and the batch. The last good weights are kept.
        Cancelled
            ``cancel()`` was called. The weights reached so far are kept.
        """
        with self._learning():
            goes_on = self._goes_on()
            keeper = checkpoint_of(checkpoint)
            seed = training_seed(self.random_state, keeper)
            X, y = self._collected(X, y, not goes_on)
            examples = weighted(self._examples(X, reset=not goes_on), sample_weight)
            examples, supervised, classes, factors = self._labelled(X, y, examples)
            if goes_on:
                self._check_head("sigmoid" if is_matrix(y) else "softmax", classes)
            known = None if is_matrix(y) else classes
            held_out = None if validation is None else self._labelled_as(validation, known, factors)
            stack, pretraining = self._beginning(examples, seed, goes_on)
            self._train(stack, seed, pretraining, supervised, held_out, callbacks, keeper, classes_=classes)
        return self

    def save(self, path: str | os.PathLike[str]) -> None:
        """Writes the model to an HDF5 file, as ``StackedDenoisingAutoencoder.save`` does, with ``classes_``.

        Classes that are not texts, booleans or numbers are kept by number only, and a warning says so.

        Raises
        ------
        FileError
            The file cannot be written; FileNotFoundError if its folder does not exist.
        """
        stack = self._fitted()
        _name_classes(stack, getattr(self, "classes_", None))
        if stack.head == "softmax" and stack.class_names is None:
            warn(
                f"the file knows the classes as 0 to {stack.info.output_count - 1}; pickle keeps their names",
                VaelibWarning,
            )
        super().save(path)

    def _check_head(self, kind: str, classes: Labels) -> None:
        """Refuses what the head that a warm start continues with does not learn."""
        head = self._fitted().head
        if head and (head != kind or not np.array_equal(classes, self.classes_)):
            raise ValueError(
                f"warm_start continues with {_what_is_learned(head, self.classes_)}, but y has "
                f"{_what_is_learned(kind, classes)}; set warm_start=False to start from new weights"
            )

    def _keep(self, model: NativeStack, seed: int, **learned: Any) -> None:
        _name_classes(model, learned.get("classes_"))  # before others see the model: it is a change of it
        super()._keep(model, seed, **learned)

    def _adopt(self, model: NativeStack) -> None:
        super()._adopt(model)
        classes = model.info.output_count
        if classes > 0 and len(getattr(self, "classes_", ())) != classes:
            self.classes_ = np.arange(classes)

    @classmethod
    def _of_model(cls: type[Self], stack: NativeStack) -> Self:
        estimator = super()._of_model(stack)
        names = stack.class_names
        estimator.classes_ = np.arange(stack.info.output_count) if names is None else classes_of(names)
        return estimator

    def __sklearn_tags__(self) -> Any:
        """A classifier that is a transformer too."""
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_label = True
        return tags


def _what_is_learned(head: str, classes: Labels) -> str:
    return f"the classes {classes.tolist()}" if head == "softmax" else f"{len(classes)} labels at once"


def _name_classes(stack: NativeStack, classes: Any) -> None:
    """Tells the stack what its classes are called, if it has them and knows other names."""
    if stack.head != "softmax" or classes is None:
        return
    names = names_of(np.asarray(classes)) if len(classes) == stack.info.output_count else None
    if stack.class_names != names:
        stack.class_names = names


document_stack(StackedDenoisingClassifier)
