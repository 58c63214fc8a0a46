"""Labels as colours: classes one by one, numbers by a scale."""

from __future__ import annotations

from typing import Any

import matplotlib
import matplotlib.colors
import numpy as np
import numpy.typing as npt

#: Whole numbers of more values than this are a scale.
_MOST_NUMBERS = 20
#: Classes that get a colour of their own.
_MOST_CLASSES = 20
#: Letters of a name that have room beside a picture.
_LETTERS = 24
#: Of examples without a label, and of the classes beyond the most frequent ones.
GREY = "#9aa0a6"


#: What labels say: a value for each example, whether it is missing, and whether values are numbers on a scale.
Labels = tuple[npt.NDArray[Any], npt.NDArray[np.bool_], bool]


def shown_name(name: object) -> str:
    """A name as matplotlib draws it letter by letter, as far as there is room."""
    text = str(name)
    if len(text) > _LETTERS:
        text = f"{text[: _LETTERS - 10]}…{text[-9:]}"  # long names often differ at their end
    # What begins with _ would be left out of legends, what stands between $ be read as a formula.
    return (f" {text}" if text.startswith("_") else text).replace("$", r"\$")


class Classes:
    """The classes among labels, their colours, and which example belongs to which."""

    def __init__(self, labels: npt.NDArray[Any], missing: npt.NDArray[np.bool_]) -> None:
        names, numbers, counts = np.unique(labels[~missing], return_inverse=True, return_counts=True)
        most = np.sort(np.argsort(-counts, kind="stable")[:_MOST_CLASSES])
        place = np.full(len(names), len(most))
        place[most] = np.arange(len(most))
        #: What each class is called.
        self.names = [str(name) for name in names[most]]
        #: The class of each example; -1 for no label, the number of classes for one of the others.
        self.numbers = np.full(len(labels), -1)
        self.numbers[~missing] = place[numbers]
        self.colours = colours_of(len(most))

    def groups(self) -> list[tuple[str, Any, npt.NDArray[np.bool_]]]:
        """Name, colour and examples of each class that some example has; those in grey first."""
        count = len(self.names)
        of_each = [(name, self.colours[number], self.numbers == number) for number, name in enumerate(self.names)]
        grey = [("other classes", GREY, self.numbers == count), ("no label", GREY, self.numbers == -1)]
        return [group for group in (*grey, *of_each) if group[2].any()]


def colours_of(count: int) -> list[str]:
    """So many colours that differ from each other, and from black and white; at most 20."""
    palette = matplotlib.colormaps["tab10" if count <= 10 else "tab20"]
    return [matplotlib.colors.to_hex(palette(number)) for number in range(count)]


def scale_of_colours() -> Any:
    """A scale of colours, all of which can be seen on white and on black."""
    return matplotlib.colors.ListedColormap(matplotlib.colormaps["viridis"](np.linspace(0.18, 0.93, 256)))


def read_labels(labels: Any, rows: int) -> Labels:
    """The labels of so many examples, which of them are missing, and whether they are numbers on a scale.

    Texts, truth values and whole numbers of at most 20 values are classes, other numbers a scale. -1 beside other whole
    numbers, NaN and None stand for no label.

    Raises
    ------
    ValueError, TypeError
        They are not one label for each example.
    """
    if isinstance(labels, str):
        raise TypeError(f"labels must be one for each row, not the text {labels!r}; a file to write is path=...")
    array = np.asarray(labels)
    if array.ndim == 2 and array.shape[1] == 1:
        array = array[:, 0]
    if array.shape != (rows,):
        raise ValueError(f"labels must be one for each of the {rows} rows, not an array of shape {array.shape}")
    if array.dtype.kind in "OUSTb":
        missing = np.array([label is None or label != label or label == -1 for label in array.tolist()], np.bool_)
        return np.array([str(label) for label in array.tolist()]), missing, False
    if array.dtype.kind not in "iuf":
        raise TypeError(f"labels must be texts, truth values or numbers, not of dtype {array.dtype}")
    missing = ~np.isfinite(array)
    known = array[~missing]
    if (known == np.round(known)).all() and len(np.unique(known)) <= _MOST_NUMBERS:
        if (known >= -1).all() and len(np.unique(known)) > 2:
            missing |= array == -1
        whole = np.where(missing, 0, array).astype(np.int64)
        return whole, missing, False
    return array.astype(np.float64), missing, True
