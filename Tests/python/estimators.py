"""The kinds of estimators, for the tests of what all of them do: how each is made, trained and asked."""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import vaelib
from stacks import labels_of, targets_of
from vaelib._c.header import PHASE

VAE, Autoencoder, Classifier = vaelib.VAE, vaelib.StackedDenoisingAutoencoder, vaelib.StackedDenoisingClassifier
Regressor = vaelib.StackedDenoisingRegressor

#: Epochs that no test waits for.
FOREVER = 10**6


class Kind(NamedTuple):
    """An estimator's class, and parameters with which it is trained in no time, to codes of two numbers."""

    create: Callable[..., Any]
    parameters: dict[str, Any]

    def make(self, **others):
        """A new estimator."""
        return self.create(**{"random_state": 5, "batch_size": 16, **self.parameters, **others})


#: Layers of Bernoulli's likelihood, which can be sampled from.
SIGMOID = {"activation": "sigmoid", "loss": "cross_entropy"}

KINDS = {
    "vae": Kind(VAE, {"latent_dim": 2, "hidden": (8,), "epochs": 3, "likelihood": "bernoulli"}),
    "autoencoder": Kind(Autoencoder, {"hidden": (8, 2), "epochs": 2, "finetune_epochs": 1, **SIGMOID}),
    "classifier": Kind(Classifier, {"hidden": (8, 2), "pretrain_epochs": 1, "finetune_epochs": 2, **SIGMOID}),
    "regressor": Kind(Regressor, {"hidden": (8, 2), "pretrain_epochs": 1, "finetune_epochs": 2, **SIGMOID}),
}


class Training(NamedTuple):
    """A training that takes minutes, and the phases that it has gone through a second after it began."""

    kind: Kind
    parameters: dict[str, Any]
    phases: tuple[str, ...]

    def make(self):
        """A new estimator whose fit takes minutes."""
        return self.kind.make(**{"hidden": (64,), "batch_size": 100, "random_state": 0, **self.parameters})


ENDLESS = {
    "vae": Training(KINDS["vae"], {"epochs": FOREVER}, ("fit",)),
    "pretraining": Training(KINDS["classifier"], {"pretrain_epochs": FOREVER}, ("pretraining",)),
    "supervised": Training(KINDS["classifier"], {"finetune_epochs": FOREVER}, ("pretraining", "supervised")),
    "unsupervised": Training(
        KINDS["autoencoder"], {"epochs": 1, "finetune_epochs": FOREVER}, ("pretraining", "unsupervised")
    ),
}


def fit(model, x, **options):
    """Fits an estimator, a classifier or a regressor to what can be learned."""
    return model.fit(x, *labels_for(model, x), **options)


def labels_for(model, x):
    """The further arguments that ``fit`` and ``score`` of this estimator need."""
    if isinstance(model, Regressor):
        return (targets_of(np.asarray(x)),)
    return (labels_of(np.asarray(x)),) if isinstance(model, Classifier) else ()


def train_in_place(model, x, epochs):
    """Trains the weights that the estimator has."""
    if isinstance(model, VAE):
        model.set_params(warm_start=True, epochs=epochs).fit(x)
    else:
        data = vaelib.Dataset(x)
        arguments = (data.handle, None, PHASE["unsupervised"])
        model._fitted().train("vaelib_stack_finetune", arguments, {"epochs": epochs}, 0, None, None)


def answers(model, x):
    """Every answer of a fitted estimator, as bytes: queries, weights, history but for its times."""
    found = _answers_of_vae(model, x) if isinstance(model, VAE) else _answers_of_stack(model, x)
    found |= {
        "transform": model.transform(x),
        "reconstruct": model.reconstruct(x),
        "inverse_transform": model.inverse_transform(model.transform(x)),
        "score": np.float64(model.score(x, *labels_for(model, x))),
        **model.get_weights(),
        **{name: values for name, values in model.history_.items() if name != "seconds"},
    }
    return {name: values.tobytes() for name, values in found.items()}


def _answers_of_vae(model, x):
    bound = model.elbo(x, 3)
    likelihood, error = model.log_likelihood(x, 7, return_standard_error=True)
    return {
        "encode": np.stack(model.encode(x)),
        "sample_latent": model.sample_latent(x, 1),
        "reconstruct, sampled": model.reconstruct(x, "sample", 1),
        "sample": model.sample(130, "sample", 1),
        "sample, means": model.sample(9, random_state=1),
        "decode_sample": model.decode_sample(model.transform(x), 1),
        "interpolate": model.interpolate(x, 0, 5, 70),
        **({"manifold": model.manifold(12)} if model.latent_dim == 2 else {}),
        "elbo": bound.elbo,
        "reconstruction": bound.reconstruction,
        "kl": bound.kl,
        "log_likelihood": likelihood,
        "standard error": error,
    }


def _answers_of_stack(model, x):
    top = len(model.hidden) - 1
    found = {
        "lower codes": model.transform(x, 0),
        "corrupt": model.corrupt(x, top, random_state=1, epoch=2),
        "reconstruction_error": model.reconstruction_error(x),
        "filters": model.filters(top),
    }
    choices = (*np.atleast_1d(model.activation), *np.atleast_1d(model.loss))
    if set(choices) == {"sigmoid", "cross_entropy"}:  # others cannot be sampled from
        found["sample"] = model.sample(x, random_state=1)
    if isinstance(model, Regressor):
        found["predict"] = model.predict(x)
    if isinstance(model, Classifier):
        found |= {"predict": model.predict(x), "predict_proba": model.predict_proba(x), "classes": model.classes_}
    return found


def different(found, expected):
    """The names of the answers that are not the same bits."""
    assert set(found) == set(expected)
    return [name for name in expected if found[name] != expected[name]]


def weights_as_bytes(model):
    """All weights of an estimator."""
    return b"".join(values.tobytes() for values in model.get_weights().values())
