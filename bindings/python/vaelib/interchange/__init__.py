"""Exchange with other programs: weights in and out, models as ONNX, PyTorch modules and C, files for Keras."""

from vaelib.interchange.keras_weights import export_keras_weights
from vaelib.interchange.onnx_files import to_onnx
from vaelib.interchange.stack import stack_from_dense_layers
from vaelib.interchange.unstandardized import unstandardized_weights
from vaelib.interchange.vae import vae_from_dense_layers

__all__ = [
    "export_keras_weights",
    "stack_from_dense_layers",
    "to_onnx",
    "unstandardized_weights",
    "vae_from_dense_layers",
]
