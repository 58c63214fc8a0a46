"""Reports: what stands in the page, that nothing in it comes from elsewhere, that browsers decode as the library."""

import json
import os
import re
import shutil
import subprocess
from html.parser import HTMLParser
from importlib.resources import files

import numpy as np
import pytest

pytest.importorskip("matplotlib")

import vaelib
from command_lines import Shell
from vaelib.report import quality
from vaelib.report.decoder import decoder_description
from vaelib.report.page import write_page
from vaelib.report.subject import Subject

EVIL = '<script>alert("x")</script>&\'"</td>'
SECTIONS = [
    *("architecture", "data", "settings", "training", "scores", "samples", "reconstructions", "map"),
    *("information", "filters", "unusual"),
]


class Page(HTMLParser):
    """The elements of a page, checked to be nested, and the text of each section."""

    empty = ("img", "input", "meta", "br")

    def __init__(self, path):
        super().__init__()
        self.open, self.elements, self.texts, self.section = [], [], {}, None
        self.source = path.read_text(encoding="utf-8")
        self.feed(self.source)
        assert self.open == []

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        self.elements.append((tag, attributes))
        if tag == "section":
            self.section = attributes["id"]
            self.texts[self.section] = ""
        if tag not in self.empty:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag
        if tag == "section":
            self.section = None

    def handle_data(self, data):
        if self.section is not None and self.open[-1] not in ("script", "style"):
            self.texts[self.section] += data + " "

    def all(self, tag):
        return [attributes for name, attributes in self.elements if name == tag]


def check(page):
    """What holds for every report."""
    assert list(page.texts) == SECTIONS
    for image in page.all("img"):
        assert image["alt"]
        assert image["src"].startswith("data:image/")
    assert {link["href"] for link in page.all("a")} == {f"#{name}" for name in SECTIONS}
    for tag, attributes in page.elements:
        assert not {"src", "href", "srcset", "action"} & set(attributes) or tag in ("img", "a")
        assert not any(name.startswith("on") for name in attributes)
    assert "default-src 'none'" in page.all("meta")[1]["content"]
    identifiers = [attributes["id"] for _, attributes in page.elements if "id" in attributes]
    assert len(set(identifiers)) == len(identifiers)
    return page


@pytest.fixture(scope="module")
def pictures():
    return np.random.RandomState(0).uniform(size=(40, 36)).astype(np.float32)


@pytest.fixture(scope="module")
def flat(pictures):
    settings = {"latent_dim": 2, "hidden": (8,), "epochs": 3, "random_state": 0, "binarization": "dynamic"}
    return vaelib.VAE(**settings).fit(pictures)


@pytest.fixture(scope="module")
def page_of_pictures(tmp_path_factory, flat, pictures):
    path = tmp_path_factory.mktemp("report") / "flat.html"
    flat.report(pictures, np.arange(40) % 3, path, title=f"Pictures {EVIL}")
    return path


def test_a_report_of_pictures(page_of_pictures, flat, pictures):
    page = check(Page(page_of_pictures))
    assert EVIL not in page.source
    assert "<title>Pictures &lt;script&gt;" in page.source
    assert "pictures of 6 x 6" in page.texts["data"]
    assert f"{flat.elbo(pictures).elbo.mean():.4g}".replace("-", "\N{MINUS SIGN}") in page.texts["scores"]
    assert "'dynamic'" in page.texts["settings"]
    assert "Active: " in page.texts["information"]
    oddest = flat.score_samples(pictures).argsort()[:6]
    rows = [int(row) for row in re.findall(r"Row (\d+) ", page.texts["unusual"])]
    assert rows == oddest.tolist()
    column = flat.explain(pictures[oddest[:1]])[0].argmin()
    first = re.search(r"pixel \((\d), (\d)\)", page.texts["unusual"])
    assert (int(first[1]), int(first[2])) == divmod(column, 6)
    assert {"decoder-plane", "decoder-latent-0"} <= {attributes.get("id") for _, attributes in page.elements}


