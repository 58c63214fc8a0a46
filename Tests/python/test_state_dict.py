"""state_dict and load_state_dict: what comes out goes in again, and what does not fit changes nothing."""

import numpy as np
import pytest
import vaelib
from stacks import examples, labels_of


def state_of(estimator, seed=0):
    """A state of the estimator's shapes with other numbers."""
    random = np.random.RandomState(seed)
    return {name: random.normal(size=values.shape) for name, values in estimator.state_dict().items()}


@pytest.fixture
def vae():
    return vaelib.VAE(latent_dim=2, hidden=(4,), likelihood="gaussian", variance="learned", random_state=1).initialize(
        6
    )


@pytest.fixture
def classifier():
    x = examples(60, 6)
    return vaelib.StackedDenoisingClassifier(hidden=(5, 4), pretrain_epochs=0, finetune_epochs=1).fit(x, labels_of(x))


def test_names_and_shapes_are_those_of_the_file(vae):
    assert {name: values.shape for name, values in vae.state_dict().items()} == {
        "encoder/0/weight": (6, 4), "encoder/0/bias": (4,), "encoder/head/weight": (4, 4), "encoder/head/bias": (4,),
        "decoder/0/weight": (2, 4), "decoder/0/bias": (4,), "decoder/head/weight": (4, 6), "decoder/head/bias": (6,),
        "decoder/log_variance": (6,),
    }  # fmt: skip
    assert all(values.dtype == np.float32 for values in vae.state_dict().values())


def test_a_state_goes_from_one_estimator_to_another(vae):
    other = vaelib.VAE(**vae.get_params()).set_params(random_state=2).initialize(6)
    assert other.load_state_dict(vae.state_dict()) is other
    x = np.random.RandomState(0).normal(size=(5, 6)).astype(np.float32)
    np.testing.assert_array_equal(other.transform(x), vae.transform(x))


def test_a_state_is_a_copy(vae):
    state = vae.state_dict()
    state["encoder/0/bias"][:] = 7
    assert not (vae.state_dict()["encoder/0/bias"] == 7).any()
    vae.load_state_dict(state)
    state["encoder/0/bias"][:] = 8
    assert (vae.state_dict()["encoder/0/bias"] == 7).all()


@pytest.mark.parametrize("kind", [list, np.asfortranarray, lambda values: np.asarray(values, dtype=object)])
def test_anything_that_numpy_reads_will_do(vae, kind):
    state = state_of(vae)
    vae.load_state_dict({name: kind(values) for name, values in state.items()})
    for name, values in vae.state_dict().items():
        np.testing.assert_array_equal(values, state[name].astype(np.float32))


def test_numpys_archives_will_do(vae, tmp_path):
    np.savez(tmp_path / "state.npz", **vae.state_dict())
    vae.load_state_dict(np.load(tmp_path / "state.npz"))


def test_tensors_of_pytorch_will_do(vae):
    torch = pytest.importorskip("torch")
    state = {name: torch.nn.Parameter(torch.tensor(values)) for name, values in state_of(vae).items()}
    vae.load_state_dict(state)
    for name, values in vae.state_dict().items():
        np.testing.assert_array_equal(values, state[name].detach().numpy().astype(np.float32))


def test_everything_that_is_wrong_is_listed_and_nothing_changes(vae):
    before = vae.state_dict()
    state = state_of(vae)
    state["encoder/0/weight"] = np.zeros((4, 6))
    state["encoder/head/bias"][1] = np.nan
    state["decoder/0/bias"][3] = 1e300
    state["decoder/head/bias"] = ["a"] * 6
    state["decoder/head/weight"] = np.zeros((4, 6), dtype=complex)
    state["encoder/fc/weight"] = state.pop("decoder/log_variance")
    with pytest.raises(ValueError, match="does not fit this VAE") as caught:
        vae.load_state_dict(state)
    text = str(caught.value)
    for expected in (
        "does not fit this VAE:", "missing: decoder/log_variance", "unexpected: encoder/fc/weight",
        "encoder/0/weight has shape (4, 6); expected (6, 4)", "encoder/head/bias holds nan at (1,)",
        "decoder/0/bias holds inf at (3,)", "decoder/head/bias is no array of real numbers: it has dtype <U1",
        "decoder/head/weight is no array of real numbers: it has dtype complex128",
    ):  # fmt: skip
        assert expected in text
    assert len(text.splitlines()) == 8
    for name, values in vae.state_dict().items():
        np.testing.assert_array_equal(values, before[name])


