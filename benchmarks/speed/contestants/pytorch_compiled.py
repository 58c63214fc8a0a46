"""PyTorch with torch.compile: forward and backward passes are compiled, the optimiser is the fused one."""

from __future__ import annotations

from typing import Any

import torch
from torch import nn

from speed.contestants import UnavailableError, pytorch_eager
from speed.contestants.pytorch_eager import VAE, Classifier, Denoiser, LogLikelihoodEstimate, sequence
from speed.measurement import Operation
from speed.tasks import FineTuning, LogLikelihood, Pretraining, Query, VAETraining


def compiled(module: Any, *example: Any) -> Any:
    """The module, compiled for inputs like these.

    Raises
    ------
    UnavailableError
        There is no compiler that works.
    """
    torch._dynamo.reset()  # what was compiled for other rows counts against a limit
    result = torch.compile(module, dynamic=False)
    try:
        result(*(torch.from_numpy(each) for each in example))
    except torch._dynamo.exc.BackendCompilerFailed as error:
        raise UnavailableError(f"torch.compile failed: {str(error).splitlines()[0]}") from error
    return result


def train_vae(task: VAETraining) -> Operation:
    """Adam."""
    return pytorch_eager.adam_steps(task, compiled(VAE(task.network), task.batches[0]))


def pretrain(task: Pretraining) -> Operation:
    """SGD."""
    return pytorch_eager.sgd_steps(compiled(Denoiser(task), task.batches[0]), [(batch,) for batch in task.batches])


def fine_tune(task: FineTuning) -> Operation:
    """SGD."""
    return pytorch_eager.sgd_steps(compiled(Classifier(task), *task.batches[0]), task.batches)


def encode(task: Query) -> Operation:
    """Means and log-variances; the means are the answer."""
    encoder = sequence(task.network.weights.encoder, task.network.activation)
    with torch.inference_mode():
        return pytorch_eager.means(compiled(encoder, task.examples), task)


def decode(task: Query) -> Operation:
    """Probabilities."""
    decoder = nn.Sequential(*sequence(task.network.weights.decoder, task.network.activation), nn.Sigmoid())
    with torch.inference_mode():
        return pytorch_eager.query(compiled(decoder, task.latents), task.latents)


def log_likelihood(task: LogLikelihood) -> Operation:
    """A part of the rows at a time."""
    part = task.examples[: task.part_rows]
    with torch.inference_mode():
        return pytorch_eager.estimates(task, compiled(LogLikelihoodEstimate(task), part))
