"""The pictures: what is laid out where, what is taken, what is refused, and that files are written."""

import gc
import os
import weakref
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("matplotlib")

import matplotlib
import vaelib
from vaelib import plots

matplotlib.use("agg")

import matplotlib.pyplot as plt


@pytest.fixture(scope="module")
def images():
    return np.random.RandomState(0).uniform(size=(30, 36)).astype(np.float32)


@pytest.fixture(scope="module")
def vae(images):
    settings = {"latent_dim": 3, "hidden": (8,), "epochs": 2, "random_state": 0, "binarization": "dynamic"}
    return vaelib.VAE(**settings).fit(images, validation=images)


@pytest.fixture(scope="module")
def stack(images):
    settings = {"hidden": (4, 3), "epochs": 3, "finetune_epochs": 2, "random_state": 0}
    return vaelib.StackedDenoisingAutoencoder(**settings).fit(images, validation=images)


def titles(figure):
    return [axes.get_title(loc="left") for axes in figure.axes]


def test_tiles_are_laid_out_row_by_row():
    images = np.arange(5 * 4).reshape(5, 4)
    canvas = plots.tile(images, columns=3)
    assert canvas.shape == (2 + 1 + 2, 2 + 1 + 2 + 1 + 2)
    np.testing.assert_array_equal(canvas[:2, 3:5], [[4, 5], [6, 7]])
    np.testing.assert_array_equal(canvas[3:, :2], [[12, 13], [14, 15]])
    assert np.isnan(canvas[2]).all()
    assert np.isnan(canvas[3:, 6:]).all()
    assert plots.tile(images, shape=(1, 4), columns=1, gap=0).shape == (5, 4)


@pytest.mark.parametrize(
    ("shape_of_array", "shape", "expected"),
    [
        ((6, 3, 4), None, (6, 3, 4)),
        ((6, 3, 4, 1), None, (6, 3, 4)),
        ((6, 3, 4, 3), None, (6, 3, 4, 3)),
        ((6, 3, 4, 5), None, (6, 4, 5, 3)),  # PyTorch's order
        ((6, 36), (3, 4, 3), (6, 3, 4, 3)),
        ((6, 36), None, (6, 6, 6)),
        ((36,), None, (1, 6, 6)),
    ],
)
def test_pictures_of_any_shape(shape_of_array, shape, expected):
    values = np.random.RandomState(0).uniform(size=shape_of_array)
    found = plots.pictures.as_images(values, shape)
    assert found.shape == expected
    drawn = plots.image_grid(values, shape=shape, columns=1, gap=0).images[0].get_array()
    if len(expected) == 4:
        assert drawn.shape == (expected[0] * expected[1], expected[2], 4)  # with an opacity
        np.testing.assert_allclose(drawn[: expected[1], :, :3], found[0], atol=1e-6)
    else:
        np.testing.assert_allclose(drawn[: expected[1]], found[0], atol=1e-6)


def test_a_picture_is_written_and_nothing_stays_open(tmp_path, vae, images):
    for draw in (lambda path: plots.image_grid(images, path=path), lambda path: plots.training_curve(vae, path=path)):
        draw(tmp_path / "picture.png")
        assert (tmp_path / "picture.png").read_bytes().startswith(b"\x89PNG")
    assert plt.get_fignums() == []


@pytest.mark.slow
def test_every_picture_is_written(tmp_path, vae, stack, images, binary, fitted):
    labels = np.arange(30) % 3
    figures = {
        "samples": lambda path: plots.samples(vae, count=5, path=path),
        "reconstructions": lambda path: plots.reconstructions(vae, images, path=path),
        "interpolation": lambda path: plots.interpolation(vae, images, [(0, 1), (2, -1)], steps=4, path=path),
        "traversals": lambda path: plots.traversals(vae, images, steps=3, path=path),
        "table": lambda path: plots.traversals(fitted, steps=3, path=path),
        "kl": lambda path: plots.latent_kl(vae, images, path=path),
        "explanation": lambda path: plots.explanation(vae, images, -1, path=path),
        "pixels": lambda path: plots.explanation(vae, images, 3, shape=(6, 6), path=path),
        "manifold": lambda path: plots.manifold(fitted, side=3, shape=(3, 4), path=path),
        "curve": lambda path: plots.training_curve(vae, path=path),
        "scatter": lambda path: plots.latent_scatter(vae, images, labels, path=path),
        "pairs": lambda path: plots.latent_pairs(vae, images, labels, path=path),
        "denoising": lambda path: plots.denoising(stack, images, path=path),
        "filters": lambda path: plots.filters(stack, layer=1, path=path),
        "stack": lambda path: plots.training_curve(stack, path=path),
    }
    for name, draw in figures.items():
        path = tmp_path / f"{name}.png"
        draw(path)
        content = path.read_bytes()
        assert content.startswith(b"\x89PNG")
        assert len(content) > 2000


