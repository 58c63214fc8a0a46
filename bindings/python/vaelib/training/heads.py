"""What a stack has on top."""

from __future__ import annotations

from typing import NamedTuple


class Head(NamedTuple):
    """A head: "softmax", "sigmoid" or "gaussian", and how many outputs."""

    kind: str
    outputs: int

    def __str__(self) -> str:
        return f"{self.kind} head of {self.outputs} outputs"


#: What the names of each head's tensors begin with.
HEADS = {"softmax": "classifier", "sigmoid": "multilabel", "gaussian": "regressor"}
