"""Outlier detection in the manner of scikit-learn: what follows from the scores of rows, for estimators of any kind."""

from __future__ import annotations

import numbers
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from vaelib.data.dataset import Dataset
from vaelib.models.estimator import Estimator, ModelType
from vaelib.models.not_fitted import not_fitted
from vaelib.models.scikit_learn_bases import OutlierBase

Self = TypeVar("Self", bound="OutlierDetection[Any]")
Vector = npt.NDArray[np.float64]

#: Rows that the threshold "auto" and p-values come from, if there are more.
_CALIBRATION_ROWS = 1000
#: Those that the usual shares of columns come from.
_SHARES_ROWS = 250
#: Neighbouring rows of a file are read at a time.
_ROWS_OF_A_RUN = 10


class OutlierDetection(Estimator[ModelType], OutlierBase):
    """Threshold, predictions, p-values and explanations. Scores are those of ``score_samples``, higher for usual rows.

    ``fit`` calibrates: it learns ``offset_`` and what ``explain`` compares with from the training rows, and what
    ``p_values`` compares with from the rows that it held out, if it did. All rows count the same in that, but for those
    of weight 0, which are not there. A model from a file, or one whose weights came
    otherwise, is calibrated with ``calibrate``.
    """

    contamination: float | str
    offset_: float
    #: The median of each column's shares in the scores of training rows.
    _usual_shares: Vector
    #: The scores of rows that the training has not seen, ascending; None if there are none.
    _held_out_scores: Vector | None

    def _scores(self, examples: Dataset) -> Vector:
        """How usual each row is, as ``score_samples`` says by default, shape (n_samples,); higher is more usual."""
        raise NotImplementedError

    def _column_shares(self, examples: Dataset) -> Vector:
        """What each column adds to the score, shape (n_samples, n_features)."""
        raise NotImplementedError

    def decision_function(self, X: Any, *, conditions: Any = None) -> Vector:
        """``score_samples(X) - offset_``, shape (n_samples,): below 0 for outliers."""
        offset: float = self._calibrated("offset_")
        return self._scores(self._examples(X, conditions=conditions)) - offset

    def predict(self, X: Any, *, conditions: Any = None) -> npt.NDArray[np.int64]:
        """-1 for outliers, 1 for the other rows, shape (n_samples,)."""
        return np.where(self.decision_function(X, conditions=conditions) < 0, -1, 1)

    def fit_predict(
        self, X: Any, y: object = None, *, conditions: Any = None, **fit_parameters: Any
    ) -> npt.NDArray[np.int64]:
        """Fits to X, then says which of its rows are outliers, as ``predict`` does. ``y`` is ignored."""
        given = {} if conditions is None else {"conditions": conditions}
        X = self._fit_to(X, y, **given, **fit_parameters)
        return self.predict(X, conditions=conditions)

    def p_values(self, X: Any, reference: Any = None, *, conditions: Any = None) -> Vector:
        """The probability of a score as low as each row's, or lower, if the row were a usual one, shape (n_samples,).

        (1 + the number of reference scores that are not higher) / (1 + the number of reference scores): conformal, so
        right for any model if X's usual rows and the reference come from the same source (Vovk et al. 2005; Bates et
        al. 2023). With n reference rows no p-value is below 1 / (n + 1).

        Parameters
        ----------
        X : array of shape (n_samples, n_features) or Dataset
            The rows.
        reference : array or Dataset, optional
            Usual rows that the training has not seen. By default those that ``fit`` held out, which chose the epoch
            that training ended with, so that their scores are a little better than those of new rows. A pair
            (reference, conditions) for a VAE that was fitted with conditions beside X.
        conditions : optional
            What is given beside X, for such a VAE.

        Raises
        ------
        ValueError
            There is no reference: ``fit`` held out no rows.
        """
        self._fitted()
        scores = self._scores(self._examples(X, conditions=conditions))
        if reference is None:
            held_out = self._calibrated("_held_out_scores")
        else:
            held_out = np.sort(self._scores(self._pair(reference, "reference")))
        if held_out is None:
            raise ValueError(
                "p_values needs rows that the training has not seen: give reference=..., or fit with "
                "validation_fraction=... or validation=..."
            )
        ranks: Vector = np.searchsorted(held_out, scores, side="right").astype(np.float64)
        return (1 + ranks) / (1 + len(held_out))

    def explain(self, X: Any, *, conditions: Any = None) -> Vector:
        """How much each column adds to a row's score beyond what it usually adds, shape (n_samples, n_features).

        Far below 0 stands what is odd about the row. From each column's share in the score the median of its shares in
        training rows is subtracted, so that columns of any units and any noise can be compared.
        """
        usual: Vector = self._calibrated("_usual_shares")
        return self._column_shares(self._examples(X, conditions=conditions)) - usual

    def calibrate(self: Self, X: Any, held_out: Any = None, *, conditions: Any = None) -> Self:
        """Learns threshold and usual shares from the training rows X; returns the estimator.

        ``fit`` does this itself. It is for models from files, and for weights that changed otherwise.

        Parameters
        ----------
        X : array of shape (n_samples, n_features) or Dataset
            Rows like those of the training. Some of them are used, at most 1000, unless ``contamination`` is a share.
        held_out : array or Dataset, optional
            Rows that the training has not seen, for ``p_values``. A pair (held_out, conditions) for a VAE that was
            fitted with conditions beside X.
        conditions : optional
            What is given beside X, for such a VAE.
        """
        self._check_contamination()
        self._fitted()
        self._calibrate(
            self._examples(X, conditions=conditions), None if held_out is None else self._pair(held_out, "held_out")
        )
        return self

    def _calibrate(self, examples: Dataset, held_out: Dataset | None) -> None:
        some = _some_rows(examples)
        held_out = None if held_out is None else _some_rows(held_out)
        if self.contamination == "auto":
            lower, upper = np.percentile(self._scores(some), [25, 75])
            offset = lower - 1.5 * (upper - lower)
        else:
            offset = np.percentile(self._scores(examples), 100 * float(self.contamination))
        scores = None if held_out is None else np.sort(self._scores(held_out))
        shares = np.median(self._column_shares(_some_rows(examples, _SHARES_ROWS)), axis=0)
        self.offset_, self._usual_shares, self._held_out_scores = float(offset), shares, scores

    def _check_contamination(self) -> None:
        value = self.contamination
        if isinstance(value, str) and value == "auto":
            return
        if not isinstance(value, numbers.Real) or isinstance(value, bool) or not 0 < value <= 0.5:
            raise ValueError(f'contamination must be "auto" or a share above 0, at most 0.5, not {value!r}')

    def _keep(self, model: ModelType, seed: int, **learned: Any) -> None:
        self._forget_scores()
        super()._keep(model, seed, **learned)

    def _forget_scores(self) -> None:
        for name in ("offset_", "_usual_shares", "_held_out_scores"):
            vars(self).pop(name, None)

    def _calibrated(self, name: str) -> Any:
        self._fitted()
        try:
            return vars(self)[name]
        except KeyError:
            raise not_fitted(
                f"This {type(self).__name__} has weights, but no scores to compare with: a model from a file, or one "
                "that no fit has trained to the end, needs calibrate(X) with training rows X."
            ) from None


