"""scikit-learn's PCA.transform: as many codes of the same examples, but linear ones, which are much less work."""

from __future__ import annotations

from sklearn.decomposition import PCA

from speed.measurement import Operation
from speed.tasks import Query


def encode(task: Query) -> Operation:
    """Codes; they are not those of the encoder, so there is no answer to compare."""
    network = task.network
    pca = PCA(network.latent, random_state=0).fit(network.examples(1000, 1))

    def ask(number: int) -> None:
        pca.transform(task.examples)

    return ask
