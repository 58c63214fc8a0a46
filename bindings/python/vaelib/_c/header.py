"""The C header: its enumerations, structures and functions, in its order.

Written by scripts/generate-python.py; changes belong into include/vaelib.h.
"""

from __future__ import annotations

import ctypes
from ctypes import (
    CFUNCTYPE,
    POINTER,
    c_char,
    c_char_p,
    c_double,
    c_float,
    c_int,
    c_int64,
    c_size_t,
    c_ssize_t,
    c_uint64,
    c_void_p,
)
from typing import Any, ClassVar

#: VAELIB_ABI_VERSION.
ABI_VERSION = 0

#: vaelib_status.
STATUS = {
    "ok": 0,
    "invalid_argument": 1,
    "invalid_handle": 2,
    "out_of_memory": 3,
    "busy": 4,
    "cancelled": 5,
    "file_error": 6,
    "format_error": 7,
    "data_error": 8,
    "numerical_error": 9,
    "internal_error": 10,
}

#: vaelib_dtype.
DTYPE = {
    "uint8": 0,
    "int8": 1,
    "int16": 2,
    "int32": 3,
    "int64": 4,
    "float32": 5,
    "float64": 6,
}

#: vaelib_phase.
PHASE = {
    "pretraining": 0,
    "supervised": 1,
    "unsupervised": 2,
    "fit": 3,
    "query": 4,
}

#: vaelib_progress_kind.
PROGRESS_KIND = {
    "step": 0,
    "epoch": 1,
}

#: vaelib_choice.
CHOICE = {
    "mean": 0,
    "sample": 1,
}


class Dataset(ctypes.Structure):
    """vaelib_dataset, opaque."""


class Writer(ctypes.Structure):
    """vaelib_writer, opaque."""


class Model(ctypes.Structure):
    """vaelib_model, opaque."""


class Trainer(ctypes.Structure):
    """vaelib_trainer, opaque."""


class Parameter(ctypes.Structure):
    """vaelib_parameter."""

    c_name: ClassVar[str] = "vaelib_parameter"
    _fields_ = [
        ("struct_size", c_size_t),
        ("name", c_char_p),
        ("group", c_char_p),
        ("type", c_char_p),
        ("default_value", c_char_p),
        ("allowed", c_char_p),
        ("meaning", c_char_p),
        ("phases", c_char_p),
    ]


class Array(ctypes.Structure):
    """vaelib_array."""

    c_name: ClassVar[str] = "vaelib_array"
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


class Csr(ctypes.Structure):
    """vaelib_csr."""

    c_name: ClassVar[str] = "vaelib_csr"
    _fields_ = [
        ("struct_size", c_size_t),
        ("data", c_void_p),
        ("dtype", c_int),
        ("index_dtype", c_int),
        ("indices", c_void_p),
        ("indptr", c_void_p),
        ("rows", c_size_t),
        ("columns", c_size_t),
        ("entries", c_size_t),
        ("scale", c_double),
        ("shift", c_double),
    ]


#: vaelib_stop_fn.
StopFn = CFUNCTYPE(c_int, c_void_p)


class DatasetOptions(ctypes.Structure):
    """vaelib_dataset_options."""

    c_name: ClassVar[str] = "vaelib_dataset_options"
    _fields_ = [
        ("struct_size", c_size_t),
        ("scale", c_double),
        ("shift", c_double),
        ("labels", c_char_p),
        ("memory_budget", c_size_t),
        ("labels_path", c_char_p),
        ("check_in_child", c_int),
        ("row_axis", c_size_t),
        ("columns", POINTER(c_char_p)),
        ("column_count", c_size_t),
        ("ignore_conventions", c_int),
        ("window", c_size_t),
        ("window_step", c_size_t),
        ("external_folders", POINTER(c_char_p)),
        ("external_folder_count", c_size_t),
        ("weights", c_char_p),
        ("weights_path", c_char_p),
        ("should_stop", StopFn),
        ("user_data", c_void_p),
    ]


