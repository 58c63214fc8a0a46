"""The stacked denoising auto-encoder as a scikit-learn transformer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

from vaelib._c.long_calls import Callbacks
from vaelib.data.sample_weights import counting_rows, mean, weighted
from vaelib.models.autoencoder_incremental import AutoencoderPartialFit
from vaelib.models.documentation import document_stack
from vaelib.models.estimator_interface import EstimatorInterface
from vaelib.models.native_stack import NativeStack
from vaelib.models.outliers import OutlierDetection, held_out_rows
from vaelib.models.public_methods import with_own_methods
from vaelib.models.reports import Reports
from vaelib.models.stack import Stack
from vaelib.models.stack_queries import StackQueries
from vaelib.models.stack_scores import StackScores
from vaelib.training.checkpoint import CheckpointLike, checkpoint_of, training_seed

Self = TypeVar("Self", bound="StackedDenoisingAutoencoder")


@with_own_methods
class StackedDenoisingAutoencoder(
    Stack, AutoencoderPartialFit, StackQueries, StackScores, OutlierDetection[NativeStack], Reports, EstimatorInterface
):
    """A stack of denoising auto-encoders (Vincent et al. 2008; 2010), learned without labels.

    Each layer learns to restore its input x from a corrupted version x~: code y = A(x~ W + b), reconstruction from y,
    loss against the clean x. Layers are pretrained from the bottom up, each on the clean code of those below. Then, if
    ``finetune_epochs`` is above 0, the whole stack learns to reconstruct, as one deep auto-encoder.

    Parameters
    ----------
    hidden : sequence of int, default (256,)
        The width of each layer's code, bottom first. Parameters of layers, in the paragraphs down to
        ``contraction_weight``, and ``epochs`` and ``learning_rate``, are one value for all layers, or a sequence with
        one for each.
    {layers}
    epochs : int, "auto", or sequence of these, default {epochs}
        Passes over the training set while a layer is pretrained; 0 skips pretraining, auto makes them from a number of
        updates.
    learning_rate : float or sequence of float, default {learning_rate}
        The step size while a layer is pretrained.
    {training}
    finetune_epochs : int or "auto", default 0
        Passes over the training set while all layers, unrolled into one auto-encoder, learn to reconstruct; auto ends
        when held-out examples are reconstructed no better.
    {fine_tuning}
    {rest}
    contamination : float or "auto", default "auto"
        The share of training rows, above 0 and at most 0.5, that ``predict`` takes for outliers; ``fit`` then scores
        all of them. auto draws the line 1.5 interquartile ranges below the lower quartile of scores (Tukey's fence), of
        at most 1000 training rows.

    Attributes
    ----------
    {attributes}
    offset_ : float
        The score below which ``predict`` says -1.

    Examples
    --------
    >>> import numpy as np, vaelib
    >>> X = (np.random.RandomState(0).uniform(size=(100, 8)) < 0.3).astype("float32")
    >>> stack = vaelib.StackedDenoisingAutoencoder(random_state=0).fit(X)
    >>> stack.loss_, stack.transform(X).shape
    ('cross_entropy', (100, 256))
    """

    _epochs_parameter = "epochs"
    _finetuning_phase = "unsupervised"

    def __init__(
        self,
        hidden: Sequence[int] = (256,),
        *,
        # from the library: layer.* stack.* training.epochs/layer training.learning_rate/layer training.*[pretraining]
        activation: str | Sequence[str] = "sigmoid",
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
        epochs: int | str | Sequence[int | str] = "auto",
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
        finetune_epochs: int | str = 0,
        # from the library: finetune_* training.*[unsupervised]
        finetune_learning_rate: float | None = None,
        finetune_batch_size: int | str | None = None,
        finetune_optimizer: str | None = None,
        finetune_momentum: float | None = None,
        finetune_schedule: str | None = None,
        finetune_weight_decay: float | None = None,
        patience: int | str = "auto",
        # end
        scale: float = 1.0,
        shift: float = 0.0,
        warm_start: bool = False,
        random_state: Any = None,
        verbose: int | str = 0,
        contamination: float | str = "auto",
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
        self.epochs = epochs
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
        self.scale = scale
        self.shift = shift
        self.warm_start = warm_start
        self.random_state = random_state
        self.verbose = verbose
        self.contamination = contamination
        # end

    def fit(
        self: Self,
        X: Any,
        y: object = None,
        *,
        sample_weight: Any = None,
        validation: Any = None,
        callbacks: Callbacks = None,
        checkpoint: CheckpointLike = None,
    ) -> Self:
        """Pretrains the layers on X, then fine-tunes them together if there are epochs for it; returns the estimator.

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
        y : ignored
            Present for scikit-learn.
        sample_weight : array of shape (n_samples,), optional
            How much each example counts: weight 2 as if it were there twice, 0 as if it were not there. Only their
            ratios matter. Without it a Dataset's own (``Dataset.reweight``).
        validation : array or Dataset, optional
            Held-out examples whose loss is computed after every epoch of fine-tuning; ``patience`` needs them. Without
            it, ``validation_fraction`` of X's rows are held out.
        {followed}

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
        self._check_contamination()
        with self._learning():
            goes_on = self._goes_on()
            keeper = checkpoint_of(checkpoint)
            seed = training_seed(self.random_state, keeper)
            examples, held_out = self._examples(X, reset=not goes_on), self._validation(validation)
            examples = weighted(examples, sample_weight)
            # Those that count, which alone say what the data are like.
            counted = counting_rows(examples)
            stack, pretraining = self._beginning(examples, seed, goes_on)
            self._train(stack, seed, pretraining, examples, held_out, callbacks, keeper)
            fraction = 0 if self.validation_fraction == "auto" else float(self.validation_fraction)
            if held_out is None and fraction > 0:  # by pretraining too, which "auto" gives all rows
                held_out = held_out_rows(counted, fraction, self.validation_split, seed)
            self.calibrate(counted, held_out)
        return self

    def score(self, X: Any, y: object = None, sample_weight: Any = None) -> float:
        """Minus the mean reconstruction error of X, weighted if asked for; larger is better. ``y`` is ignored."""
        return -mean(self.reconstruction_error(X), sample_weight)


document_stack(StackedDenoisingAutoencoder)
