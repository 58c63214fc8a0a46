"""Times one training step of a VAE: vaelib against PyTorch and JAX, side by side.

Every contestant trains the same network on the same batches in this process: one hidden layer each way, ReLU,
Bernoulli decoder, Adam, float32. Steps are interleaved, a block of each contestant in turn, and the ratio is the median
of the ratios of neighbouring blocks: times on a shared machine wander, ratios of neighbours do not.

    python training_step.py
    python training_step.py --threads 1 --rounds 60

PyTorch and JAX take part where they are installed.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Network:
    """data - hidden - latent - hidden - data, trained on batches of this many rows."""

    data: int
    hidden: int
    latent: int
    batch: int

    def __str__(self) -> str:
        return f"{self.data}-{self.hidden}-{self.latent}-{self.hidden}-{self.data}, batch {self.batch}"


NETWORKS = (Network(784, 400, 20, 128), Network(784, 200, 50, 20))
LEARNING_RATE = 1e-3
BATCHES = 16
REST = 0.02
"""Seconds before each block, in which the worker threads of the contestant before stop spinning."""

#: A contestant: given a network, batches and threads, a function that takes one step on a numbered batch.
Step = Callable[[int], None]


@dataclass
class Contestant:
    """Its steps, and the seconds that each block of them took."""

    name: str
    step: Step
    blocks: list[float] = field(default_factory=list)


def make_vaelib(network: Network, batches: list[object]) -> Step:
    """vaelib's trainer, on datasets made beforehand."""
    import vaelib

    vae = vaelib.VAE(
        latent_dim=network.latent,
        hidden=(network.hidden,),
        activation="relu",
        likelihood="bernoulli",
        learning_rate=LEARNING_RATE,
        schedule="constant",
        gradient_clip_norm=0,
        random_state=0,
    ).initialize(network.data)
    trainer = vaelib.Trainer(vae, examples_per_epoch=BATCHES * network.batch)
    datasets = [vaelib.Dataset(batch) for batch in batches]  # type: ignore[arg-type]

    def step(number: int) -> None:
        trainer.step(datasets[number % BATCHES])

    return step


def make_torch(network: Network, batches: list[object]) -> Step:
    """PyTorch, eager, with its fused Adam where there is one."""
    import torch
    from torch import nn

    encoder = nn.Sequential(
        nn.Linear(network.data, network.hidden), nn.ReLU(), nn.Linear(network.hidden, 2 * network.latent)
    )
    decoder = nn.Sequential(
        nn.Linear(network.latent, network.hidden), nn.ReLU(), nn.Linear(network.hidden, network.data)
    )
    parameters = [*encoder.parameters(), *decoder.parameters()]
    try:
        optimizer = torch.optim.Adam(parameters, lr=LEARNING_RATE, fused=True)
    except (RuntimeError, TypeError):
        optimizer = torch.optim.Adam(parameters, lr=LEARNING_RATE)
    tensors = [torch.from_numpy(batch) for batch in batches]

    def step(number: int) -> None:
        x = tensors[number % BATCHES]
        mean, log_variance = encoder(x).chunk(2, dim=1)
        z = mean + torch.exp(0.5 * log_variance) * torch.randn_like(mean)
        cross_entropy = nn.functional.binary_cross_entropy_with_logits(decoder(z), x, reduction="sum")
        kl = -0.5 * torch.sum(1 + log_variance - mean.pow(2) - log_variance.exp())
        loss = (cross_entropy + kl) / network.batch
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call, unused-ignore]
        optimizer.step()

    return step


