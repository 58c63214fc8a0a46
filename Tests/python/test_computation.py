"""What graphs are made of: all likelihoods, sizes that fit, constants, memory of programs."""

import numpy as np
import pytest
from vaelib._c.parameters import allowed
from vaelib.interchange.c_memory import Memory
from vaelib.interchange.computation.folding import folded
from vaelib.interchange.computation.functions import ELEMENTWISE, exp, log_gamma, soft_clamp
from vaelib.interchange.computation.graph import Graph
from vaelib.interchange.computation.vae import LIKELIHOODS


def test_every_likelihood_has_one():
    assert set(LIKELIHOODS) | {"auto"} == set(allowed("vae", "likelihood").split(", "))


def test_a_layer_of_other_inputs_is_refused():
    graph = Graph({"encoder/0/weight": np.zeros((3, 2), dtype="f4"), "encoder/0/bias": np.zeros(2, dtype="f4")})
    assert graph.dense(graph.input("x", 3), "encoder/0").width == 2
    assert graph.dense(graph.input("y", 2), "encoder/0", bias="b", transposed=True).width == 3
    with pytest.raises(ValueError, match="encoder/0 takes 3 inputs, of which 4 are known here"):
        graph.dense(graph.input("z", 4), "encoder/0")


def test_constants_are_computed_beforehand():
    """Whatever depends on tensors alone; what no output needs is left out."""
    values = np.array([-30.0, 0.5, 3.0])
    graph = Graph({"t": values.astype("f4")})
    x, bounded = graph.input("x", 3), soft_clamp(graph.tensor("t").double(), -20, 20)
    exp(x)
    graph.output("y", x.double() * log_gamma(exp(bounded)).grouped("group_sum"))
    found = folded(graph)
    assert [each.kind for each in found.operations] == ["input", "cast", "constant", "multiply", "cast"]
    held = 20 - np.logaddexp(0, 20 - (-20 + np.logaddexp(0, values + 20)))
    special = pytest.importorskip("scipy.special")
    np.testing.assert_allclose(found.operations[2].settings["values"], special.gammaln(np.exp(held)).sum(), rtol=1e-12)
    assert {each.kind for each in graph.operations} <= ELEMENTWISE | {
        "input",
        "tensor",
        "constant",
        "cast",
        "group_sum",
    }


def test_no_loop_of_a_program_writes_what_it_still_reads():
    """The sum of a row is one number, which each place of the row needs."""
    graph = Graph({})
    x = graph.input("x", 3).double()
    y = x - x.grouped("group_sum")
    graph.output("y", y * y + x)
    memory = Memory(graph)
    places = {operation.kind: index for index, operation in enumerate(graph.operations)}
    assert memory.stored[places["group_sum"]]
    assert memory.stored[places["subtract"]]
    assert memory.name(places["group_sum"]) != memory.name(places["subtract"])
