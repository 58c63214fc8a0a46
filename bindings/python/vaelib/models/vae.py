"""The variational auto-encoder as a scikit-learn estimator."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

from vaelib._c.long_calls import Callbacks
from vaelib._c.parameters import documentation, names_of
from vaelib.data.dataset import Dataset
from vaelib.data.sample_weights import counting_rows, weighted
from vaelib.models.columns import Group, columns_of, columns_up_to, decided, is_given, likelihoods_of
from vaelib.models.documentation import document_fit, fill_in
from vaelib.models.estimator_interface import EstimatorInterface, constructor_parameters
from vaelib.models.fine_tuning import fraction_kept
from vaelib.models.native_vae import NativeVAE
from vaelib.models.outliers import OutlierDetection, held_out_rows
from vaelib.models.public_methods import with_own_methods
from vaelib.models.reports import Reports
from vaelib.models.tables import TableData
from vaelib.models.vae_bounds import VAEBounds
from vaelib.models.vae_conditions import VAEConditions
from vaelib.models.vae_files import VAEFileQueries
from vaelib.models.vae_imputation import VAEImputation
from vaelib.models.vae_incremental import VAEPartialFit
from vaelib.models.vae_queries import VAEQueries
from vaelib.models.vae_scores import VAEScores
from vaelib.training.checkpoint import CheckpointLike, checkpoint_of, training_seed

Self = TypeVar("Self", bound="VAE")


@with_own_methods
class VAE(
    VAEConditions,
    TableData,
    VAEQueries,
    VAEBounds,
    VAEFileQueries,
    VAEImputation,
    VAEScores,
    VAEPartialFit,
    OutlierDetection[NativeVAE],
    Reports,
    EstimatorInterface,
):
    """A variational auto-encoder (Kingma & Welling, "Auto-Encoding Variational Bayes", 2014).

    An encoder network x -> q(z|x) = N(mean, diag exp(log_variance)) and a decoder network z -> p(x|z), joined by the
    prior p(z) = N(0, I) and trained together on the evidence lower bound. Losses, bounds and likelihoods are in nats
    per example, always.

    Parameters
    ----------
    {parameters}
    columns : sequence of (likelihood, columns) or (likelihood, columns, options), default None
        What columns are, where they are of several kinds: ``[("categorical", ["job", "sex"]), ("log_normal", [4]),
        ("student_t", slice(0, 4), dict(variance="predicted"))]``. Columns are given by numbers, by the names that a
        data frame has, by a slice or a mask; of a data frame also by type (``np.floating``, ``object``, types of pandas
        or polars), by a selector of polars or scikit-learn, or by a function that is given the frame and returns names.
        Those that are not named are "auto". Categories are whatever values a column of a data frame has; in an array
        they are 0, 1, 2, ...; as many as there are in X, or as the option ``classes`` says. With the option
        ``condition=True`` columns are given, not modelled: conditions c of p(x|z, c) and q(z|x, c). With
        ``size_factor=True`` a column, said to be "auto", has the size factors of rows, which counts with
        ``count_mean="share"`` are shares of (docs/counts.md). ``likelihood`` stays "auto", and its options are for
        tables of one kind. Of categories, means are the most probable ones, and variances the probability of others.
    size_factor : str or int, default None
        Which column of the conditions that ``fit`` is given beside X is the size factor of the rows, by its name or by
        its number: a total for each row, which counts with ``count_mean="share"`` are shares of. Queries then have it
        among their conditions.
    scale, shift : float, default 1 and 0
        Arrays are read as ``number * scale + shift``; a Dataset has a scaling of its own.
    contamination : float or "auto", default "auto"
        The share of training rows, above 0 and at most 0.5, that ``predict`` takes for outliers; ``fit`` then scores
        all of them. auto draws the line 1.5 interquartile ranges below the lower quartile of scores (Tukey's fence), of
        at most 1000 training rows.
    warm_start : bool, default False
        ``fit`` continues from the weights of the previous fit, with fresh optimiser moments.
    random_state : int, RandomState, Generator or None, default None
        Seed of weights, shuffling, noise and binarisation. The same integer gives the same bits, for any number of
        threads; None takes a seed from numpy's global state.
    verbose : int or "bar", default 0
        1 prints one line per epoch, or, of many epochs, about a hundred. "bar" shows a bar of progress, of long
        queries, too: see ``vaelib.ProgressBar``. The logger "vaelib" is told the lines in any case.

    Attributes
    ----------
    likelihood_ : str
        The likelihood: what was chosen, or what "auto" found, "bernoulli" or "gaussian"; "mixed" for several.
    likelihoods_ : list of str, or dict
        The likelihood of each column, "condition" or "size_factor" where it is given; of a data frame by the column's
        name.
    categories_ : dict of arrays
        The values of each column of a data frame that has categories, by its name, in the order of the numbers 0, 1,
        ... that the model knows them by; empty for other examples.
    epochs_, batch_size_, patience_, validation_fraction_
        What the last fit went by, where the parameter is "auto" what was decided for it.
    n_iter_ : int
        The epochs that the model was trained, over all fits.
    history_ : dict of arrays
        One array per metric, one entry per epoch, in nats per example: epoch (from 1 over all fits), loss (what is
        minimised, kl_weight * kl - reconstruction), elbo (reconstruction - kl, whatever the KL weight), reconstruction,
        kl, kl_weight and learning_rate of the last step, examples_seen, seconds; with validation examples also
        validation_elbo and its terms. NaN where there is no value.
    offset_ : float
        The score below which ``predict`` says -1.
    n_features_in_ : int
        The width of an example.
    feature_names_in_ : array of str
        The column names, if X was a data frame.
    seed_ : int
        The seed that ``random_state`` gave to the last fit.

    Examples
    --------
    >>> import numpy as np, vaelib
    >>> X = np.random.RandomState(0).normal([170, 70], [10, 12], size=(500, 2))  # heights and weights
    >>> vae = vaelib.VAE(random_state=0).fit(X)
    >>> vae.likelihood_, vae.batch_size_, vae.transform(X).shape
    ('gaussian', 128, (500, 20))
    """

    def __init__(
        self,
        # from the library: vae.latent_dim vae.hidden vae.decoder_hidden
        latent_dim: int = 20,
        hidden: Sequence[int] = (256,),
        decoder_hidden: Sequence[int] | None = None,
        # end
        *,
        # from the library: vae.* training.*[fit]
        activation: str = "relu",
        likelihood: str = "auto",
        missing: str = "refuse",
        variance: str = "learned",
        mean_activation: str = "identity",
        noise_stddev: float = 1.0,
        stddev_floor: float = 0.001,
        degrees_of_freedom: float | str = "auto",
        standardize: bool = True,
        count_mean: str = "column",
        standardize_by: str = "moments",
        initializer: str = "glorot_uniform",
        initializer_stddev: float = 0.01,
        epochs: int | str = "auto",
        batch_size: int | str = "auto",
        estimator: str = "analytic",
        samples: int = 1,
        beta: float = 1.0,
        kl_warmup_epochs: float = 0.0,
        binarization: str = "none",
        optimizer: str = "adam",
        learning_rate: float = 0.003,
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
        patience: int | str = "auto",
        validation_fraction: float | str = "auto",
        validation_split: str = "random",
        trim_fraction: float = 0.0,
        hide_fraction: float = 0.0,
        # end
        columns: Sequence[Any] | None = None,
        size_factor: str | int | None = None,
        scale: float = 1.0,
        shift: float = 0.0,
        contamination: float | str = "auto",
        warm_start: bool = False,
        random_state: Any = None,
        verbose: int | str = 0,
    ) -> None:
        # every argument as it was given
        self.latent_dim = latent_dim
        self.hidden = hidden
        self.decoder_hidden = decoder_hidden
        self.activation = activation
        self.likelihood = likelihood
        self.missing = missing
        self.variance = variance
        self.mean_activation = mean_activation
        self.noise_stddev = noise_stddev
        self.stddev_floor = stddev_floor
        self.degrees_of_freedom = degrees_of_freedom
        self.standardize = standardize
        self.count_mean = count_mean
        self.standardize_by = standardize_by
        self.initializer = initializer
        self.initializer_stddev = initializer_stddev
        self.epochs = epochs
        self.batch_size = batch_size
        self.estimator = estimator
        self.samples = samples
        self.beta = beta
        self.kl_warmup_epochs = kl_warmup_epochs
        self.binarization = binarization
        self.optimizer = optimizer
        self.learning_rate = learning_rate
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
        self.patience = patience
        self.validation_fraction = validation_fraction
        self.validation_split = validation_split
        self.trim_fraction = trim_fraction
        self.hide_fraction = hide_fraction
        self.columns = columns
        self.size_factor = size_factor
        self.scale = scale
        self.shift = shift
        self.contamination = contamination
        self.warm_start = warm_start
        self.random_state = random_state
        self.verbose = verbose
        # end

    def fit(
        self: Self,
        X: Any,
        y: object = None,
        *,
        conditions: Any = None,
        sample_weight: Any = None,
        validation: Any = None,
        callbacks: Callbacks = None,
        checkpoint: CheckpointLike = None,
    ) -> Self:
        """Trains on X; returns the estimator.

        Ctrl-C stops the training within a moment, leaves a usable estimator with the weights reached so far, and
        raises KeyboardInterrupt.

        Parameters
        ----------
        X : array or data frame of shape (n_samples, n_features), Dataset, h5py.Dataset or iterable of batches
            The examples. An array, or a tensor, is scaled by the parameters ``scale`` and ``shift``, a Dataset by its
            own. An h5py dataset is scaled like an array, and read from its file as by ``vaelib.open_dataset``. A data
            frame of pandas or polars may have columns of texts, categories and truth values. Where it is not of floats
            alone, what "auto" is for a column follows from its type, too (docs/tables.md). An Arrow table is taken as
            one. An iterable of batches (a generator, a DataLoader, a CSV file in chunks), each a matrix or a pair
            (matrix, y), is read once, into a temporary file in the folder TMPDIR, by default /var/tmp; all epochs see
            all rows. The first batch says what the columns of data frames are.
        y : ignored
            Present for scikit-learn.
        conditions : array of shape (n_samples,) or (n_samples, n_conditions), data frame or Dataset, optional
            What is given beside X: conditions c of p(x|z, c) and q(z|x, c) (docs/conditions.md). A single axis holds
            labels, texts or numbers without fractions; columns of texts and categories are categories, others numbers.
            One of them may be a ``size_factor``, which networks do not see.
            All queries then need the conditions of their rows. Pipelines and searches of scikit-learn hand them on, as
            other arguments, with ``sklearn.set_config(enable_metadata_routing=True)`` if they are requested:
            ``set_fit_request(conditions=True)``, ``set_score_request`` and so on.
        sample_weight : array of shape (n_samples,), optional
            How much each example counts: weight 2 as if it were there twice, 0 as if it were not there. Only their
            ratios matter. Without it a Dataset's own (``Dataset.reweight``).
        validation : array or Dataset, optional
            Held-out examples whose bound is computed after every epoch; ``patience`` needs them. The weights of a
            Dataset (``Dataset.reweight``) count in its mean. Without it,
            ``validation_fraction`` of X's rows are held out. With ``conditions`` a pair (X, conditions).
        {followed}

        Raises
        ------
        InvalidArgument
            A parameter is out of range; the text says which, and what is allowed. Or the checkpoint belongs to another
            training.
        DataError
            A value is not finite or does not suit the likelihood; the text names its row and column.
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
            examples = self._examples(X, reset=not goes_on, conditions=conditions)
            held_out = self._validation(validation)
            examples = weighted(examples, sample_weight)
            # Those that count, which alone say what the data are like.
            counted = counting_rows(examples)
            model = self._same_model() if goes_on else self._new_model_for(counted, seed)
            sets = (examples.handle, None if held_out is None else held_out.handle)
            report = self._reporting(callbacks)
            with self._training(model, seed):
                model.train("vaelib_vae_fit", sets, self._training_parameters(), seed, report, keeper)
            fraction = model.training("fit")[0]["validation_fraction"] if held_out is None else 0
            if fraction > 0:
                held_out = held_out_rows(counted, fraction, self.validation_split, seed)
            self._calibrate(counted, held_out)
        return self

    def fit_transform(self, X: Any, y: Any = None, *, conditions: Any = None, **fit_parameters: Any) -> Any:
        """Fits to X, then returns the latent means of X, as ``transform`` does."""
        X = self._fit_to(X, y, conditions=conditions, **fit_parameters)
        return self.transform(X, conditions=conditions)

    def _new_model(self, n_features: int, seed: int) -> NativeVAE:
        groups = self._groups(n_features)
        return NativeVAE.create(n_features, seed, self._architecture("auto", groups), None, groups)

    def _new_model_for(self, examples: Dataset, seed: int) -> NativeVAE:
        groups = self._groups(self.n_features_in_)
        return NativeVAE.create(examples.columns, seed, self._architecture("auto", groups), examples, groups)

    def _architecture(self, likelihood: str, groups: Sequence[Group]) -> dict[str, Any]:
        """The architecture's parameters; this likelihood where it is left to the library."""
        parameters = self._parameters(names_of("vae"))
        if groups:
            # Those of a data frame's types have the likelihood that was chosen for numbers.
            return parameters if self.columns is not None else {**parameters, "likelihood": "auto"}
        if parameters["likelihood"] == "auto":
            # Who wants 0 or 1 to be drawn takes the values for probabilities.
            parameters["likelihood"] = "bernoulli" if self.binarization == "dynamic" else likelihood
        return parameters

    def _see(self, model: NativeVAE, examples: Dataset) -> None:
        model.standardize(examples)

    @property
    def likelihood_(self) -> str:
        """The likelihood: what was chosen, or what "auto" found in the data; "mixed" if columns have several."""
        model = self._fitted()
        found = sorted(set(likelihoods_of([group for group in model.groups if not is_given(group)])))
        if not found:
            return str(model.architecture["likelihood"])
        return found[0] if len(found) == 1 else "mixed"

    @property
    def likelihoods_(self) -> list[str] | dict[str, str]:
        """The likelihood of each column; by its name if X was a data frame."""
        model = self._fitted()
        found = model.likelihoods
        for column in model.condition_columns:
            found[column] = "size_factor" if column == model.size_factor_column else "condition"
        found = found[: self.n_features_in_]
        names = getattr(self, "feature_names_in_", None)
        return found if names is None else dict(zip(names.tolist(), found, strict=True))

    @property
    def epochs_(self) -> int:
        """The epochs that the last fit had before it, if ``patience_`` did not end it earlier (see ``n_iter_``)."""
        return int(self._trained("fit", "epochs"))

    @property
    def batch_size_(self) -> int:
        """The examples per step of the last fit."""
        return int(self._trained("fit", "batch_size"))

    @property
    def patience_(self) -> int:
        """The patience of the last fit, in epochs; 0 for none."""
        return int(self._trained("fit", "patience"))

    @property
    def validation_fraction_(self) -> float:
        """The part of the examples that the last fit held out; 0 for none."""
        return float(self._trained("fit", "validation_fraction"))

    def _same_model(self) -> NativeVAE:
        """The model that a warm start continues with, once its architecture is known to agree with the parameters."""
        model = self._fitted()
        found = model.resolved_architecture
        groups = decided(self._groups(self.n_features_in_), model.groups)
        architecture = self._architecture(found["likelihood"], groups)
        wanted_model = NativeVAE.create(model.data_dim, 0, architecture, None, groups)
        wanted = wanted_model.resolved_architecture
        changed = [name for name in wanted if wanted[name] != found[name]]
        changed += ["columns"] if wanted_model.groups != model.groups else []
        changed += [] if self._has_same_size_factor() else ["size_factor"]
        if changed:
            raise ValueError(
                f"warm_start continues with the fitted model, but {', '.join(changed)} changed since; "
                "set warm_start=False to start from new weights"
            )
        return model

    def __sklearn_tags__(self) -> Any:
        """As of all outlier detectors; whether examples may lack numbers is a parameter."""
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = self.missing != "refuse"
        return tags

    def _training_parameters(self) -> dict[str, Any]:
        return self._parameters(names_of("training", "fit"))

    def _step_training(self, phase: str | None, layer: int, head: Any) -> tuple[str, int, dict[str, Any]]:
        self._fitted()
        if phase not in (None, "fit"):
            raise ValueError(f"phase must be 'fit' for a {type(self).__name__}, not {phase!r}")
        if layer != 0 or head is not None:
            raise ValueError(f"layer, classes and outputs are for stacks, not for a {type(self).__name__}")
        return "fit", 0, self._training_parameters()

    @classmethod
    def _of_model(cls, model: NativeVAE) -> VAE:
        """A fitted estimator around a model; its parameters are those the model was made and last trained with."""
        info = model.info
        training, seed = model.training("fit")
        parameters = {"scale": info.data_scale, "shift": info.data_shift, "random_state": seed}
        training["validation_fraction"] = fraction_kept(training)
        vae = cls(**model.architecture, **training, **parameters)
        vae._keep(model, seed)
        vae.n_features_in_ = int(info.data_dim)
        vae._recall_columns(model, model.columns)
        if vae._conditions is not None and vae._conditions.size_factor is not None:
            vae.set_params(size_factor=vae._conditions.names[vae._conditions.size_factor])
        own = columns_up_to(vae.n_features_in_, model.groups)
        if vae._conditions is not None and len(own) == 1:
            # All columns of X are of one kind, though there are groups.
            names = [name for name in names_of("column_group") if name in names_of("vae")]
            return vae.set_params(**{name: own[0][name] for name in names})
        return vae.set_params(columns=columns_of(own))


fill_in(VAE, parameters=documentation(constructor_parameters(VAE), "vae", "training"))
document_fit(VAE, "epochs")