def make_jax(network: Network, batches: list[object]) -> Step:
    """JAX, the whole step compiled, its buffers donated."""
    import jax
    import jax.numpy as jnp

    widths = [
        *((network.data, network.hidden), (network.hidden, 2 * network.latent)),
        *((network.latent, network.hidden), (network.hidden, network.data)),
    ]
    keys = jax.random.split(jax.random.PRNGKey(0), len(widths))
    parameters = [
        (jax.random.normal(key, shape) * (2 / sum(shape)) ** 0.5, jnp.zeros(shape[1]))
        for key, shape in zip(keys, widths, strict=True)
    ]
    moments = jax.tree_util.tree_map(jnp.zeros_like, (parameters, parameters))

    def loss(parameters, key, x):  # type: ignore[no-untyped-def]
        (w0, b0), (w1, b1), (w2, b2), (w3, b3) = parameters
        mean, log_variance = jnp.split(jax.nn.relu(x @ w0 + b0) @ w1 + b1, 2, axis=1)
        z = mean + jnp.exp(0.5 * log_variance) * jax.random.normal(key, mean.shape)
        logits = jax.nn.relu(z @ w2 + b2) @ w3 + b3
        cross_entropy = jnp.sum(jax.nn.softplus(logits) - x * logits)
        kl = -0.5 * jnp.sum(1 + log_variance - mean**2 - jnp.exp(log_variance))
        return (cross_entropy + kl) / network.batch

    def update(parameters, moments, count, x):  # type: ignore[no-untyped-def]
        gradients = jax.grad(loss)(parameters, jax.random.fold_in(jax.random.PRNGKey(1), count), x)
        average = jax.tree_util.tree_map
        first = average(lambda m, g: 0.9 * m + 0.1 * g, moments[0], gradients)
        second = average(lambda v, g: 0.999 * v + 0.001 * g * g, moments[1], gradients)
        rate = LEARNING_RATE * jnp.sqrt(1 - 0.999**count) / (1 - 0.9**count)
        moved = average(lambda p, m, v: p - rate * m / (jnp.sqrt(v) + 1e-8), parameters, first, second)
        return moved, (first, second)

    compiled = jax.jit(update, donate_argnums=(0, 1))
    arrays = [jnp.asarray(batch) for batch in batches]
    state = [parameters, moments]

    def step(number: int) -> None:
        state[:] = compiled(state[0], state[1], float(number + 1), arrays[number % BATCHES])
        jax.block_until_ready(state[0])  # type: ignore[no-untyped-call, unused-ignore]

    return step


MAKERS = {"vaelib": make_vaelib, "PyTorch": make_torch, "JAX": make_jax}


def contestants(network: Network, names: list[str]) -> list[Contestant]:
    """Those of the contestants that are installed, with the same batches."""
    import numpy as np

    random = np.random.RandomState(0)
    shape = (network.batch, network.data)
    batches: list[object] = [(random.uniform(size=shape) < 0.13).astype(np.float32) for _ in range(BATCHES)]
    found = []
    for name in names:
        try:
            found.append(Contestant(name, MAKERS[name](network, batches)))
        except ImportError as error:
            if name == "vaelib":
                raise
            print(f"  {name} does not take part: {error}")
    return found


def compare(network: Network, names: list[str], rounds: int, steps: int) -> None:
    """Times the contestants in turn and prints the outcome."""
    print(f"\n{network}")
    runners = contestants(network, names)
    for runner in runners:
        for number in range(steps):  # warms caches, compiles
            runner.step(number)
    for turn in range(rounds):
        ordered = runners if turn % 2 == 0 else runners[::-1]
        for runner in ordered:
            first = (turn + 1) * steps
            time.sleep(REST)
            runner.step(first)
            started = time.perf_counter()
            for number in range(first, first + steps):
                runner.step(number)
            runner.blocks.append((time.perf_counter() - started) / steps * 1e3)
    ours = runners[0]
    print(f"  {'':10}{'median ms':>12}{'minimum ms':>12}{'times vaelib':>14}")
    for runner in runners:
        ratio = statistics.median(theirs / mine for theirs, mine in zip(runner.blocks, ours.blocks, strict=True))
        print(f"  {runner.name:10}{statistics.median(runner.blocks):12.3f}{min(runner.blocks):12.3f}{ratio:14.2f}")


def main() -> None:
    """Runs the comparison."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--threads", type=int, default=0, help="threads a step uses; 0 is one per core (default)")
    parser.add_argument("--rounds", type=int, default=40, help="blocks of steps of each contestant (default 40)")
    parser.add_argument("--steps", type=int, default=20, help="steps a block (default 20)")
    parser.add_argument("--contestants", nargs="+", default=list(MAKERS), choices=list(MAKERS))
    arguments = parser.parse_args()

    import vaelib

    vaelib.set_threads(arguments.threads)
    names = ["vaelib", *(name for name in arguments.contestants if name != "vaelib")]
    if "PyTorch" in names and arguments.threads:
        try:
            import torch

            torch.set_num_threads(arguments.threads)
        except ImportError:
            pass
    print(f"vaelib {vaelib.__version__}, {vaelib.cpu_description()}, {vaelib.threads()} threads")
    if "JAX" in names and arguments.threads:
        print("JAX chooses its own number of threads")
    for network in NETWORKS:
        compare(network, names, arguments.rounds, arguments.steps)


if __name__ == "__main__":
    main()
