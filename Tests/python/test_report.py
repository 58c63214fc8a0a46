"""Reports: what stands in the page, that nothing in it comes from elsewhere, that browsers decode as the library."""

import json
import os
import re
import shutil
import subprocess

import numpy as np
import pytest

pytest.importorskip("matplotlib")

import vaelib
from command_lines import Shell
from report_pages import CODES, EVIL, Page, check, decoded_by_node, needs_node, numbers_of
from vaelib.report import quality
from vaelib.report.page import write_page
from vaelib.report.subject import Subject


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


@needs_node
@pytest.mark.filterwarnings("ignore::vaelib.VaelibWarning")
def test_javascript_decodes_as_the_library(tmp_path, mixed, pictures):
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
    for model, found in zip(models, decoded_by_node(tmp_path, models), strict=True):
        np.testing.assert_allclose(found, numbers_of(model), rtol=1e-4, atol=1e-4, err_msg=repr(model))


def test_reports_without_a_map_say_why(tmp_path, real):
    settings = {"latent_dim": 2, "hidden": (5,), "epochs": 2, "random_state": 0, "likelihood": "gaussian"}
    model = vaelib.VAE(**settings, standardize_by="quantiles").fit(real)
    model.report(real, path=tmp_path / "report.html")
    page = check(Page(tmp_path / "report.html"))
    assert "normal scores inside" in page.texts["map"]
    assert page.all("script") == []


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
