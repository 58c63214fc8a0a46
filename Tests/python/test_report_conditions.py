"""Reports of conditional models: what is given in the page, and that it is decoded as by the library."""

import json
import re

import numpy as np
import pytest

pytest.importorskip("matplotlib")

import vaelib
from report_pages import EVIL, Page, check, decoded_by_node, needs_node, numbers_of
from vaelib.report.subject import Subject


@pytest.fixture(scope="module")
def conditional():
    """Conditional models with two latents, rows, and what is given beside them."""
    pandas = pytest.importorskip("pandas")
    random = np.random.RandomState(2)
    kinds, size = np.array(["cat", "dog", EVIL])[random.randint(3, size=60)], random.normal(size=60)
    real = np.stack([size * 10, random.normal(size=60) + (kinds == "dog")], axis=1).astype(np.float32)
    settings = {"latent_dim": 2, "hidden": (5,), "epochs": 2, "random_state": 0}
    beside = pandas.DataFrame({"kind": kinds, "age": np.round(40 + 10 * size)})
    within = pandas.DataFrame(
        {"visits": random.poisson(3, size=60), "kind": kinds, "income": np.exp(size), "a": size, "smokes": size > 0}
    )
    columns = [
        ("auto", ["kind", "visits", "smokes"], {"condition": True}),
        ("log_normal", ["income"], {"condition": True}),
        ("gaussian", ["a"], {}),
    ]
    counts, sized = random.poisson(4, size=(60, 3)), {"likelihood": "poisson", "count_mean": "share"}
    reads = pandas.DataFrame({"kind": kinds, "reads": counts.sum(axis=1) + 1.0})
    of_scores = [("gaussian", [1], {"condition": True, "standardize_by": "quantiles"}), ("student_t", [0], {})]
    return {
        "beside": (vaelib.VAE(**settings).fit(real, conditions=beside), real, beside),
        "within": (vaelib.VAE(**settings, columns=columns).fit(within), within, None),
        "scores": (vaelib.VAE(**settings, columns=of_scores).fit(real), real, None),
        "sizes": (vaelib.VAE(**settings, **sized, size_factor="reads").fit(counts, conditions=reads), counts, reads),
    }


@pytest.mark.parametrize("name", ["beside", "within", "sizes"])
def test_a_report_of_a_conditional_model(tmp_path, conditional, name):
    model, rows, conditions = conditional[name]
    given = {} if conditions is None else {"conditions": conditions}
    model.report(rows, path=tmp_path / "report.html", **given)
    page = check(Page(tmp_path / "report.html"))
    assert EVIL not in page.source
    assert "p(x|z, c)" in page.texts["architecture"]
    assert "kind" in page.texts["data"]
    assert "dog" in page.texts["data"]
    bound = model.elbo(rows, **given).elbo.mean()
    assert f"{bound:.3g}".replace("-", "\N{MINUS SIGN}") in page.texts["scores"]
    assert "under conditions of rows taken at random" in page.texts["samples"]
    assert ("kind" in page.texts["samples"]) == (name == "within")
    assert "kind" not in page.texts["reconstructions"]
    assert "All is decoded under the conditions of row" in page.texts["map"]
    assert "kind = dog" in page.texts["filters"]
    oddest = model.score_samples(rows, **given).argsort()[:6]
    assert [int(row) for row in re.findall(r"Row (\d+) ", page.texts["unusual"])] == oddest.tolist()
    with pytest.raises(ValueError, match="conditions"):
        model.report(rows, path=tmp_path / "report.html", conditions="cat" if conditions is None else None)


def test_a_report_of_pictures_with_conditions_among_their_columns(tmp_path):
    """The pixels are the columns that are no conditions, wherever these stand."""
    pictures = np.random.RandomState(0).uniform(size=(40, 36)).astype(np.float32)
    kinds = np.arange(40, dtype=np.float32)[:, None] % 3
    rows = np.concatenate([pictures[:, :20], kinds, pictures[:, 20:]], axis=1)
    columns = [("bernoulli", [*range(20), *range(21, 37)]), ("categorical", [20], {"condition": True})]
    model = vaelib.VAE(latent_dim=2, hidden=(8,), epochs=2, random_state=0, columns=columns).fit(rows)
    subject = Subject(model, rows, None, None, 1000)
    assert subject.shape == (6, 6)
    np.testing.assert_array_equal(subject.pixels(subject.matrix), pictures)
    assert subject.names[19:23] == ["pixel (3, 1)", "column 20", "pixel (3, 2)", "pixel (3, 3)"]
    model.report(rows, path=tmp_path / "report.html")
    page = check(Page(tmp_path / "report.html"))
    assert "pictures of 6 x 6" in page.texts["data"]
    assert "column 20" in page.texts["data"]
    assert "pixel" not in page.texts["data"].replace("beside the pixels", "")
    assert "Means of p(x|z) for codes from the prior, under conditions" in page.texts["samples"]
    description = json.loads(re.search(r'id="decoder-data">(.*?)</script>', page.source)[1])
    assert description["pixels"] == subject.modelled
    with pytest.raises(ValueError, match="has 37 pixels, but rows have 36 beside their conditions"):
        model.report(rows, path=tmp_path / "report.html", shape=(37, 1))


def test_the_most_frequent_conditions_are_decoded(conditional):
    model, rows, _ = conditional["beside"]
    subject = Subject(model, rows, None, None, 1000, [["dog", 30 + (row % 7 == 3)] for row in range(60)])
    assert subject.usual_row == (0, 51)
    assert subject.condition_texts(0) == ["kind = dog", "age = 30"]


@needs_node
@pytest.mark.filterwarnings("ignore::vaelib.VaelibWarning")
def test_javascript_decodes_as_the_library(tmp_path, conditional):
    under = {
        "beside": ([["dog", 55.0]], [2, 55]),
        "within": ([[2, "cat", 3.5, True]], [2, 1, 3.5, 1]),
        "scores": ([[0.7]], [0.7]),
        "sizes": ([["dog", 30.0]], [2, 30]),
    }
    models = [conditional[name][0] for name in under]
    everything = decoded_by_node(tmp_path, models, [numbers for _, numbers in under.values()])
    for model, (name, (conditions, _)), found in zip(models, under.items(), everything, strict=True):
        expected = numbers_of(model, conditions)
        # What is given beside rows comes behind them.
        np.testing.assert_allclose(found[:, : expected.shape[1]], expected, rtol=1e-4, atol=1e-4, err_msg=name)
