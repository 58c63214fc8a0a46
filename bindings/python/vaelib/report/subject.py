"""What a report is about: a fitted model, some rows of data, their labels, and whether they are pictures."""

from __future__ import annotations

import copy
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from vaelib.data.conditions import Conditions
from vaelib.data.dataset import Dataset
from vaelib.models.estimator import Estimator
from vaelib.models.not_fitted import NotFittedError
from vaelib.models.outliers import OutlierDetection, some_row_numbers
from vaelib.models.vae_queries import VAEQueries
from vaelib.plots.columns import category_names, column_names, value_text
from vaelib.plots.pictures import Shape, image_shape
from vaelib.report.elements import number

Matrix = npt.NDArray[np.float32]

#: The smallest square that rows without names are taken for.
_LEAST_SIDE = 5


class Subject:
    """A model and the rows that it is asked about.

    Raises
    ------
    ValueError
        Labels or shape do not fit the data.
    """

    def __init__(
        self,
        model: Estimator[Any],
        data: Any,
        y: Any,
        shape: Shape | bool | None,
        most_rows: int,
        conditions: Any = None,
    ) -> None:
        model._fitted()
        self.model = model
        examples = model._examples(data, conditions=conditions)
        #: How many rows the data have.
        self.all_rows = examples.rows
        #: Which of them are looked at.
        self.row_numbers = some_row_numbers(examples, most_rows)
        self.rows: Dataset = examples if len(self.row_numbers) == examples.rows else examples[self.row_numbers]
        #: What the model sees of them, and behind that the conditions that are given beside them.
        self.inputs: Matrix = self.rows.numpy()
        #: What it sees of them alone.
        self.matrix: Matrix = model._own_columns(self.inputs)
        self.labels = self._labels(data, y)
        #: Height, width and perhaps 3; None if columns are no pixels.
        self.shape = self._shape(shape)

    @property
    def is_vae(self) -> bool:
        """Whether the model is a variational auto-encoder."""
        return isinstance(self.model, VAEQueries)

    @property
    def columns(self) -> int:
        """How many columns a row has."""
        return int(self.matrix.shape[1])

    @cached_property
    def names(self) -> list[str]:
        """What columns are called, as text that can be written."""
        names = [name.encode("utf-8", "backslashreplace").decode() for name in column_names(self.model)]
        if self.shape is not None:
            across, depth = self.shape[1], self.shape[2] if len(self.shape) == 3 else 1
            for place, column in enumerate(self.modelled):
                names[column] = f"pixel ({place // depth // across}, {place // depth % across})"
        return names

    @cached_property
    def input_names(self) -> list[str]:
        """What columns are called, and behind them the conditions that are given beside rows."""
        beside = [] if self._beside is None else self._beside.names
        return [*self.names, *(str(name).encode("utf-8", "backslashreplace").decode() for name in beside)]

    @property
    def _beside(self) -> Conditions | None:
        """What is given beside rows."""
        return getattr(self.model, "_conditions", None)

    @cached_property
    def given(self) -> list[int]:
        """The columns that are given, those beside rows counted on."""
        return list(getattr(self.model._fitted(), "condition_columns", []))

    @property
    def size_factor(self) -> int | None:
        """The column that is the size factor."""
        return getattr(self.model._fitted(), "size_factor_column", None)

    @cached_property
    def modelled(self) -> list[int]:
        """The columns of a row that are no conditions; of a picture its pixels."""
        return [column for column in range(self.columns) if column not in self.given]

    def pixels(self, rows: Matrix) -> Matrix:
        """The pixels of rows that are pictures, without conditions among their columns."""
        return rows if len(self.modelled) == rows.shape[-1] else rows[..., self.modelled]

    @cached_property
    def likelihoods(self) -> list[str]:
        """The likelihood of each column; empty texts for a stack, which has none."""
        return list(getattr(self.model._fitted(), "likelihoods", [""] * self.columns))

    @cached_property
    def categories(self) -> dict[int, list[str]]:
        """What the categories of columns are called, by the number of the column, those beside rows counted on."""
        of_pixels = set() if self.shape is None else set(self.modelled)
        found = category_names(self.model)
        categories = {column: values for column, values in found.items() if column not in of_pixels}
        known = [] if self._beside is None else self._beside.categories
        for column, values in enumerate(known, start=self.columns):
            if values is not None:
                categories[column] = [str(value) for value in values.values]
        return categories

    def conditions(self, rows: Any) -> Any:
        """The conditions of some of the rows, as queries of latents take them."""
        model: Any = self.model
        return model._known_conditions().values(self.inputs[rows][:, self.given])

    @cached_property
    def usual_row(self) -> tuple[int, int]:
        """The first row that has the most frequent conditions, and how many rows have them."""
        _, first, counts = np.unique(self.inputs[:, self.given], axis=0, return_index=True, return_counts=True)
        return int(first[counts == counts.max()].min()), int(counts.max())

    def condition_texts(self, row: int) -> list[str]:
        """The conditions of a row, each as "name = value"."""
        values = self.inputs[row]
        return [f"{self.input_names[column]} = {self.value_text(column, values[column])}" for column in self.given]

    def value_text(self, column: int, value: float) -> str:
        """A number of a column, or the name of a category."""
        categories = self.categories.get(column)
        return value_text(value, categories) if categories is not None or not np.isfinite(value) else number(value)

    @cached_property
    def reconstructed(self) -> Matrix:
        """The rows as the model restores them, as numbers."""
        return self.numbers(self.model.reconstruct(self.rows))  # type: ignore[attr-defined]

    @cached_property
    def calibrated(self) -> Any:
        """The model, with scores to compare with; None if its kind has none."""
        if not isinstance(self.model, OutlierDetection):
            return None
        try:
            self.model.decision_function(self.rows[:1])
        except NotFittedError:
            return copy.copy(self.model).calibrate(self.rows)
        return self.model

    def numbers(self, rows: Any) -> Matrix:
        """Rows that the model made, which may be a data frame, as numbers."""
        return rows if isinstance(rows, np.ndarray) else self.model._as_dataset(rows, None, False).numpy()

    def _labels(self, data: Any, y: Any) -> Any:
        labels = data.labels if y is None and isinstance(data, Dataset) else y
        if labels is None:
            return None
        array = np.asarray(labels)
        if array.ndim == 0:
            raise TypeError(f"y must have one label for each row, not be {labels!r}; the page to write is path=...")
        if len(array) != self.all_rows:
            raise ValueError(f"y must have one label for each of the {self.all_rows} rows, not {len(array)}")
        return array[self.row_numbers]

    def _shape(self, shape: Shape | bool | None) -> Shape | None:
        if shape is False:
            return None
        if shape is None or shape is True:
            found = self._square()
            if found is None and shape is True:
                image_shape(len(self.modelled))  # says what is wrong
            return found
        if not isinstance(shape, tuple | list) or not all(isinstance(size, int | np.integer) for size in shape):
            raise TypeError(f"shape must be (height, width), (height, width, 3), True or False, not {shape!r}")
        if int(np.prod(shape)) != len(self.modelled):
            beside = " beside their conditions" if len(self.modelled) < self.columns else ""
            text = f"shape={tuple(shape)} has {int(np.prod(shape))} pixels, but rows have {len(self.modelled)}{beside}"
            raise ValueError(text)
        return shape

    def _square(self) -> tuple[int, int] | None:
        """The side of pictures, if rows look like such: nameless squares of values from 0 to 1."""
        if getattr(self.model, "feature_names_in_", None) is not None:
            return None
        values = self.pixels(self.matrix)
        finite = values[np.isfinite(values)]
        if finite.size == 0 or finite.min() < 0 or finite.max() > 1:
            return None
        try:
            shape = image_shape(len(self.modelled))
        except ValueError:
            return None
        return shape if shape[0] >= _LEAST_SIDE else None