def test_figures_that_nobody_holds_are_freed(images):
    figure = weakref.ref(plots.image_grid(images).figure)
    gc.collect()
    assert figure() is None


def test_a_notebook_gets_a_picture(vae, images):
    content = plots.training_curve(vae)._repr_mimebundle_()
    assert content["image/png"].startswith(b"\x89PNG")


def test_pyplot_has_what_a_window_shows(monkeypatch, images):
    monkeypatch.setattr(plt, "get_backend", lambda: "qtagg")
    try:
        figure = plots.image_grid(images).figure
        assert [figure.number] == plt.get_fignums()
        assert figure._repr_mimebundle_() == {}
    finally:
        plt.close("all")


def test_axes_and_figures_that_are_given(vae, stack, images):
    figure, panels = plt.subplots(2, 4)
    try:
        drawn = (
            lambda ax: plots.image_grid(images, ax=ax),
            lambda ax: plots.reconstructions(vae, images, ax=ax),
            lambda ax: plots.denoising(stack, images, ax=ax),
            lambda ax: plots.latent_scatter(vae, images, ax=ax),
            lambda ax: plots.latent_scatter(vae, images, np.arange(30), ax=ax),
            lambda ax: plots.latent_kl(vae, images, ax=ax),
            lambda ax: plots.explanation(vae, images, ax=ax),
            lambda ax: plots.filters(vae, ax=ax),
        )
        for draw, ax in zip(drawn, panels.ravel(), strict=True):
            assert draw(ax) is ax
        assert plt.get_fignums() == [figure.number]
    finally:
        plt.close("all")
    for draw in (plots.training_curve, plots.traversals):
        figure = matplotlib.figure.Figure()
        assert draw(vae, figure=figure) is figure
        parts = matplotlib.figure.Figure().subfigures(1, 2)
        assert draw(vae, figure=parts[1]) is parts[1]
    with pytest.raises(TypeError, match="ax must be matplotlib axes"):
        plots.image_grid(images, ax="here")
    with pytest.raises(TypeError, match="figure must be a matplotlib figure"):
        plots.training_curve(vae, figure=3)


def test_text_has_the_colour_of_the_style(vae, images):
    with plt.style.context("dark_background"):
        ax = plots.latent_kl(vae, images)
        assert matplotlib.colors.to_rgb(ax.figure.get_facecolor()) == (0, 0, 0)
        for text in (ax.xaxis.label, ax.yaxis.label, *ax.get_xticklabels()):
            assert min(matplotlib.colors.to_rgb(text.get_color())) > 0.8


def test_filters_have_a_contrast_of_their_own():
    canvas = plots.filters([[1, -2, 0, 1], [10, 0, 5, -5], [0, 0, 0, 0]]).images[0]
    assert canvas.get_clim() == (-1, 1)
    np.testing.assert_allclose(canvas.get_array()[:2, :2], [[0.5, -1], [0, 0.5]])
    np.testing.assert_allclose(canvas.get_array()[:2, 3:], [[1, 0], [0.5, -0.5]])
    np.testing.assert_allclose(canvas.get_array()[3:, :2], 0)


def test_pictures_stand_below_each_other_without_empty_columns():
    first = np.arange(14 * 4).reshape(14, 4)
    drawn = plots.reconstructions(first, first + 100, gap=0)
    canvas = np.ma.filled(drawn.images[0].get_array(), np.nan)
    assert canvas.shape == (4 * 2, 7 * 2)  # two bands of seven, not one of twelve and one of two
    assert not np.isnan(canvas).any()
    np.testing.assert_array_equal(canvas[2:4] - canvas[:2], 100)
    assert [text.get_text() for text in drawn.get_yticklabels()] == ["original", "reconstruction"] * 2


