"""Names are found in groups of any size without reading all of their links."""

from __future__ import annotations

import random
import time
from pathlib import Path

import h5py
import numpy as np
import pytest
import vaelib
from hdf5_structures import File, hard_link, new_message, soft_link
from test_hostile_structure import probe

KINDS = ("earliest", "latest")


def names(count: int) -> list[str]:
    """Different names of 1 to 40 characters, some beyond ASCII, none in order."""
    generator = random.Random(1)
    alphabet = "abcXYZ019 ._-äß日"
    found = {"".join(generator.choices(alphabet, k=generator.randint(1, 40))).strip() for _ in range(count)}
    return sorted(found - {"", ".", ".."}, key=lambda name: generator.random())


def write(path: Path, kind: str, all_names: list[str]) -> None:
    with h5py.File(path, "w", libver=kind) as file:
        group = file.create_group("group")
        for index, name in enumerate(all_names):
            group[name] = np.full((2, 1), index, dtype=np.float32)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("count", [1, 7, 9, 100, 3000])
def test_every_name_leads_to_its_dataset(tmp_path: Path, kind: str, count: int) -> None:
    path, all_names = tmp_path / "many.h5", names(count)
    write(path, kind, all_names)
    assert sorted(vaelib.dataset_names(path)) == sorted(f"group/{name}" for name in all_names)
    for index, name in enumerate(all_names):
        assert vaelib.open_dataset(path, f"group/{name}").numpy()[0, 0] == index
    for name in ("", "a" * 41, "\x01", "日" * 50):
        with pytest.raises(vaelib.FormatError):
            vaelib.open_dataset(path, f"group/{name}")


@pytest.mark.parametrize("kind", KINDS)
def test_names_are_found_after_others_were_deleted(tmp_path: Path, kind: str) -> None:
    path, all_names = tmp_path / "many.h5", names(600)
    write(path, kind, all_names)
    with h5py.File(path, "r+") as file:
        for name in all_names[::3]:
            del file["group"][name]
    for index, name in enumerate(all_names):
        if index % 3 == 0:
            with pytest.raises(vaelib.FormatError):
                vaelib.open_dataset(path, f"group/{name}")
        else:
            assert vaelib.open_dataset(path, f"group/{name}").numpy()[0, 0] == index


@pytest.mark.parametrize("kind", KINDS)
def test_opening_takes_no_longer_in_a_large_group(tmp_path: Path, kind: str) -> None:
    def seconds(count: int) -> float:
        path = tmp_path / f"{count}.h5"
        write(path, kind, [f"set {index}" for index in range(count)])
        best = np.inf
        for index in range(0, count, count // 20):
            begin = time.perf_counter()
            vaelib.open_dataset(path, f"group/set {index}")
            best = min(best, time.perf_counter() - begin)
        return float(best)

    # With all links read, it took 100 times as long.
    assert seconds(20_000) < 10 * seconds(200)


def test_a_long_path_through_a_group_with_all_links_in_its_header(tmp_path: Path) -> None:
    """Each of 30,000 steps would read 20,000 links, if nothing were kept."""
    file = File()
    x = file.dataset(message=new_message)
    group = file.end
    others = [soft_link(f"{index}".encode(), b"x") for index in range(20_000)]
    way = soft_link(b"way", b"g/" * 30_000 + b"x")
    assert file.new_group(hard_link(b"g", group), hard_link(b"x", x), way, *others) == group
    results = probe(file.save(tmp_path / "x.h5", group), "way")
    assert results["open"][0] == "read", results
