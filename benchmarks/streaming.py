"""Times training from a gzip-compressed HDF5 file larger than memory against the same training in memory.

The file holds grey images of pen strokes drawn at random, which compress about as digits do. It is made once. Then, in
turn and each in a process of its own: the 784-400-20-400-784 VAE, batch 128, learns from images in memory; the same
from the file; and the file is read chunk by chunk with h5py, which is libhdf5's own speed.

    python streaming.py --folder scratch
    python streaming.py --folder scratch --gigabytes 0.3 --seconds 5 --repeats 3
"""

from __future__ import annotations

import argparse
import json
import math
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import numpy.typing as npt

SIDE = 28
PIXELS = SIDE * SIDE
POINTS = 20
"""Points of a stroke."""
INK = 0.5
"""How dark a point is, by itself, in its middle."""
BATCH = 128
CHUNK = 256
"""Images a chunk, 196 KiB."""
MEMORY_ROWS = 60_000
"""Images of the training in memory."""


def strokes(count: int, random: np.random.Generator) -> npt.NDArray[np.uint8]:
    """Images of three pen strokes each, [count, pixels]: quadratic curves between random points, with soft edges."""
    times = np.linspace(0, 1, POINTS, dtype=np.float32)[:, np.newaxis]
    blend = np.concatenate([(1 - times) ** 2, 2 * times * (1 - times), times**2], axis=1)
    ends = random.uniform(2, SIDE - 2, size=(count, 3, 3, 2)).astype(np.float32)
    path = np.einsum("pk,nskc->nspc", blend, ends).reshape(count, -1, 2)
    pixels = np.arange(SIDE, dtype=np.float32)
    rows, columns = (np.exp(-((path[:, :, axis, np.newaxis] - pixels) ** 2)) for axis in (0, 1))
    ink = np.einsum("npr,npc->nrc", rows, columns, optimize=True)
    grey = 255 * np.minimum(ink * INK, 1)
    return np.where(grey < 25, 0, grey).astype(np.uint8).reshape(count, PIXELS)


def make_file(path: Path, gigabytes: float) -> None:
    """Writes the file unless it is there."""
    rows = int(gigabytes * 1e9 / PIXELS) // CHUNK * CHUNK
    if path.exists():
        return
    random = np.random.default_rng(1)
    unfinished = path.with_suffix(".unfinished")
    with h5py.File(unfinished, "w") as file:
        images = file.create_dataset(
            "x", shape=(rows, PIXELS), dtype="u1", chunks=(CHUNK, PIXELS), compression="gzip", compression_opts=4
        )
        for first in range(0, rows, 10 * CHUNK):
            count = min(10 * CHUNK, rows - first)
            images[first : first + count] = strokes(count, random)
            if sys.stderr.isatty():
                print(f"\rmaking {path}: {100 * (first + count) // rows} % ", end="", file=sys.stderr, flush=True)
    unfinished.rename(path)


def train(data: Any, seconds: float) -> dict[str, float]:
    """Examples a second of a training, after a second to warm up, which begins with the first report."""
    import vaelib

    marks: list[tuple[float, int]] = []
    started = math.inf

    def watch(progress: Any) -> bool:
        nonlocal started
        now = time.perf_counter()
        started = min(started, now)
        if now - started > 1:
            seen = (progress.epoch - 1) * progress.examples_per_epoch + progress.examples
            marks.append((now, seen))
        return now - started > 1 + seconds

    # The likelihood is named, since finding it out takes a look at every image.
    vae = vaelib.VAE(
        latent_dim=20,
        hidden=(400,),
        activation="relu",
        likelihood="bernoulli",
        batch_size=BATCH,
        epochs=10**6,
        random_state=0,
    )
    vae.fit(data, callbacks=watch)
    (begin, first), (end, last) = marks[0], marks[-1]
    return {"examples": (last - first) / (end - begin)}


