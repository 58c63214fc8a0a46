"""Exchange with other programs: weights in and out, models as ONNX, PyTorch modules and C, files for Keras."""

from vaelib.interchange.c_source import to_c
from vaelib.interchange.keras_weights import export_keras_weights
from vaelib.interchange.onnx_files import to_onnx
from vaelib.interchange.safetensors_files import load_safetensors, save_safetensors
from vaelib.interchange.stack import stack_from_dense_layers
from vaelib.interchange.torch_models import from_torch, to_torch
from vaelib.interchange.unstandardized import unstandardized_weights
from vaelib.interchange.vae import vae_from_dense_layers

__all__ = [
    "export_keras_weights",
    "from_torch",
    "load_safetensors",
    "save_safetensors",
    "stack_from_dense_layers",
    "to_c",
    "to_onnx",
    "to_torch",
    "unstandardized_weights",
    "vae_from_dense_layers",
]