def test_a_stacks_curves_have_a_panel_for_each_layer_and_those_of_fine_tuning(binary, stack):
    model = vaelib.StackedDenoisingClassifier(
        hidden=(4, 3), pretrain_epochs=3, finetune_epochs=2, validation_fraction=0.2, random_state=0
    ).fit(binary, binary[:, 0])  # fmt: skip
    figure = plots.training_curve(model)
    assert titles(figure) == ["layer 0", "layer 1", "fine-tuning", "fine-tuning, error"]
    assert [len(panel.lines) for panel in figure.axes] == [1, 1, 2, 2]
    np.testing.assert_array_equal(figure.axes[1].lines[0].get_ydata(), model.history_["loss"][3:6])
    assert titles(plots.training_curve(stack.history_)) == ["layer 0", "layer 1", "fine-tuning"]


def test_the_first_epochs_do_not_flatten_the_others():
    falling = np.concatenate([[1e6], np.linspace(9, 1, 99)])
    history = {"epoch": np.arange(1, 101), "elbo": -falling, "reconstruction": -falling, "kl": falling}
    low, high = plots.training_curve(history).axes[0].get_ylim()
    assert -20 < low < -8
    assert -1 < high < 0


def legend_of(ax):
    return [text.get_text() for text in ax.get_legend().get_texts()]


def test_labels_are_classes_or_numbers_on_a_scale():
    codes = np.random.RandomState(0).normal(size=(60, 2))
    assert legend_of(plots.latent_scatter(codes, np.arange(60) % 4)) == ["0", "1", "2", "3"]
    assert legend_of(plots.latent_scatter(codes, (np.arange(60) % 4 - 1).astype(float))) == ["no label", "0", "1", "2"]
    assert legend_of(plots.latent_scatter(codes, np.array(["_b", "$a$"] * 30))) == [r"\$a\$", " _b"]
    assert legend_of(plots.latent_scatter(codes, np.array(["a", None] * 30, dtype=object))) == ["no label", "a"]
    many = plots.latent_scatter(codes, np.array([f"kind {number % 30}" for number in range(60)]))
    assert len(legend_of(many)) == 21
    assert legend_of(many)[0] == "other classes"
    for scale in (np.linspace(0, 1, 60), np.arange(60), [*[np.nan] * 30, *np.linspace(0, 1, 30)]):
        ax = plots.latent_scatter(codes, scale)
        assert ax.get_legend() is None
        assert len(ax.figure.axes) == 2  # the colour bar's


def test_twenty_classes_have_twenty_colours():
    ax = plots.latent_scatter(np.random.RandomState(0).normal(size=(60, 2)), np.arange(60) % 20)
    assert len({tuple(points.get_facecolor()[0]) for points in ax.collections}) == 20


def test_which_latents_are_drawn(vae, images):
    codes = np.random.RandomState(0).normal(size=(50, 4)) * [1, 0.01, 5, 0.1]
    ax = plots.latent_scatter(codes)
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("latent 0", "latent 2")
    np.testing.assert_allclose(ax.collections[0].get_offsets(), codes[:, [0, 2]], rtol=1e-6)
    ax = plots.latent_scatter(codes, latents=(3, 1))
    np.testing.assert_allclose(ax.collections[0].get_offsets(), codes[:, [3, 1]], rtol=1e-6)
    assert len(plots.latent_pairs(codes, latents=(0, 1, 2)).axes) == 3
    labelled = vaelib.Dataset(images, np.arange(30) % 2)
    assert legend_of(plots.latent_scatter(vae, labelled)) == ["0", "1"]


def test_the_information_in_latents_adds_up_to_the_bounds_kl(fitted, binary):
    found = plots.of_latents.LatentKL(fitted, binary)
    np.testing.assert_allclose(found.kl.sum(), fitted.elbo(binary).kl.mean(), rtol=1e-5)
    heights = [bar.get_height() for bar in plots.latent_kl(fitted, binary).patches]
    np.testing.assert_allclose(sorted(heights, reverse=True), found.kl[found.order])


def test_traversals_change_one_latent_at_a_time(vae):
    canvas = np.asarray(plots.traversals(vae, latents=(2, 0), steps=3, extent=2).axes[0].images[0].get_array())
    codes = np.zeros((3, 3))
    codes[:, 2] = [-2, 0, 2]
    np.testing.assert_allclose(canvas[:6, :6], vae.decode(codes)[0].reshape(6, 6), atol=1e-6)
    np.testing.assert_allclose(canvas[:6, -6:], vae.decode(codes)[2].reshape(6, 6), atol=1e-6)


