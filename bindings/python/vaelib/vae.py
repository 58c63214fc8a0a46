"""The variational auto-encoder as a scikit-learn estimator."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from vaelib._bounds import Bounds
from vaelib._model import Model
from vaelib._parameters import DEFAULTS, TRAINING_DEFAULTS, parameters_section
from vaelib._queries import Queries
from vaelib._queries_to_files import QueriesToFiles
from vaelib._vae_interchange import VAEInterchange


class VAE(VAEInterchange, Queries, QueriesToFiles, Bounds):
    """A variational auto-encoder (Kingma & Welling, "Auto-Encoding Variational Bayes", 2014).

    An encoder network x -> q(z|x) = N(mean, diag exp(log_variance)) and a decoder network z -> p(x|z), joined by the
    prior p(z) = N(0, I) and trained together on the evidence lower bound. Losses, bounds and likelihoods are in nats
    per example, always.

    Parameters
    ----------
    {parameters}
    scale, shift : float, default 1 and 0
        Arrays are read as ``number * scale + shift``; a Dataset has a scaling of its own.
    validation_fraction : float from 0 to below 1, default 0
        This part of the examples is held out of training, and its bound is computed after every epoch.
    validation_split : "random" or "last", default "random"
        Which rows are held out: chosen at random by the seed, or the last ones as they stand, as time series ask for.
    warm_start : bool, default False
        ``fit`` goes on from the weights of the fit before, with fresh optimiser moments.
    random_state : int, RandomState, Generator or None, default None
        Seed of weights, shuffling, noise and binarisation. The same integer gives the same bits, for any number of
        threads; None takes a seed from numpy's global state.
    verbose : int, default 0
        1 prints a line an epoch.

    Attributes
    ----------
    history_ : dict of arrays
        Loss, elbo, reconstruction, kl and more, one entry an epoch; see ``vaelib.HistoryRecord``.
    n_features_in_ : int
        The width of an example.
    feature_names_in_ : array of str
        The column names, if X was a data frame.
    seed_ : int
        The seed that ``random_state`` gave to the last fit.

    Examples
    --------
    >>> import numpy as np, vaelib
    >>> X = (np.random.RandomState(0).uniform(size=(100, 8)) < 0.3).astype("float32")
    >>> vae = vaelib.VAE(latent_dim=2, hidden=(16,), epochs=5, random_state=0).fit(X)
    >>> vae.transform(X).shape
    (100, 2)
    """

    def __init__(
        self,
        latent_dim: int = DEFAULTS["latent_dim"],
        hidden: Sequence[int] = DEFAULTS["hidden"],
        decoder_hidden: Sequence[int] | None = DEFAULTS["decoder_hidden"],
        *,
        activation: str = DEFAULTS["activation"],
        likelihood: str = DEFAULTS["likelihood"],
        variance: str = DEFAULTS["variance"],
        mean_activation: str = DEFAULTS["mean_activation"],
        noise_stddev: float = DEFAULTS["noise_stddev"],
        stddev_floor: float = DEFAULTS["stddev_floor"],
        initializer: str = DEFAULTS["initializer"],
        initializer_stddev: float = DEFAULTS["initializer_stddev"],
        epochs: int = DEFAULTS["epochs"],
        batch_size: int = DEFAULTS["batch_size"],
        estimator: str = DEFAULTS["estimator"],
        samples: int = DEFAULTS["samples"],
        beta: float = DEFAULTS["beta"],
        kl_warmup_epochs: float = DEFAULTS["kl_warmup_epochs"],
        binarization: str = DEFAULTS["binarization"],
        optimizer: str = DEFAULTS["optimizer"],
        learning_rate: float = DEFAULTS["learning_rate"],
        momentum: float = DEFAULTS["momentum"],
        nesterov: bool = DEFAULTS["nesterov"],
        beta1: float = DEFAULTS["beta1"],
        beta2: float = DEFAULTS["beta2"],
        epsilon: float = DEFAULTS["epsilon"],
        schedule: str = DEFAULTS["schedule"],
        schedule_epochs: float = DEFAULTS["schedule_epochs"],
        schedule_factor: float = DEFAULTS["schedule_factor"],
        warmup_epochs: float = DEFAULTS["warmup_epochs"],
        weight_decay: float = DEFAULTS["weight_decay"],
        gradient_clip_norm: float = DEFAULTS["gradient_clip_norm"],
        patience: int = DEFAULTS["patience"],
        scale: float = 1.0,
        shift: float = 0.0,
        validation_fraction: float = 0.0,
        validation_split: str = "random",
        warm_start: bool = False,
        random_state: Any = None,
        verbose: int = 0,
    ) -> None:
        self.latent_dim = latent_dim
        self.hidden = hidden
        self.decoder_hidden = decoder_hidden
        self.activation = activation
        self.likelihood = likelihood
        self.variance = variance
        self.mean_activation = mean_activation
        self.noise_stddev = noise_stddev
        self.stddev_floor = stddev_floor
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
        self.scale = scale
        self.shift = shift
        self.validation_fraction = validation_fraction
        self.validation_split = validation_split
        self.warm_start = warm_start
        self.random_state = random_state
        self.verbose = verbose

    @classmethod
    def _of_model(cls, model: Model) -> VAE:
        """A fitted estimator around a model; its parameters are those the model was made and last trained with."""
        info = model.info
        training, seed = model.training
        parameters = {name: training[name] for name in TRAINING_DEFAULTS}
        vae = cls(**model.architecture, **parameters, scale=info.data_scale, shift=info.data_shift, random_state=seed)
        vae._keep(model, seed)
        vae.n_features_in_ = int(info.data_dim)
        return vae


if VAE.__doc__:  # python -OO strips docstrings
    section = parameters_section(DEFAULTS, "vae", "training")
    VAE.__doc__ = VAE.__doc__.replace("{parameters}", section.replace("\n", "\n    "))
