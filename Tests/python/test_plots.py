"""The pictures: what is laid out where, and that files are written."""

import numpy as np
import pytest

pytest.importorskip("matplotlib")

from vaelib import plots


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
    figures = {
        "samples": lambda path: plots.samples(images, path, shape=(3, 4)),
        "reconstructions": lambda path: plots.reconstructions(images, 1 - images, path, shape=(3, 4)),
        "manifold": lambda path: plots.manifold(images[:9], path, shape=(3, 4)),
        "curve": lambda path: plots.training_curve(fitted.history_, path),
        "scatter": lambda path: plots.latent_scatter(fitted.transform(binary), path, labels=np.arange(40) % 3),
        "plain": lambda path: plots.latent_scatter(fitted.transform(binary), path),
    }
    for name, draw in figures.items():
        path = tmp_path / f"{name}.png"
        draw(path)
        content = path.read_bytes()
        assert content.startswith(b"\x89PNG")
        assert len(content) > 2000


def test_unsuitable_arguments():
    with pytest.raises(ValueError, match="different shapes"):
        plots.reconstructions(np.zeros((2, 4)), np.zeros((3, 4)))
    with pytest.raises(ValueError, match="two latents"):
        plots.latent_scatter(np.zeros((5, 1)))
