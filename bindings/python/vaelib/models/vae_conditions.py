"""Conditional variational auto-encoders: columns that are given, in the examples or beside them."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from vaelib._c.column_names import column_text
from vaelib.data.conditions import Conditions
from vaelib.data.dataset import Dataset
from vaelib.data.stored_columns import StoredColumns
from vaelib.data.tables import Table
from vaelib.models.columns import Group, merged
from vaelib.models.estimator import NAMES_LOST, Estimator
from vaelib.models.native_vae import NativeVAE


class VAEConditions(Estimator[NativeVAE]):
    """Conditions c of p(x|z, c) and q(z|x, c).

    They are columns of X that ``columns`` says are conditions, or are given to ``fit`` beside X. Then every query of
    examples has ``conditions`` beside them, too: a row for each, or one for all. Queries of latents are given
    conditions in either case, and may be given others than the examples of the latents had. A size factor is among
    them, wherever it is.

    In place of X and conditions beside it there may be a Dataset that has both, conditions as the model's numbers.
    """

    #: What was given to ``fit`` beside X.
    _conditions: Conditions | None = None
    _table: Table | None
    size_factor: str | int | None

    def _examples(
        self, X: Any, labels: npt.NDArray[Any] | None = None, *, reset: bool = False, conditions: Any = None
    ) -> Dataset:
        known = None if reset or conditions is not None else self._conditions
        if known is not None and isinstance(X, Dataset) and X.columns == self.n_features_in_ + len(known.names):
            return X
        return super()._examples(X, labels, reset=reset, conditions=conditions)

    def _with_conditions(self, examples: Dataset, conditions: Any, reset: bool) -> Dataset:
        if reset:
            vars(self).pop("_conditions", None)
            if conditions is not None:
                self._conditions = Conditions.of(conditions, self.size_factor)
                self._check_names(self._conditions)
            elif self.size_factor is not None:
                raise ValueError(
                    f"size_factor is {self.size_factor!r}, a column of conditions beside X, but fit was given none: "
                    'give conditions=...; of a column of X, columns says it: ("auto", [name], {"size_factor": True})'
                )
        if self._conditions is None:
            if conditions is not None:
                raise ValueError(f"conditions are given, but this {type(self).__name__} was fitted without them")
            return examples
        if conditions is None:
            raise ValueError(
                f"this {type(self).__name__} was fitted with conditions {self._conditions.names} beside X: give "
                "conditions=..., a row for each example, or one for all"
            )
        return examples._with_columns(self._conditions.dataset(conditions, examples.rows))

    def _has_same_size_factor(self) -> bool:
        """Whether the parameter ``size_factor`` says of the conditions beside X what it said in the first fit."""
        known = self._conditions
        return self.size_factor is None if known is None else known.has_size_factor(self.size_factor)

    def _check_names(self, conditions: Conditions) -> None:
        own = self._table.names if self._table is not None else getattr(self, "feature_names_in_", [])
        twice = [name for name in conditions.names if name in list(own)]
        if twice:
            raise ValueError(f"X and conditions both have a column of the name {twice[0]!r}; give each one of its own")

    def _given(self, conditions: Any) -> Dataset | None:
        model = self._fitted()
        if model.condition_count == 0:
            if conditions is not None:
                raise ValueError(f"conditions are given, but this {type(self).__name__} was fitted without any")
            return None
        known = self._known_conditions()
        assert known is not None
        if conditions is None:
            raise ValueError(
                f"this {type(self).__name__} has conditions {known.names}: give conditions=..., a row for each row, or "
                "one for all"
            )
        if known is self._conditions or isinstance(conditions, Dataset):
            return known.dataset(conditions)
        return known.dataset(conditions, scale=self.scale, shift=self.shift)  # as X was

    def _conditions_of(self, examples: Dataset, row: int) -> Any:
        """The conditions of a row of examples, as queries of latents take them; None if there are none."""
        known = self._known_conditions()
        if known is None:
            return None
        place = row % examples.rows
        return known.values(examples[place : place + 1].numpy()[:, self._fitted().condition_columns])

    def _known_conditions(self) -> Conditions | None:
        """All conditions, wherever they are; None without any."""
        model = self._fitted()
        return None if model.condition_count == 0 else self._conditions or self._conditions_in_x(model)

    def _conditions_in_x(self, model: NativeVAE) -> Conditions:
        """The columns of X that are conditions."""
        numbers = model.condition_columns
        names = getattr(self, "feature_names_in_", None)
        table = self._table
        if table is not None:
            names = table.names
        return Conditions(
            [column_text(number, None) if names is None else names[number] for number in numbers],
            [None if table is None else table.categories[number] for number in numbers],
            [model.likelihoods[number] for number in numbers],
            None if model.size_factor_column is None else numbers.index(model.size_factor_column),
        )

    def _rows(self, values: npt.NDArray[np.float32], X: Any = None) -> Any:
        return super()._rows(self._own_columns(values), X)

    def _own_columns(self, values: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """The columns of X, without what is given beside it."""
        return values if self._conditions is None else np.ascontiguousarray(values[..., : self.n_features_in_])

    def _validation(self, validation: Any) -> Dataset | None:
        if validation is None or self._conditions is None:
            return super()._validation(validation)
        return self._pair(validation, "validation")

    def _pair(self, given: Any, name: str) -> Dataset:
        if self._conditions is None:
            return super()._pair(given, name)
        if not isinstance(given, tuple) or len(given) != 2:
            raise ValueError(f"{name} must be a pair (X, conditions), since conditions are given beside X")
        return self._examples(given[0], conditions=given[1])

    def _columns_for(self, model: NativeVAE) -> StoredColumns | None:
        own = super()._columns_for(model)
        if self._conditions is None:
            return own
        return self._conditions.behind(own, self.n_features_in_, model.category_counts)

    def _recall_columns(self, model: NativeVAE, columns: StoredColumns | None) -> None:
        own, conditions = Conditions.recalled(columns, model.likelihoods, model.size_factor_column)
        if conditions is not None:
            self._conditions = conditions
            self.n_features_in_ = model.data_dim - len(conditions.names)
        super()._recall_columns(model, own)

    def _lost_columns(self, model: NativeVAE) -> str:
        lost, columns = super()._lost_columns(model), model.columns
        if lost or self._conditions is None:
            return lost
        if columns is None:
            return NAMES_LOST
        width = self.n_features_in_
        without = [
            repr(name)
            for column, (name, known) in enumerate(
                zip(self._conditions.names, self._conditions.categories, strict=True), start=width
            )
            if known is not None and column not in columns.categories
        ]
        return f"the file does not keep what the categories are in {', '.join(without)}" if without else ""

    def _condition_groups(self) -> list[Group]:
        """The groups of what is given beside X."""
        known = self._conditions
        if known is None:
            return []
        groups = []
        for place, (likelihood, categories) in enumerate(zip(known.likelihoods, known.categories, strict=True)):
            role = "size_factor" if place == known.size_factor else "condition"
            classes = {} if categories is None else {"classes": len(categories)}
            groups.append({"columns": 1, "likelihood": likelihood, role: True, **classes})
        return merged(groups)
