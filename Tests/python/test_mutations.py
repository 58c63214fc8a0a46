"""The mutation campaign: tens of thousands of damaged files, of which none may do harm."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from vaelib._c.library import library

FOLDER = Path(__file__).resolve().parents[1] / "c" / "mutation"
LIBRARY = Path(library._name).resolve()
#: How a file is loaded, which, whose checksums are made right again, how many mutants.
CASES = [
    ("model", "vae", "none", 1500), ("model", "vae", "model", 3000),
    ("model", "stack", "none", 1500), ("model", "stack", "model", 3000),
    ("memory", "vae", "none", 1000), ("memory", "stack", "model", 1500),
    ("plain", "old", "none", 2000), ("packed", "old", "none", 2000), ("booleans", "old", "none", 2000),
    ("group/inner/bytes", "old", "none", 1500), ("missing", "old", "none", 1000), ("verify", "old", "none", 2000),
    ("chunked", "new", "metadata", 2000), ("packed", "new", "metadata", 2000), ("verify", "new", "metadata", 2000),
    ("fixed", "indices", "metadata", 1500), ("growing", "indices", "metadata", 1500),
    ("tree", "indices", "metadata", 1500), ("single", "indices", "metadata", 1000),
    ("set07", "dense", "metadata", 2000), ("verify", "unsuitable", "none", 2000),
    ("child:booleans", "unsuitable", "none", 500), ("child:packed", "new", "metadata", 500),
    ("child:verify", "unsuitable", "none", 500), ("child:verify", "indices", "metadata", 500),
]  # fmt: skip


@pytest.fixture(scope="module")
def campaign(tmp_path_factory):
    """The campaign's program and the files it damages."""
    compiler = shutil.which("cc")
    if compiler is None:
        pytest.skip("no C compiler")
    folder = tmp_path_factory.mktemp("campaign")
    program = folder / "campaign"
    sources = [str(path) for path in FOLDER.glob("*.c")]
    library = [str(LIBRARY), f"-Wl,-rpath,{LIBRARY.parent}"]
    flags = ["-std=c99", "-D_POSIX_C_SOURCE=200809L", "-O1", f"-I{FOLDER.parents[2] / 'include'}"]
    (folder / "libvaelib.so.0").symlink_to(LIBRARY)
    subprocess.run([compiler, *flags, *sources, *library, f"-Wl,-rpath,{folder}", "-o", str(program)], check=True)
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    subprocess.run([sys.executable, str(FOLDER / "make_originals.py"), str(folder)], check=True, env=environment)
    return program


def test_there_are_enough():
    assert sum(mutants for _, _, _, mutants in CASES) >= 20_000


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "name", "seal", "mutants"), CASES, ids=lambda value: str(value).replace("/", "."))
def test_no_mutant_does_harm(campaign, kind, name, seal, mutants):
    """Two processes at a time, each with half of the mutants."""
    half = mutants // 2
    path = campaign.with_name(f"{name}.h5")
    processes = [
        subprocess.Popen(
            [campaign, kind, path, seal, str(first), str(half), campaign.with_name(f"mutant{first}.h5")],
            stdout=subprocess.PIPE,
            text=True,
        )
        for first in (0, half)
    ]
    reports = [process.communicate()[0] for process in processes]
    assert [process.returncode for process in processes] == [0, 0], "".join(reports)
