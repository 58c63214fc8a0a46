"""The module of PyTorch that computes what a model does; only ``to_torch`` imports this file, and with it torch."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch
from torch import nn
from torch.nn import functional

from vaelib.interchange.computation.graph import Array, Graph, Operation

_FUNCTIONS: dict[str, Callable[..., Any]] = {
    "absolute": torch.abs,
    "add": torch.add,
    "divide": torch.div,
    "elu": functional.elu,
    "equal": lambda x, y: (x == y).to(x.dtype),
    "exp": torch.exp,
    "expm1": torch.expm1,
    "for_rows": lambda x, rows: x.expand(rows.shape),
    "gelu": functional.gelu,
    "is_nan": lambda x: torch.isnan(x).to(x.dtype),
    "leaky_relu": functional.leaky_relu,
    "less": lambda x, y: (x < y).to(x.dtype),
    "log": torch.log,
    "log1p": torch.log1p,
    "log_gamma": torch.lgamma,
    "maximum": torch.maximum,
    "multiply": torch.mul,
    "relu": torch.relu,
    "select": lambda condition, x, y: torch.where(condition != 0, x, y),
    "sigmoid": torch.sigmoid,
    "silu": functional.silu,
    # functional.softplus is x from 20 on.
    "softplus": lambda x: torch.logaddexp(x, torch.zeros_like(x)),
    "subtract": torch.sub,
    "tanh": torch.tanh,
}


class TorchModel(nn.Module):
    """A model of vaelib as a module, for rows [N, width] of float32; its parts are functions with gradients.

    Layers are ``nn.Linear``, under the names of the model file with "." for "/", such as ``encoder.0``; standardisation
    is in buffers. ``conditions`` are numbers, a row for each row, as the parts of ``to_onnx`` take them.
    """

    def __init__(self, graphs: Mapping[str, Graph], weights: Mapping[str, Array], given: Sequence[int]) -> None:
        super().__init__()
        self._graphs = dict(graphs)
        #: The columns of x that are conditions.
        self._given = list(given)
        for name, values in weights.items():
            self._add(name, torch.tensor(values))
        for part, graph in graphs.items():
            for index, operation in enumerate(graph.operations):
                if operation.kind == "constant":
                    values = torch.tensor(operation.settings["values"]).to(_dtype(operation))
                    self.register_buffer(_constant(part, index), values, persistent=False)

    def forward(self, x: Any, conditions: Any = None) -> Any:
        """Of a classifier or regressor what it predicts; of others the reconstruction of x, by the mean of the code."""
        for part in ("classifier", "regressor"):
            if part in self._graphs:
                return self.compute(part, x)
        code = self.encode(x, conditions)
        given = x[:, self._given] if self._given else conditions
        return self.decode(code[0] if isinstance(code, tuple) else code, given)

    def encode(self, x: Any, conditions: Any = None) -> Any:
        """Mean and log-variance of q(z|x); of a stack the code."""
        return self.compute("encoder", x, *_known(conditions))

    def decode(self, z: Any, conditions: Any = None) -> Any:
        """The mean of p(x|z), and its variance where ``VAE.decode`` gives one; of a stack the example."""
        return self.compute("decoder", z, *_known(conditions))

    def kl(self, x: Any, conditions: Any = None) -> Any:
        """KL(q(z|x) || p(z)) of a VAE in nats, [N, 1]."""
        return self.compute("kl", x, *_known(conditions))

    def reconstruction(self, x: Any, z: Any, conditions: Any = None) -> Any:
        """log p(x|z) of a VAE in nats, [N, 1]."""
        return self.compute("reconstruction", x, z, *_known(conditions))

    def classify(self, x: Any) -> Any:
        """Probabilities of classes, or of labels."""
        return self.compute("classifier", x)

    def predict(self, x: Any) -> Any:
        """The targets of a regressor in their own unit."""
        return self.compute("regressor", x)

    def compute(self, part: str, *inputs: Any) -> Any:
        """What a part gives for its inputs: a tensor, or a tuple of several.

        Raises
        ------
        ValueError
            The model has no such part, or the part takes others.
        """
        if part not in self._graphs:
            raise ValueError(f"this model has the parts {', '.join(self._graphs)}, not {part!r}")
        graph = self._graphs[part]
        if len(inputs) != len(graph.inputs):
            raise ValueError(f"{part} takes {' and '.join(graph.inputs)}, but {len(inputs)} inputs are given")
        given = dict(zip(graph.inputs, inputs, strict=True))
        values: list[Any] = []
        for index, operation in enumerate(graph.operations):
            operands = [values[operand] for operand in operation.operands]
            values.append(self._value(part, index, operation, operands, given))
        outputs = [values[index] for index in graph.outputs.values()]
        return outputs[0] if len(outputs) == 1 else tuple(outputs)

    def _value(self, part: str, index: int, operation: Operation, operands: list[Any], given: dict[str, Any]) -> Any:
        kind, settings = operation.kind, operation.settings
        if kind in _FUNCTIONS:
            return _FUNCTIONS[kind](*operands)
        if kind == "input":
            return given[settings["name"]]
        if kind == "constant":
            return self.get_buffer(_constant(part, index))[None]
        if kind == "tensor":
            return self._tensor(settings["name"])[None]
        if kind == "dense":
            weight = self._tensor(settings["weight"])
            weight = weight.T if settings["transposed"] else weight
            return functional.linear(operands[0], weight, self._tensor(settings["bias"]))
        if kind == "interval":
            return self._interval(operation, operands[0])
        if kind == "entry":
            return self._tensor(settings["tensor"]).reshape(-1)[operands[0].long()].double()
        return _rearranged(operation, operands)

    def _interval(self, operation: Operation, x: Any) -> Any:
        """All numbers of a column but the outermost are the borders of its intervals."""
        numbers = self._tensor(operation.settings["tensor"]).reshape(operation.width, -1)
        columns = torch.searchsorted(numbers[:, 1:-1].contiguous(), x.detach().T.contiguous(), right=True)
        return columns.T + torch.arange(operation.width, dtype=torch.double, device=x.device) * numbers.shape[1]

    def _add(self, name: str, values: Any) -> None:
        """Adds a tensor of the model at its place."""
        *path, last = name.split("/")
        owner: nn.Module = self
        for step in path:
            if not hasattr(owner, step):
                owner.add_module(step, nn.Module())
            owner = owner.get_submodule(step)
        if "standardization" in path:
            owner.register_buffer(last, values)
        elif last == "weight":
            self._replace(path, values)
        elif not isinstance(owner, nn.Linear):
            owner.register_parameter(last, nn.Parameter(values))
        else:
            owner.bias = nn.Parameter(values)

    def _replace(self, path: list[str], weight: Any) -> None:
        """Puts a linear layer in the place of the empty module there; the bias comes next."""
        layer = nn.Linear(*weight.shape)
        layer.weight = nn.Parameter(weight.T.contiguous())
        setattr(self.get_submodule(".".join(path[:-1])), path[-1], layer)

    def _tensor(self, name: str) -> Any:
        path, _, last = name.rpartition("/")
        return getattr(self.get_submodule(path.replace("/", ".")), last)


def _known(conditions: Any) -> tuple[Any, ...]:
    return () if conditions is None else (conditions,)


def _rearranged(operation: Operation, operands: list[Any]) -> Any:
    """Operations that are no functions of the numbers at one place."""
    x, kind, settings = operands[0], operation.kind, operation.settings
    if kind == "cast":
        return x.to(_dtype(operation))
    if kind == "slice":
        return x[:, settings["start"] : settings["start"] + operation.width]
    if kind == "concatenate":
        return torch.cat(operands, dim=1)
    if kind == "spread":
        return x.repeat_interleave(settings["size"], dim=1)
    groups = x.unflatten(1, (-1, settings["size"]))
    if kind == "softmax":
        return groups.softmax(dim=2).flatten(1)
    if kind == "group_argmax":
        return groups.argmax(dim=2).to(x.dtype)
    return {"group_sum": torch.sum, "group_maximum": torch.amax}[kind](groups, dim=2)


def _constant(part: str, index: int) -> str:
    return f"_{part}_{index}"


def _dtype(operation: Operation) -> Any:
    return torch.float64 if operation.is_double else torch.float32
