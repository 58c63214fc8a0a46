"""Weights of plain dense layers, made in numpy or PyTorch, give the same answers after their import."""

from itertools import pairwise

import numpy as np
import pytest
import vaelib
from vaelib.interchange import stack_from_dense_layers, vae_from_dense_layers

DATA, LATENT = 6, 3


def dense(random, inputs, outputs):
    """A kernel [inputs, outputs] and a bias."""
    return random.normal(scale=0.4, size=(inputs, outputs)), random.normal(scale=0.4, size=outputs)


def chain(random, *widths):
    return [dense(random, *pair) for pair in pairwise(widths)]


def laid_out(layers, convention):
    """The layers as a framework of that convention has them."""
    return [(kernel.T if convention == "pytorch" else kernel, bias) for kernel, bias in layers]


def apply(layers, x, activation, last=lambda a: a):
    for kernel, bias in layers[:-1]:
        x = activation(x @ kernel + bias)
    return last(x @ layers[-1][0] + layers[-1][1])


def sigmoid(a):
    return 1 / (1 + np.exp(-a))


@pytest.fixture
def random():
    return np.random.RandomState(0)


@pytest.fixture
def x(random):
    return random.uniform(size=(20, DATA))


def close(found, expected):
    np.testing.assert_allclose(found, expected, rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("convention", ["keras", "pytorch"])
@pytest.mark.parametrize("hidden", [(), (5,), (5, 4)])
def test_two_heads(convention, hidden, random, x):
    body = chain(random, DATA, *hidden)
    width = hidden[-1] if hidden else DATA
    mean, log_variance = dense(random, width, LATENT), dense(random, width, LATENT)
    decoder = chain(random, LATENT, *hidden[::-1], DATA)
    vae = vae_from_dense_layers(
        laid_out(body, convention),
        laid_out(decoder, convention),
        convention=convention,
        mean=laid_out([mean], convention)[0],
        log_variance=laid_out([log_variance], convention)[0],
        activation="tanh",
        likelihood="bernoulli",
    )
    assert (vae.latent_dim, tuple(vae.hidden), tuple(vae.decoder_hidden)) == (LATENT, hidden, hidden[::-1])
    z, found = vae.encode(x)
    close(z, apply([*body, mean], x, np.tanh))
    close(found, apply([*body, log_variance], x, np.tanh))
    close(vae.decode(z), apply(decoder, z.astype(np.float64), np.tanh, sigmoid))


def test_one_head_and_no_biases(random, x):
    encoder, decoder = chain(random, DATA, 5, 2 * LATENT), chain(random, LATENT, 4, DATA)
    vae = vae_from_dense_layers(
        [(kernel, None) for kernel, _ in encoder],
        decoder,
        convention="keras",
        activation="relu",
        likelihood="bernoulli",
    )
    head = apply([(kernel, 0) for kernel, _ in encoder], x, lambda a: np.maximum(a, 0))
    close(vae.encode(x)[0], head[:, :LATENT])
    assert tuple(vae.decoder_hidden) == (4,)


@pytest.mark.parametrize("mean_activation", ["identity", "sigmoid"])
def test_a_predicted_variance(mean_activation, random, x):
    encoder, body = chain(random, DATA, 5, 2 * LATENT), chain(random, LATENT, 4)
    mean, log_variance = dense(random, 4, DATA), dense(random, 4, DATA)
    options = {
        "likelihood": "gaussian", "variance": "predicted", "mean_activation": mean_activation, "activation": "tanh",
        "stddev_floor": 1e-6,
    }  # fmt: skip
    vae = vae_from_dense_layers(
        encoder, body, convention="keras", decoder_mean=mean, decoder_log_variance=log_variance, **options
    )
    z = random.normal(size=(20, LATENT))
    found = vae.decode(z)
    last = sigmoid if mean_activation == "sigmoid" else lambda a: a
    close(found.mean, apply([*body, mean], z, np.tanh, last))
    close(found.variance, np.exp(apply([*body, log_variance], z, np.tanh)))


@pytest.mark.parametrize("variance", ["learned", "predicted"])
def test_a_variance_means_nothing_to_a_likelihood_without_one(variance, random, x):
    encoder, decoder = chain(random, DATA, 4, 2 * LATENT), chain(random, LATENT, 4, DATA)
    options = {"likelihood": "bernoulli", "activation": "tanh"}
    vae = vae_from_dense_layers(
        encoder, decoder[:-1], convention="keras", decoder_mean=decoder[-1], variance=variance, **options
    )
    z = vae.transform(x)
    close(vae.decode(z), apply(decoder, z, np.tanh, sigmoid))


def test_learned_and_fixed_variances(random, x):
    encoder, decoder = chain(random, DATA, 5, 2 * LATENT), chain(random, LATENT, 4, DATA)
    z = random.normal(size=(20, LATENT))
    options = {"convention": "keras", "likelihood": "gaussian", "activation": "tanh", "stddev_floor": 1e-6}
    log_variance = random.normal(size=DATA)
    vae = vae_from_dense_layers(encoder, decoder, variance="learned", decoder_log_variance=log_variance, **options)
    close(vae.decode(z).variance, np.broadcast_to(np.exp(log_variance), (20, DATA)))
    vae = vae_from_dense_layers(encoder, decoder, variance="learned", **options)
    close(vae.decode(z).variance, np.ones((20, DATA)))
    vae = vae_from_dense_layers(
        encoder, decoder[:-1], variance="fixed", noise_stddev=0.5, decoder_mean=decoder[-1], **options
    )
    close(vae.decode(z).variance, np.full((20, DATA), 0.25))
    close(vae.decode(z).mean, apply(decoder, z, np.tanh))


@pytest.mark.parametrize("convention", ["keras", "pytorch"])
@pytest.mark.parametrize("tied", [True, False])
def test_stacks(convention, tied, random, x):
    layers, decoder = chain(random, DATA, 5, 4), chain(random, 4, 5, DATA)
    stack = stack_from_dense_layers(
        laid_out(layers, convention),
        None if tied else laid_out(decoder, convention),
        convention=convention,
        loss="cross_entropy",
    )
    if tied:
        decoder = [(kernel.T, 0) for kernel, _ in reversed(layers)]
    codes = apply(layers, x, sigmoid, sigmoid)
    close(stack.transform(x), codes)
    close(stack.reconstruct(x), apply(decoder, codes, sigmoid, sigmoid))


@pytest.mark.parametrize("convention", ["keras", "pytorch"])
def test_classifiers(convention, random, x):
    layers, classifier = chain(random, DATA, 5, 4), dense(random, 4, 3)
    model = stack_from_dense_layers(
        laid_out(layers, convention),
        convention=convention,
        classifier=laid_out([classifier], convention)[0],
        activation=("tanh", "relu"),
        loss="squared_error",
    )
    code = np.maximum(np.tanh(x @ layers[0][0] + layers[0][1]) @ layers[1][0] + layers[1][1], 0)
    powers = np.exp(code @ classifier[0] + classifier[1])
    close(model.predict_proba(x), powers / powers.sum(axis=1, keepdims=True))
    assert list(model.classes_) == [0, 1, 2]
    np.testing.assert_array_equal(model.predict(x), powers.argmax(axis=1))


@pytest.mark.parametrize("convention", ["keras", "pytorch"])
@pytest.mark.parametrize("head", ["regressor", "multilabel"])
def test_heads_of_targets(convention, head, random, x):
    layers, on_top = chain(random, DATA, 5, 4), dense(random, 4, 3)
    model = stack_from_dense_layers(
        laid_out(layers, convention),
        convention=convention,
        activation=("tanh", "relu"),
        loss="squared_error",
        **{head: laid_out([on_top], convention)[0]},
    )
    code = np.maximum(np.tanh(x @ layers[0][0] + layers[0][1]) @ layers[1][0] + layers[1][1], 0)
    outputs = code @ on_top[0] + on_top[1]
    if head == "regressor":
        assert type(model) is vaelib.StackedDenoisingRegressor
        close(model.predict(x), outputs)
    else:
        assert type(model) is vaelib.StackedDenoisingClassifier
        close(model.predict_proba(x), sigmoid(outputs))
        np.testing.assert_array_equal(model.predict(x), outputs > 0)


def test_networks_of_pytorch(x):
    torch = pytest.importorskip("torch")
    nn = torch.nn
    torch.manual_seed(0)
    body = nn.Sequential(nn.Linear(DATA, 5), nn.SiLU(), nn.Linear(5, 4), nn.SiLU())
    mean, log_variance = nn.Linear(4, LATENT), nn.Linear(4, LATENT)
    decoder = nn.Sequential(nn.Linear(LATENT, 4), nn.SiLU(), nn.Linear(4, DATA), nn.Sigmoid())

    def pairs(network):
        return [(layer.weight, layer.bias) for layer in network if isinstance(layer, nn.Linear)]

    vae = vae_from_dense_layers(
        pairs(body),
        pairs(decoder),
        convention="pytorch",
        mean=(mean.weight, mean.bias),
        log_variance=(log_variance.weight, log_variance.bias),
        activation="silu",
        likelihood="bernoulli",
    )
    with torch.no_grad():
        hidden = body(torch.tensor(x, dtype=torch.float32))
        expected = decoder(mean(hidden))
        close(vae.encode(x)[0], mean(hidden).numpy())
        close(vae.encode(x)[1], log_variance(hidden).numpy())
        close(vae.reconstruct(x), expected.numpy())


def mistakes(random):
    """Arguments that do not fit, and what is said of them."""
    encoder, decoder = chain(random, DATA, 5, 2 * LATENT), chain(random, LATENT, 4, DATA)
    head = dense(random, 5, LATENT)
    good = {"encoder": encoder, "decoder": decoder, "convention": "keras", "likelihood": "bernoulli"}
    return [
        ({"convention": "jax"}, "convention must be one of keras, pytorch"),
        ({"convention": "pytorch"}, r"encoder\[0\] has 6 outputs, read by the convention 'pytorch', but 5 biases"),
        ({"encoder": []}, "encoder is empty"),
        ({"decoder": []}, "decoder is empty"),
        ({"encoder": encoder[:1]}, "the encoder has 5 outputs"),
        ({"mean": head}, "give both, or neither"),
        ({"encoder": encoder[:1], "mean": head, "log_variance": dense(random, 5, 2)}, "must be alike"),
        ({"mean": head, "log_variance": head}, "mean takes 5 inputs, read by the convention 'keras'; it has 6"),
        ({"encoder": [encoder[0], encoder[0]]}, r"encoder\[1\] takes 6 inputs"),
        ({"decoder": encoder}, r"decoder\[0\] takes 6 inputs"),
        ({"encoder": [3, 4]}, r"encoder\[0\] must be a pair"),
        ({"encoder": [(encoder[0][0], np.zeros((5, 1))), encoder[1]]}, r"encoder\[0\]'s bias must have 1 axes"),
        ({"encoder": [(["a"], None), encoder[1]]}, r"encoder\[0\]'s kernel is not an array"),
        ({"encoder": [(encoder[0][0] * np.nan, None), encoder[1]]}, "encoder/0/weight holds nan"),
        ({"decoder": chain(random, LATENT, 4, DATA + 1)}, r"decoder/head/weight has shape \(4, 7\); expected \(4, 6\)"),
        ({"decoder_log_variance": np.zeros(DATA)}, "comes with decoder_mean, or with a learned variance"),
    ], good  # fmt: skip


@pytest.mark.parametrize("case", range(16))
def test_what_does_not_fit(case, random):
    cases, good = mistakes(random)
    vae_from_dense_layers(**good)
    changes, text = cases[case]
    with pytest.raises(ValueError, match=text):
        vae_from_dense_layers(**{**good, **changes})


def test_what_does_not_fit_a_stack(random):
    layers = chain(random, DATA, 5, 4)
    make = stack_from_dense_layers
    with pytest.raises(ValueError, match="layers is empty"):
        make([], convention="keras")
    with pytest.raises(ValueError, match="decoder has 1 layers; the stack has 2"):
        make(layers, chain(random, 4, DATA), convention="keras")
    with pytest.raises(ValueError, match="classifier takes 5 inputs"):
        make(layers, convention="keras", classifier=dense(random, 5, 3))
    with pytest.raises(ValueError, match="classifier and regressor are all given"):
        make(layers, convention="keras", classifier=dense(random, 4, 3), regressor=dense(random, 4, 3))
    with pytest.raises(ValueError, match=r"layers/1/decoder/weight has shape \(4, 7\)"):
        make(layers, chain(random, 4, 7, DATA), convention="keras", loss="squared_error")
    with pytest.raises(vaelib.InvalidArgument, match="loss of layer 0 is auto"):
        make(layers, convention="keras")
    assert type(make(layers, convention="keras", loss="squared_error")) is vaelib.StackedDenoisingAutoencoder
    with pytest.raises(TypeError, match="hidden"):
        make(layers, convention="keras", hidden=(3,))
