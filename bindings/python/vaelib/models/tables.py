"""Estimators whose examples may be the rows of a data frame with texts, categories and truth values."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
import numpy.typing as npt

from vaelib._c.column_names import column_text
from vaelib._c.parameters import names_of
from vaelib.data.data_frames import check_feature_names
from vaelib.data.frame_columns import is_of_floats, library_of, names_in, read_columns
from vaelib.data.index_columns import warn_of_index
from vaelib.data.matrices import as_matrix
from vaelib.data.stored_columns import StoredColumns
from vaelib.data.tables import Table, matrix_of
from vaelib.models.columns import Group, merged, named_groups, with_selections
from vaelib.models.estimator import NAMES_LOST, Estimator
from vaelib.models.native_vae import NativeVAE

#: What an estimator says of all columns of numbers.
_OPTIONS = [name for name in names_of("column_group") if name in names_of("vae") and name != "likelihood"]


class TableData(Estimator[NativeVAE]):
    """Data frames as matrices of numbers, and rows of numbers as data frames again."""

    columns: Sequence[Any] | None
    likelihood: str
    binarization: str
    #: What the columns of the data frame were, if ``fit`` had one that is more than an array of floats.
    _table: Table | None = None
    #: The parameter ``columns``, and the same with names for what was selected in the data frame of ``fit``; None of
    #: what is to be selected in the frame that comes next.
    _selected: tuple[Sequence[Any] | None, list[Any] | None] | None = None

    @property
    def categories_(self) -> dict[Any, npt.NDArray[Any]]:
        """The values of each column of a data frame that has categories, by its name, in the order of their numbers."""
        self._fitted()
        return {} if self._table is None else self._table.named_categories()

    @contextmanager
    def _learning(self) -> Iterator[None]:
        with super()._learning():
            if self._selected is None or self._selected[0] is not self.columns:
                self._selected = (self.columns, None)
            yield

    def _is_to_select(self) -> bool:
        """Whether a warm start has the parameter ``columns`` otherwise than the fit before it."""
        return self._selected is not None and self._selected[0] is self.columns and self._selected[1] is None

    def _matrix(self, X: Any, reset: bool) -> Any:
        if reset:
            self._forget_columns()
        if library_of(X) is None or 0 in X.shape:
            return super()._matrix(X, reset)
        check_feature_names(self, X, reset)
        if self.columns is not None and (reset or self._is_to_select()):
            self._selected = (self.columns, with_selections(self.columns, X))
        if reset:
            warn_of_index(X)
            self._learn(X)
        if self._table is not None:
            return self._table.matrix(X)
        return as_matrix(X, type(self).__name__) if is_of_floats(X) else matrix_of(read_columns(X), names_in(X))

    def _columns_for(self, model: NativeVAE) -> StoredColumns | None:
        if self._table is None:
            return super()._columns_for(model)
        return self._table.stored(model.category_counts)

    def _recall_columns(self, model: NativeVAE, columns: StoredColumns | None) -> None:
        super()._recall_columns(model, columns)
        if columns is not None and (columns.types is not None or columns.categories):
            self._table = Table.recalled(columns, model.likelihoods)

    def _lost_columns(self, model: NativeVAE) -> str:
        columns = model.columns
        if self._table is None:
            return super()._lost_columns(model)
        if columns is None:
            return NAMES_LOST
        lost = [
            column_text(number, self._table.names)
            for number, known in enumerate(self._table.categories)
            if known is not None and number not in columns.categories
        ]
        return f"the file does not keep what the categories are in {', '.join(lost)}" if lost else ""

    def _learn(self, X: Any) -> None:
        """Learns what the columns of a data frame are, if they are not numbers alone that are left to the library."""
        chosen = self._chosen(len(names_in(X)))
        categorical = [
            number
            for number, group in enumerate(chosen)
            if group is not None and group["likelihood"] == "categorical" and not group.get("classes")
        ]
        if is_of_floats(X) and not categorical:
            return
        table = Table.of(X, read_columns(X), categorical)
        is_scaled = self.scale != 1 or self.shift != 0
        if is_scaled and any(known is not None for known in table.categories):
            raise ValueError(
                "scale and shift are for examples that are numbers, but X has columns of categories; "
                "bring the columns of numbers to their scale in the data frame"
            )
        if not is_scaled and set(table.likelihoods) != {"auto"}:
            self._table = table

    def _rows(self, values: npt.NDArray[np.float32], X: Any = None) -> Any:
        """Rows as ``fit`` had them: a data frame, with the index of X, if it had one with more than numbers."""
        if self._table is None or self._table.is_of_numbers:
            return values
        index = X.index if library_of(X) == "pandas" and self._table.library == "pandas" else None
        return self._table.frame(values, index)

    def _chosen(self, width: int) -> list[Group | None]:
        """What the parameter ``columns`` says of each column."""
        if self.columns is None:
            return [None] * width
        names = getattr(self, "feature_names_in_", None)
        columns: Sequence[Any] = self.columns
        if self._selected is not None and self._selected[0] is columns:
            columns = self._selected[1] or columns
        return named_groups(columns, width, None if names is None else [str(name) for name in names])

    def _groups(self, n_features: int) -> list[Group]:
        """The groups of columns, and of what is given beside them; none where all are of one kind."""
        own, given = self._own_groups(n_features), self._condition_groups()
        if not given:
            return own
        return [*(own or [self._one_group(n_features)]), *given]

    def _condition_groups(self) -> list[Group]:
        """The groups of what is given beside X."""
        return []

    def _one_group(self, n_features: int) -> Group:
        """The group of all columns, where they are of one kind."""
        likelihood = self.likelihood
        if likelihood == "auto" and self.binarization == "dynamic":
            likelihood = "bernoulli"
        return {"columns": n_features, "likelihood": likelihood, **self._parameters(_OPTIONS)}

    def _own_groups(self, n_features: int) -> list[Group]:
        """The groups of the columns of X; none where all are of one kind."""
        table, chosen = self._table, self._chosen(n_features)
        if table is None or self._is_of_one_kind(table):
            if self.columns is None:
                return []
            # Each column that is left to the data is a group, since one may be binary where its neighbour is not.
            return merged([{"columns": 1, **(group or {"likelihood": "auto"})} for group in chosen])
        groups = [self._group(table, number, group) for number, group in enumerate(chosen)]
        return merged([{"columns": 1, **group} for group in groups])

    def _is_of_one_kind(self, table: Table) -> bool:
        """Whether the estimator's ``likelihood`` is that of all columns, as it is of an array's."""
        if self.columns is not None:
            return False
        if set(table.likelihoods) == {"bernoulli"}:
            return True
        return table.is_of_numbers and (self.likelihood != "auto" or self.binarization == "dynamic")

    def _group(self, table: Table, number: int, chosen: Group | None) -> Group:
        """A column's group: as it was chosen, or else by its type and its values."""
        categories, suggested = table.categories[number], table.likelihoods[number]
        if categories is not None:
            return _of_categories(len(categories), chosen, table.names[number])
        if chosen is not None:
            return chosen
        if self.columns is not None or (suggested == "bernoulli" and table.kinds[number] == "boolean"):
            return {"likelihood": suggested}
        options = self._parameters(_OPTIONS)
        if self.likelihood != "auto":
            return {"likelihood": self.likelihood, **options}
        # Counts have no variance that could be fixed, nor a mean that could be in [0, 1]; others are no shares, and
        # have no dispersion.
        of_counts = {"count_mean": options.pop("count_mean")}
        if options["variance"] == "by_condition":
            of_counts["variance"] = options.pop("variance")
        own = {"auto": options, "negative_binomial": of_counts}
        return {"likelihood": suggested, **own.get(suggested, {})}


def _of_categories(count: int, chosen: Group | None, name: object) -> Group:
    """The group of a column of so many categories.

    Raises
    ------
    ValueError
        Something else was chosen for it.
    """
    likelihood = "categorical" if chosen is None or chosen["likelihood"] == "auto" else chosen["likelihood"]
    if likelihood == "bernoulli" and count <= 2:
        return {**(chosen or {}), "likelihood": likelihood}
    if likelihood != "categorical":
        raise ValueError(f"columns says {likelihood!r} of the column {name!r}, but it has categories")
    classes = (chosen or {}).get("classes") or count
    if classes != count:
        raise ValueError(f"columns says classes={classes} of the column {name!r}, but it has {count} categories")
    return {**(chosen or {}), "likelihood": likelihood, "classes": count}
