"""The structures and enumerations of vaelib.h, in its order."""

from __future__ import annotations

import ctypes
from ctypes import POINTER, c_char, c_char_p, c_double, c_int, c_size_t, c_ssize_t, c_uint64, c_void_p
from typing import TypeVar

StructureType = TypeVar("StructureType", bound=ctypes.Structure)

UINT8, INT8, INT16, INT32, INT64, FLOAT32, FLOAT64 = range(7)
"""vaelib_dtype."""
PROGRESS_STEP, PROGRESS_EPOCH = range(2)
"""vaelib_progress_kind."""
CHOICES = {"mean": 0, "sample": 1}
"""vaelib_choice."""


class Parameter(ctypes.Structure):
    """vaelib_parameter."""

    _fields_ = [
        ("struct_size", c_size_t),
        ("name", c_char_p),
        ("group", c_char_p),
        ("type", c_char_p),
        ("default_value", c_char_p),
        ("allowed", c_char_p),
        ("meaning", c_char_p),
    ]


class Array(ctypes.Structure):
    """vaelib_array."""

    _fields_ = [
        ("struct_size", c_size_t),
        ("buffer", c_void_p),
        ("buffer_bytes", c_size_t),
        ("offset", c_size_t),
        ("dtype", c_int),
        ("rows", c_size_t),
        ("columns", c_size_t),
        ("row_stride", c_ssize_t),
        ("column_stride", c_ssize_t),
        ("scale", c_double),
        ("shift", c_double),
    ]


class DatasetOptions(ctypes.Structure):
    """vaelib_dataset_options."""

    _fields_ = [
        ("struct_size", c_size_t),
        ("scale", c_double),
        ("shift", c_double),
        ("labels", c_char_p),
        ("memory_budget", c_size_t),
        ("labels_path", c_char_p),
        ("check_in_child", c_int),
    ]


class FileReport(ctypes.Structure):
    """vaelib_file_report."""

    _fields_ = [
        ("struct_size", c_size_t),
        ("kind", c_char_p),
        ("format_version", c_size_t),
        ("vaelib_version", c_char * 64),
        ("byte_count", c_uint64),
        ("datasets_read", c_size_t),
        ("datasets_unread", c_size_t),
    ]


class DatasetInfo(ctypes.Structure):
    """vaelib_dataset_info."""

    _fields_ = [
        ("struct_size", c_size_t),
        ("rows", c_size_t),
        ("columns", c_size_t),
        ("dtype", c_int),
        ("scale", c_double),
        ("shift", c_double),
        ("has_labels", c_int),
        ("in_memory", c_int),
    ]


class WriterConfig(ctypes.Structure):
    """vaelib_writer_config."""

    _fields_ = [
        ("struct_size", c_size_t),
        ("dtype", c_int),
        ("shape", POINTER(c_size_t)),
        ("shape_count", c_size_t),
        ("compression", c_size_t),
        ("chunk_rows", c_size_t),
    ]


class VAEConfig(ctypes.Structure):
    """vaelib_vae_config."""

    _fields_ = [
        ("struct_size", c_size_t),
        ("data_dim", c_size_t),
        ("latent_dim", c_size_t),
        ("hidden", POINTER(c_size_t)),
        ("hidden_count", c_size_t),
        ("decoder_hidden", POINTER(c_size_t)),
        ("decoder_hidden_count", c_size_t),
        ("activation", c_char_p),
        ("likelihood", c_char_p),
        ("variance", c_char_p),
        ("mean_activation", c_char_p),
        ("noise_stddev", c_double),
        ("stddev_floor", c_double),
        ("initializer", c_char_p),
        ("initializer_stddev", c_double),
        ("seed", c_uint64),
    ]


class ModelInfo(ctypes.Structure):
    """vaelib_model_info."""

    _fields_ = [
        ("struct_size", c_size_t),
        ("data_dim", c_size_t),
        ("latent_dim", c_size_t),
        ("parameter_count", c_size_t),
        ("tensor_count", c_size_t),
        ("epochs_trained", c_size_t),
        ("examples_seen", c_uint64),
        ("data_scale", c_double),
        ("data_shift", c_double),
    ]


