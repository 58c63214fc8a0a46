"""The same seed gives the same bits: for any number of threads, through files, for streamed data."""

import numpy as np
import pytest
import vaelib


def everything(x, threads, **options):
    """Results of a fit and of every query, as bytes."""
    vaelib.set_threads(threads)
    model = vaelib.VAE(latent_dim=2, hidden=(33,), epochs=2, batch_size=50, random_state=3, **options).fit(x)
    likelihood, error = model.log_likelihood(x, 7, return_standard_error=True)
    bound = model.elbo(x, 3)
    history = {name: values for name, values in model.history_.items() if name != "seconds"}
    results = {
        **model.get_weights(),
        **history,
        "encode": np.stack(model.encode(x)),
        "sample_latent": model.sample_latent(x, 1),
        "reconstruct": model.reconstruct(x),
        "reconstruct, sampled": model.reconstruct(x, "sample", 1),
        "sample": model.sample(130, "sample", 1),
        "decode": model.inverse_transform(model.transform(x)),
        "decode_sample": model.decode_sample(model.transform(x), 1),
        "interpolate": model.interpolate(x, 0, 5, 70),
        "manifold": model.manifold(12),
        "elbo": bound.elbo,
        "reconstruction": bound.reconstruction,
        "kl": bound.kl,
        "log_likelihood": likelihood,
        "standard error": error,
    }
    return {name: values.tobytes() for name, values in results.items()}


@pytest.mark.parametrize(
    "options",
    [
        {"binarization": "dynamic"},
        {"likelihood": "gaussian", "variance": "predicted", "mean_activation": "sigmoid", "samples": 2},
    ],
    ids=["bernoulli", "gaussian"],
)
def test_any_number_of_threads_gives_the_same_bits(options):
    x = np.random.RandomState(0).uniform(size=(501, 29)).astype(np.float32)
    once = everything(x, 1, **options)
    for threads in (1, 2, 5):
        again = everything(x, threads, **options)
        assert [name for name in once if once[name] != again[name]] == []


def test_large_steps_give_the_same_bits_with_one_and_two_threads():
    x = (np.random.RandomState(0).uniform(size=(300, 200)) < 0.3).astype(np.float32)
    results = []
    for threads in (1, 2):
        vaelib.set_threads(threads)
        model = vaelib.VAE(latent_dim=8, hidden=(150, 60), epochs=2, batch_size=100, random_state=1).fit(x)
        results.append(b"".join(values.tobytes() for values in model.get_weights().values()))
    assert results[0] == results[1]


def test_a_saved_model_answers_with_the_same_bits(fitted, binary, tmp_path):
    fitted.save(tmp_path / "model.h5")
    loaded = vaelib.load(tmp_path / "model.h5")
    np.testing.assert_array_equal(loaded.transform(binary), fitted.transform(binary))
    np.testing.assert_array_equal(loaded.elbo(binary, 3).elbo, fitted.elbo(binary, 3).elbo)
    np.testing.assert_array_equal(loaded.sample(9, random_state=1), fitted.sample(9, random_state=1))


def test_training_goes_on_alike_after_saving(fitted, binary, tmp_path):
    fitted.save(tmp_path / "model.h5")
    loaded = vaelib.load(tmp_path / "model.h5").set_params(warm_start=True).fit(binary)
    fitted.set_params(warm_start=True).fit(binary)
    for name, values in fitted.get_weights().items():
        np.testing.assert_array_equal(loaded.get_weights()[name], values)
    np.testing.assert_array_equal(loaded.history_["loss"], fitted.history_["loss"])


def test_layout_and_type_of_the_data_do_not_matter(binary):
    reference = vaelib.VAE(latent_dim=2, hidden=(8,), epochs=2, random_state=0).fit(binary).get_weights()
    for same in (binary.astype(np.uint8), np.asfortranarray(binary.astype(np.float64)), binary.astype(bool)):
        other = vaelib.VAE(latent_dim=2, hidden=(8,), epochs=2, random_state=0).fit(same).get_weights()
        for name, values in reference.items():
            np.testing.assert_array_equal(other[name], values)


def test_random_state_in_its_forms(binary):
    def weights(random_state):
        model = vaelib.VAE(latent_dim=2, hidden=(4,), epochs=1, random_state=random_state)
        return model.fit(binary).get_weights()["encoder/0/weight"]

    np.testing.assert_array_equal(weights(np.random.RandomState(1)), weights(np.random.RandomState(1)))
    np.testing.assert_array_equal(weights(np.random.default_rng(1)), weights(np.random.default_rng(1)))
    np.testing.assert_array_equal(weights(np.int64(4)), weights(4))
    np.random.seed(2)
    first, second = weights(None), weights(None)
    assert not np.array_equal(first, second)
    np.random.seed(2)
    np.testing.assert_array_equal(weights(None), first)
