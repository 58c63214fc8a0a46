"""The mutation campaign: a hundred thousand damaged files, and some made by hand, of which none may do harm.

Harm is a crash, 2 seconds of the processor, 256 MiB beyond the numbers that are read, or a message that does not name
the file.
"""

import os
import subprocess
import sys

import pytest
from c_programs import SOURCES, build

FOLDER = SOURCES / "mutation"
#: How a file is loaded, which, whose checksums are made right again, how many thousand mutants.
CASES = [
    ("model", "vae", "none", 2), ("model", "vae", "model", 5), ("memory", "vae", "model", 2),
    ("model", "table", "model", 2),
    ("model", "stack", "none", 2), ("model", "stack", "model", 5), ("memory", "stack", "none", 2),
    ("model", "regressor", "none", 1), ("model", "regressor", "model", 4), ("memory", "regressor", "model", 1),
    ("every", "old", "none", 8), ("every", "new", "metadata", 9), ("every", "newest", "metadata", 7),
    ("every", "indices", "metadata", 10), ("every", "dense", "metadata", 5), ("every", "unsuitable", "none", 5),
    ("every", "tables", "none", 8), ("every", "new_tables", "metadata", 8), ("every", "filters", "none", 6),
    ("every", "partly", "none", 6), ("every", "groups", "none", 4), ("every", "new_groups", "metadata", 4),
    ("every", "elsewhere", "metadata", 5), ("every", "plugins", "metadata", 6), ("every", "virtual", "metadata", 8),
    ("every", "new_virtual", "metadata", 8), ("every", "sparse", "none", 5), ("every", "new_sparse", "metadata", 6),
    ("child:every", "old", "none", 1), ("child:every", "indices", "metadata", 1),
    ("child:every", "new_tables", "metadata", 1),
]  # fmt: skip
#: Of each thousand: the numbers of the mutants of the fast tests, the slow ones, and those of `make test-long`.
FAST, SLOW, LONG = range(20), range(20, 120), range(120, 1000)
PARTS = [
    FAST,
    pytest.param(SLOW, marks=pytest.mark.slow),
    pytest.param(LONG, marks=[pytest.mark.slow, pytest.mark.long]),
]


@pytest.fixture(scope="module")
def campaign(tmp_path_factory):
    """The program of the campaign, the files it damages, and those made by hand."""
    folder = tmp_path_factory.mktemp("campaign")
    program = build(folder, "campaign", *FOLDER.glob("*.c"))
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    (folder / "bombs").mkdir()
    for script, target in (("make_originals.py", folder), ("make_bombs.py", folder / "bombs")):
        subprocess.run([sys.executable, str(FOLDER / script), str(target)], check=True, env=environment)
    return program


def test_there_are_enough():
    assert 1000 * sum(thousands for *_, thousands in CASES) >= 100_000
    assert [*FAST, *SLOW, *LONG] == list(range(1000))


@pytest.mark.parametrize("part", PARTS, ids=["fast", "slow", "long"])
@pytest.mark.parametrize(("kind", "name", "seal", "thousands"), CASES, ids=lambda value: str(value).replace("/", "."))
def test_no_mutant_does_harm(campaign, kind, name, seal, thousands, part):
    """Two processes at a time, each with half of the mutants."""
    first, half = part.start * thousands, len(part) * thousands // 2
    path = campaign.with_name(f"{name}.h5")
    processes = [
        subprocess.Popen(
            [campaign, kind, path, seal, str(begin), str(half), campaign.with_name(f"mutant{begin}.h5")],
            stdout=subprocess.PIPE,
            text=True,
        )
        for begin in (first, first + half)
    ]
    reports = [process.communicate()[0] for process in processes]
    print("".join(reports))
    assert [process.returncode for process in processes] == [0, 0], "".join(reports)


def handmade():
    sys.path.insert(0, str(FOLDER))
    try:
        import make_bombs
    finally:
        sys.path.remove(str(FOLDER))
    return [*make_bombs.FILES, *make_bombs.HANDMADE]


@pytest.mark.parametrize("kind", ["every", "child:every"])
@pytest.mark.parametrize("name", handmade())
def test_no_handmade_file_does_harm(campaign, kind, name):
    path = campaign.with_name("bombs") / f"{name}.h5"
    process = subprocess.run([campaign, kind, path], capture_output=True, text=True)
    print(process.stdout)
    assert process.returncode == 0, process.stdout