class Tensor(ctypes.Structure):
    """vaelib_tensor."""

    _fields_ = [
        ("struct_size", c_size_t),
        ("name", c_char_p),
        ("rows", c_size_t),
        ("columns", c_size_t),
        ("offset", c_size_t),
    ]


class CheckpointConfig(ctypes.Structure):
    """vaelib_checkpoint_config."""

    _fields_ = [
        ("struct_size", c_size_t),
        ("path", c_char_p),
        ("every_seconds", c_double),
        ("every_epochs", c_size_t),
        ("every_steps", c_size_t),
        ("resume", c_int),
    ]


class CheckpointInfo(ctypes.Structure):
    """vaelib_checkpoint_info."""

    _fields_ = [
        ("struct_size", c_size_t),
        ("kind", c_char_p),
        ("phase", c_char_p),
        ("layer", c_size_t),
        ("epoch", c_size_t),
        ("epochs", c_size_t),
        ("examples", c_size_t),
        ("examples_per_epoch", c_size_t),
        ("complete", c_int),
        ("seed", c_uint64),
    ]


class TrainingConfig(ctypes.Structure):
    """vaelib_training_config."""

    _fields_ = [
        ("struct_size", c_size_t),
        ("epochs", c_size_t),
        ("batch_size", c_size_t),
        ("estimator", c_char_p),
        ("samples", c_size_t),
        ("beta", c_double),
        ("kl_warmup_epochs", c_double),
        ("binarization", c_char_p),
        ("optimizer", c_char_p),
        ("learning_rate", c_double),
        ("momentum", c_double),
        ("nesterov", c_size_t),
        ("beta1", c_double),
        ("beta2", c_double),
        ("epsilon", c_double),
        ("schedule", c_char_p),
        ("schedule_epochs", c_double),
        ("schedule_factor", c_double),
        ("warmup_epochs", c_double),
        ("weight_decay", c_double),
        ("gradient_clip_norm", c_double),
        ("patience", c_size_t),
        ("dropout", c_double),
        ("seed", c_uint64),
        ("checkpoint", POINTER(CheckpointConfig)),
    ]


class HistoryRecord(ctypes.Structure):
    """vaelib_history_record."""

    _fields_ = [
        ("struct_size", c_size_t),
        ("epoch", c_size_t),
        ("examples_seen", c_uint64),
        ("loss", c_double),
        ("elbo", c_double),
        ("reconstruction", c_double),
        ("kl", c_double),
        ("validation_elbo", c_double),
        ("validation_reconstruction", c_double),
        ("validation_kl", c_double),
        ("kl_weight", c_double),
        ("learning_rate", c_double),
        ("seconds", c_double),
    ]


class Progress(ctypes.Structure):
    """vaelib_progress."""

    _fields_ = [
        ("struct_size", c_size_t),
        ("kind", c_int),
        ("epoch", c_size_t),
        ("epochs", c_size_t),
        ("examples", c_size_t),
        ("examples_per_epoch", c_size_t),
        ("record", HistoryRecord),
    ]


class EvaluationConfig(ctypes.Structure):
    """vaelib_evaluation_config."""

    _fields_ = [
        ("struct_size", c_size_t),
        ("samples", c_size_t),
        ("estimator", c_char_p),
        ("binarization", c_char_p),
        ("seed", c_uint64),
    ]


class StepResult(ctypes.Structure):
    """vaelib_step_result."""

    _fields_ = [
        ("struct_size", c_size_t),
        ("loss", c_double),
        ("elbo", c_double),
        ("reconstruction", c_double),
        ("kl", c_double),
        ("kl_weight", c_double),
        ("learning_rate", c_double),
        ("gradient_norm", c_double),
    ]


class DatasetHandle(ctypes.Structure):
    """vaelib_dataset, opaque."""


class WriterHandle(ctypes.Structure):
    """vaelib_writer, opaque."""


class ModelHandle(ctypes.Structure):
    """vaelib_model, opaque."""


class TrainerHandle(ctypes.Structure):
    """vaelib_trainer, opaque."""


ProgressFunction = ctypes.CFUNCTYPE(c_int, POINTER(Progress), c_void_p)
"""vaelib_progress_fn."""


def sized(structure: type[StructureType]) -> StructureType:
    """An empty structure that tells its size, as the header asks of every structure."""
    return structure(struct_size=ctypes.sizeof(structure))
