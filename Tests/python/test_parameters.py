"""The estimator's parameters: all of the library's, documented, and refused by name where they are unsuitable."""

import numpy as np
import pytest
import vaelib
from vaelib._c import header
from vaelib._c.calls import defaults
from vaelib._c.configurations import values_of
from vaelib._c.parameters import PARAMETERS

#: The training's parameters that only VAEs have.
VAES_ONLY = {"estimator", "samples", "beta", "kl_warmup_epochs", "binarization", "trim_fraction", "hide_fraction"}

#: Those of trainings with labels only.
LABELS_ONLY = {"dropout", "monitor"}

#: What estimators have otherwise than the library.
OWN_DEFAULTS = {(vaelib.StackedDenoisingClassifier, "activation"): "relu"}

#: Each estimator, the groups of the library's parameters that it has, and what it calls otherwise or leaves out.
ESTIMATORS = {
    vaelib.VAE: (("vae", "training"), LABELS_ONLY),
    vaelib.StackedDenoisingAutoencoder: (("layer", "stack", "training"), {"width", *LABELS_ONLY, *VAES_ONLY}),
    vaelib.StackedDenoisingClassifier: (("layer", "stack", "training"), {"width", "epochs", *VAES_ONLY}),
}


def described(estimator):
    """The library's parameters that an estimator takes under their own names."""
    groups, left_out = ESTIMATORS[estimator]
    by_name = {}
    for description in PARAMETERS:
        if description.group in groups and description.name not in {"data_dim", "seed", *left_out}:
            by_name[description.name] = description  # those of training come last
    return by_name


@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_every_parameter_of_the_library_is_a_parameter_of_the_estimator(estimator):
    parameters = estimator().get_params()
    assert set(described(estimator)) <= set(parameters)
    assert not ESTIMATORS[estimator][1] & set(parameters)
    configurations = {"vae": header.VAEConfig, "layer": header.LayerConfig, "stack": header.StackConfig}
    for name, description in described(estimator).items():
        group = "training" if name in ("epochs", "learning_rate") else description.group  # a layer has none of its own
        configuration = configurations.get(group, header.TrainingConfig)
        default = OWN_DEFAULTS.get((estimator, name), values_of(defaults(configuration))[name])
        assert parameters[name] == default, name


@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_help_names_every_parameter_with_its_values_and_default(estimator):
    for name, description in described(estimator).items():
        if estimator is not vaelib.VAE and name in ("epochs", "learning_rate"):
            continue  # described in words of their own
        assert f"\n{name} : {description.allowed}" in estimator.__doc__
        assert description.meaning in estimator.__doc__
    assert "{" not in estimator.__doc__


@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_every_parameter_is_documented(estimator):
    documented = estimator.__doc__.split("Attributes\n")[0]
    assert [name for name in estimator().get_params() if name not in documented] == []


def test_parameters_of_other_models_are_not_mentioned():
    for estimator in ESTIMATORS:
        assert ("dropout" in estimator().get_params()) == (estimator is vaelib.StackedDenoisingClassifier)
    assert "dropout" not in vaelib.VAE.__doc__
    assert "dropout :" not in vaelib.StackedDenoisingAutoencoder.__doc__
    assert "binarization" not in vaelib.StackedDenoisingClassifier.__doc__


@pytest.mark.parametrize(
    "parameters",
    [
        {"latent_dim": 0},
        {"hidden": (4, 0)},
        {"decoder_hidden": (0,)},
        {"activation": "cubic"},
        {"likelihood": "weibull"},
        {"variance": "huge", "likelihood": "gaussian"},
        {"mean_activation": "relu", "likelihood": "gaussian"},
        {"noise_stddev": 0.0, "likelihood": "gaussian"},
        {"noise_stddev": float("nan"), "likelihood": "gaussian"},
        {"stddev_floor": -1.0, "likelihood": "gaussian", "variance": "learned"},
        {"initializer": "zeros"},
        {"initializer_stddev": -0.1, "initializer": "normal"},
        {"epochs": 0},
        {"batch_size": 0},
        {"estimator": "c"},
        {"samples": 0},
        {"beta": -1.0},
        {"beta": float("inf")},
        {"kl_warmup_epochs": -1.0},
        {"binarization": "static"},
        {"optimizer": "lbfgs"},
        {"learning_rate": -0.1},
        {"learning_rate": float("nan")},
        {"momentum": 1.5, "optimizer": "sgd"},
        {"nesterov": 2, "optimizer": "sgd"},
        {"beta1": 1.0},
        {"beta2": -0.5},
        {"epsilon": -1e-8},
        {"schedule": "random"},
        {"schedule_epochs": 0.0, "schedule": "step"},
        {"schedule_factor": -1.0, "schedule": "exponential"},
        {"warmup_epochs": -2.0},
        {"weight_decay": -1.0},
        {"gradient_clip_norm": -0.5},
        {"gradient_clip_norm": -2.0},
        {"gradient_clip_norm": float("nan")},
        {"patience": 10**10},
        {"validation_fraction": 1.0},
        {"validation_fraction": True},
        {"validation_fraction": -0.1},
        {"validation_fraction": float("nan")},
        {"validation_split": "first"},
        {"trim_fraction": -0.1},
        {"trim_fraction": 0.6},
        {"trim_fraction": float("nan")},
    ],
)
def test_values_out_of_range_are_named(binary, parameters):
    name, value = next(iter(parameters.items()))
    with pytest.raises(vaelib.InvalidArgument, match=name) as caught:
        vaelib.VAE(**parameters).fit(binary)
    assert isinstance(caught.value, ValueError)
    if isinstance(value, str):
        assert value in str(caught.value)


