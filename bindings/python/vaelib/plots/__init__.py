"""Pictures of data, models and training, drawn with matplotlib (``pip install matplotlib``).

A function draws where ``ax`` or ``figure`` says, and returns that; by default it makes a figure, which a notebook shows
and ``plt.show()`` opens. ``path`` writes it to a file. Colours of text and background are those of the style in use,
``plt.style.use("dark_background")`` included.
"""

try:
    import matplotlib.figure  # noqa: F401
except ImportError as error:
    raise ImportError("vaelib.plots needs matplotlib: pip install matplotlib") from error

from vaelib.plots.curves import training_curve
from vaelib.plots.images import image_grid
from vaelib.plots.latents import latent_pairs, latent_scatter
from vaelib.plots.of_latents import latent_kl, traversals
from vaelib.plots.of_models import denoising, filters, interpolation, manifold, reconstructions, samples
from vaelib.plots.pictures import image_shape, tile
from vaelib.plots.tables import explanation

__all__ = [
    "denoising",
    "explanation",
    "filters",
    "image_grid",
    "image_shape",
    "interpolation",
    "latent_kl",
    "latent_pairs",
    "latent_scatter",
    "manifold",
    "reconstructions",
    "samples",
    "tile",
    "training_curve",
    "traversals",
]