class DatasetInfo(ctypes.Structure):
    """vaelib_dataset_info."""

    c_name: ClassVar[str] = "vaelib_dataset_info"
    _fields_ = [
        ("struct_size", c_size_t),
        ("rows", c_size_t),
        ("columns", c_size_t),
        ("dtype", c_int),
        ("scale", c_double),
        ("shift", c_double),
        ("has_labels", c_int),
        ("in_memory", c_int),
        ("conventions", c_char_p),
        ("target_columns", c_size_t),
        ("head", c_char_p),
        ("sparse", c_int),
        ("stored_numbers", c_size_t),
        ("memory_bytes", c_size_t),
        ("has_weights", c_int),
    ]


class WriterConfig(ctypes.Structure):
    """vaelib_writer_config."""

    c_name: ClassVar[str] = "vaelib_writer_config"
    _fields_ = [
        ("struct_size", c_size_t),
        ("dtype", c_int),
        ("shape", POINTER(c_size_t)),
        ("shape_count", c_size_t),
        ("compression", c_size_t),
        ("chunk_rows", c_size_t),
    ]


class FileReport(ctypes.Structure):
    """vaelib_file_report."""

    c_name: ClassVar[str] = "vaelib_file_report"
    _fields_ = [
        ("struct_size", c_size_t),
        ("kind", c_char_p),
        ("format_version", c_size_t),
        ("vaelib_version", c_char * 64),
        ("byte_count", c_uint64),
        ("datasets_read", c_size_t),
        ("datasets_unread", c_size_t),
    ]


class ModelInfo(ctypes.Structure):
    """vaelib_model_info."""

    c_name: ClassVar[str] = "vaelib_model_info"
    _fields_ = [
        ("struct_size", c_size_t),
        ("kind", c_char_p),
        ("data_dim", c_size_t),
        ("latent_dim", c_size_t),
        ("condition_count", c_size_t),
        ("layer_count", c_size_t),
        ("output_count", c_size_t),
        ("parameter_count", c_size_t),
        ("tensor_count", c_size_t),
        ("history_epochs", c_size_t),
        ("history_columns", c_size_t),
        ("examples_seen", c_uint64),
        ("data_scale", c_double),
        ("data_shift", c_double),
        ("has_variance", c_int),
        ("head", c_char_p),
    ]


class Tensor(ctypes.Structure):
    """vaelib_tensor."""

    c_name: ClassVar[str] = "vaelib_tensor"
    _fields_ = [
        ("struct_size", c_size_t),
        ("name", c_char_p),
        ("rows", c_size_t),
        ("columns", c_size_t),
        ("offset", c_size_t),
    ]


class CheckpointConfig(ctypes.Structure):
    """vaelib_checkpoint_config."""

    c_name: ClassVar[str] = "vaelib_checkpoint_config"
    _fields_ = [
        ("struct_size", c_size_t),
        ("path", c_char_p),
        ("every_seconds", c_double),
        ("every_epochs", c_size_t),
        ("every_steps", c_size_t),
        ("resume", c_int),
        ("check_in_child", c_int),
    ]


class TrainingConfig(ctypes.Structure):
    """vaelib_training_config."""

    c_name: ClassVar[str] = "vaelib_training_config"
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
        ("monitor", c_char_p),
        ("validation_fraction", c_double),
        ("validation_split", c_char_p),
        ("dropout", c_double),
        ("seed", c_uint64),
        ("checkpoint", POINTER(CheckpointConfig)),
        ("trim_fraction", c_double),
        ("hide_fraction", c_double),
    ]


class Metric(ctypes.Structure):
    """vaelib_metric."""

    c_name: ClassVar[str] = "vaelib_metric"
    _fields_ = [
        ("name", c_char_p),
        ("value", c_double),
    ]


class Progress(ctypes.Structure):
    """vaelib_progress."""

    c_name: ClassVar[str] = "vaelib_progress"
    _fields_ = [
        ("struct_size", c_size_t),
        ("kind", c_int),
        ("phase", c_int),
        ("layer", c_size_t),
        ("epoch", c_size_t),
        ("epochs", c_size_t),
        ("examples", c_size_t),
        ("examples_per_epoch", c_size_t),
        ("metrics", POINTER(Metric)),
        ("metric_count", c_size_t),
    ]


#: vaelib_progress_fn.
ProgressFn = CFUNCTYPE(c_int, POINTER(Progress), c_void_p)


class CheckpointInfo(ctypes.Structure):
    """vaelib_checkpoint_info."""

    c_name: ClassVar[str] = "vaelib_checkpoint_info"
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


