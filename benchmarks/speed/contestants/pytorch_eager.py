"""PyTorch as most programs use it: modules, autograd, its fused Adam."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import nn
from torch.nn import functional

from speed import environment
from speed.measurement import Operation
from speed.networks import LOG_VARIANCE_PACE, Layer, Network
from speed.tasks import ADAM_RATE, BATCHES, SGD_RATE, FineTuning, LogLikelihood, Pretraining, Query, VAETraining

torch.set_num_threads(environment.threads())

ACTIVATIONS = {"relu": nn.ReLU, "tanh": nn.Tanh, "sigmoid": nn.Sigmoid}


def sequence(layers: Sequence[Layer], activation: str) -> Any:
    """The layers with their weights, and activations between them."""
    modules: list[Any] = []
    for weight, bias in layers:
        linear = nn.Linear(*weight.shape)
        linear.load_state_dict({"weight": torch.tensor(weight.T.copy()), "bias": torch.tensor(bias)})
        modules += [linear, ACTIVATIONS[activation]()]
    return nn.Sequential(*modules[:-1])


def gaussian(mean: Any, log_variance: Any, x: Any) -> Any:
    """Minus log p(x|z), summed over everything."""
    squares = (x - mean) ** 2 * torch.exp(-log_variance)
    return 0.5 * torch.sum(math.log(2 * math.pi) + log_variance + squares)


class VAE(nn.Module):  # type: ignore[misc, unused-ignore]
    """A network; called with a batch, it gives minus the evidence lower bound."""

    def __init__(self, network: Network) -> None:
        super().__init__()
        self.variance = network.variance
        self.encoder, self.decoder = (sequence(part, network.activation) for part in network.weights)
        if network.variance == "learned":
            self.log_variance = nn.Parameter(torch.zeros(network.data))

    def forward(self, x: Any) -> Any:
        """A loss, as a mean over the batch."""
        mean, log_variance = self.encoder(x).chunk(2, dim=1)
        z = mean + torch.exp(0.5 * log_variance) * torch.randn_like(mean)
        outputs = self.decoder(z)
        if self.variance is None:
            lost = functional.binary_cross_entropy_with_logits(outputs, x, reduction="sum")
        elif self.variance == "learned":
            # With Adam, a factor here is a factor of the rate.
            lost = gaussian(outputs, LOG_VARIANCE_PACE * self.log_variance, x)
        else:
            output_mean, output_log_variance = outputs.chunk(2, dim=1)
            lost = gaussian(output_mean, output_log_variance, x)
        kl = -0.5 * torch.sum(1 + log_variance - mean.pow(2) - log_variance.exp())
        return (lost + kl) / len(x)


class Denoiser(nn.Module):  # type: ignore[misc, unused-ignore]
    """A layer with tied weights; called with a batch, it gives the cross-entropy of what it restores."""

    def __init__(self, task: Pretraining) -> None:
        super().__init__()
        weight, bias = task.layer
        self.weight, self.bias = (nn.Parameter(torch.tensor(each)) for each in (weight.T.copy(), bias))
        self.decoder_bias = nn.Parameter(torch.zeros(task.data))
        self.corruption = task.corruption

    def forward(self, x: Any) -> Any:
        """A loss, as a mean over the batch."""
        kept = torch.rand_like(x) >= self.corruption
        code = torch.sigmoid(functional.linear(x * kept, self.weight, self.bias))
        logits = functional.linear(code, self.weight.T, self.decoder_bias)
        return functional.binary_cross_entropy_with_logits(logits, x, reduction="sum") / len(x)


class Classifier(nn.Module):  # type: ignore[misc, unused-ignore]
    """Layers; called with a batch and its labels, it gives their cross-entropy."""

    def __init__(self, task: FineTuning) -> None:
        super().__init__()
        self.layers = sequence(task.layers, "sigmoid")

    def forward(self, x: Any, labels: Any) -> Any:
        """A loss, as a mean over the batch."""
        return functional.cross_entropy(self.layers(x), labels)


def train_vae(task: VAETraining) -> Operation:
    """Adam."""
    return adam_steps(task, VAE(task.network))


def adam_steps(task: VAETraining, loss: Any) -> Operation:
    """Steps of a module that gives a loss, compiled or not."""
    optimizer = torch.optim.Adam(loss.parameters(), lr=ADAM_RATE, fused=True)
    return steps(loss, optimizer, [(batch,) for batch in task.batches])


def pretrain(task: Pretraining) -> Operation:
    """SGD."""
    return sgd_steps(Denoiser(task), [(batch,) for batch in task.batches])


def fine_tune(task: FineTuning) -> Operation:
    """SGD."""
    return sgd_steps(Classifier(task), task.batches)


def sgd_steps(loss: Any, batches: Sequence[tuple[Any, ...]]) -> Operation:
    """Steps of a module that gives a loss, compiled or not."""
    return steps(loss, torch.optim.SGD(loss.parameters(), lr=SGD_RATE, fused=True), batches)


def steps(loss: Callable[..., Any], optimizer: Any, batches: Sequence[tuple[Any, ...]]) -> Operation:
    """Steps of training."""
    torch.manual_seed(0)
    tensors = [tuple(torch.from_numpy(each) for each in batch) for batch in batches]

    def step(number: int) -> Any:
        optimizer.zero_grad()
        value = loss(*tensors[number % BATCHES])
        value.backward()
        optimizer.step()
        return value.item()

    return step


def encode(task: Query) -> Operation:
    """Means and log-variances; the means are the answer."""
    return means(sequence(task.network.weights.encoder, task.network.activation), task)


def means(encoder: Any, task: Query) -> Operation:
    """The means that an encoder, compiled or not, gives."""
    both = query(encoder, task.examples)
    return lambda number: both(number)[:, : task.network.latent]


def decode(task: Query) -> Operation:
    """Probabilities."""
    decoder = sequence(task.network.weights.decoder, task.network.activation)
    return query(nn.Sequential(*decoder, nn.Sigmoid()), task.latents)


def query(module: Any, array: Any) -> Operation:
    """What a module, compiled or not, makes of an array."""

    def ask(number: int) -> Any:
        with torch.inference_mode():
            return module(torch.from_numpy(array)).numpy()

    return ask


class LogLikelihoodEstimate(nn.Module):  # type: ignore[misc, unused-ignore]
    """log p(x) of the rows of a part."""

    def __init__(self, task: LogLikelihood) -> None:
        super().__init__()
        self.encoder, self.decoder = (sequence(part, task.network.activation) for part in task.network.weights)
        self.samples = task.samples

    def forward(self, x: Any) -> Any:
        """An estimate for each row."""
        mean, log_variance = self.encoder(x).chunk(2, dim=1)
        noise = torch.randn(self.samples, *mean.shape)
        z = mean + torch.exp(0.5 * log_variance) * noise
        logits = self.decoder(z)
        losses = functional.binary_cross_entropy_with_logits(logits, x.expand_as(logits), reduction="none")
        prior_over_posterior = 0.5 * (log_variance + noise.pow(2) - z.pow(2)).sum(-1)
        return torch.logsumexp(prior_over_posterior - losses.sum(-1), dim=0) - math.log(self.samples)


def log_likelihood(task: LogLikelihood) -> Operation:
    """A part of the rows at a time."""
    return estimates(task, LogLikelihoodEstimate(task))


def estimates(task: LogLikelihood, estimate: Any) -> Operation:
    """What a module, compiled or not, makes of all rows."""

    def ask(number: int) -> Any:
        with torch.inference_mode():
            parts = torch.from_numpy(task.examples).split(task.part_rows)
            return torch.cat([estimate(part) for part in parts]).numpy()

    return ask
