"""The structures and enumerations of vaelib.h that concern stacked denoising auto-encoders, in its order."""

from __future__ import annotations

import ctypes
from ctypes import POINTER, c_char_p, c_double, c_int, c_size_t, c_uint64, c_void_p

PHASES = {"pretraining": 0, "supervised": 1, "unsupervised": 2}
"""vaelib_phase."""


class StackHandle(ctypes.Structure):
    """vaelib_stack, opaque."""


class LayerConfig(ctypes.Structure):
    """vaelib_layer_config."""

    _fields_ = [
        ("struct_size", c_size_t),
        ("width", c_size_t),
        ("activation", c_char_p),
        ("tied", c_size_t),
        ("loss", c_char_p),
        ("corruption", c_char_p),
        ("corruption_level", c_double),
        ("corruption_range", c_char_p),
        ("corruption_low", c_double),
        ("corruption_high", c_double),
        ("corrupted_weight", c_double),
        ("untouched_weight", c_double),
        ("weight_l1", c_double),
        ("weight_l2", c_double),
        ("sparsity_target", c_double),
        ("sparsity_weight", c_double),
        ("contraction_weight", c_double),
        ("epochs", c_size_t),
        ("learning_rate", c_double),
    ]


class StackConfig(ctypes.Structure):
    """vaelib_stack_config."""

    _fields_ = [
        ("struct_size", c_size_t),
        ("data_dim", c_size_t),
        ("layers", POINTER(LayerConfig)),
        ("layer_count", c_size_t),
        ("initializer", c_char_p),
        ("initializer_stddev", c_double),
        ("seed", c_uint64),
    ]


class StackInfo(ctypes.Structure):
    """vaelib_stack_info."""

    _fields_ = [
        ("struct_size", c_size_t),
        ("data_dim", c_size_t),
        ("layer_count", c_size_t),
        ("class_count", c_size_t),
        ("parameter_count", c_size_t),
        ("tensor_count", c_size_t),
        ("data_scale", c_double),
        ("data_shift", c_double),
    ]


class StackRecord(ctypes.Structure):
    """vaelib_stack_record."""

    _fields_ = [
        ("struct_size", c_size_t),
        ("phase", c_int),
        ("layer", c_size_t),
        ("epoch", c_size_t),
        ("loss", c_double),
        ("validation_loss", c_double),
        ("error", c_double),
        ("validation_error", c_double),
        ("learning_rate", c_double),
        ("seconds", c_double),
    ]


class StackProgress(ctypes.Structure):
    """vaelib_stack_progress."""

    _fields_ = [
        ("struct_size", c_size_t),
        ("kind", c_int),
        ("epochs", c_size_t),
        ("examples", c_size_t),
        ("examples_per_epoch", c_size_t),
        ("record", StackRecord),
    ]


StackProgressFunction = ctypes.CFUNCTYPE(c_int, POINTER(StackProgress), c_void_p)
"""vaelib_stack_progress_fn."""
