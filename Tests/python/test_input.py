"""Examples that do not suit an estimator of any kind: what is wrong is named, and the fitted model stays."""

import numpy as np
import pytest
import vaelib
from estimators import VAE, Autoencoder, Classifier, Regressor, answers, different, fit, labels_for, weights_as_bytes

#: The methods of each kind that take examples.
QUERIES = {
    VAE: ("transform", "reconstruct", "encode", "sample_latent", "elbo", "log_likelihood", "score"),
    Autoencoder: ("transform", "reconstruct", "denoise", "corrupt", "reconstruction_error", "sample", "score"),
    Classifier: ("transform", "reconstruct", "reconstruction_error", "predict", "predict_proba"),
    Regressor: ("transform", "reconstruct", "reconstruction_error", "predict"),
}


def queries(model):
    """The estimator's methods that take examples, by name."""
    return {name: getattr(model, name) for name in QUERIES[type(model)]}


def test_before_fit(kind, binary):
    model = kind.make()
    calls = [lambda query=query: query(binary) for query in queries(model).values()] + [
        lambda: model.sample(2 if isinstance(model, VAE) else binary),
        lambda: model.inverse_transform(binary[:, :2]),
        lambda: model.score(binary, *labels_for(model, binary)),
        lambda: model.save("never.h5"),
        lambda: model.history_,
        lambda: model.get_weights(),
        lambda: vaelib.Trainer(model, 10),
    ]
    for call in calls:
        with pytest.raises(vaelib.NotFittedError, match="not fitted"):
            call()


def test_bad_shapes_of_input(trained, binary):
    for query in queries(trained).values():
        for x in (binary[0], binary[np.newaxis], 3.0):
            with pytest.raises(ValueError, match="Reshape your data"):
                query(x)
        with pytest.raises(ValueError, match="0 sample"):
            query(binary[:0])
        with pytest.raises(vaelib.DataError, match="NaN at row 0"):
            query(np.ma.masked_array(binary, binary > 0))


def test_wrong_width(kind, trained, binary):
    for query in queries(trained).values():
        with pytest.raises(ValueError, match=r"11 features.*12 features"):
            query(binary[:, 1:])
        with pytest.raises(ValueError, match=r"11 features.*12 features"):
            query(vaelib.Dataset(binary[:, 1:]))
    with pytest.raises(ValueError, match="2"):
        trained.inverse_transform(np.zeros((4, 3)))
    narrow, labels = binary[:, 1:], labels_for(trained, binary)
    with pytest.raises(ValueError, match=r"11 features.*12 features"):
        fit(kind.make(), binary, validation=(narrow, *labels) if labels else narrow)


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_values_that_are_not_finite_are_named_by_row_and_column(kind, trained, binary, bad):
    spoiled = binary.copy()
    spoiled[17, 5] = bad
    spoiled[31, 2] = bad
    place = r"(?i)row 17\b.*column 5\b"
    option = {"likelihood": "gaussian"} if isinstance(trained, VAE) else {"loss": "squared_error"}
    for options in ({}, option):
        with pytest.raises(vaelib.DataError, match=place):
            fit(kind.make(**options), spoiled)
    for query in queries(trained).values():
        with pytest.raises(vaelib.DataError, match=place):
            query(spoiled)


@pytest.mark.parametrize("bad", [-0.5, -0.001, 1.001, 1.5, 255.0])
def test_values_beyond_0_and_1_are_refused_where_the_loss_is_a_cross_entropy(kind, binary, bad):
    spoiled = binary.copy()
    spoiled[17, 5] = bad
    with pytest.raises(vaelib.DataError, match=r"(?i)row 17\b.*column 5\b"):
        fit(kind.make(), spoiled)


def test_a_failed_fit_leaves_the_fitted_model(trained, binary):
    before = answers(trained, binary)
    other_labels = (np.arange(40) % 3,) if isinstance(trained, Classifier | Regressor) else ()
    with pytest.raises(vaelib.DataError, match="row 0"):
        trained.fit(np.where(binary > 0, np.nan, binary), *other_labels)
    assert different(answers(trained, binary), before) == []
    with pytest.raises(vaelib.InvalidArgument):
        fit(trained.set_params(learning_rate=-1.0), binary)
    assert different(answers(trained, binary), before) == []


def test_scale_applies_to_arrays_but_not_to_datasets(kind, binary):
    labels = labels_for(kind.make(), binary)
    expected = weights_as_bytes(fit(kind.make(), binary))
    for data in ((binary + 1) * 2, vaelib.Dataset(binary)):
        scaled = kind.make(scale=0.5, shift=-1).fit(data, *labels)
        assert weights_as_bytes(scaled) == expected


def test_weights_are_copied_out_and_set_by_name(trained, binary):
    name = "encoder/head/bias" if isinstance(trained, VAE) else "layers/1/bias"
    before = trained.transform(binary)
    moved = {name: trained.get_weights()[name] + 1}
    np.testing.assert_array_equal(trained.transform(binary), before)
    trained.set_weights(moved, strict=False)
    after = trained.transform(binary)
    if isinstance(trained, VAE):
        np.testing.assert_allclose(after, before + 1, rtol=1e-5, atol=1e-5)
    else:
        np.testing.assert_allclose(np.log(after / (1 - after)), np.log(before / (1 - before)) + 1, atol=1e-4)
