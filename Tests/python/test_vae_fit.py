"""What fit of a VAE makes of its options, and what it leaves behind."""

import copy
import pickle

import numpy as np
import pytest
import vaelib


def test_validation_fraction_holds_out_rows_at_random(binary):
    options = {"latent_dim": 2, "hidden": (4,), "epochs": 2, "random_state": 0}
    by_fraction = vaelib.VAE(validation_fraction=0.25, **options).fit(binary)
    training, held_out = vaelib.Dataset(binary).split(0.25, 0)
    by_hand = vaelib.VAE(**options).fit(training, validation=held_out)
    np.testing.assert_array_equal(by_fraction.history_["validation_elbo"], by_hand.history_["validation_elbo"])
    with pytest.raises(vaelib.InvalidArgument, match="validation_split is first; allowed: random, last"):
        vaelib.VAE(validation_fraction=0.25, validation_split="first").fit(binary)


def test_validation_fraction_can_hold_out_the_last_rows(binary):
    options = {"latent_dim": 2, "hidden": (4,), "epochs": 2, "random_state": 0}
    by_fraction = vaelib.VAE(validation_fraction=0.25, validation_split="last", **options).fit(binary)
    by_hand = vaelib.VAE(**options).fit(binary[:30], validation=vaelib.Dataset(binary)[30:])
    np.testing.assert_array_equal(by_fraction.history_["validation_elbo"], by_hand.history_["validation_elbo"])
    assert np.isfinite(by_fraction.history_["validation_elbo"]).all()
    assert "validation_elbo" not in vaelib.VAE(**options).fit(binary).history_
    for fraction in (-0.1, 1.0, float("nan")):
        with pytest.raises(ValueError, match="validation_fraction"):
            vaelib.VAE(validation_fraction=fraction).fit(binary)
    with pytest.raises(vaelib.InvalidArgument, match=r"validation_fraction 0.9 leaves none of the 1 examples"):
        vaelib.VAE(validation_fraction=0.9).fit(binary[:1])
    # One stays for training, whatever the fraction.
    assert vaelib.VAE(validation_fraction=0.99, **options).fit(binary[:2]).history_["examples_seen"].tolist() == [1, 2]


def test_patience_needs_validation(binary):
    with pytest.raises(vaelib.InvalidArgument, match="patience is 2 but there is no validation set"):
        vaelib.VAE(patience=2, validation_fraction=0).fit(binary)
    with pytest.raises(vaelib.InvalidArgument, match="patience is 2 but there is no validation set"):
        vaelib.VAE(patience=2).fit(binary[:9])
    assert vaelib.VAE(patience=2, epochs=3, hidden=(4,)).fit(binary).validation_fraction_ == 0.1


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


def test_a_warm_start_after_pickle(fitted, binary):
    """A model from memory names the widths of its decoder, which the estimator left to the encoder."""
    assert fitted.decoder_hidden is None
    for decoder in (None, (8,)):
        copied = pickle.loads(pickle.dumps(fitted)).set_params(warm_start=True, decoder_hidden=decoder)
        assert len(copied.fit(binary).history_["epoch"]) == 6
    with pytest.raises(ValueError, match="decoder_hidden changed"):
        copied.set_params(decoder_hidden=(7,)).fit(binary)


def test_a_mirrored_decoder_comes_back_mirrored(tmp_path, binary):
    vaelib.VAE(hidden=(7, 5), epochs=1).fit(binary).save(tmp_path / "model.h5")
    loaded = vaelib.load(tmp_path / "model.h5")
    assert loaded.decoder_hidden in (None, (5, 7))
    assert loaded.get_weights()["decoder/0/weight"].shape[1] == 5


def test_verbose_prints_one_line_an_epoch(binary, capsys):
    vaelib.VAE(latent_dim=2, hidden=(4,), epochs=3, verbose=1, validation_fraction=0.2).fit(binary)
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 3
    assert all(line.startswith(f"epoch {n}/3  elbo ") and "validation" in line for n, line in enumerate(lines, 1))


def test_verbose_prints_a_hundred_lines_of_thousands_of_epochs(binary, capsys):
    vaelib.VAE(latent_dim=2, hidden=(4,), epochs=1050, verbose=1).fit(binary[:16])
    shown = [int(line.split("/")[0].split()[1]) for line in capsys.readouterr().out.splitlines()]
    assert shown == [1, *range(11, 1050, 11), 1050]


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


@pytest.mark.parametrize("kind", [vaelib.VAE, vaelib.StackedDenoisingAutoencoder, vaelib.StackedDenoisingClassifier])
def test_a_refused_fit_leaves_the_fitted_estimator_as_it_was(binary, kind):
    estimator = kind(hidden=(4,), random_state=0)
    estimator.set_params(**({"epochs": 1} if "epochs" in estimator.get_params() else {"finetune_epochs": 1}))
    y = np.arange(40) % 2
    estimator.fit(binary, y)
    codes = estimator.transform(binary)
    wide = np.hstack([binary, binary])
    wide[3, 20] = np.nan
    with pytest.raises(vaelib.DataError, match="row 3"):
        estimator.fit(wide, y)
    with pytest.raises(vaelib.InvalidArgument, match="nope"):
        estimator.set_params(optimizer="nope").fit(np.nan_to_num(wide), y)
    np.testing.assert_array_equal(estimator.transform(binary), codes)
    assert estimator.n_features_in_ == 12


def test_a_shallow_copy_has_a_model_of_its_own(fitted, binary):
    codes = fitted.transform(binary)
    copied = copy.copy(fitted)
    copied.set_weights({"encoder/head/bias": np.ones(4)}, strict=False)
    np.testing.assert_array_equal(fitted.transform(binary), codes)
    assert not np.array_equal(copied.transform(binary), codes)


def test_a_validation_fraction_holds_out_a_row_at_least(binary):
    model = vaelib.VAE(latent_dim=2, hidden=(4,), epochs=1, validation_fraction=0.001).fit(binary)
    assert np.isfinite(model.history_["validation_elbo"]).all()
    assert model.history_["examples_seen"][0] == 39


def test_usual_mistakes_are_answered(fitted, binary):
    with pytest.raises(TypeError, match="mapping of names to arrays, as get_weights gives, not list"):
        fitted.set_weights([np.zeros(3)])
    with pytest.raises(ValueError, match="a VAE learns no labels"):
        fitted.fit(binary, validation=(binary, np.zeros(40)))
    with pytest.raises(TypeError, match="hidden must be a sequence of integers, not '400'"):
        vaelib.VAE(hidden="400").fit(binary)
