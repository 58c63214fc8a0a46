"""Whatever a VAE is made of: graphs compute what the library does, or are refused with a reason."""

import itertools
import re
import zlib

import numpy as np
import pytest
import vaelib
from interchange_models import ACTIVATIONS, DATA, ROWS, assert_close, parts_of_vae
from reference.graphs import evaluate
from test_columns import with_gaps
from vaelib._c.parameters import allowed, names_of
from vaelib.interchange.computation.parts import folded_graph_of, parts_of

LOCATION_SCALE = {
    "variance": ["learned", "predicted", "fixed"],
    "standardize": [True, False],
    "standardize_by": ["moments", "quantiles"],
    "mean_activation": ["identity", "sigmoid"],
}
COUNTS = {
    "variance": ["learned", "predicted", "by_condition"],
    "standardize": [True, False],
    "count_mean": ["column", "share"],
}
#: Why some options have no meaning beside others.
WITHOUT_MEANING = (
    "standardize_by is quantiles, but|mean_activation is sigmoid, but|count_mean is share, which|"
    "variance is by_condition, but no column is a condition"
)
#: The options that matter to a likelihood.
OPTIONS = {
    "bernoulli": {},
    "beta": {"variance": ["learned", "predicted", "by_condition"]},
    "categorical": {},
    "continuous_bernoulli": {},
    "gaussian": LOCATION_SCALE,
    "laplace": LOCATION_SCALE,
    "log_normal": LOCATION_SCALE,
    "negative_binomial": COUNTS,
    "poisson": {**COUNTS, "variance": ["learned"]},
    "student_t": LOCATION_SCALE,
    "zero_inflated_negative_binomial": COUNTS,
}
#: Further options, one value of each in each model.
IN_TURN = {
    "activation": ACTIVATIONS,
    "hidden": [(5,), (4, 3), ()],
    "decoder_hidden": [None, (3,), (), (4,)],
    "stddev_floor": [0.001, 0.5, 0.1],
    "noise_stddev": [1.0, 0.3],
    "degrees_of_freedom": ["auto", 2, 7.5],
}
#: Options that are in every model, or matter to what it begins with alone.
OTHERS = {"latent_dim", "likelihood", "missing", "initializer", "initializer_stddev"}
#: What may be missing, and where conditions are.
SETTINGS = [
    ("refuse", "none"), ("indicate", "none"), ("ignore", "beside"), ("refuse", "within"), ("indicate", "within"),
]  # fmt: skip

_random = np.random.RandomState(8)
KIND, WEIGHT = _random.randint(3, size=ROWS), _random.normal(70, 12, size=ROWS)
CONDITIONS = [
    ("categorical", KIND, {}),
    ("gaussian", WEIGHT, {"standardize_by": "quantiles"}),
    ("negative_binomial", _random.poisson(4, size=ROWS), {}),
    ("log_normal", np.exp(_random.normal(size=ROWS)), {}),
    ("bernoulli", KIND == 1, {}),
]
BESIDE = [[f"kind {kind}", weight] for kind, weight in zip(KIND, WEIGHT, strict=True)]


def test_every_option_is_among_them():
    assert set(OPTIONS) | {"auto"} == set(allowed("vae", "likelihood").split(", "))
    assert {name for options in OPTIONS.values() for name in options} | {*IN_TURN} | OTHERS == set(names_of("vae"))
    for name in {name for options in OPTIONS.values() for name in options} & {"variance", "count_mean"}:
        assert {value for each in OPTIONS.values() for value in each.get(name, [])} == set(
            allowed("vae", name).split(", ")
        )


def made(likelihood, options, missing, conditions, number):
    """A model with weights that are far from 0, rows for it, and what is given beside them."""
    x = DATA["beta"] if options.get("mean_activation") == "sigmoid" else DATA[likelihood]
    x = x if missing == "refuse" else with_gaps(x)
    settings = {name: values[number % len(values)] for name, values in IN_TURN.items()}
    settings |= {"latent_dim": 2, "missing": missing, "random_state": number}
    beside = None
    if conditions == "within":
        options |= {name: settings.pop(name) for name in ("stddev_floor", "noise_stddev", "degrees_of_freedom")}
        columns = [(likelihood, [1, 2, 3, 4], options)]
        x = [CONDITIONS[0][1], *x.T]
        for place, (kind, values, own) in zip((0, *range(5, 9)), CONDITIONS, strict=True):
            x += [values] if place else []
            columns.append((kind, [place], {**own, "condition": True}))
        model, x = vaelib.VAE(**settings, columns=columns), np.stack(x, axis=1).astype(np.float32)
    elif likelihood == "categorical":
        model = vaelib.VAE(**settings, columns=[(likelihood, [0, 1, 2, 3], {})])
    else:
        model = vaelib.VAE(**settings, likelihood=likelihood, **options)
    if conditions == "beside":
        beside = BESIDE
    model.initialize(x, conditions=beside)
    random = np.random.RandomState(number)
    weights = {
        name: values if "standardization" in name else random.normal(scale=0.2, size=values.shape)
        for name, values in model.get_weights().items()
    }
    for name in weights:
        if name.endswith("degrees_of_freedom"):  # far from 2, about which variances are 0 / 0
            weights[name] = np.abs(weights[name])
    return model.set_weights(weights), x, beside


@pytest.mark.parametrize(("missing", "conditions"), SETTINGS)
@pytest.mark.parametrize("likelihood", OPTIONS)
def test_graphs_compute_what_the_library_does(likelihood, missing, conditions):
    options = OPTIONS[likelihood]
    computed = 0
    for values in itertools.product(*options.values()):
        chosen = dict(zip(options, values, strict=True))
        number = zlib.crc32(repr((likelihood, missing, conditions, values)).encode()) % 10_000
        try:
            model, x, beside = made(likelihood, chosen, missing, conditions, number)
        except vaelib.InvalidArgument as error:  # what has no meaning
            if re.search(WITHOUT_MEANING, str(error)):
                continue
            raise
        parts = parts_of_vae(model, x, beside)
        if chosen.get("standardize_by") == "quantiles":
            del parts["decoder"]
            with pytest.raises(ValueError, match=r"normal scores inside .* fit with standardize_by moments"):
                folded_graph_of(model, "decoder")
        assert parts_of(model) == list(parts)
        for part, (inputs, outputs) in parts.items():
            found = evaluate(folded_graph_of(model, part), inputs)
            assert_close(found, outputs, 1e-5, f"{chosen}, {part}")
        computed += 1
    assert computed >= 1
