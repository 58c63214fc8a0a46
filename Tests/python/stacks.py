"""What the tests of stacks share: estimators whose weights the oracle knows."""

import dataclasses

import numpy as np
import vaelib
from reference import stack as oracle
from vaelib._c import header
from vaelib._c.calls import defaults
from vaelib._c.configurations import values_of

#: The parameters of a layer, as the library has them, but for what its data would decide.
LAYER_DEFAULTS = values_of(defaults(header.LayerConfig)) | {"activation": "sigmoid", "loss": "cross_entropy"}


class StackPair:
    """An estimator with random weights, and the oracle's layers and float64 weights of the same stack.

    ``layers`` are dictionaries of the layers' own parameters; ``options`` are the estimator's other ones. The oracle
    takes columns as they are.
    """

    def __init__(self, data_dim, layers, kind=vaelib.StackedDenoisingAutoencoder, seed=1, **options):
        self.seed, self.data_dim = seed, data_dim
        names = sorted({"activation", "loss"} | {name for layer in layers for name in layer} - {"width"})
        own = {name: [layer.get(name, LAYER_DEFAULTS[name]) for layer in layers] for name in names}
        widths = [layer["width"] for layer in layers]
        own["standardize"] = False
        self.estimator = kind(hidden=widths, random_state=seed, **own, **options).initialize(data_dim)
        fields = [field.name for field in dataclasses.fields(oracle.Layer)]
        self.layers = [
            oracle.Layer(**{name: layer.get(name, LAYER_DEFAULTS.get(name)) for name in fields}) for layer in layers
        ]
        self.weights = {}
        self.randomise()

    def trainer(self, *arguments, **options):
        """A trainer; a supervised one adds the classifier, which is given random weights too."""
        trainer = vaelib.Trainer(self.estimator, *arguments, **options)
        if len(trainer.named_parameters) > len(self.weights):
            self.randomise()
        return trainer

    def randomise(self, scale=0.5):
        """New weights, the same for both."""
        random = np.random.RandomState(self.seed)
        self.weights = {
            name: random.normal(scale=scale, size=values.shape).astype(np.float32).astype(np.float64)
            for name, values in self.estimator.get_weights().items()
        }
        self.estimator.set_weights(self.weights)


def examples(rows, columns, real=False, seed=3):
    """Examples in [0, 1], or real ones."""
    random = np.random.RandomState(seed)
    return (random.normal(size=(rows, columns)) if real else random.uniform(size=(rows, columns))).astype(np.float32)


def targets_of(x):
    """A target far from 0 that can be learned."""
    left, right = np.asarray(x, dtype=np.float64).T[:2]
    return 30 + 4 * np.sin(left - right)


def labels_of(x):
    """Two classes that can be learned."""
    return np.where(x[:, 0] > x[:, 1], "left", "right")