@pytest.fixture(scope="module")
def frame():
    pandas = pytest.importorskip("pandas")
    random = np.random.RandomState(0)
    size = random.normal(size=60)
    return pandas.DataFrame(
        {
            "income": np.exp(8 + 0.4 * size),
            "visits": random.poisson(np.exp(1 - size)),
            f"kind {EVIL}": np.array(["a", EVIL, "c"])[np.digitize(size, [-0.5, 0.5])],
            "smokes": size > 0.3,
        }
    )


@pytest.fixture(scope="module")
def mixed(frame):
    settings = {"latent_dim": 2, "hidden": (6,), "epochs": 5, "random_state": 0}
    return vaelib.VAE(columns=[("log_normal", ["income"])], **settings).fit(frame)


def test_names_are_text_wherever_they_come_from(tmp_path, mixed, frame):
    mixed.report(frame, frame[f"kind {EVIL}"], tmp_path / "mixed.html")
    page = check(Page(tmp_path / "mixed.html"))
    assert EVIL not in page.source
    assert "<script>alert" not in page.source
    assert EVIL in page.texts["data"]  # once it was read as HTML
    assert EVIL in page.texts["samples"]
    assert "log_normal" in page.texts["data"]
    assert "% wrong" in page.texts["reconstructions"]
    assert len(page.all("script")) == 3


KINDS = {
    "autoencoder": (lambda: vaelib.StackedDenoisingAutoencoder(hidden=(5, 4), epochs=2, random_state=0), None),
    "classifier": (
        lambda: vaelib.StackedDenoisingClassifier(hidden=(5,), pretrain_epochs=2, finetune_epochs=2, random_state=0),
        lambda X: np.where(X[:, 0] > 0.5, "high", EVIL),
    ),
    "multi-label": (
        lambda: vaelib.StackedDenoisingClassifier(hidden=(5,), pretrain_epochs=2, finetune_epochs=2, random_state=0),
        lambda X: (X[:, :3] > 0.5).astype(int),
    ),
    "regressor": (
        lambda: vaelib.StackedDenoisingRegressor(hidden=(5,), pretrain_epochs=2, finetune_epochs=2, random_state=0),
        lambda X: X[:, :2] * 1000,
    ),
}
NOT_OF_STACKS = ("samples", "information")


RARE = "autoencoder", "multi-label", "regressor"


@pytest.mark.parametrize(
    ("make", "label"),
    [pytest.param(*kind, id=name, marks=[pytest.mark.slow] if name in RARE else []) for name, kind in KINDS.items()],
)
def test_reports_of_stacks_say_what_does_not_apply(tmp_path, pictures, make, label):
    y = None if label is None else label(pictures)
    model = make().fit(pictures) if y is None else make().fit(pictures, y)
    model.report(pictures, y, tmp_path / "report.html", shape=False)
    page = check(Page(tmp_path / "report.html"))
    notes = page.source.count('<p class="none">')
    assert notes == (2 if label is None else 4)
    assert "have no prior" in page.texts["samples"]
    if label is None:
        assert "no scores of how usual" not in page.texts["unusual"]
        error = model.reconstruction_error(pictures).mean()
        assert f"{error:.4g}" in page.texts["scores"]
    else:
        assert "no scores of how usual" in page.texts["unusual"]
        assert "no longer to restore" in page.texts["reconstructions"]
    if label is not None and np.ndim(y) == 1:
        assert f"{model.score(pictures, y):.4g} ±" in page.texts["scores"]
        assert EVIL not in page.source


def test_a_model_from_a_file_is_compared_with_the_rows_at_hand(tmp_path, flat, pictures, hdf5, capsys):
    flat.save(tmp_path / "flat.h5")
    data = hdf5(x_test=pictures.reshape(-1, 6, 6), y_test=np.arange(40) % 2)
    target = str(tmp_path / "page.html")
    shell = Shell(capsys)
    options = ("--labels", "y_test", "-o", target, "--shape", "6x6", "--rows", "10")
    shell("report", tmp_path / "flat.h5", f"{data}:x_test", *options)
    assert shell.errors == f"vaelib: a report is in {target}\n"
    page = check(Page(tmp_path / "page.html"))
    assert "since the model knows no others" in page.texts["unusual"]
    assert "10, evenly spread" in page.texts["data"]
    assert "label rows 0 5 1 5" in " ".join(page.texts["data"].split())
    assert "scores of 10 rows" in page.texts["scores"]
    assert int(re.search(r"Row (\d+) ", page.texts["unusual"])[1]) in np.linspace(0, 39, 10).round()
    assert not hasattr(vaelib.load(tmp_path / "flat.h5"), "offset_")