class HistoryColumn(ctypes.Structure):
    """vaelib_history_column."""

    c_name: ClassVar[str] = "vaelib_history_column"
    _fields_ = [
        ("struct_size", c_size_t),
        ("name", c_char_p),
        ("type", c_char_p),
    ]


class ColumnGroup(ctypes.Structure):
    """vaelib_column_group."""

    c_name: ClassVar[str] = "vaelib_column_group"
    _fields_ = [
        ("struct_size", c_size_t),
        ("columns", c_size_t),
        ("likelihood", c_char_p),
        ("classes", c_size_t),
        ("condition", c_size_t),
        ("size_factor", c_size_t),
        ("variance", c_char_p),
        ("mean_activation", c_char_p),
        ("noise_stddev", c_double),
        ("stddev_floor", c_double),
        ("degrees_of_freedom", c_double),
        ("standardize", c_size_t),
        ("count_mean", c_char_p),
        ("standardize_by", c_char_p),
    ]


class VAEConfig(ctypes.Structure):
    """vaelib_vae_config."""

    c_name: ClassVar[str] = "vaelib_vae_config"
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
        ("missing", c_char_p),
        ("variance", c_char_p),
        ("mean_activation", c_char_p),
        ("noise_stddev", c_double),
        ("stddev_floor", c_double),
        ("degrees_of_freedom", c_double),
        ("standardize", c_size_t),
        ("count_mean", c_char_p),
        ("standardize_by", c_char_p),
        ("initializer", c_char_p),
        ("initializer_stddev", c_double),
        ("seed", c_uint64),
        ("column_groups", POINTER(ColumnGroup)),
        ("column_group_count", c_size_t),
    ]


class EvaluationConfig(ctypes.Structure):
    """vaelib_evaluation_config."""

    c_name: ClassVar[str] = "vaelib_evaluation_config"
    _fields_ = [
        ("struct_size", c_size_t),
        ("samples", c_size_t),
        ("estimator", c_char_p),
        ("binarization", c_char_p),
        ("seed", c_uint64),
        ("common_noise", c_size_t),
    ]


class ImputationConfig(ctypes.Structure):
    """vaelib_imputation_config."""

    c_name: ClassVar[str] = "vaelib_imputation_config"
    _fields_ = [
        ("struct_size", c_size_t),
        ("method", c_char_p),
        ("estimate", c_char_p),
        ("samples", c_size_t),
        ("imputations", c_size_t),
        ("seed", c_uint64),
    ]


class LayerConfig(ctypes.Structure):
    """vaelib_layer_config."""

    c_name: ClassVar[str] = "vaelib_layer_config"
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

    c_name: ClassVar[str] = "vaelib_stack_config"
    _fields_ = [
        ("struct_size", c_size_t),
        ("data_dim", c_size_t),
        ("layers", POINTER(LayerConfig)),
        ("layer_count", c_size_t),
        ("standardize", c_size_t),
        ("initializer", c_char_p),
        ("initializer_stddev", c_double),
        ("seed", c_uint64),
    ]


class BatchPlace(ctypes.Structure):
    """vaelib_batch_place."""

    c_name: ClassVar[str] = "vaelib_batch_place"
    _fields_ = [
        ("struct_size", c_size_t),
        ("global_rows", c_size_t),
        ("first_row", c_size_t),
    ]


class Metrics(ctypes.Structure):
    """vaelib_metrics."""

    c_name: ClassVar[str] = "vaelib_metrics"
    _fields_ = [
        ("struct_size", c_size_t),
        ("count", c_size_t),
        ("values", Metric * 32),
    ]


