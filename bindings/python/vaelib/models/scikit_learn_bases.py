"""scikit-learn's BaseEstimator and mixins, bases of the estimators as soon as a program has imported scikit-learn.

Importing it takes seconds, so vaelib never does. Each class here stands where one of scikit-learn's belongs among the
bases of an estimator, and derives from that once ``sklearn.base`` is there: at once if it was imported before, else at
the end of its import, before anybody has it. Objects, pickles and subclasses that there are already are included.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from typing import Any

_MODULE = "sklearn.base"


class _Stem:
    """Python changes the bases of a class, but not of one that derives from ``object`` directly."""


class TransformerBase(_Stem):
    """``sklearn.base.TransformerMixin`` and ``BaseEstimator``, which every estimator is."""

    def __init_subclass__(cls, **options: Any) -> None:
        if _is_ours(cls) and TransformerBase.__bases__ != (_Stem,):
            options["auto_wrap_output_keys"] = None  # our own set_output works without scikit-learn, too
        super().__init_subclass__(**options)


class OutlierBase(_Stem):
    """``sklearn.base.OutlierMixin``."""


class ClassifierBase(_Stem):
    """``sklearn.base.ClassifierMixin``."""


class RegressorBase(_Stem):
    """``sklearn.base.RegressorMixin``."""


_THEIRS = {
    OutlierBase: ("OutlierMixin",),
    ClassifierBase: ("ClassifierMixin",),
    RegressorBase: ("RegressorMixin",),
    TransformerBase: ("TransformerMixin", "BaseEstimator"),
}


class _Watch:
    """A finder of modules that finds none, but learns of the import of ``sklearn.base``, which it waits for."""

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> Any:
        """The module's specification, whose loader gives the estimators their bases; None for all other modules."""
        if name != _MODULE:
            return None
        found = (each.find_spec(name, path, target) for each in sys.meta_path if each is not self)
        spec = next((spec for spec in found if spec is not None), None)
        if spec is not None and spec.loader is not None:
            execute = spec.loader.exec_module

            def execute_and_derive(module: Any) -> None:
                execute(module)
                derive_from(module)

            spec.loader.exec_module = execute_and_derive  # type: ignore[method-assign]
        return spec


def watch() -> None:
    """Has the estimators derive from scikit-learn's classes, now or when these are imported."""
    watching = _Watch()
    sys.meta_path.insert(0, watching)
    if _MODULE in sys.modules:
        derive_from(importlib.import_module(_MODULE))  # which waits for another thread that is importing it


def derive_from(module: Any) -> None:
    """Puts the classes of ``sklearn.base`` in their places; does nothing a second time."""
    sys.meta_path[:] = [each for each in sys.meta_path if not isinstance(each, _Watch)]
    if TransformerBase.__bases__ != (_Stem,):
        return
    for ours, names in _THEIRS.items():
        ours.__bases__ = tuple(getattr(module, name) for name in names)
    for each in _below(TransformerBase):  # what the creation of a subclass does in scikit-learn: set_fit_request, ...
        options = {"auto_wrap_output_keys": None} if _is_ours(each) else {}
        super(TransformerBase, each).__init_subclass__(**options)


def _is_ours(kind: type[Any]) -> bool:
    return kind.__module__.startswith("vaelib.")


def _below(kind: type[Any]) -> Iterator[type[Any]]:
    """The classes that derive from it, each behind those that it derives from."""
    found = [kind]
    for each in found:
        found += [subclass for subclass in each.__subclasses__() if subclass not in found]
    return iter(sorted(found[1:], key=lambda each: len(each.__mro__)))


watch()
