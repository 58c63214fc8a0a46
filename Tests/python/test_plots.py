"""The pictures: what is laid out where, and that files are written."""

import numpy as np
import pytest

pytest.importorskip("matplotlib")

import vaelib
from vaelib import plots


def test_a_history_without_epochs():
    with pytest.raises(ValueError, match="no epoch"):
        plots.training_curve(vaelib.VAE(likelihood="bernoulli").initialize(4).history_)


def test_tiles_are_laid_out_row_by_row():
    images = np.arange(5 * 4).reshape(5, 4)
    canvas = plots.tile(images, columns=3)
    assert canvas.shape == (2 + 1 + 2, 2 + 1 + 2 + 1 + 2)
    np.testing.assert_array_equal(canvas[:2, 3:5], [[4, 5], [6, 7]])
    np.testing.assert_array_equal(canvas[3:, :2], [[12, 13], [14, 15]])
    assert np.isnan(canvas[2]).all()
    assert np.isnan(canvas[3:, 6:]).all()
    assert plots.tile(images, shape=(1, 4), columns=1, gap=0).shape == (5, 4)
    with pytest.raises(ValueError, match="shape"):
        plots.tile(np.zeros((2, 5)))


def test_every_picture_is_written(tmp_path, fitted, binary):
    images = np.random.RandomState(0).uniform(size=(14, 12))
    stack_history = (
        vaelib.StackedDenoisingAutoencoder(hidden=(4, 3), epochs=3, finetune_epochs=2, random_state=0)
        .fit(binary, validation=binary)
        .history_
    )
    figures = {
        "samples": lambda path: plots.samples(images, path, shape=(3, 4)),
        "reconstructions": lambda path: plots.reconstructions(images, 1 - images, path, shape=(3, 4)),
        "manifold": lambda path: plots.manifold(images[:9], path, shape=(3, 4)),
        "curve": lambda path: plots.training_curve(fitted.history_, path),
        "scatter": lambda path: plots.latent_scatter(fitted.transform(binary), path, labels=np.arange(40) % 3),
        "denoising": lambda path: plots.denoising(images, 1 - images, images / 2, path, shape=(3, 4)),
        "filters": lambda path: plots.filters(images - 0.5, path, shape=(3, 4)),
        "stack": lambda path: plots.training_curve(stack_history, path),
        "plain": lambda path: plots.latent_scatter(fitted.transform(binary), path),
    }
    for name, draw in figures.items():
        path = tmp_path / f"{name}.png"
        draw(path)
        content = path.read_bytes()
        assert content.startswith(b"\x89PNG")
        assert len(content) > 2000


def test_filters_have_a_contrast_of_their_own():
    canvas = plots.filters([[1, -2, 0, 1], [10, 0, 5, -5], [0, 0, 0, 0]]).axes[0].images[0]
    assert canvas.get_clim() == (-1, 1)
    np.testing.assert_allclose(canvas.get_array()[:2, :2], [[0.5, -1], [0, 0.5]])
    np.testing.assert_allclose(canvas.get_array()[:2, 3:], [[1, 0], [0.5, -0.5]])
    np.testing.assert_allclose(canvas.get_array()[3:, :2], 0)


def test_a_stacks_curves_have_a_panel_for_each_layer_and_one_for_fine_tuning(binary):
    history = vaelib.StackedDenoisingClassifier(
        hidden=(4, 3), pretrain_epochs=3, finetune_epochs=2, validation_fraction=0.2, random_state=0
    ).fit(binary, binary[:, 0]).history_  # fmt: skip
    panels = plots.training_curve(history).axes
    assert [panel.get_title(loc="left") for panel in panels] == ["layer 0", "layer 1", "fine-tuning"]
    assert [len(panel.lines) for panel in panels] == [1, 1, 2]
    np.testing.assert_array_equal(panels[1].lines[0].get_ydata(), history["loss"][3:6])


def test_unsuitable_arguments():
    with pytest.raises(ValueError, match="different shapes"):
        plots.reconstructions(np.zeros((2, 4)), np.zeros((3, 4)))
    with pytest.raises(ValueError, match="two latents"):
        plots.latent_scatter(np.zeros((5, 1)))
