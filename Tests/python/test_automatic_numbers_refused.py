"""Numbers that the library may choose: what is neither a number that is allowed nor "auto"."""

from ctypes import byref, c_char_p

import numpy as np
import pytest
import vaelib
from c_interface import (
    ARGUMENT,
    NO_CALLBACK,
    handles,  # noqa: F401
    refused,
    training_config,
    vae_config,
)
from stacks import examples
from vaelib._c.library import library

VAE, Autoencoder, Classifier = vaelib.VAE, vaelib.StackedDenoisingAutoencoder, vaelib.StackedDenoisingClassifier
AUTO, AUTO_REAL = 2**64 - 1, -1.0
TINY = {"hidden": (3,), "random_state": 1}


@pytest.mark.parametrize("name", ["epochs", "batch_size", "patience"])
@pytest.mark.parametrize("value", [2**64 - 2, 2**63, 2**62])
def test_counts_near_auto_are_refused_in_c(handles, name, value):  # noqa: F811
    config = training_config(**{name: value})
    arguments = [handles["vae"], handles["dataset"], None, byref(config), NO_CALLBACK, None]
    message = refused("vaelib_vae_fit", arguments, ARGUMENT, f"{name} is ")
    assert "; allowed: auto, or " in message


@pytest.mark.parametrize("name", ["gradient_clip_norm", "validation_fraction"])
@pytest.mark.parametrize("value", [-0.5, -1.0000001, -2.0, float("nan"), float("inf"), float("-inf"), 1e31])
def test_reals_near_auto_are_refused_in_c(handles, name, value):  # noqa: F811
    config = training_config(**{name: value})
    arguments = [handles["vae"], handles["dataset"], None, byref(config), NO_CALLBACK, None]
    message = refused("vaelib_vae_fit", arguments, ARGUMENT, f"{name} is ")
    assert "; allowed: auto, or " in message


def test_automatic_is_no_value_of_other_numbers(handles):  # noqa: F811
    for name in ("samples", "nesterov"):
        config = training_config(**{name: AUTO})
        arguments = [handles["vae"], handles["dataset"], None, byref(config), NO_CALLBACK, None]
        refused("vaelib_vae_fit", arguments, ARGUMENT, f"{name} is {2**64 - 1}")
    for name in ("learning_rate", "momentum", "weight_decay", "beta"):
        config = training_config(**{name: AUTO_REAL})
        arguments = [handles["vae"], handles["dataset"], None, byref(config), NO_CALLBACK, None]
        refused("vaelib_vae_fit", arguments, ARGUMENT, f"{name} is -1.0")
    refused("vaelib_vae_create", [byref(vae_config(latent_dim=AUTO)), None], ARGUMENT)
    assert c_char_p(library.vaelib_last_error()).value


#: Each estimator, what its fit takes, and its own name of the parameter that is called epochs.
ESTIMATORS = {
    VAE: ((examples(60, 4),), ("epochs",)),
    Autoencoder: ((examples(60, 4),), ("epochs", "finetune_epochs")),
    Classifier: ((examples(60, 4), np.arange(60) % 2), ("pretrain_epochs", "finetune_epochs")),
}
COUNTS = [(kind, name) for kind, (_, epochs) in ESTIMATORS.items() for name in (*epochs, "batch_size", "patience")]
COUNTS += [(Autoencoder, "finetune_batch_size"), (Classifier, "finetune_batch_size")]


@pytest.mark.parametrize(("kind", "name"), COUNTS)
@pytest.mark.parametrize(
    ("value", "error"),
    [
        (-1, ValueError), (np.int64(-1), ValueError), (-2, ValueError), (2**64 - 1, ValueError),
        (2**64 - 2, ValueError),
        (2**64, ValueError), (-1.0, TypeError), (3.5, TypeError), (3.0, TypeError), (float("nan"), TypeError),
        ("Auto", TypeError), ("3", TypeError), (b"auto", TypeError), (np.array(["auto"]), TypeError),
    ],
)  # fmt: skip
def test_counts_that_cannot_be(kind, name, value, error):
    if isinstance(value, np.ndarray) and kind is not VAE and name in ("epochs", "pretrain_epochs"):
        value = np.array(["Auto"])  # a sequence has one value for each layer
    parameters = {"hidden": (3,), "random_state": 1, **dict.fromkeys(ESTIMATORS[kind][1], 1), name: value}
    with pytest.raises(error, match=name.removeprefix("finetune_").removeprefix("pretrain_")):
        kind(**parameters).fit(*ESTIMATORS[kind][0])


@pytest.mark.parametrize("kind", ESTIMATORS)
@pytest.mark.parametrize("name", ["gradient_clip_norm", "validation_fraction"])
@pytest.mark.parametrize(
    ("value", "error"),
    [
        (-1, ValueError), (-1.0, ValueError), (np.float32(-1), ValueError), (-0.5, ValueError), (1e31, ValueError),
        (float("nan"), ValueError), (float("inf"), ValueError), ("Auto", TypeError), ("0.5", TypeError),
        (None, TypeError),
    ],
)  # fmt: skip
def test_reals_that_cannot_be(kind, name, value, error):
    parameters = {"hidden": (3,), "random_state": 1, **dict.fromkeys(ESTIMATORS[kind][1], 1), name: value}
    with pytest.raises(error, match=name):
        kind(**parameters).fit(*ESTIMATORS[kind][0])


@pytest.mark.parametrize("kind", ESTIMATORS)
def test_automatic_is_no_value_of_other_parameters(kind):
    for name in ("learning_rate", "momentum", "weight_decay", "hidden"):
        with pytest.raises((TypeError, ValueError), match=f"{name}|width"):
            kind(**{"random_state": 1, "hidden": (3,), name: "auto"}).fit(*ESTIMATORS[kind][0])


def test_true_is_one_as_in_python():
    vae = VAE(latent_dim=1, epochs=True, batch_size=True, **TINY).fit(examples(12, 4))
    assert (vae.epochs_, vae.batch_size_, vae.n_iter_) == (1, 1, 1)
    with pytest.raises(vaelib.InvalidArgument, match=r"validation_fraction is 1\.0"):
        VAE(latent_dim=1, validation_fraction=True, **TINY).fit(examples(12, 4))