@pytest.fixture(scope="module")
def conditional(images):
    """Models of pictures under labels, given beside rows and as their last column; the rows; the labels beside them."""
    labels = np.arange(30) % 3
    settings = {"latent_dim": 2, "hidden": (8,), "epochs": 2, "random_state": 0}
    rows = np.concatenate([images, labels[:, None]], axis=1).astype(np.float32)
    columns = [("gaussian", slice(0, 36)), ("categorical", [36], {"condition": True})]
    beside = vaelib.VAE(**settings, likelihood="gaussian").fit(images, conditions=labels)
    within = vaelib.VAE(**settings, columns=columns).fit(rows)
    return {"beside": (beside, images, {"conditions": labels}), "within": (within, rows, {})}


def shown(ax):
    return np.asarray(ax.images[0].get_array())


@pytest.mark.parametrize("name", ["beside", "within"])
def test_pictures_under_conditions(conditional, name):
    """Each is what the model makes under the condition; columns that are conditions are no pixels."""
    model, rows, given = conditional[name]
    drawn = model.sample(9, random_state=4, conditions=[[1]])[:, :36]
    found = plots.samples(model, count=9, random_state=4, conditions=[[1]])
    np.testing.assert_array_equal(shown(found), plots.tile(drawn))
    assert len(plots.samples(model, conditions=np.array([[0], [1], [2]])).images) == 1
    found = plots.manifold(model, side=3, conditions=[[2]])
    np.testing.assert_array_equal(shown(found), plots.tile(model.manifold(3, conditions=[[2]])[:, :36], gap=0))
    found = plots.reconstructions(model, rows, count=4, **given)
    below = model.reconstruct(rows, **given)[:4, :36]
    np.testing.assert_array_equal(shown(found), plots.tile(np.concatenate([rows[:4, :36], below]), columns=4))
    found = plots.interpolation(model, rows, [(0, 2)], steps=4, **given)
    path = model.interpolate(rows, 0, 2, 4, **given)[:, :36]
    np.testing.assert_array_equal(shown(found), plots.tile(path, columns=4))
    weights = model.get_weights()["encoder/0/weight"]
    np.testing.assert_array_equal(plots.of_models.filters_of(model), weights[:36].T)
    plots.filters(model)
    with pytest.raises(ValueError, match="give conditions"):
        plots.samples(model)


@pytest.mark.parametrize("name", ["beside", "within"])
def test_latents_under_conditions(conditional, name):
    model, rows, given = conditional[name]
    codes = model.transform(rows, **given)
    for found, condition, middle in (
        (plots.traversals(model, rows, row=4, latents=[1], steps=3, **given), [[1]], codes[4]),
        (plots.traversals(model, latents=[1], steps=3, conditions=[[2]]), [[2]], np.zeros(2)),
    ):
        places = np.repeat(middle[None], 3, axis=0)
        places[:, 1] = [-3, 0, 3]
        expected = model.inverse_transform(places.astype(np.float32), conditions=condition)[:, :36]
        np.testing.assert_array_equal(shown(found.axes[0]), plots.tile(expected, columns=3))
    np.testing.assert_allclose(
        plots.of_latents.LatentKL(model, rows, given.get("conditions")).kl.sum(),
        model.elbo(rows, **given).kl.mean(),
        rtol=1e-5,
    )
    plots.latent_kl(model, rows, **given)
    points = plots.latent_scatter(model, rows, **given).collections[0].get_offsets()
    np.testing.assert_allclose(points, codes)
    plots.latent_pairs(model, rows, **given)
    shares = model.explain(rows[4:5], **{key: values[4:5] for key, values in given.items()})[0]
    bars = plots.explanation(model, rows, 4, count=37, **given).patches  # of conditions none
    np.testing.assert_allclose([bar.get_width() for bar in bars], np.sort(shares[:36]), rtol=1e-6)
    drawn = shown(plots.explanation(model, rows, 4, shape=(6, 6), **given))
    np.testing.assert_allclose(drawn.ravel(), shares[:36], rtol=1e-6)


def test_what_is_odd_stands_first(vae, images):
    shares = vae.explain(images[4:5])[0]
    ax = plots.explanation(vae, images, 4, count=36)
    np.testing.assert_allclose([bar.get_width() for bar in ax.patches], np.sort(shares), rtol=1e-6)
    first = ax.get_yticklabels()[0].get_text()
    assert first == f"column {shares.argmin()} = {images[4, shares.argmin()]:.4g}"


