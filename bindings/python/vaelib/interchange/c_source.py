"""C programs of trained models."""

from __future__ import annotations

import os
from typing import Any

from vaelib.interchange.c_functions import LOOPS, RETURNED, definition
from vaelib.interchange.c_literals import checked_name, comment
from vaelib.interchange.c_statements import Statements
from vaelib.interchange.computation.parts import folded_graph_of
from vaelib.interchange.description import description_of
from vaelib.interchange.files import replacing
from vaelib.models.estimator import Estimator

#: What the function of a part is called, after the name of the program.
_VERBS = {
    "encoder": "encode",
    "decoder": "decode",
    "kl": "kl",
    "reconstruction": "reconstruction",
    "classifier": "classify",
    "regressor": "predict",
}


def to_c(model: Estimator[Any], path: str | os.PathLike[str], part: str = "encoder", name: str = "model") -> None:
    """Writes one C99 file with a function that computes a part of a fitted model, for one row, with nothing but libm.

    It allocates nothing and keeps no state; weights are constants, exact to the bit. Its beginning says how the
    function is declared, the sizes, and how much of the stack it takes. Parts, inputs and outputs are those of
    ``to_onnx``; the function is called ``NAME_encode``, ``NAME_decode``, ``NAME_kl``, ``NAME_reconstruction``,
    ``NAME_classify`` or ``NAME_predict``, and takes a pointer for each input, then one for each output::

        void model_encode(const float *x, float *mean, float *log_variance);

    Conditions come last of what goes in.

    Networks, codes, probabilities, predictions and Bernoulli and Gaussian means are in single precision; ``scale`` and
    ``shift``, variances, means of counts and densities in double precision.

    Parameters
    ----------
    model : VAE, StackedDenoisingAutoencoder, StackedDenoisingClassifier or StackedDenoisingRegressor
        Fitted.
    path : path
        The file. An older file of that name is replaced, once the new one is complete.
    part : str, default "encoder"
        A part as ``to_onnx`` has them.
    name : str, default "model"
        What the function's name begins with, an identifier of C.

    Raises
    ------
    ValueError
        The model has no such part, or the name is no identifier of C.
    """
    function = f"{checked_name(name)}_{_VERBS.get(part, part)}"
    graph = folded_graph_of(model, part)
    statements = Statements(graph)
    parameters = [*(f"const float *{each}" for each in graph.inputs), *(f"float *{each}" for each in graph.outputs)]
    declaration = f"void {function}({', '.join(parameters)})"
    text = "\n".join(
        [
            _beginning(statements, declaration, description_of(model, part)),
            "#include <math.h>\n",
            *statements.arrays.values(),
            *(definition(*each) for each in sorted(statements.functions, key=_order)),
            f"{declaration};\n",
            f"{declaration} {{",
            *(
                f"  {'double' if each.is_double else 'float'} {each.name}[{each.size}];"
                for each in statements.memory.buffers
            ),
            *(f"  {line}" for line in statements.lines),
            "}\n",
        ]
    )
    with replacing(path) as unfinished, open(unfinished, "w", encoding="utf-8") as file:
        file.write(text)


def _order(function: tuple[str, bool]) -> tuple[int, bool]:
    return [*RETURNED, *LOOPS].index(function[0]), function[1]


def _beginning(statements: Statements, declaration: str, description: dict[str, str]) -> str:
    """The comment that says what the file is, and how to call it."""
    graph = statements.graph
    sizes = {**graph.inputs, **graph.outputs}
    stack = sum(each.size * (8 if each.is_double else 4) for each in statements.memory.buffers)
    known = {name: name.capitalize() for name in ("columns", "conditions", "categories", "classes")}
    return comment(
        [
            "The {part} of a {model}, written by vaelib {vaelib_version}.".format(**description),
            "",
            f"    {declaration};",
            "",
            *(
                f"    {each:<{max(map(len, sizes))}}  {graph.operations[index].width} numbers"
                for each, index in sizes.items()
            ),
            "",
            "Arrays must not overlap. C99, nothing but libm (-lm); no allocation, no state but libm's own (lgamma sets "
            "signgam, which is not read): any number of threads may call it. "
            f"It takes {stack} bytes of the stack, and a little for its variables.",
            *(f"{title}: {description[key]}" for key, title in known.items() if key in description),
        ]
    )