def test_without_strict_names_may_differ_but_not_shapes(vae):
    before = vae.state_dict()
    vae.load_state_dict({"encoder/0/bias": np.ones(4), "unknown": np.ones(3)}, strict=False)
    after = vae.state_dict()
    assert (after.pop("encoder/0/bias") == 1).all()
    for name, values in after.items():
        np.testing.assert_array_equal(values, before[name])
    with pytest.raises(ValueError, match="expected"):
        vae.load_state_dict({"encoder/0/bias": np.ones(5)}, strict=False)


def test_an_estimator_without_weights():
    for estimator in (vaelib.VAE(), vaelib.StackedDenoisingAutoencoder(), vaelib.StackedDenoisingClassifier()):
        with pytest.raises(vaelib.NotFittedError):
            estimator.state_dict()
        with pytest.raises(vaelib.NotFittedError):
            estimator.load_state_dict({})


@pytest.mark.parametrize("tied", [True, False])
def test_stacks(tied):
    stack = vaelib.StackedDenoisingAutoencoder(hidden=(5, 4), tied=tied, random_state=1).initialize(6)
    state = state_of(stack)
    assert state["layers/1/decoder/bias"].shape == (5,)
    assert ("layers/1/decoder/weight" in state) != tied
    stack.load_state_dict(state)
    for name, values in stack.state_dict().items():
        np.testing.assert_array_equal(values, state[name].astype(np.float32))


def test_a_classifier_is_added_where_the_state_has_one(classifier):
    x = examples(60, 6)
    other = vaelib.StackedDenoisingClassifier(hidden=(5, 4), random_state=3).initialize(6)
    assert "classifier/weight" not in other.state_dict()
    other.load_state_dict(classifier.state_dict())
    np.testing.assert_array_equal(other.predict_proba(x), classifier.predict_proba(x))
    assert list(other.classes_) == [0, 1]
    other.classes_ = classifier.classes_
    np.testing.assert_array_equal(other.predict(x), classifier.predict(x))


def test_a_classifier_is_not_added_when_something_is_wrong(classifier):
    other = vaelib.StackedDenoisingClassifier(hidden=(5, 4), random_state=3).initialize(6)
    before = other.state_dict()
    state = classifier.state_dict()
    for wrong in (
        {**state, "layers/0/bias": np.zeros(4)},
        {**state, "classifier/bias": np.zeros(3)},
        {**state, "classifier/weight": np.zeros((4, 1))},
        {**state, "classifier/weight": np.zeros(8)},
        {name: values for name, values in state.items() if name != "classifier/bias"},
    ):
        with pytest.raises(ValueError, match=r"bias|classifier|classes"):
            other.load_state_dict(wrong)
        assert not hasattr(other, "classes_")
        assert list(other.state_dict()) == list(before)
    np.testing.assert_array_equal(other.state_dict()["layers/0/weight"], before["layers/0/weight"])


def test_a_classifier_that_is_there_must_fit(classifier):
    state = classifier.state_dict()
    with pytest.raises(ValueError, match=r"classifier/weight has shape \(4, 3\); expected \(4, 2\)"):
        classifier.load_state_dict({**state, "classifier/weight": np.zeros((4, 3))})
    classes = classifier.classes_
    classifier.load_state_dict(state)
    assert classifier.classes_ is classes
    with pytest.raises(ValueError, match="unexpected: classifier/weight, classifier/bias"):
        vaelib.StackedDenoisingAutoencoder(hidden=(5, 4)).initialize(6).load_state_dict(state)