def test_values_are_called_as_in_the_data_frame():
    pandas = pytest.importorskip("pandas")
    random = np.random.RandomState(0)
    frame = pandas.DataFrame(
        {
            "job": np.array(["cook", "nurse", "$a$ clerk"])[random.randint(3, size=60)],
            "smokes": random.uniform(size=60) < 0.5,
            "rooms": pandas.Categorical(random.choice([2, 5], size=60)),
            "income": np.where(np.arange(60) == 3, np.nan, random.normal(54321, 1000, size=60)),
        }
    )
    vae = vaelib.VAE(latent_dim=2, hidden=(4,), epochs=2, missing="ignore", random_state=0).fit(frame)
    for row in (3, 4):
        names = {text.get_text() for text in plots.explanation(vae, frame, row).get_yticklabels()}
        job = frame["job"][row].replace("$", r"\$")
        income = "missing" if row == 3 else f"{frame['income'][row]:,.0f}"
        assert names == {
            f"job = {job}",
            f"smokes = {frame['smokes'][row]}",
            f"rooms = {frame['rooms'][row]}",
            f"income = {income}",
        }


REFUSED = {
    "odd": (lambda: plots.tile(np.zeros((2, 5))), "not a square picture: give its shape"),
    "shape": (lambda: plots.image_grid(np.zeros((2, 6)), shape=(2, 2)), "have 6 numbers each, but shape=.2, 2. has 4"),
    "axes": (lambda: plots.image_grid(np.zeros((2, 3, 4, 5, 6))), r"must have shape \(n, height, width\)"),
    "empty": (lambda: plots.image_grid(np.zeros((0, 4))), "are empty"),
    "nan": (lambda: plots.image_grid(np.full((2, 4), np.nan)), "none of the numbers is finite"),
    "text": (lambda: plots.image_grid("digits.png"), "a file to write is path="),
    "columns": (lambda: plots.image_grid(np.zeros((2, 4)), columns=0), "columns must be a whole number"),
    "groups": (lambda: plots.reconstructions(np.zeros((2, 4)), np.zeros((3, 4))), "different shapes"),
    "two": (lambda: plots.denoising(np.zeros((2, 4)), np.zeros((2, 4))), "three arrays"),
    "narrow": (lambda: plots.latent_scatter(np.zeros((5, 1))), "two or more columns"),
    "labels": (lambda: plots.latent_scatter(np.zeros((5, 2)), [1, 2]), "one for each of the 5 rows"),
    "path": (lambda: plots.latent_scatter(np.zeros((5, 2)), "a.png"), "a file to write is path="),
    "latent": (lambda: plots.latent_scatter(np.zeros((5, 2)), latents=(0, 2)), "there is no latent 2"),
    "three": (lambda: plots.latent_scatter(np.zeros((5, 3)), latents=(0, 1, 2)), "latent_pairs draws more"),
    "model": (lambda: plots.latent_scatter(np.zeros((5, 2)), np.zeros(5), np.zeros(5)), "ndarray is no model"),
    "history": (lambda: plots.training_curve({"epoch": [1], "what": [2]}), "no history of a model"),
    "untrained": (
        lambda: plots.training_curve(vaelib.VAE(likelihood="bernoulli").initialize(4).history_),
        "no epoch",
    ),
    "nothing": (lambda: plots.training_curve(None), "expected a fitted model"),
}


@pytest.mark.parametrize(("draw", "text"), REFUSED.values(), ids=list(REFUSED))
def test_unsuitable_arguments(draw, text):
    with pytest.raises((ValueError, TypeError), match=text):
        draw()


def test_unsuitable_models(vae, stack, images):
    with pytest.raises(TypeError, match="samples can be had of a VAE, not of a Stacked"):
        plots.samples(stack)
    with pytest.raises(TypeError, match="denoising can be had of a stack"):
        plots.denoising(vae, images)
    with pytest.raises(TypeError, match="of a model its examples are needed"):
        plots.latent_scatter(vae)
    with pytest.raises(ValueError, match="numbers 0 to 2"):
        plots.traversals(vae, latents=[3])
    with pytest.raises(IndexError, match="row 30 is out of range"):
        plots.explanation(vae, images, 30)
    with pytest.raises(vaelib.NotFittedError):
        plots.reconstructions(vaelib.VAE(), images)


def test_a_picture_that_cannot_be_written_leaves_the_older_one(tmp_path, monkeypatch):
    path = tmp_path / "samples.png"
    path.write_bytes(b"older")

    def fails(figure, target, **options):
        Path(target).write_bytes(b"half of it")
        raise OSError("no space left")

    monkeypatch.setattr(matplotlib.figure.Figure, "savefig", fails)
    with pytest.raises(OSError, match="no space left"):
        plots.image_grid(np.zeros((4, 9)), path=path)
    assert path.read_bytes() == b"older"
    assert os.listdir(tmp_path) == ["samples.png"]