def measure(kind: str, path: Path, seconds: float) -> dict[str, Any]:
    """What a child process finds."""
    found: dict[str, Any]
    if kind == "libhdf5":
        found = read_with_h5py(path, seconds)
    else:
        import vaelib

        data = vaelib.open_dataset(path, "x", scale=1 / 255)
        if kind == "memory":
            with h5py.File(path) as file:
                data = vaelib.Dataset(np.asarray(file["x"][:MEMORY_ROWS]), scale=1 / 255)
        elif data.in_memory:
            data = vaelib.open_dataset(path, "x", scale=1 / 255, memory_budget=data.rows * PIXELS - 1)
        found = {**train(data, seconds), "cpu": vaelib.cpu_description(), "threads": vaelib.threads()}
    found["memory"] = peak_memory()
    return found


def peak_memory() -> float:
    """The most memory that this process has had, in MiB. getrusage() would count its parent's as well."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM:"))


def read_with_h5py(path: Path, seconds: float) -> dict[str, float]:
    """Chunk after chunk, in random order, for some seconds."""
    with h5py.File(path) as file:
        images = file["x"]
        chunks = np.random.default_rng(0).permutation(len(images) // CHUNK)
        started = time.perf_counter()
        done = 0
        for chunk in chunks:
            images[chunk * CHUNK : (chunk + 1) * CHUNK]
            done += 1
            if time.perf_counter() - started > seconds:
                break
        return {"examples": done * CHUNK / (time.perf_counter() - started)}


def run_child(kind: str, path: Path, seconds: float) -> dict[str, Any]:
    """Measures in a process of its own."""
    command = [sys.executable, __file__, "--child", kind, "--file", str(path), "--seconds", str(seconds)]
    output = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
    result: dict[str, Any] = json.loads(output)
    return result


NAMES = {"memory": "training in memory", "stream": "training from the file", "libhdf5": "reading with libhdf5"}


def compare(path: Path, seconds: float, repeats: int) -> None:
    """Runs the children in turn and prints what they found."""
    found: dict[str, list[dict[str, Any]]] = {kind: [] for kind in NAMES}
    for turn in range(repeats):
        for kind in list(NAMES) if turn % 2 == 0 else reversed(NAMES):
            found[kind].append(run_child(kind, path, seconds))
    example = found["memory"][0]
    with h5py.File(path) as file:
        images = file["x"]
        ratio = images.size / images.id.get_storage_size()
        print(f"{images.size / 1e9:.2f} GB of images, compressed {ratio:.1f} times; {repeats} times {seconds:g} s each")
    print(f"{example['cpu']}, {example['threads']} threads")
    print(f"{'':24}{'examples/s':>12}{'least':>10}{'most':>10}{'MB/s':>8}{'peak MiB':>10}")
    for kind, name in NAMES.items():
        rates = [one["examples"] for one in found[kind]]
        median = statistics.median(rates)
        memory = max(one["memory"] for one in found[kind])
        megabytes = median * PIXELS / 1e6
        print(f"{name:24}{median:12.0f}{min(rates):10.0f}{max(rates):10.0f}{megabytes:8.0f}{memory:10.0f}")
    pairs = zip(found["stream"], found["memory"], strict=True)
    shares = [stream["examples"] / memory["examples"] for stream, memory in pairs]
    print(
        f"from the file as fast as in memory: {statistics.median(shares):.1%} ({min(shares):.1%} to {max(shares):.1%})"
    )


def main() -> None:
    """Makes the file, measures, prints."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--folder", type=Path, default=Path(), help="where the file is, or is made")
    parser.add_argument("--gigabytes", type=float, default=4.0, help="its size without compression (default 4)")
    parser.add_argument("--seconds", type=float, default=20.0, help="how long each process works (default 20)")
    parser.add_argument("--repeats", type=int, default=5, help="how often each of them runs (default 5)")
    parser.add_argument("--child", choices=list(NAMES), help=argparse.SUPPRESS)
    parser.add_argument("--file", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.child:
        print(json.dumps(measure(arguments.child, arguments.file, arguments.seconds)))
        return
    path = arguments.folder / f"streaming-{arguments.gigabytes:g}.h5"
    make_file(path, arguments.gigabytes)
    compare(path, arguments.seconds, arguments.repeats)


if __name__ == "__main__":
    main()
