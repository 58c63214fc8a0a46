"""AnnData and MuData objects hold several matrices; which one is meant, only the caller knows."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import vaelib


class Annotated:
    """Like AnnData, as far as numpy sees: it can be indexed without end."""

    X = np.ones((4, 3))
    obs = var = obsm = None

    def __len__(self) -> int:
        return 4

    def __getitem__(self, index: Any) -> Annotated:
        raise AssertionError("somebody looks into it")


class Multimodal(Annotated):
    """Like MuData."""

    mod: Any = None


@pytest.mark.parametrize(
    ("container", "text"),
    [(Annotated(), r"not an Annotated object.*adata\.X, adata\.layers"), (Multimodal(), r'mdata\.mod\["rna"\]\.X')],
)
def test_they_are_refused_with_what_to_pass(container: Any, text: str) -> None:
    vae = vaelib.VAE(latent_dim=1, hidden=(4,), epochs=1, random_state=0)
    for use in (vae.fit, vaelib.Dataset, vaelib.StackedDenoisingAutoencoder(epochs=1).fit):
        with pytest.raises(TypeError, match=text):
            use(container)
    vae.fit(container.X)
    for use in (vae.transform, vae.score_samples, vae.reconstruct):
        with pytest.raises(TypeError, match=text):
            use(container)
