"""Reports about fitted estimators."""

from __future__ import annotations

import importlib
import os
from typing import Any


class Reports:
    """A page about a model and some data."""

    def report(
        self,
        data: Any,
        y: Any = None,
        path: str | os.PathLike[str] = "report.html",
        *,
        shape: tuple[int, int] | tuple[int, int, int] | bool | None = None,
        title: str | None = None,
        rows: int = 1000,
        conditions: Any = None,
    ) -> None:
        """Writes a report as one page of HTML, which any browser shows without a network; needs matplotlib.

        Architecture, data, settings, curves, scores with their errors, samples, reconstructions, a map of the codes,
        the information in each latent, filters, and the least usual rows with what is odd about them. A VAE with two
        latents gets a map on which the browser decodes what the pointer is at; its weights are then part of the page.

        Parameters
        ----------
        data : array, data frame or Dataset of shape (n_samples, n_features)
            The rows that the report is about, best those that the training has not seen.
        y : array of shape (n_samples,), optional
            Their labels or targets; a Dataset brings its own. The scores of classifiers and regressors need them.
        path : path, default "report.html"
            The file, which appears complete or not at all.
        shape : (height, width), (height, width, 3) or bool, optional
            The shape of pictures; False if rows are none. By default rows are pictures if they are squares of values
            from 0 to 1 without column names.
        title : str, optional
            What stands above.
        rows : int, default 1000
            How many rows are looked at, evenly spread, if there are more.
        conditions : optional
            What is given beside the rows, for a VAE that was fitted with conditions beside X.

        Raises
        ------
        ImportError
            matplotlib is not installed.
        ValueError
            Labels or shape do not fit the data.
        FileNotFoundError
            The folder of ``path`` does not exist.
        """
        # Pictures are drawn in a room above this one, which is entered only when somebody wants them.
        importlib.import_module("vaelib.report").write_report(self, data, y, path, shape, title, rows, conditions)