COMMANDS = {
    "data": ([], "DATA is missing", 2),
    "twice": (["a.npy", "--data", "b.npy"], "DATA is named twice: a.npy and b.npy", 2),
    "shape": (["a.npy", "--shape", "6"], "as in 28x20", 2),
    "rows": (["a.npy", "--rows", "1"], "at least 2 rows", 2),
    "page": (["a.npy", "-o", "a.npy"], "such as report.html", 2),
    "file": (["--data", "nowhere.h5:x"], 'no file "nowhere.h5"', 1),
}


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_that_cannot_be_carried_out(tmp_path, monkeypatch, flat, name, capsys):
    monkeypatch.chdir(tmp_path)
    options, text, status = COMMANDS[name]
    flat.save("model.h5")
    assert text in Shell(capsys).refused("report", "model.h5", *options, status=status)
    assert os.listdir(tmp_path) == ["model.h5"]


@pytest.mark.slow
def test_commands_about_tables_and_targets(tmp_path, monkeypatch, frame, mixed, pictures, capsys):
    monkeypatch.chdir(tmp_path)
    shell = Shell(capsys)
    frame.assign(label=np.arange(60) % 2).to_csv("t.csv", index=False)
    mixed.save("mixed.h5")
    shell("report", "mixed.h5", "--data", "t.csv", "--label-column", "label")
    page = check(Page(tmp_path / "report.html"))
    assert "log_normal" in page.texts["data"]
    assert "label rows 0 30 1 30" in " ".join(page.texts["data"].split())
    make, targets = KINDS["regressor"]
    make().fit(pictures, targets(pictures)).save("regressor.h5")
    np.save("x.npy", pictures)
    np.save("y.npy", targets(pictures))
    shell("report", "regressor.h5", "x.npy", "--targets", "y.npy", "--shape", "none", "-o", "other.html")
    assert "R²" in check(Page(tmp_path / "other.html")).texts["scores"]


def test_rows_without_labels_do_not_count(pictures):
    y = np.where(pictures[:, 0] > 0.5, 1, 0)
    y[:10] = -1
    make, _ = KINDS["classifier"]
    model = make().fit(pictures, y)
    found = quality.scores(Subject(model, pictures, y, None, 1000))
    assert f"{model.score(pictures[10:], y[10:]):.4g} ±" in found


def test_gaps_and_a_single_latent(tmp_path, real):
    gappy = np.where(np.random.RandomState(0).uniform(size=real.shape) < 0.2, np.nan, real)
    settings = {"latent_dim": 1, "hidden": (), "epochs": 2, "missing": "indicate", "likelihood": "gaussian"}
    model = vaelib.VAE(**settings, random_state=0).fit(gappy)
    gappy[:, 2] = np.nan
    model.report(gappy, path=tmp_path / "report.html")
    page = check(Page(tmp_path / "report.html"))
    assert f"{np.isnan(gappy).mean():.2%}" in page.texts["data"]
    assert "a single number" in page.texts["map"]


def test_unsuitable_arguments(tmp_path, flat, pictures):
    path = tmp_path / "report.html"
    path.write_text("older")
    with pytest.raises(ValueError, match=r"shape=\(5, 5\) has 25 pixels, but rows have 36"):
        flat.report(pictures, path=path, shape=(5, 5))
    with pytest.raises(ValueError, match="one label for each of the 40 rows, not 3"):
        flat.report(pictures, [1, 2, 3], path)
    with pytest.raises(TypeError, match="the page to write is path="):
        flat.report(pictures, str(path))
    with pytest.raises(TypeError, match=r"shape must be \(height, width\)"):
        flat.report(pictures, path=path, shape="6x6")
    with pytest.raises(ValueError, match="rows must be at least 2"):
        flat.report(pictures, path=path, rows=1)
    with pytest.raises(vaelib.NotFittedError):
        vaelib.VAE().report(pictures, path=path)
    with pytest.raises(FileNotFoundError):
        write_page("text", tmp_path / "nowhere" / "report.html")
    assert path.read_text() == "older"
    assert os.listdir(tmp_path) == ["report.html"]


