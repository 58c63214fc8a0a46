"""The same seed gives the same bits: for any number of threads, through files and copies, for streamed data."""

import copy
import pickle

import numpy as np
import pytest
import vaelib
from estimators import KINDS, Classifier, answers, different, fit, labels_for, train_in_place, weights_as_bytes
from stacks import examples

VAE, AUTOENCODER, CLASSIFIER = KINDS["vae"], KINDS["autoencoder"], KINDS["classifier"]
CORRUPTED = {
    "hidden": (67, 33),
    "corruption": ("salt_and_pepper", "masking"),
    "sparsity_weight": 0.01,
    "contraction_weight": 0.01,
    "weight_l1": 1e-5,
}
#: A name, the kind of estimator, its parameters, and how many columns the examples have.
THREADED = {
    "bernoulli": (VAE, {"hidden": (33,), "epochs": 2, "binarization": "dynamic"}, 29),
    "gaussian": (
        VAE,
        {"hidden": (33,), "epochs": 2, "likelihood": "gaussian", "variance": "predicted", "mean_activation": "sigmoid",
         "samples": 2},
        29,
    ),
    "student_t": (
        VAE, {"hidden": (33,), "epochs": 2, "likelihood": "student_t", "variance": "learned", "samples": 2}, 29,
    ),
    "laplace": (VAE, {"hidden": (33,), "epochs": 2, "likelihood": "laplace", "variance": "predicted"}, 29),
    "continuous_bernoulli": (VAE, {"hidden": (33,), "epochs": 2, "likelihood": "continuous_bernoulli"}, 29),
    "large steps": (
        VAE,
        {"latent_dim": 8, "hidden": (150, 60), "epochs": 2, "batch_size": 100, "binarization": "dynamic"},
        200,
    ),
    "autoencoder": (AUTOENCODER, {**CORRUPTED, "epochs": 2}, 29),
    "untied": (AUTOENCODER, {"hidden": (130, 40), "batch_size": 100, "tied": False}, 29),
    "gaussian noise": (
        AUTOENCODER,
        {"hidden": (130, 40), "batch_size": 100, "corruption": "gaussian", "loss": "squared_error"},
        29,
    ),
    "classifier": (CLASSIFIER, {**CORRUPTED, "pretrain_epochs": 2, "dropout": 0.3}, 29),
}  # fmt: skip


@pytest.mark.parametrize("name", THREADED)
def test_any_number_of_threads_gives_the_same_bits(name):
    kind, parameters, columns = THREADED[name]
    x = examples(501, columns)
    results = []
    for threads in (1, 1, 2, 5):
        vaelib.set_threads(threads)
        model = fit(kind.make(**{"batch_size": 50, "random_state": 3, **parameters}), x)
        results.append(answers(model, x))
    for again in results[1:]:
        assert different(again, results[0]) == []


def through_a_file(model, path):
    model.save(path)
    loaded = vaelib.load(path)
    assert type(loaded) is type(model)
    return loaded


DUPLICATES = {
    "file": through_a_file,
    "deep copy": lambda model, _path: copy.deepcopy(model),
    "copy": lambda model, _path: copy.copy(model),
    "pickle": lambda model, _path: pickle.loads(pickle.dumps(model)),
}


@pytest.mark.parametrize("duplicate", DUPLICATES.values(), ids=list(DUPLICATES))
def test_files_copies_and_pickles_answer_with_the_same_bits(trained, binary, tmp_path, duplicate):
    expected = answers(trained, binary)
    assert different(answers(duplicate(trained, tmp_path / "model.h5"), binary), expected) == []


@pytest.mark.parametrize("way", sorted(set(DUPLICATES) - {"copy"}))  # a shallow copy shares the model
def test_training_goes_on_alike_in_a_duplicate(trained, binary, tmp_path, way):
    other = DUPLICATES[way](trained, tmp_path / "model.h5")
    before = answers(trained, binary)
    train_in_place(other, binary, epochs=2)
    assert different(answers(trained, binary), before) == []
    train_in_place(trained, binary, epochs=2)
    found = answers(other, binary)
    assert found["transform"] != before["transform"]
    assert different(found, answers(trained, binary)) == []


def test_layout_and_type_of_the_data_do_not_matter(kind, binary):
    expected = answers(fit(kind.make(), binary), binary)
    for same in (binary.astype(np.uint8), np.asfortranarray(binary.astype(np.float64)), binary.astype(bool)):
        assert different(answers(fit(kind.make(), same), same), expected) == []


def test_random_state_in_its_forms(kind, binary):
    def weights(random_state):
        return weights_as_bytes(fit(kind.make(random_state=random_state), binary))

    assert weights(np.random.RandomState(1)) == weights(np.random.RandomState(1))
    assert weights(np.random.default_rng(1)) == weights(np.random.default_rng(1))
    assert weights(np.int64(4)) == weights(4) != weights(5)
    np.random.seed(2)
    first, second = weights(None), weights(None)
    assert first != second
    np.random.seed(2)
    assert weights(None) == first


def test_streamed_examples_give_the_same_bits(kind, hdf5):
    x = np.rint(examples(501, 29))
    model = kind.make()
    y = None
    for given in labels_for(model, x):  # as whole numbers, which a file's labels are
        y = (given == "right" if isinstance(model, Classifier) else np.rint(10 * given)).astype(np.int64)
    path = hdf5(x=x, **({} if y is None else {"y": y}))
    results = []
    for budget in (2**20, 1):
        data = vaelib.open_dataset(path, "x", None if y is None else "y", memory_budget=budget)
        model = kind.make().fit(data)
        assert model.score(data) == model.score(x, y)
        results.append(weights_as_bytes(model))
    assert results[0] == results[1]


@pytest.mark.parametrize("memory_budget", [None, 0])
def test_different_seeds_shuffle_differently(memory_budget, hdf5):
    """Layers without noise, trained from the same weights: only the order of the examples is left to the seed."""
    path = hdf5(x=np.random.RandomState(0).uniform(size=(400, 12)).astype(np.float32))
    data = vaelib.open_dataset(path, "x", memory_budget=memory_budget)
    stack = vaelib.StackedDenoisingAutoencoder(
        hidden=(4,), loss="cross_entropy", corruption_level=0.0, random_state=0
    ).initialize(12)

    def trained(seed):
        model = stack._fitted().copy()
        model.train("vaelib_stack_pretrain", (data.handle,), {"epochs": 1, "batch_size": 7}, seed, None, None)
        return model.get_parameters()

    np.testing.assert_array_equal(trained(1), trained(1))
    assert not np.array_equal(trained(1), trained(2))
