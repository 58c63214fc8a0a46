"""get_weights and set_weights: what comes out goes in again, and what does not fit changes nothing."""

import numpy as np
import pytest
import vaelib
from stacks import examples, labels_of


def weights_of(estimator, seed=0):
    """Weights of the estimator's shapes with other numbers."""
    random = np.random.RandomState(seed)
    return {name: random.normal(size=values.shape) for name, values in estimator.get_weights().items()}


SIGMOID = {"hidden": (5, 4), "activation": "sigmoid", "loss": "cross_entropy"}


@pytest.fixture
def vae():
    return vaelib.VAE(latent_dim=2, hidden=(4,), likelihood="gaussian", variance="learned", random_state=1).initialize(
        6
    )


@pytest.fixture
def classifier():
    x = examples(60, 6)
    return vaelib.StackedDenoisingClassifier(**SIGMOID, pretrain_epochs=0, finetune_epochs=1).fit(x, labels_of(x))


def test_names_and_shapes_are_those_of_the_file(vae):
    assert {name: values.shape for name, values in vae.get_weights().items()} == {
        "encoder/0/weight": (6, 4), "encoder/0/bias": (4,), "encoder/head/weight": (4, 4), "encoder/head/bias": (4,),
        "decoder/0/weight": (2, 4), "decoder/0/bias": (4,), "decoder/head/weight": (4, 6), "decoder/head/bias": (6,),
        "decoder/log_variance": (6,), "standardization/mean": (6,), "standardization/deviation": (6,),
        "standardization/floor": (6,),
    }  # fmt: skip
    assert all(values.dtype == np.float32 for values in vae.get_weights().values())


def test_a_state_goes_from_one_estimator_to_another(vae):
    other = vaelib.VAE(**vae.get_params()).set_params(random_state=2).initialize(6)
    assert other.set_weights(vae.get_weights()) is other
    x = np.random.RandomState(0).normal(size=(5, 6)).astype(np.float32)
    np.testing.assert_array_equal(other.transform(x), vae.transform(x))


def test_a_state_is_a_copy(vae):
    weights = vae.get_weights()
    weights["encoder/0/bias"][:] = 7
    assert not (vae.get_weights()["encoder/0/bias"] == 7).any()
    vae.set_weights(weights)
    weights["encoder/0/bias"][:] = 8
    assert (vae.get_weights()["encoder/0/bias"] == 7).all()


@pytest.mark.parametrize("kind", [list, np.asfortranarray, lambda values: np.asarray(values, dtype=object)])
def test_anything_that_numpy_reads_will_do(vae, kind):
    weights = weights_of(vae)
    vae.set_weights({name: kind(values) for name, values in weights.items()})
    for name, values in vae.get_weights().items():
        np.testing.assert_array_equal(values, weights[name].astype(np.float32))


def test_numpys_archives_will_do(vae, tmp_path):
    np.savez(tmp_path / "weights.npz", **vae.get_weights())
    vae.set_weights(np.load(tmp_path / "weights.npz"))


def test_tensors_of_pytorch_will_do(vae):
    torch = pytest.importorskip("torch")
    weights = {name: torch.nn.Parameter(torch.tensor(values)) for name, values in weights_of(vae).items()}
    vae.set_weights(weights)
    for name, values in vae.get_weights().items():
        np.testing.assert_array_equal(values, weights[name].detach().numpy().astype(np.float32))


def test_everything_that_is_wrong_is_listed_and_nothing_changes(vae):
    before = vae.get_weights()
    weights = weights_of(vae)
    weights["encoder/0/weight"] = np.zeros((4, 6))
    weights["encoder/head/bias"][1] = np.nan
    weights["decoder/0/bias"][3] = 1e300
    weights["decoder/head/bias"] = ["a"] * 6
    weights["decoder/head/weight"] = np.zeros((4, 6), dtype=complex)
    weights["encoder/fc/weight"] = weights.pop("decoder/log_variance")
    with pytest.raises(ValueError, match="do not fit this VAE") as caught:
        vae.set_weights(weights)
    text = str(caught.value)
    for expected in (
        "do not fit this VAE:", "missing (strict=False keeps them): decoder/log_variance",
        "unexpected (strict=False ignores them): encoder/fc/weight",
        "encoder/0/weight has shape (4, 6); expected (6, 4)", "encoder/head/bias holds nan at (1,)",
        "decoder/0/bias holds inf at (3,)", "decoder/head/bias is not an array of real numbers: it has dtype <U1",
        "decoder/head/weight is not an array of real numbers: it has dtype complex128",
    ):  # fmt: skip
        assert expected in text
    assert len(text.splitlines()) == 8
    for name, values in vae.get_weights().items():
        np.testing.assert_array_equal(values, before[name])


