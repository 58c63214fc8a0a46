"""Exchange of weights with other frameworks: dense layers of PyTorch and Keras in, files for Keras out."""

from vaelib.interchange.keras_weights import export_keras_weights
from vaelib.interchange.stack import stack_from_dense_layers
from vaelib.interchange.unstandardized import unstandardized_weights
from vaelib.interchange.vae import vae_from_dense_layers

__all__ = ["export_keras_weights", "stack_from_dense_layers", "unstandardized_weights", "vae_from_dense_layers"]