CODES = np.array([[0, 0], [1.5, -2], [-3, 0.25], [0.1, 3]])
SCRIPT = files("vaelib.report").joinpath("decoder.js").read_text()


def numbers_of(model, conditions=None):
    """The means of p(x|z) at CODES, as the library has them."""
    found = model.decode(CODES, conditions=conditions)
    return np.asarray(found.mean if isinstance(found, vaelib.MeanAndVariance) else found)


@pytest.mark.skipif(shutil.which("node") is None, reason="needs node")
@pytest.mark.filterwarnings("ignore::vaelib.VaelibWarning")
def test_javascript_decodes_as_the_library(tmp_path, mixed, pictures, conditional):
    random = np.random.RandomState(1)
    real, counts = random.normal(size=(60, 4)) * [1, 10, 0.1, 100] + 5, random.poisson(4, size=(60, 4))
    data = {"log_normal": np.exp(real / 20), "beta": pictures[:, :4], "continuous_bernoulli": pictures[:, :4]}
    settings = {"latent_dim": 2, "hidden": (5, 4), "epochs": 3, "random_state": 0}
    models = [mixed]
    for likelihood, variance in (
        *(("gaussian", "learned"), ("gaussian", "fixed"), ("student_t", "predicted"), ("laplace", "learned")),
        *(("log_normal", "learned"), ("log_normal", "predicted"), ("log_normal", "fixed")),
        *(("beta", "learned"), ("beta", "predicted"), ("continuous_bernoulli", "learned")),
        *(("poisson", "learned"), ("negative_binomial", "predicted"), ("zero_inflated_negative_binomial", "predicted")),
    ):
        X = data.get(likelihood, counts if "oisson" in likelihood or "binomial" in likelihood else real)
        models.append(vaelib.VAE(likelihood=likelihood, variance=variance, **settings).fit(X))
    models.append(vaelib.VAE(likelihood="poisson", count_mean="share", **settings).fit(counts))
    models.append(vaelib.VAE(mean_activation="sigmoid", likelihood="gaussian", **settings).fit(pictures))
    for activation in ("sigmoid", "tanh", "leaky_relu", "elu", "softplus", "silu", "gelu", "identity"):
        models.append(vaelib.VAE(activation=activation, likelihood="bernoulli", **settings).fit(pictures))
    descriptions = [decoder_description(model._fitted(), model.get_weights()) for model in models]
    under = {
        "beside": ([["dog", 55.0]], [2, 55]),
        "within": ([[2, "cat", 3.5, True]], [2, 1, 3.5, 1]),
        "scores": ([[0.7]], [0.7]),
        "sizes": ([["dog", 30.0]], [2, 30]),
    }
    for name, (_, numbers) in under.items():
        model = conditional[name][0]
        descriptions.append(decoder_description(model._fitted(), model.get_weights(), np.array(numbers)))
    (tmp_path / "models.json").write_text(json.dumps(descriptions))
    program = f"""{SCRIPT}
    const models = JSON.parse(require("fs").readFileSync("models.json"));
    const codes = {CODES.tolist()};
    console.log(JSON.stringify(models.map((model) => codes.map(makeDecoder(model)))));
    """
    (tmp_path / "program.js").write_text(program)
    process = subprocess.run(["node", "program.js"], cwd=tmp_path, capture_output=True, text=True)
    assert process.returncode == 0, process.stderr
    everything = json.loads(process.stdout)
    for model, found in zip(models, everything, strict=False):
        np.testing.assert_allclose(np.array(found), numbers_of(model), rtol=1e-4, atol=1e-4, err_msg=repr(model))
    for (name, (conditions, _)), found in zip(under.items(), everything[len(models) :], strict=True):
        expected = numbers_of(conditional[name][0], conditions)
        shown = np.array(found)[:, : expected.shape[1]]  # what is given beside rows comes behind them
        np.testing.assert_allclose(shown, expected, rtol=1e-4, atol=1e-4, err_msg=name)


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


def test_a_report_of_pictures_with_conditions_among_their_columns(tmp_path, pictures):
    """The pixels are the columns that are no conditions, wherever these stand."""
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