def test_without_strict_names_may_differ_but_not_shapes(vae):
    before = vae.get_weights()
    vae.set_weights({"encoder/0/bias": np.ones(4), "unknown": np.ones(3)}, strict=False)
    after = vae.get_weights()
    assert (after.pop("encoder/0/bias") == 1).all()
    for name, values in after.items():
        np.testing.assert_array_equal(values, before[name])
    with pytest.raises(ValueError, match="expected"):
        vae.set_weights({"encoder/0/bias": np.ones(5)}, strict=False)


def test_an_estimator_without_weights():
    for estimator in (vaelib.VAE(), vaelib.StackedDenoisingAutoencoder(), vaelib.StackedDenoisingClassifier()):
        with pytest.raises(vaelib.NotFittedError):
            estimator.get_weights()
        with pytest.raises(vaelib.NotFittedError):
            estimator.set_weights({})


@pytest.mark.parametrize("tied", [True, False])
def test_stacks(tied):
    stack = vaelib.StackedDenoisingAutoencoder(
        hidden=(5, 4), loss="cross_entropy", tied=tied, random_state=1
    ).initialize(6)
    weights = weights_of(stack)
    assert weights["layers/1/decoder/bias"].shape == (5,)
    assert ("layers/1/decoder/weight" in weights) != tied
    stack.set_weights(weights)
    for name, values in stack.get_weights().items():
        np.testing.assert_array_equal(values, weights[name].astype(np.float32))


def test_a_classifier_is_added_where_the_state_has_one(classifier):
    x = examples(60, 6)
    other = vaelib.StackedDenoisingClassifier(**SIGMOID, random_state=3).initialize(6)
    assert "classifier/weight" not in other.get_weights()
    other.set_weights(classifier.get_weights())
    np.testing.assert_array_equal(other.predict_proba(x), classifier.predict_proba(x))
    assert list(other.classes_) == [0, 1]
    other.classes_ = classifier.classes_
    np.testing.assert_array_equal(other.predict(x), classifier.predict(x))


def test_a_classifier_is_not_added_when_something_is_wrong(classifier):
    other = vaelib.StackedDenoisingClassifier(**SIGMOID, random_state=3).initialize(6)
    before = other.get_weights()
    weights = classifier.get_weights()
    for wrong in (
        {**weights, "layers/0/bias": np.zeros(4)},
        {**weights, "classifier/bias": np.zeros(3)},
        {**weights, "classifier/weight": np.zeros((4, 1))},
        {**weights, "classifier/weight": np.zeros(8)},
        {name: values for name, values in weights.items() if name != "classifier/bias"},
    ):
        with pytest.raises(ValueError, match=r"bias|classifier|softmax head"):
            other.set_weights(wrong)
        assert not hasattr(other, "classes_")
        assert list(other.get_weights()) == list(before)
    np.testing.assert_array_equal(other.get_weights()["layers/0/weight"], before["layers/0/weight"])


def test_a_classifier_that_is_there_must_fit(classifier):
    weights = classifier.get_weights()
    with pytest.raises(ValueError, match=r"classifier/weight has shape \(4, 3\); expected \(4, 2\)"):
        classifier.set_weights({**weights, "classifier/weight": np.zeros((4, 3))})
    classes = classifier.classes_
    classifier.set_weights(weights)
    assert classifier.classes_ is classes
    with pytest.raises(ValueError, match=r"unexpected .*: classifier/weight, classifier/bias"):
        vaelib.StackedDenoisingAutoencoder(**SIGMOID).initialize(6).set_weights(weights)
