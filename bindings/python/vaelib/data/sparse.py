"""Sparse matrices of scipy, recognised without importing it, as vaelib_csr views."""

from __future__ import annotations

import ctypes
from typing import Any

import numpy as np

from vaelib._c.arrays import address_of, dtype_number, readable
from vaelib._c.header import Csr

_CSR_SIZE = ctypes.sizeof(Csr)


def is_sparse(X: Any) -> bool:
    """Whether this is a sparse matrix or array of scipy, or one that can be used like it."""
    return hasattr(X, "nnz") and hasattr(X, "tocsr")


def as_csr(X: Any) -> Any:
    """A sparse matrix in compressed sparse row format with numbers that the library reads.

    Nothing is copied of one that is in this format already, with numbers of a dtype that a dense array may have in
    place, and at most one number at each place. Numbers at the same place are added, as scipy does.

    Raises
    ------
    ValueError
        It is not a matrix, or complex, or contradicts itself.
    """
    if len(X.shape) != 2:
        raise ValueError(f"Expected 2D array, got a {len(X.shape)}D sparse array instead (shape {X.shape}).")
    csr = X.tocsr()
    values = readable(csr.data[:0])
    if not csr.has_canonical_format:
        csr = csr.copy()
        csr.sum_duplicates()
    if values.dtype != csr.data.dtype or csr.indices.dtype != csr.indptr.dtype:
        indices = np.result_type(csr.indices, csr.indptr)
        parts = (readable(csr.data), csr.indices.astype(indices, copy=False), csr.indptr.astype(indices, copy=False))
        csr = type(csr)(parts, shape=csr.shape)
    return csr


def csr_view(csr: Any, scale: float, shift: float) -> Csr:
    """A vaelib_csr of a matrix from ``as_csr``. The caller keeps the matrix alive."""
    entries = int(csr.indptr[-1])
    parts = (csr.data, csr.indices, csr.indptr)
    if not all(part.flags.c_contiguous for part in parts) or min(len(csr.data), len(csr.indices)) < entries:
        raise ValueError("the sparse matrix contradicts itself: its data and indices do not fit its indptr")
    data, indices, indptr = (address_of(part) for part in parts)
    types = (dtype_number(csr.data.dtype), dtype_number(csr.indices.dtype))
    return Csr(_CSR_SIZE, data, *types, indices, indptr, *csr.shape, entries, scale, shift)
