"""AnnData and MuData objects, recognised without importing them: they hold matrices, but are none."""

from __future__ import annotations

from typing import Any


def refuse_annotated_matrix(X: Any) -> None:
    """Raises a TypeError that says which part to pass instead.

    numpy would take the object for a sequence of sequences of itself, and look into it for minutes.
    """
    if not (hasattr(X, "obs") and hasattr(X, "var") and hasattr(X, "obsm")):
        return
    kind = type(X).__name__
    if hasattr(X, "mod"):
        raise TypeError(f'expected a matrix, not a {kind} object; pass a matrix of it, such as mdata.mod["rna"].X')
    raise TypeError(
        f"expected a matrix, not an {kind} object, since it may hold several; pass the one that is meant, "
        'such as adata.X, adata.layers["counts"] or adata.obsm["X_pca"]'
    )
