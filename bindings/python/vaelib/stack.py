"""The stacked denoising auto-encoder as a scikit-learn transformer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

from vaelib._checkpoint import CheckpointLike, checkpoint_of
from vaelib._estimator import training_seed
from vaelib._parameters import STACK_TRAINING_DEFAULTS as TRAINING
from vaelib._stack_documentation import document
from vaelib._stack_interchange import StackInterchange
from vaelib._stack_parameters import INITIALIZATION_DEFAULTS as INITIALIZATION
from vaelib._stack_parameters import LAYER_DEFAULTS as LAYER
from vaelib._stack_progress import StackCallback
from vaelib._stack_queries import StackQueries
from vaelib._stack_queries_to_files import StackQueriesToFiles

Self = TypeVar("Self", bound="StackedDenoisingAutoencoder")


class StackedDenoisingAutoencoder(StackInterchange, StackQueries, StackQueriesToFiles):
    """A stack of denoising auto-encoders (Vincent et al. 2008; 2010), learned without labels.

    Each layer learns to restore its input x from a corrupted version x~: code y = A(x~ W + b), reconstruction from y,
    loss against the clean x. Layers are pretrained from the bottom up, each on the clean code of those below. Then, if
    ``finetune_epochs`` says so, the whole stack learns to reconstruct, as one deep auto-encoder.

    Parameters
    ----------
    hidden : sequence of int, default (1000, 1000, 1000)
        The width of each layer's code, bottom first. Parameters of layers, in the paragraphs down to
        ``contraction_weight``, and ``epochs`` and ``learning_rate``, are one value for all layers, or a sequence with
        one for each.
    {layers}
    epochs : int or sequence of int, default {epochs}
        Passes over the training set while a layer is pretrained; 0 leaves out pretraining.
    learning_rate : float or sequence of float, default {learning_rate}
        The step size while a layer is pretrained.
    {training}
    finetune_epochs : int, default 0
        Passes over the training set while all layers, unrolled into one auto-encoder, learn to reconstruct.
    {fine_tuning}
    {rest}

    Attributes
    ----------
    {attributes}

    Examples
    --------
    >>> import numpy as np, vaelib
    >>> X = (np.random.RandomState(0).uniform(size=(100, 8)) < 0.3).astype("float32")
    >>> stack = vaelib.StackedDenoisingAutoencoder(hidden=(6, 4), epochs=5, random_state=0).fit(X)
    >>> stack.transform(X).shape, stack.transform(X, layer=0).shape
    ((100, 4), (100, 6))
    """

    _epochs_parameter = "epochs"
    _finetuning_phase = "unsupervised"
    _finetuning_only = ("patience",)

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
        epochs: int | Sequence[int] = TRAINING["epochs"],
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
        finetune_epochs: int = 0,
        finetune_learning_rate: float | None = None,
        finetune_batch_size: int | None = None,
        finetune_optimizer: str | None = None,
        finetune_momentum: float | None = None,
        finetune_schedule: str | None = None,
        finetune_weight_decay: float | None = None,
        patience: int = TRAINING["patience"],
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
        y: object = None,
        *,
        validation: Any = None,
        callback: StackCallback | None = None,
        checkpoint: CheckpointLike = None,
    ) -> Self:
        """Pretrains the layers on X, then fine-tunes them together if there are epochs for it; returns the estimator.

        Ctrl-C stops the training within a moment, leaves a usable estimator with the weights reached so far, and
        raises KeyboardInterrupt.

        Parameters
        ----------
        X : array of shape (n_samples, n_features) or Dataset
            The examples. An array is scaled by the parameters ``scale`` and ``shift``, a Dataset by its own.
        y : ignored
            There for scikit-learn's sake.
        validation : array or Dataset, optional
            Held-out examples whose loss is computed after every epoch of fine-tuning; ``patience`` needs them. Without
            it, ``validation_fraction`` of X's rows are held out.
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
        examples, held_out = self._held_out(self._examples(X, reset=True), validation, seed)
        stack = self._new_model(examples.columns, seed)
        self._train(stack, seed, examples, held_out, callback, keeper, pretrains=self._has_pretraining())
        return self

    def score(self, X: Any, y: object = None) -> float:
        """Minus the mean reconstruction error of X; larger is better. ``y`` is ignored."""
        return -float(self.reconstruction_error(X).mean())


document(StackedDenoisingAutoencoder)