@pytest.mark.parametrize(
    ("parameters", "error"),
    [
        ({"latent_dim": -1}, ValueError),
        ({"latent_dim": 2.5}, TypeError),
        ({"latent_dim": 2**64}, ValueError),
        ({"latent_dim": None}, TypeError),
        ({"hidden": (4, -3)}, ValueError),
        ({"hidden": (4, "5")}, TypeError),
        ({"activation": 3}, TypeError),
        ({"activation": None}, TypeError),
        ({"activation": "ta\0nh"}, ValueError),
        ({"learning_rate": "fast"}, TypeError),
        ({"learning_rate": None}, TypeError),
        ({"batch_size": "8"}, TypeError),
    ],
)
def test_values_of_the_wrong_type_are_named(binary, parameters, error):
    with pytest.raises(error, match=next(iter(parameters))):
        vaelib.VAE(**parameters).fit(binary)


@pytest.mark.parametrize("random_state", [-1, 2**64, "seed", 1.5])
def test_unsuitable_random_states(binary, random_state):
    with pytest.raises(ValueError, match="random_state"):
        vaelib.VAE(random_state=random_state).fit(binary)


def test_single_widths_and_numpy_numbers_are_welcome(binary):
    model = vaelib.VAE(
        latent_dim=np.int32(2),
        hidden=np.array([5, 4]),
        decoder_hidden=6,
        epochs=np.int64(1),
        learning_rate=np.float32(0.01),
    ).fit(binary)
    shapes = {name: values.shape for name, values in model.get_weights().items()}
    assert shapes["encoder/0/weight"] == (12, 5)
    assert shapes["encoder/1/weight"] == (5, 4)
    assert shapes["decoder/0/weight"] == (2, 6)
    assert shapes["decoder/head/weight"] == (6, 12)


def test_no_hidden_layers_either_side(binary):
    model = vaelib.VAE(latent_dim=2, hidden=(), epochs=1).fit(binary)
    assert list(model.get_weights()) == [
        "encoder/head/weight",
        "encoder/head/bias",
        "decoder/head/weight",
        "decoder/head/bias",
    ]
    model = vaelib.VAE(latent_dim=2, hidden=(5,), decoder_hidden=(), epochs=1).fit(binary)
    assert model.get_weights()["decoder/head/weight"].shape == (2, 12)


def test_set_params():
    model = vaelib.VAE()
    assert model.set_params(epochs=3, hidden=(4,)) is model
    assert model.get_params()["epochs"] == model.epochs == 3
    with pytest.raises(
        ValueError,
        match=r"Invalid parameter 'epoch' for estimator VAE; did you mean epochs\? Valid .*'epochs'",
    ):
        model.set_params(epoch=3)


def test_the_representation_names_what_was_changed():
    for estimator in ESTIMATORS:
        assert repr(estimator()) == f"{estimator.__name__}()"
    assert repr(vaelib.VAE(latent_dim=2, hidden=(4,), activation="tanh")) == (
        "VAE(activation='tanh', hidden=(4,), latent_dim=2)"
    )
    stack = vaelib.StackedDenoisingAutoencoder(hidden=(5, 3), corruption_level=(0.1, 0.2))
    assert repr(stack) == "StackedDenoisingAutoencoder(corruption_level=(0.1, 0.2), hidden=(5, 3))"
    assert repr(vaelib.VAE(hidden=np.array([4, 5]))) == "VAE(hidden=array([4, 5]))"


def test_subclasses_have_the_parameters_of_their_constructor():
    class Narrow(vaelib.VAE):
        def __init__(self, latent_dim=1, **others):
            super().__init__(latent_dim, (3,), **others)

    assert Narrow().get_params() == {"latent_dim": 1}
    assert repr(Narrow(2)) == "Narrow(latent_dim=2)"


def test_binarization_names_the_likelihood_that_it_is_for(binary):
    with pytest.raises(vaelib.InvalidArgument, match=r"likelihood gaussian is .* or use likelihood bernoulli"):
        vaelib.VAE(likelihood="gaussian", binarization="dynamic").fit(binary)
