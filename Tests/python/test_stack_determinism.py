"""Stacks: the same seed gives the same bits, for any number of threads, and through files, copies and pickles."""

import copy
import pickle

import numpy as np
import pytest
import vaelib
from stacks import examples, labels_of

OPTIONS = {
    "hidden": (67, 33),
    "corruption": ("salt_and_pepper", "masking"),
    "sparsity_weight": 0.01,
    "contraction_weight": 0.01,
    "weight_l1": 1e-5,
    "pretrain_epochs": 2,
    "finetune_epochs": 2,
    "batch_size": 50,
    "dropout": 0.3,
    "random_state": 3,
}


@pytest.fixture(scope="module")
def x():
    return examples(501, 29)


@pytest.fixture(scope="module")
def fitted(x):
    return vaelib.StackedDenoisingClassifier(**OPTIONS).fit(x, labels_of(x))


def answers(model, x):
    """Every answer of a stack, as bytes."""
    found = {
        "transform": model.transform(x),
        "lower codes": model.transform(x, 0),
        "reconstruct": model.reconstruct(x),
        "inverse_transform": model.inverse_transform(model.transform(x)),
        "corrupt": model.corrupt(x, 1, random_state=1, epoch=2),
        "reconstruction_error": model.reconstruction_error(x),
        "filters": model.filters(1),
        "sample": model.sample(x, random_state=1),
        "predict": model.predict(x),
        "predict_proba": model.predict_proba(x),
        **model.get_weights(),
        **{name: values for name, values in model.history_.items() if name != "seconds"},
    }
    return {name: values.tobytes() for name, values in found.items()}


def test_any_number_of_threads_gives_the_same_bits(x):
    results = []
    for threads in (1, 2, 5):
        vaelib.set_threads(threads)
        results.append(answers(vaelib.StackedDenoisingClassifier(**OPTIONS).fit(x, labels_of(x)), x))
    for again in results[1:]:
        assert [name for name in again if again[name] != results[0][name]] == []


@pytest.mark.parametrize("options", [{"tied": False}, {"corruption": "gaussian", "loss": "squared_error"}])
def test_autoencoders_too(x, options):
    results = []
    for threads in (1, 2):
        vaelib.set_threads(threads)
        model = vaelib.StackedDenoisingAutoencoder(
            hidden=(130, 40), epochs=2, finetune_epochs=1, batch_size=100, random_state=1, **options
        ).fit(x)
        results.append([values.tobytes() for values in model.get_weights().values()])
    assert results[0] == results[1]


def test_files_copies_and_pickles_answer_with_the_same_bits(fitted, x, tmp_path):
    expected = answers(fitted, x)
    fitted.save(tmp_path / "stack.h5")
    loaded = vaelib.load(tmp_path / "stack.h5")
    assert isinstance(loaded, vaelib.StackedDenoisingClassifier)
    np.testing.assert_array_equal(loaded.classes_, fitted.classes_)
    for other in (loaded, copy.deepcopy(fitted), pickle.loads(pickle.dumps(fitted))):
        found = answers(other, x)
        assert [name for name in expected if found[name] != expected[name]] == []


def test_an_autoencoder_in_a_file(x, tmp_path):
    options = {
        "hidden": (9, 7), "activation": ("sigmoid", "tanh"), "tied": (True, False), "corruption": "salt_and_pepper",
        "corruption_level": (0.1, 0.2), "corruption_range": ("data", "given"), "corruption_low": -1.0,
        "corruption_high": 2.0, "corrupted_weight": 1.5, "untouched_weight": 0.5, "weight_l1": 0.01,
        "weight_l2": 0.02, "sparsity_target": 0.1, "sparsity_weight": (0.3, 0.0), "contraction_weight": 0.04,
        "initializer": "he_normal", "epochs": (1, 2), "learning_rate": (0.01, 0.02), "scale": 0.5,
        "shift": 0.25, "random_state": 2**63 + 5,
    }  # fmt: skip
    model = vaelib.StackedDenoisingAutoencoder(**options).fit(x)
    model.save(tmp_path / "stack.h5")
    loaded = vaelib.load(tmp_path / "stack.h5")
    assert isinstance(loaded, vaelib.StackedDenoisingAutoencoder)
    for name, value in options.items():
        assert getattr(loaded, name) == value, name
    assert loaded.n_features_in_ == 29
    np.testing.assert_array_equal(loaded.transform(x), model.transform(x))
    again = loaded.fit(x)
    np.testing.assert_array_equal(again.transform(x), model.transform(x))


def test_training_goes_on_alike_after_saving(x, tmp_path):
    y = labels_of(x)
    stack = vaelib.StackedDenoisingAutoencoder(hidden=(9,), epochs=2, random_state=1).fit(x)
    stack.save(tmp_path / "stack.h5")
    weights = []
    for pretrained in (stack, tmp_path / "stack.h5", str(tmp_path / "stack.h5")):
        model = vaelib.StackedDenoisingClassifier(pretrained=pretrained, finetune_epochs=2, random_state=2).fit(x, y)
        assert list(model.history_["phase"]) == ["pretraining"] * 2 + ["supervised"] * 2
        weights.append({name: values.tobytes() for name, values in model.get_weights().items()})
    assert weights[0] == weights[1] == weights[2]
    assert set(stack.history_["phase"]) == {"pretraining"}


def test_streamed_examples_give_the_same_bits(x, hdf5):
    y = (labels_of(x) == "right").astype(np.int64)
    path = hdf5(x=x, y=y)
    weights = []
    for budget in (2**20, 1):
        data = vaelib.open_dataset(path, "x", "y", memory_budget=budget)
        model = vaelib.StackedDenoisingClassifier(**OPTIONS).fit(data)
        weights.append([values.tobytes() for values in model.get_weights().values()])
        assert model.score(data) == model.score(x, y)
    assert weights[0] == weights[1]


def test_kinds_of_files(x, tmp_path):
    vaelib.VAE(latent_dim=2, hidden=(4,), epochs=1).fit(np.rint(x)).save(tmp_path / "vae.h5")
    vaelib.StackedDenoisingAutoencoder(hidden=(4,), epochs=1).fit(x).save(tmp_path / "stack.h5")
    assert isinstance(vaelib.load(tmp_path / "vae.h5"), vaelib.VAE)
    with pytest.raises(vaelib.FormatError, match="vae"):
        vaelib.StackedDenoisingClassifier(pretrained=tmp_path / "vae.h5").fit(x, labels_of(x))
    (tmp_path / "text.h5").write_text("no model")
    with pytest.raises(vaelib.FormatError, match=r"text\.h5"):
        vaelib.load(tmp_path / "text.h5")
    content = bytearray((tmp_path / "stack.h5").read_bytes())
    weight = vaelib.load(tmp_path / "stack.h5").get_weights()["layers/0/weight"]
    content[content.index(weight.tobytes()[:64]) + 10] ^= 1
    (tmp_path / "flipped.h5").write_bytes(content)
    with pytest.raises(vaelib.FormatError, match="checksum"):
        vaelib.load(tmp_path / "flipped.h5")