#: name: (result type, argument types)
FUNCTIONS: dict[str, tuple[Any, list[Any]]] = {
    "vaelib_version": (c_char_p, []),
    "vaelib_abi_version": (c_int, []),
    "vaelib_status_name": (c_char_p, [c_int]),
    "vaelib_last_error": (c_char_p, []),
    "vaelib_handle_last_error": (c_size_t, [c_void_p, c_char_p, c_size_t]),
    "vaelib_last_warning": (c_char_p, []),
    "vaelib_profiling_set": (c_int, [c_int]),
    "vaelib_last_profile": (c_char_p, []),
    "vaelib_threads_set": (c_int, [c_size_t]),
    "vaelib_threads_get": (c_size_t, []),
    "vaelib_cpu_description": (c_char_p, []),
    "vaelib_parameter_count": (c_size_t, []),
    "vaelib_parameter_describe": (c_int, [c_size_t, POINTER(Parameter)]),
    "vaelib_array_init": (c_int, [POINTER(Array), c_void_p, c_int, c_size_t, c_size_t]),
    "vaelib_dataset_options_init": (c_int, [POINTER(DatasetOptions)]),
    "vaelib_dataset_from_array": (c_int, [POINTER(Array), POINTER(Array), POINTER(POINTER(Dataset))]),
    "vaelib_dataset_from_csr": (c_int, [POINTER(Csr), POINTER(Array), POINTER(POINTER(Dataset))]),
    "vaelib_dataset_open": (c_int, [c_char_p, c_char_p, POINTER(DatasetOptions), POINTER(POINTER(Dataset))]),
    "vaelib_dataset_list": (c_int, [c_char_p, c_int, c_char_p, c_size_t, POINTER(c_size_t)]),
    "vaelib_dataset_slice": (c_int, [POINTER(Dataset), c_size_t, c_size_t, POINTER(POINTER(Dataset))]),
    "vaelib_dataset_select": (c_int, [POINTER(Dataset), POINTER(c_size_t), c_size_t, POINTER(POINTER(Dataset))]),
    "vaelib_dataset_concatenate": (c_int, [POINTER(POINTER(Dataset)), c_size_t, POINTER(POINTER(Dataset))]),
    "vaelib_dataset_split": (
        c_int,
        [POINTER(Dataset), c_double, c_uint64, c_int, POINTER(POINTER(Dataset)), POINTER(POINTER(Dataset))],
    ),
    "vaelib_dataset_relabel": (c_int, [POINTER(Dataset), POINTER(Array), POINTER(POINTER(Dataset))]),
    "vaelib_dataset_with_targets": (c_int, [POINTER(Dataset), POINTER(Dataset), c_char_p, POINTER(POINTER(Dataset))]),
    "vaelib_dataset_with_weights": (c_int, [POINTER(Dataset), POINTER(Array), POINTER(POINTER(Dataset))]),
    "vaelib_dataset_with_columns": (c_int, [POINTER(Dataset), POINTER(Dataset), POINTER(POINTER(Dataset))]),
    "vaelib_dataset_describe": (c_int, [POINTER(Dataset), POINTER(DatasetInfo)]),
    "vaelib_dataset_read": (c_int, [POINTER(Dataset), POINTER(c_float), c_size_t]),
    "vaelib_dataset_read_labels": (c_int, [POINTER(Dataset), POINTER(c_int64), c_size_t]),
    "vaelib_dataset_read_weights": (c_int, [POINTER(Dataset), POINTER(c_float), c_size_t]),
    "vaelib_dataset_get_class_names": (
        c_int,
        [POINTER(Dataset), POINTER(c_char_p), POINTER(POINTER(c_char_p)), POINTER(c_size_t)],
    ),
    "vaelib_dataset_free": (None, [POINTER(Dataset)]),
    "vaelib_writer_config_init": (c_int, [POINTER(WriterConfig)]),
    "vaelib_writer_create": (c_int, [c_char_p, POINTER(POINTER(Writer))]),
    "vaelib_writer_add": (c_int, [POINTER(Writer), c_char_p, POINTER(WriterConfig)]),
    "vaelib_writer_append": (c_int, [POINTER(Writer), c_char_p, POINTER(Array)]),
    "vaelib_writer_finish": (c_int, [POINTER(Writer)]),
    "vaelib_writer_free": (None, [POINTER(Writer)]),
    "vaelib_file_verify": (c_int, [c_char_p, c_int, POINTER(FileReport)]),
    "vaelib_model_kind": (c_int, [POINTER(Model), POINTER(c_char_p)]),
    "vaelib_model_describe": (c_int, [POINTER(Model), POINTER(ModelInfo)]),
    "vaelib_model_copy": (c_int, [POINTER(Model), POINTER(POINTER(Model))]),
    "vaelib_model_save": (c_int, [POINTER(Model), c_char_p]),
    "vaelib_model_load": (c_int, [c_char_p, c_int, POINTER(POINTER(Model))]),
    "vaelib_model_save_to_memory": (c_int, [POINTER(Model), POINTER(c_void_p), POINTER(c_size_t)]),
    "vaelib_model_load_from_memory": (c_int, [c_void_p, c_size_t, POINTER(POINTER(Model))]),
    "vaelib_memory_free": (None, [c_void_p]),
    "vaelib_model_describe_tensor": (c_int, [POINTER(Model), c_size_t, POINTER(Tensor)]),
    "vaelib_model_get_parameters": (c_int, [POINTER(Model), POINTER(c_float), c_size_t]),
    "vaelib_model_set_parameters": (c_int, [POINTER(Model), POINTER(c_float), c_size_t]),
    "vaelib_model_standardize": (c_int, [POINTER(Model), POINTER(Dataset)]),
    "vaelib_model_set_column_names": (c_int, [POINTER(Model), c_char_p, POINTER(c_char_p), c_size_t]),
    "vaelib_model_get_column_names": (
        c_int,
        [POINTER(Model), POINTER(c_char_p), POINTER(POINTER(c_char_p)), POINTER(c_size_t)],
    ),
    "vaelib_model_set_column_types": (c_int, [POINTER(Model), POINTER(c_char_p), c_size_t]),
    "vaelib_model_get_column_types": (c_int, [POINTER(Model), POINTER(POINTER(c_char_p)), POINTER(c_size_t)]),
    "vaelib_model_cancel": (c_int, [POINTER(Model)]),
    "vaelib_model_recover": (c_int, [POINTER(Model)]),
    "vaelib_model_free": (None, [POINTER(Model)]),
    "vaelib_metric_find": (c_double, [POINTER(Metric), c_size_t, c_char_p]),
    "vaelib_training_config_init": (c_int, [POINTER(TrainingConfig)]),
    "vaelib_checkpoint_config_init": (c_int, [POINTER(CheckpointConfig)]),
    "vaelib_checkpoint_describe": (c_int, [c_char_p, c_int, POINTER(CheckpointInfo)]),
    "vaelib_model_get_training_config": (c_int, [POINTER(Model), c_int, POINTER(TrainingConfig)]),
    "vaelib_model_describe_history": (c_int, [POINTER(Model), c_size_t, POINTER(HistoryColumn)]),
    "vaelib_model_get_history": (c_int, [POINTER(Model), c_char_p, POINTER(c_double), c_size_t]),
    "vaelib_column_group_init": (c_int, [POINTER(ColumnGroup)]),
    "vaelib_column_groups_resolve": (c_int, [POINTER(ColumnGroup), c_size_t, POINTER(Dataset)]),
    "vaelib_vae_config_init": (c_int, [POINTER(VAEConfig)]),
    "vaelib_vae_config_resolve": (c_int, [POINTER(VAEConfig), POINTER(Dataset)]),
    "vaelib_vae_create": (c_int, [POINTER(VAEConfig), POINTER(POINTER(Model))]),
    "vaelib_vae_get_config": (c_int, [POINTER(Model), POINTER(VAEConfig)]),
    "vaelib_vae_set_category_names": (c_int, [POINTER(Model), c_size_t, c_char_p, POINTER(c_char_p), c_size_t]),
    "vaelib_vae_get_category_names": (
        c_int,
        [POINTER(Model), c_size_t, POINTER(c_char_p), POINTER(POINTER(c_char_p)), POINTER(c_size_t)],
    ),
    "vaelib_vae_fit": (
        c_int,
        [POINTER(Model), POINTER(Dataset), POINTER(Dataset), POINTER(TrainingConfig), ProgressFn, c_void_p],
    ),
    "vaelib_vae_encode": (c_int, [POINTER(Model), POINTER(Dataset), POINTER(c_float), POINTER(c_float), c_size_t]),
    "vaelib_vae_encode_sample": (c_int, [POINTER(Model), POINTER(Dataset), c_uint64, POINTER(c_float), c_size_t]),
    "vaelib_vae_decode": (
        c_int,
        [POINTER(Model), POINTER(Dataset), POINTER(Dataset), POINTER(c_float), POINTER(c_float), c_size_t],
    ),
    "vaelib_vae_decode_sample": (
        c_int,
        [POINTER(Model), POINTER(Dataset), POINTER(Dataset), c_uint64, POINTER(c_float), c_size_t],
    ),
    "vaelib_vae_reconstruct": (c_int, [POINTER(Model), POINTER(Dataset), c_int, c_uint64, POINTER(c_float), c_size_t]),
    "vaelib_vae_sample": (
        c_int,
        [POINTER(Model), c_size_t, POINTER(Dataset), c_int, c_uint64, POINTER(c_float), c_size_t],
    ),
    "vaelib_evaluation_config_init": (c_int, [POINTER(EvaluationConfig)]),
    "vaelib_vae_estimate_elbo": (
        c_int,
        [
            POINTER(Model),
            POINTER(Dataset),
            POINTER(EvaluationConfig),
            ProgressFn,
            c_void_p,
            POINTER(c_double),
            POINTER(c_double),
            POINTER(c_double),
            c_size_t,
        ],
    ),
    "vaelib_vae_estimate_log_likelihood": (
        c_int,
        [
            POINTER(Model),
            POINTER(Dataset),
            POINTER(EvaluationConfig),
            ProgressFn,
            c_void_p,
            POINTER(c_double),
            POINTER(c_double),
            c_size_t,
        ],
    ),
    "vaelib_vae_estimate_column_terms": (
        c_int,
        [
            POINTER(Model),
            POINTER(Dataset),
            POINTER(EvaluationConfig),
            ProgressFn,
            c_void_p,
            POINTER(c_double),
            c_size_t,
        ],
    ),
    "vaelib_imputation_config_init": (c_int, [POINTER(ImputationConfig)]),
    "vaelib_vae_impute": (
        c_int,
        [POINTER(Model), POINTER(Dataset), POINTER(ImputationConfig), ProgressFn, c_void_p, POINTER(c_float), c_size_t],
    ),
    "vaelib_vae_interpolate": (
        c_int,
        [POINTER(Model), POINTER(Dataset), c_size_t, c_size_t, c_size_t, POINTER(c_float), c_size_t],
    ),
    "vaelib_vae_draw_manifold": (c_int, [POINTER(Model), c_size_t, POINTER(Dataset), POINTER(c_float), c_size_t]),
    "vaelib_vae_encode_rows": (
        c_int,
        [POINTER(Model), POINTER(c_float), c_size_t, POINTER(c_float), POINTER(c_float), c_size_t],
    ),
    "vaelib_vae_decode_rows": (
        c_int,
        [POINTER(Model), POINTER(c_float), c_size_t, POINTER(c_float), POINTER(c_float), POINTER(c_float), c_size_t],
    ),
    "vaelib_layer_config_init": (c_int, [POINTER(LayerConfig)]),
    "vaelib_stack_config_init": (c_int, [POINTER(StackConfig)]),
    "vaelib_layer_config_resolve": (c_int, [POINTER(LayerConfig), POINTER(Dataset)]),
    "vaelib_stack_create": (c_int, [POINTER(StackConfig), POINTER(POINTER(Model))]),
    "vaelib_stack_get_config": (c_int, [POINTER(Model), POINTER(StackConfig)]),
    "vaelib_stack_add_head": (c_int, [POINTER(Model), c_char_p, c_size_t]),
    "vaelib_stack_set_class_names": (c_int, [POINTER(Model), c_char_p, POINTER(c_char_p), c_size_t]),
    "vaelib_stack_get_class_names": (
        c_int,
        [POINTER(Model), POINTER(c_char_p), POINTER(POINTER(c_char_p)), POINTER(c_size_t)],
    ),
    "vaelib_stack_pretrain": (c_int, [POINTER(Model), POINTER(Dataset), POINTER(TrainingConfig), ProgressFn, c_void_p]),
    "vaelib_stack_finetune": (
        c_int,
        [POINTER(Model), POINTER(Dataset), POINTER(Dataset), c_int, POINTER(TrainingConfig), ProgressFn, c_void_p],
    ),
    "vaelib_stack_corrupt": (
        c_int,
        [POINTER(Model), POINTER(Dataset), c_size_t, c_uint64, c_size_t, POINTER(c_float), c_size_t],
    ),
    "vaelib_stack_encode": (c_int, [POINTER(Model), POINTER(Dataset), c_size_t, POINTER(c_float), c_size_t]),
    "vaelib_stack_decode": (c_int, [POINTER(Model), POINTER(Dataset), c_size_t, POINTER(c_float), c_size_t]),
    "vaelib_stack_reconstruct": (c_int, [POINTER(Model), POINTER(Dataset), c_size_t, POINTER(c_float), c_size_t]),
    "vaelib_stack_compute_reconstruction_error": (
        c_int,
        [POINTER(Model), POINTER(Dataset), c_size_t, POINTER(c_double), c_size_t],
    ),
    "vaelib_stack_predict_probabilities": (c_int, [POINTER(Model), POINTER(Dataset), POINTER(c_float), c_size_t]),
    "vaelib_stack_predict_targets": (c_int, [POINTER(Model), POINTER(Dataset), POINTER(c_float), c_size_t]),
    "vaelib_stack_predict": (c_int, [POINTER(Model), POINTER(Dataset), POINTER(c_int64), c_size_t]),
    "vaelib_stack_get_filters": (c_int, [POINTER(Model), c_size_t, POINTER(c_float), c_size_t]),
    "vaelib_stack_sample": (c_int, [POINTER(Model), POINTER(Dataset), c_uint64, POINTER(c_float), c_size_t]),
    "vaelib_stack_encode_rows": (
        c_int,
        [POINTER(Model), POINTER(c_float), c_size_t, c_size_t, POINTER(c_float), c_size_t],
    ),
    "vaelib_stack_predict_probabilities_rows": (
        c_int,
        [POINTER(Model), POINTER(c_float), c_size_t, POINTER(c_float), c_size_t],
    ),
    "vaelib_stack_predict_targets_rows": (
        c_int,
        [POINTER(Model), POINTER(c_float), c_size_t, POINTER(c_float), c_size_t],
    ),
    "vaelib_vae_encode_to": (
        c_int,
        [POINTER(Model), POINTER(Dataset), POINTER(Writer), c_char_p, c_char_p, ProgressFn, c_void_p],
    ),
    "vaelib_vae_decode_to": (
        c_int,
        [POINTER(Model), POINTER(Dataset), POINTER(Dataset), POINTER(Writer), c_char_p, c_char_p, ProgressFn, c_void_p],
    ),
    "vaelib_vae_reconstruct_to": (
        c_int,
        [POINTER(Model), POINTER(Dataset), c_int, c_uint64, POINTER(Writer), c_char_p, ProgressFn, c_void_p],
    ),
    "vaelib_vae_impute_to": (
        c_int,
        [POINTER(Model), POINTER(Dataset), POINTER(ImputationConfig), POINTER(Writer), c_char_p, ProgressFn, c_void_p],
    ),
    "vaelib_stack_encode_to": (
        c_int,
        [POINTER(Model), POINTER(Dataset), c_size_t, POINTER(Writer), c_char_p, ProgressFn, c_void_p],
    ),
    "vaelib_stack_reconstruct_to": (
        c_int,
        [POINTER(Model), POINTER(Dataset), c_size_t, POINTER(Writer), c_char_p, ProgressFn, c_void_p],
    ),
    "vaelib_stack_predict_probabilities_to": (
        c_int,
        [POINTER(Model), POINTER(Dataset), POINTER(Writer), c_char_p, ProgressFn, c_void_p],
    ),
    "vaelib_stack_predict_targets_to": (
        c_int,
        [POINTER(Model), POINTER(Dataset), POINTER(Writer), c_char_p, ProgressFn, c_void_p],
    ),
    "vaelib_batch_place_init": (c_int, [POINTER(BatchPlace)]),
    "vaelib_trainer_create": (
        c_int,
        [POINTER(Model), c_int, c_size_t, POINTER(TrainingConfig), c_size_t, POINTER(POINTER(Trainer))],
    ),
    "vaelib_trainer_step": (c_int, [POINTER(Trainer), POINTER(Dataset), POINTER(Metrics)]),
    "vaelib_trainer_compute_gradients": (
        c_int,
        [POINTER(Trainer), POINTER(Dataset), POINTER(BatchPlace), POINTER(Metrics)],
    ),
    "vaelib_trainer_apply_gradients": (c_int, [POINTER(Trainer), c_size_t]),
    "vaelib_trainer_get_parameters": (c_int, [POINTER(Trainer), POINTER(POINTER(c_float)), POINTER(c_size_t)]),
    "vaelib_trainer_get_gradients": (c_int, [POINTER(Trainer), POINTER(POINTER(c_float)), POINTER(c_size_t)]),
    "vaelib_trainer_free": (None, [POINTER(Trainer)]),
}
