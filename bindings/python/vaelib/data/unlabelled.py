"""Which examples have a label: -1 stands for none, as in scikit-learn's semi-supervised estimators."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from vaelib.data.numbers_in_text import is_number

#: What stands in the place of a label where there is none.
UNLABELLED = -1

Mask = npt.NDArray[np.bool_]


def is_labelled(labels: npt.NDArray[Any]) -> Mask:
    """Whether each example has a label to learn.

    Where the only labels are -1 and 1, they are two classes: many data sets name them so, and one class alone, which
    would be left without the -1, is nothing to learn.
    """
    labelled = ~_is_minus_one(labels)
    others = labels[labelled]
    if not labelled.all() and len(others) > 0 and all(_is_the_number(label, 1) for label in others):
        return np.ones_like(labelled)
    return labelled


def is_labelled_for(classes: npt.NDArray[Any], labels: npt.NDArray[Any]) -> Mask:
    """Whether each example has a label, for a classifier of these classes: -1 is one if it is among them."""
    if _is_minus_one(classes).any():
        return np.ones(len(labels), dtype=np.bool_)
    return ~_is_minus_one(labels)


def with_numbers_kept(y: Any, labels: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """A list of texts and -1 as objects, of which numpy makes texts alone."""
    if (
        labels.dtype.kind in "US"
        and isinstance(y, list | tuple)
        and any(_is_the_number(label, UNLABELLED) for label in y)
    ):
        return np.array(y, dtype=object)
    return labels


def check_that_minus_one_is_a_number(classes: npt.NDArray[Any]) -> None:
    """Whether "-1" is not a text among others that are no numbers.

    Raises
    ------
    ValueError
        It is: ``np.array(["cat", -1])`` is an array of the texts "cat" and "-1".
    """
    texts = [label.decode(errors="replace") if isinstance(label, bytes) else label for label in classes.tolist()]
    if "-1" in texts and not all(isinstance(label, str) and is_number(label) for label in texts):
        raise ValueError(
            "y has the text '-1' among others. If it marks examples without a label, the number -1 does so, in an "
            "array of objects: np.where(y == '-1', -1, y.astype(object)). If it is a class, give it another name."
        )


def _is_minus_one(labels: npt.NDArray[Any]) -> Mask:
    if labels.dtype.kind in "if":
        return np.asarray(labels == UNLABELLED)
    if labels.dtype.kind == "O":
        return np.array([_is_the_number(label, UNLABELLED) for label in labels], dtype=np.bool_)
    return np.zeros(len(labels), dtype=np.bool_)


def _is_the_number(label: object, number: int) -> bool:
    """Whether it is this number, not a boolean or another object that is equal to it."""
    return isinstance(label, int | float | np.number) and not isinstance(label, bool) and bool(label == number)
