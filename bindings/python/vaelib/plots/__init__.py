"""Pictures of data, models and training, as matplotlib figures; needs matplotlib (``pip install matplotlib``).

Every function returns a ``matplotlib.figure.Figure`` and, given a ``path``, also writes it there. No window is opened
and matplotlib's global state is not touched.
"""

try:
    import matplotlib.figure  # noqa: F401
except ImportError as error:
    raise ImportError("vaelib.plots needs matplotlib: pip install matplotlib") from error

from vaelib.plots.curves import training_curve
from vaelib.plots.images import (
    denoising,
    filters,
    image_grid,
    image_shape,
    manifold,
    reconstructions,
    samples,
    tile,
)
from vaelib.plots.latents import latent_scatter

__all__ = [
    "denoising",
    "filters",
    "image_grid",
    "image_shape",
    "latent_scatter",
    "manifold",
    "reconstructions",
    "samples",
    "tile",
    "training_curve",
]