def some_row_numbers(examples: Dataset, most: int) -> npt.NDArray[np.int64]:
    """The numbers of at most so many rows, evenly spread: single ones in memory, short runs of neighbours in a file."""
    if examples.rows <= most:
        return np.arange(examples.rows)
    if examples.in_memory or most < _ROWS_OF_A_RUN:
        single: npt.NDArray[np.int64] = np.linspace(0, examples.rows - 1, most).round().astype(np.int64)
        return single
    firsts = np.linspace(0, examples.rows - _ROWS_OF_A_RUN, most // _ROWS_OF_A_RUN).round()
    runs: npt.NDArray[np.int64] = firsts.astype(np.int64)[:, None] + np.arange(_ROWS_OF_A_RUN)
    return runs.ravel()


def _some_rows(examples: Dataset, most: int = _CALIBRATION_ROWS) -> Dataset:
    """At most so many of the rows, evenly spread."""
    return examples if examples.rows <= most else examples[some_row_numbers(examples, most)]


def held_out_rows(examples: Dataset, fraction: float, split: str, seed: int) -> Dataset:
    """The rows that a training with this ``validation_fraction`` and ``validation_split`` holds out."""
    drawn = examples.split(fraction, seed)[1]
    # At the end there are as many as the library draws at random.
    return drawn if split == "random" else examples[examples.rows - drawn.rows :]
