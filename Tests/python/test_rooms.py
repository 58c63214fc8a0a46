"""The rooms of the package: each imports only those before it; an estimator has at most two steps of inheritance."""

import ast
from pathlib import Path

import pytest
import vaelib
from vaelib.models import scikit_learn_bases
from vaelib.models.estimator import Estimator

PACKAGE = Path(vaelib.__file__).resolve().parent
ROOMS = ["_c", "data", "training", "models", "interchange", "plots", "report", "command_line", "commands"]


def imported(path):
    """The modules that a file imports, for types too."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom):
            yield node.module or ""
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)


def test_every_file_is_in_a_room():
    assert {path.name for path in PACKAGE.iterdir() if path.is_dir() and path.name != "__pycache__"} == set(ROOMS)
    assert {path.name for path in PACKAGE.glob("*.py")} == {"__init__.py", "__main__.py"}


@pytest.mark.parametrize("room", ROOMS[:-1])
def test_a_room_imports_only_those_before_it(room):
    allowed = {f"vaelib.{each}" for each in ROOMS[: ROOMS.index(room) + 1]}
    for path in (PACKAGE / room).rglob("*.py"):
        for module in imported(path):
            if module.split(".")[0] == "vaelib":
                assert ".".join(module.split(".")[:2]) in allowed, f"{path} imports {module}"


@pytest.mark.parametrize(
    "estimator",
    [
        vaelib.VAE,
        vaelib.StackedDenoisingAutoencoder,
        vaelib.StackedDenoisingClassifier,
        vaelib.StackedDenoisingRegressor,
    ],
)
def test_inheritance_has_two_steps(estimator):
    """Beside what stands for scikit-learn's classes."""
    names = ("TransformerBase", "OutlierBase", "ClassifierBase", "RegressorBase")
    theirs = {getattr(scikit_learn_bases, name) for name in names}
    assert Estimator not in estimator.__bases__
    for base in set(estimator.__bases__) - theirs:
        assert Estimator in base.__bases__ or set(base.__bases__) <= {object, *theirs}, base
