"""The stacked denoising auto-encoder with a linear layer on top, as a scikit-learn regressor."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

from vaelib._c.long_calls import Callbacks
from vaelib.data.sample_weights import weighted
from vaelib.models.documentation import document_stack
from vaelib.models.estimator_interface import EstimatorInterface
from vaelib.models.native_stack import NativeStack
from vaelib.models.public_methods import with_own_methods
from vaelib.models.regression import RegressionPredictions
from vaelib.models.regressor_incremental import RegressorPartialFit
from vaelib.models.reports import Reports
from vaelib.models.scikit_learn_bases import RegressorBase
from vaelib.models.stack import Stack
from vaelib.models.stack_queries import StackQueries
from vaelib.models.supervised_stack import SupervisedStack
from vaelib.training.checkpoint import CheckpointLike, checkpoint_of, training_seed

Self = TypeVar("Self", bound="StackedDenoisingRegressor")


@with_own_methods
class StackedDenoisingRegressor(
    SupervisedStack,
    Stack,
    RegressorPartialFit,
    RegressionPredictions,
    StackQueries,
    Reports,
    RegressorBase,
    EstimatorInterface,
):
    """A regressor whose layers learn to denoise before they learn the targets (Vincent et al. 2008; 2010).

    The layers are pretrained as those of a StackedDenoisingAutoencoder. Then a linear layer is put on top, and all
    layers learn the targets together, one or several, by half the squared error: fine-tuning. Targets are standardised
    inside the model, by the examples of its first fine-tuning, and predicted in their own unit.

    Examples may lack targets, some of several or all. In y NaN says so; pretraining takes all examples, fine-tuning
    those with a target, and the loss is that of the targets that they have.

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
        Passes over the training set while all layers learn the targets; 0 leaves the estimator without a regressor,
        auto ends when the targets of held-out examples are predicted no better.
    {fine_tuning}
    pretrained : StackedDenoisingAutoencoder, StackedDenoisingRegressor or path, optional
        A fitted stack, or the file of one, to start from. Its layers are taken as they are, with all their parameters;
        pretraining is skipped. ``vaelib.load(path, check_in_child=True)`` makes one of a file that is not trusted.
    {rest}

    Attributes
    ----------
    n_outputs_ : int
        How many targets an example has.
    {attributes}

    Examples
    --------
    >>> import numpy as np, vaelib
    >>> X = np.random.RandomState(0).uniform(size=(300, 8)).astype("float32")
    >>> y = 100 + 20 * X[:, 0] * X[:, 1]
    >>> model = vaelib.StackedDenoisingRegressor(random_state=0).fit(X, y)
    >>> model.score(X, y) > 0.9
    True
    """

    _epochs_parameter = "pretrain_epochs"
    _finetuning_phase = "supervised"
    _heads = ("gaussian",)
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
        """Pretrains the layers on X, then learns the targets; returns the estimator.

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
        y : array of shape (n_samples,) or (n_samples, n_outputs), Dataset or h5py.Dataset, optional
            Their targets, which are held in memory as float32. NaN stands for one that an example lacks. Without it X
            is a Dataset with labels, whole numbers that are the targets. A warm start standardises them by the mean and
            the deviation of those of the first fit.
        sample_weight : array of shape (n_samples,), optional
            How much each example counts: weight 2 as if it were there twice, 0 as if it were not there. Only their
            ratios matter. Without it a Dataset's own (``Dataset.reweight``).
        validation : pair (X, y), or Dataset with labels, optional
            Held-out examples whose loss and error are computed after every epoch of fine-tuning; ``patience`` needs
            them. Those without targets are left out. Without it, ``validation_fraction`` of the rows with targets are
            held out of fine-tuning; pretraining, which sees no targets, takes all rows.
        {followed}

        Raises
        ------
        InvalidArgument
            A parameter is out of range; the text says which, and what is allowed. Or the checkpoint belongs to another
            training.
        ValueError
            y does not hold a real number, or as many, for each example; the text says what.
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
            measured, shape = self._measured(X, y, examples)
            if goes_on:
                self._check_head(shape)
            held_out = None if validation is None else self._measured_validation(validation)
            stack, pretraining = self._beginning(examples, seed, goes_on)
            self._train(stack, seed, pretraining, measured, held_out, callbacks, keeper, _is_vector=len(shape) == 1)
        return self

    def _check_head(self, shape: tuple[int, ...]) -> None:
        """Refuses targets that the head that a warm start continues with does not learn."""
        stack, outputs = self._fitted(), 1 if len(shape) == 1 else shape[1]
        if stack.head and stack.info.output_count != outputs:
            raise ValueError(
                f"warm_start continues with the {stack.info.output_count} targets of each example in the first fit, "
                f"but y has {outputs}; set warm_start=False to start from new weights"
            )

    @property
    def n_outputs_(self) -> int:
        """How many targets an example has."""
        return int(self._fitted().info.output_count)

    def _keep(self, model: NativeStack, seed: int, **learned: Any) -> None:
        vars(self).pop("_is_vector", None)
        super()._keep(model, seed, **learned)

    def __sklearn_tags__(self) -> Any:
        """A regressor, of several targets if there are, that is a transformer too."""
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = True
        return tags


document_stack(StackedDenoisingRegressor)
