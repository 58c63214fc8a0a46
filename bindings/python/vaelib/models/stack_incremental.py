"""Stacks that learn from one part of the data after another: what all kinds have in common."""

from __future__ import annotations

from typing import Any

from vaelib._c.arguments import seed_from
from vaelib.data.dataset import Dataset
from vaelib.data.sample_weights import counting_rows
from vaelib.models.incremental import IncrementalTraining
from vaelib.models.native_stack import NativeStack
from vaelib.models.stack import Stack


class StackPartialFit(Stack, IncrementalTraining[NativeStack]):
    """Training of stacks on one part of the data after another."""

    batch_size: Any
    finetune_batch_size: Any
    random_state: Any

    def _finetuning_rows(self) -> Any:
        return self.batch_size if self.finetune_batch_size is None else self.finetune_batch_size

    def _start_with_head(self, examples: Dataset, kind: str, outputs: int, **learned: Any) -> None:
        """Gives the estimator a stack, the pretrained one if there is, with a fresh head."""
        seed = seed_from(self.random_state)
        stack, _ = self._beginning(examples, seed)
        if self.pretrained is None:
            self._see(stack, counting_rows(examples))
        stack.columns = self._columns_for(stack)
        stack.add_head(kind, outputs)
        self._keep(stack, seed, **learned)