def test_reports_without_a_map_say_why(tmp_path, real):
    settings = {"latent_dim": 2, "hidden": (5,), "epochs": 2, "random_state": 0, "likelihood": "gaussian"}
    model = vaelib.VAE(**settings, standardize_by="quantiles").fit(real)
    model.report(real, path=tmp_path / "report.html")
    page = check(Page(tmp_path / "report.html"))
    assert "normal scores inside" in page.texts["map"]
    assert page.all("script") == []


def test_the_most_frequent_conditions_are_decoded(conditional):
    model, rows, _ = conditional["beside"]
    subject = Subject(model, rows, None, None, 1000, [["dog", 30 + (row % 7 == 3)] for row in range(60)])
    assert subject.usual_row == (0, 51)
    assert subject.condition_texts(0) == ["kind = dog", "age = 30"]


def test_targets_with_gaps(tmp_path, pictures):
    y = pictures[:, :2].copy() * 100
    y[::3, 0] = np.nan
    settings = {"hidden": (5,), "pretrain_epochs": 1, "finetune_epochs": 2, "random_state": 0}
    model = vaelib.StackedDenoisingRegressor(**settings).fit(pictures, y)
    known = np.isfinite(y[:, 0])
    root = np.sqrt(((model.predict(pictures)[known, 0] - y[known, 0]) ** 2).mean())
    found = quality.scores(Subject(model, pictures, y, None, 1000))
    assert f"{root:.4g} ±" in found
    assert "26 rows with this target" in found
    y[:, 1] = np.nan
    assert "no row has this target" in quality.scores(Subject(model, pictures, y, None, 1000))
    y[:, 0] = np.nan
    assert "None of these rows has a target" in quality.scores(Subject(model, pictures, y, None, 1000))


BROWSER = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
PROBE = """<script>
const found = CODES.map(makeDecoder(JSON.parse(document.getElementById("decoder-data").textContent)));
const plane = document.getElementById("decoder-plane");
const place = () => document.getElementById("decoder-place").textContent;
plane.focus();
const focused = document.activeElement === plane;
const key = (name) => plane.dispatchEvent(new KeyboardEvent("keydown", {key: name}));
key("ArrowRight"); key("ArrowUp"); key("ArrowUp");
const byKeys = place();
const slider = document.getElementById("decoder-latent-1");
slider.value = -1.5;
slider.dispatchEvent(new Event("input"));
const picture = document.getElementById("decoder-result");
const bytes = picture.getContext ? [...picture.getContext("2d").getImageData(0, 0, 6, 6).data] : [];
const seen = {found, focused, byKeys, bySlider: place(), bytes, isShown: !document.getElementById("decoder").hidden};
document.body.innerHTML = "<pre>" + JSON.stringify(seen) + "</pre>";
</script>"""


@pytest.mark.slow
@pytest.mark.skipif(BROWSER is None, reason="needs Chromium")
def test_a_browser_decodes_as_the_library(tmp_path, page_of_pictures, flat):
    source = page_of_pictures.read_text()
    probe = tmp_path / "probe.html"
    probe.write_text(source.replace("</body>", PROBE.replace("CODES", str(CODES.tolist())) + "</body>"))
    command = [BROWSER, "--headless=new", "--no-sandbox", "--disable-gpu", f"--user-data-dir={tmp_path / 'profile'}"]
    process = subprocess.run(
        [*command, "--virtual-time-budget=2000", "--dump-dom", probe.as_uri()],
        capture_output=True,
        text=True,
        timeout=120,
    )
    seen = json.loads(re.search(r"<pre>(.*)</pre>", process.stdout)[1])
    np.testing.assert_allclose(seen["found"], numbers_of(flat), rtol=1e-4, atol=1e-4)
    assert seen["isShown"]
    assert seen["focused"]
    assert seen["byKeys"] == "latent 0: 0.10, latent 1: 0.20"
    assert seen["bySlider"] == "latent 0: 0.10, latent 1: -1.50"
    grey = np.reshape(seen["bytes"], (6, 6, 4))[..., 0]
    np.testing.assert_allclose(grey, 255 * flat.decode([[0.1, -1.5]]).reshape(6, 6), atol=1)
