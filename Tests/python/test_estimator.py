"""The estimator's manners: parameters, bad input, warnings, what fit leaves behind."""

import copy
import pickle
import warnings

import numpy as np
import pytest
import vaelib
from vaelib._parameters import DEFAULTS, describe_parameters


def test_every_parameter_of_the_library_is_a_parameter_of_the_estimator():
    parameters = vaelib.VAE().get_params()
    for name, default in DEFAULTS.items():
        assert parameters[name] == default, name
    described = {description.name for description in describe_parameters()} - {"data_dim", "seed"}
    assert described == set(DEFAULTS)


def test_help_names_every_parameter_with_its_values_and_default():
    for description in describe_parameters():
        if description.name not in ("data_dim", "seed"):
            assert f"\n    {description.name} : {description.allowed}" in vaelib.VAE.__doc__
            assert description.meaning in vaelib.VAE.__doc__
    assert "{parameters}" not in vaelib.VAE.__doc__


@pytest.mark.parametrize(
    "parameters",
    [
        {"latent_dim": 0},
        {"hidden": (4, 0)},
        {"decoder_hidden": (0,)},
        {"activation": "cubic"},
        {"likelihood": "poisson"},
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
        {"gradient_clip_norm": -1.0},
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


def test_wrong_width(fitted, binary):
    for method in (fitted.transform, fitted.reconstruct, fitted.elbo, fitted.log_likelihood, fitted.score):
        with pytest.raises(ValueError, match=r"11 features.*12 features"):
            method(binary[:, 1:])
        with pytest.raises(ValueError, match=r"11 features.*12 features"):
            method(vaelib.Dataset(binary[:, 1:]))
    with pytest.raises(ValueError, match="2"):
        fitted.inverse_transform(np.zeros((4, 3)))
    with pytest.raises(ValueError, match=r"11 features.*12 features"):
        vaelib.VAE(epochs=1).fit(binary, validation=binary[:, 1:])


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("likelihood", ["bernoulli", "gaussian"])
def test_values_that_are_not_finite_are_named_by_row_and_column(fitted, binary, bad, likelihood):
    spoiled = binary.copy()
    spoiled[17, 5] = bad
    spoiled[31, 2] = bad
    with pytest.raises(vaelib.DataError, match=r"(?i)row 17\b.*column 5\b"):
        vaelib.VAE(latent_dim=2, hidden=(4,), epochs=1, likelihood=likelihood).fit(spoiled)
    with pytest.raises(vaelib.DataError, match=r"(?i)row 17\b.*column 5\b"):
        fitted.elbo(spoiled)
    with pytest.raises(vaelib.DataError, match=r"(?i)row 17\b.*column 5\b"):
        fitted.transform(spoiled)


@pytest.mark.parametrize("bad", [-0.5, 1.5, 255.0])
def test_values_a_bernoulli_likelihood_does_not_allow(binary, bad):
    spoiled = binary.copy()
    spoiled[17, 5] = bad
    with pytest.raises(vaelib.DataError, match=r"(?i)row 17\b.*column 5\b"):
        vaelib.VAE(latent_dim=2, hidden=(4,), epochs=1).fit(spoiled)


def test_a_failed_fit_leaves_the_fitted_model(fitted, binary):
    before = fitted.transform(binary)
    with pytest.raises(vaelib.DataError):
        fitted.fit(np.where(binary > 0, np.nan, binary))
    np.testing.assert_array_equal(fitted.transform(binary), before)
    with pytest.raises(vaelib.InvalidArgument):
        fitted.set_params(learning_rate=-1.0).fit(binary)
    np.testing.assert_array_equal(fitted.transform(binary), before)


def test_grey_levels_with_a_bernoulli_likelihood_get_a_warning(binary):
    grey = binary * 0.5
    with pytest.warns(vaelib.VaelibWarning, match="(?i)bernoulli") as caught:
        vaelib.VAE(latent_dim=2, hidden=(4,), epochs=1).fit(grey)
    assert caught[0].filename == __file__
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        vaelib.VAE(latent_dim=2, hidden=(4,), epochs=1, binarization="dynamic").fit(grey)
        vaelib.VAE(latent_dim=2, hidden=(4,), epochs=1, likelihood="gaussian").fit(grey)
        vaelib.VAE(latent_dim=2, hidden=(4,), epochs=1).fit(binary)


def test_before_fit(binary):
    model = vaelib.VAE()
    for call in (
        lambda: model.transform(binary),
        lambda: model.sample(2),
        lambda: model.elbo(binary),
        lambda: model.log_likelihood(binary),
        lambda: model.score(binary),
        lambda: model.save("never.h5"),
        lambda: model.history_,
        lambda: model.get_weights(),
        lambda: vaelib.Trainer(model, 10),
    ):
        with pytest.raises(vaelib.NotFittedError, match="not fitted"):
            call()


def test_bad_shapes_of_input(fitted, binary):
    for x in (binary[0], binary[np.newaxis], 3.0):
        with pytest.raises(ValueError, match="Reshape your data"):
            fitted.transform(x)
    with pytest.raises(ValueError, match="0 sample"):
        fitted.transform(binary[:0])
    with pytest.raises(ValueError, match="masked"):
        fitted.transform(np.ma.masked_array(binary, binary > 0))


def test_bad_choices(fitted, binary):
    with pytest.raises(ValueError, match="latent must be"):
        fitted.reconstruct(binary, latent="median")
    with pytest.raises(ValueError, match="output must be"):
        fitted.sample(3, output=None)
    with pytest.raises(ValueError, match="n_samples"):
        fitted.sample(-1)
    with pytest.raises(vaelib.InvalidArgument):
        fitted.sample(0)
    with pytest.raises(TypeError, match="n_samples"):
        fitted.sample(2.5)
    with pytest.raises(IndexError, match="40"):
        fitted.interpolate(binary, 0, 40)
    with pytest.raises(vaelib.InvalidArgument, match="steps"):
        fitted.interpolate(binary, 0, 1, steps=1)
    with pytest.raises(vaelib.InvalidArgument, match="samples"):
        fitted.elbo(binary, samples=0)
    with pytest.raises(vaelib.InvalidArgument, match="estimator"):
        fitted.elbo(binary, estimator="both")
    with pytest.raises(vaelib.InvalidArgument, match="latent_dim"):
        vaelib.VAE(latent_dim=3, hidden=(4,)).initialize(12).manifold(5)


def test_validation_fraction_holds_out_the_last_rows(binary):
    options = {"latent_dim": 2, "hidden": (4,), "epochs": 2, "random_state": 0}
    by_fraction = vaelib.VAE(validation_fraction=0.25, **options).fit(binary)
    by_hand = vaelib.VAE(**options).fit(binary[:30], validation=vaelib.Dataset(binary)[30:])
    np.testing.assert_array_equal(by_fraction.history_["validation_elbo"], by_hand.history_["validation_elbo"])
    assert np.isfinite(by_fraction.history_["validation_elbo"]).all()
    assert np.isnan(vaelib.VAE(**options).fit(binary).history_["validation_elbo"]).all()
    for fraction in (-0.1, 1.0, float("nan")):
        with pytest.raises(ValueError, match="validation_fraction"):
            vaelib.VAE(validation_fraction=fraction).fit(binary)
    with pytest.raises(ValueError, match="validation_fraction"):
        vaelib.VAE(validation_fraction=0.9).fit(binary[:2])


def test_patience_needs_validation(binary):
    with pytest.raises(vaelib.InvalidArgument, match="patience"):
        vaelib.VAE(patience=2).fit(binary)


def test_scale_applies_to_arrays_but_not_to_datasets(binary):
    options = {"latent_dim": 2, "hidden": (4,), "epochs": 1, "random_state": 0}
    reference = vaelib.VAE(**options).fit(binary).get_weights()
    scaled = vaelib.VAE(scale=0.5, shift=-1, **options)
    for data in ((binary + 1) * 2, vaelib.Dataset(binary)):
        for name, values in scaled.fit(data).get_weights().items():
            np.testing.assert_array_equal(values, reference[name])


def test_warm_start_goes_on_and_fit_begins_anew(binary):
    model = vaelib.VAE(latent_dim=2, hidden=(4,), epochs=2, random_state=0).fit(binary)
    first = model.get_weights()["decoder/head/bias"]
    np.testing.assert_array_equal(model.fit(binary).get_weights()["decoder/head/bias"], first)
    assert len(model.history_["epoch"]) == 2
    model.set_params(warm_start=True).fit(binary)
    assert len(model.history_["epoch"]) == 4
    assert not np.array_equal(model.get_weights()["decoder/head/bias"], first)
    with pytest.raises(ValueError, match="hidden changed"):
        model.set_params(hidden=(5,)).fit(binary)
    with pytest.raises(ValueError, match="11 features"):
        model.set_params(hidden=(4,)).fit(binary[:, 1:])


def test_weights_by_name(fitted, binary):
    weights = fitted.get_weights()
    before = fitted.transform(binary)
    weights["encoder/head/bias"] += 1
    np.testing.assert_array_equal(fitted.transform(binary), before)
    fitted.set_weights({"encoder/head/bias": weights["encoder/head/bias"]})
    np.testing.assert_allclose(fitted.transform(binary), before + 1, rtol=1e-5, atol=1e-5)
    with pytest.raises(ValueError, match="no tensor 'encoder'"):
        fitted.set_weights({"encoder": 1})
    with pytest.raises(ValueError, match="shape"):
        fitted.set_weights({"encoder/head/bias": np.zeros(4)})
    with pytest.raises(vaelib.DataError, match=r"(?i)finite|nan"):
        fitted.set_weights({"encoder/head/bias": np.full((1, 4), np.nan)})


def test_verbose_prints_one_line_an_epoch(binary, capsys):
    vaelib.VAE(latent_dim=2, hidden=(4,), epochs=3, verbose=1, validation_fraction=0.2).fit(binary)
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 3
    assert all(line.startswith(f"epoch {n}/3  elbo ") and "validation" in line for n, line in enumerate(lines, 1))


def test_training_that_diverges_is_named_and_leaves_a_usable_model():
    x = np.random.RandomState(0).normal(size=(50, 4)) * 1e3
    model = vaelib.VAE(
        latent_dim=2,
        hidden=(8,),
        likelihood="gaussian",
        noise_stddev=0.01,
        optimizer="sgd",
        learning_rate=1e6,
        epochs=50,
        batch_size=10,
        activation="identity",
        random_state=0,
    )
    with pytest.raises(vaelib.NumericalError, match=r"(?i)epoch \d+.*batch \d+") as caught:
        model.fit(x)
    assert isinstance(caught.value, ArithmeticError)
    assert all(np.isfinite(values).all() for values in model.get_weights().values())
    assert np.isfinite(model.transform(x[:5] * 1e-3)).all()


@pytest.mark.parametrize("duplicate", [copy.deepcopy, copy.copy, lambda model: pickle.loads(pickle.dumps(model))])
def test_copies_and_pickles(fitted, binary, duplicate):
    other = duplicate(fitted)
    assert other.get_params() == fitted.get_params()
    np.testing.assert_array_equal(other.transform(binary), fitted.transform(binary))
    np.testing.assert_array_equal(other.history_["loss"], fitted.history_["loss"])
    before = fitted.transform(binary)
    other.fit(1 - binary)
    np.testing.assert_array_equal(fitted.transform(binary), before)


def test_a_deep_copy_trains_for_itself(fitted, binary):
    other = copy.deepcopy(fitted).set_params(warm_start=True)
    before = fitted.transform(binary)
    other.fit(1 - binary)
    np.testing.assert_array_equal(fitted.transform(binary), before)


def test_unfitted_estimators_are_pickled_too():
    assert pickle.loads(pickle.dumps(vaelib.VAE(latent_dim=3))).latent_dim == 3
