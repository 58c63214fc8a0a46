"""Every function of vaelib.h with its argument types, and the one way to call them."""

from __future__ import annotations

import ctypes
import warnings
from ctypes import POINTER, c_char_p, c_double, c_float, c_int, c_int64, c_size_t, c_uint64, c_void_p
from typing import Any

from vaelib._errors import VaelibWarning, caller_depth, error_for_status
from vaelib._library import load_library
from vaelib._stack_structures import (
    LayerConfig,
    StackConfig,
    StackHandle,
    StackInfo,
    StackProgressFunction,
    StackRecord,
)
from vaelib._structures import (
    Array,
    CheckpointConfig,
    CheckpointInfo,
    DatasetHandle,
    DatasetInfo,
    DatasetOptions,
    EvaluationConfig,
    FileReport,
    HistoryRecord,
    ModelHandle,
    ModelInfo,
    Parameter,
    ProgressFunction,
    StepResult,
    Tensor,
    TrainerHandle,
    TrainingConfig,
    VAEConfig,
    WriterConfig,
    WriterHandle,
)

_status = c_int
_dataset = POINTER(DatasetHandle)
_model = POINTER(ModelHandle)
_stack = POINTER(StackHandle)
_trainer = POINTER(TrainerHandle)
_writer = POINTER(WriterHandle)
_floats = POINTER(c_float)
_doubles = POINTER(c_double)

#: name: (result type, argument types), in the header's order.
FUNCTIONS: dict[str, tuple[Any, list[Any]]] = {
    "vaelib_version": (c_char_p, []),
    "vaelib_abi_version": (c_int, []),
    "vaelib_status_name": (c_char_p, [_status]),
    "vaelib_last_error": (c_char_p, []),
    "vaelib_last_warning": (c_char_p, []),
    "vaelib_set_threads": (_status, [c_size_t]),
    "vaelib_threads": (c_size_t, []),
    "vaelib_cpu_description": (c_char_p, []),
    "vaelib_parameter_count": (c_size_t, []),
    "vaelib_parameter_describe": (_status, [c_size_t, POINTER(Parameter)]),
    "vaelib_array_init": (_status, [POINTER(Array), c_void_p, c_int, c_size_t, c_size_t]),
    "vaelib_dataset_options_init": (_status, [POINTER(DatasetOptions)]),
    "vaelib_dataset_from_array": (_status, [POINTER(Array), POINTER(Array), POINTER(_dataset)]),
    "vaelib_dataset_open": (_status, [c_char_p, c_char_p, POINTER(DatasetOptions), POINTER(_dataset)]),
    "vaelib_dataset_names": (_status, [c_char_p, c_char_p, c_size_t, POINTER(c_size_t)]),
    "vaelib_dataset_slice": (_status, [_dataset, c_size_t, c_size_t, POINTER(_dataset)]),
    "vaelib_dataset_select": (_status, [_dataset, POINTER(c_size_t), c_size_t, POINTER(_dataset)]),
    "vaelib_dataset_concatenate": (_status, [POINTER(_dataset), c_size_t, POINTER(_dataset)]),
    "vaelib_dataset_split": (_status, [_dataset, c_double, c_uint64, c_int, POINTER(_dataset), POINTER(_dataset)]),
    "vaelib_dataset_relabel": (_status, [_dataset, POINTER(Array), POINTER(_dataset)]),
    "vaelib_dataset_describe": (_status, [_dataset, POINTER(DatasetInfo)]),
    "vaelib_dataset_read": (_status, [_dataset, _floats, c_size_t]),
    "vaelib_dataset_labels": (_status, [_dataset, POINTER(c_int64), c_size_t]),
    "vaelib_dataset_free": (None, [_dataset]),
    "vaelib_writer_config_init": (_status, [POINTER(WriterConfig)]),
    "vaelib_writer_create": (_status, [c_char_p, POINTER(_writer)]),
    "vaelib_writer_add": (_status, [_writer, c_char_p, POINTER(WriterConfig)]),
    "vaelib_writer_append": (_status, [_writer, c_char_p, POINTER(Array)]),
    "vaelib_writer_finish": (_status, [_writer]),
    "vaelib_writer_free": (None, [_writer]),
    "vaelib_file_verify": (_status, [c_char_p, c_int, POINTER(FileReport)]),
    "vaelib_vae_config_init": (_status, [POINTER(VAEConfig)]),
    "vaelib_model_create": (_status, [POINTER(VAEConfig), POINTER(_model)]),
    "vaelib_model_copy": (_status, [_model, POINTER(_model)]),
    "vaelib_model_save": (_status, [_model, c_char_p]),
    "vaelib_model_load": (_status, [c_char_p, POINTER(_model)]),
    "vaelib_model_describe": (_status, [_model, POINTER(ModelInfo)]),
    "vaelib_model_config": (_status, [_model, POINTER(VAEConfig)]),
    "vaelib_model_tensor": (_status, [_model, c_size_t, POINTER(Tensor)]),
    "vaelib_model_get_parameters": (_status, [_model, _floats, c_size_t]),
    "vaelib_model_set_parameters": (_status, [_model, _floats, c_size_t]),
    "vaelib_model_free": (None, [_model]),
    "vaelib_checkpoint_config_init": (_status, [POINTER(CheckpointConfig)]),
    "vaelib_checkpoint_describe": (_status, [c_char_p, POINTER(CheckpointInfo)]),
    "vaelib_training_config_init": (_status, [POINTER(TrainingConfig)]),
    "vaelib_fit": (_status, [_model, _dataset, _dataset, POINTER(TrainingConfig), ProgressFunction, c_void_p]),
    "vaelib_cancel": (_status, [_model]),
    "vaelib_history_count": (_status, [_model, POINTER(c_size_t)]),
    "vaelib_history_get": (_status, [_model, c_size_t, POINTER(HistoryRecord)]),
    "vaelib_model_training_config": (_status, [_model, POINTER(TrainingConfig)]),
    "vaelib_encode": (_status, [_model, _dataset, _floats, _floats, c_size_t]),
    "vaelib_encode_sample": (_status, [_model, _dataset, c_uint64, _floats, c_size_t]),
    "vaelib_decode": (_status, [_model, _dataset, _floats, _floats, c_size_t]),
    "vaelib_decode_sample": (_status, [_model, _dataset, c_uint64, _floats, c_size_t]),
    "vaelib_reconstruct": (_status, [_model, _dataset, c_int, c_uint64, _floats, c_size_t]),
    "vaelib_sample": (_status, [_model, c_size_t, c_int, c_uint64, _floats, c_size_t]),
    "vaelib_evaluation_config_init": (_status, [POINTER(EvaluationConfig)]),
    "vaelib_elbo": (
        _status,
        [
            *(_model, _dataset, POINTER(EvaluationConfig), ProgressFunction, c_void_p),
            *(_doubles, _doubles, _doubles, c_size_t),
        ],
    ),
    "vaelib_log_likelihood": (
        _status,
        [_model, _dataset, POINTER(EvaluationConfig), ProgressFunction, c_void_p, _doubles, _doubles, c_size_t],
    ),
    "vaelib_interpolate": (_status, [_model, _dataset, c_size_t, c_size_t, c_size_t, _floats, c_size_t]),
    "vaelib_manifold": (_status, [_model, c_size_t, _floats, c_size_t]),
    "vaelib_layer_config_init": (_status, [POINTER(LayerConfig)]),
    "vaelib_stack_config_init": (_status, [POINTER(StackConfig)]),
    "vaelib_stack_create": (_status, [POINTER(StackConfig), POINTER(_stack)]),
    "vaelib_stack_copy": (_status, [_stack, POINTER(_stack)]),
    "vaelib_stack_save": (_status, [_stack, c_char_p]),
    "vaelib_stack_load": (_status, [c_char_p, POINTER(_stack)]),
    "vaelib_stack_describe": (_status, [_stack, POINTER(StackInfo)]),
    "vaelib_stack_get_config": (_status, [_stack, POINTER(StackConfig)]),
    "vaelib_stack_tensor": (_status, [_stack, c_size_t, POINTER(Tensor)]),
    "vaelib_stack_get_parameters": (_status, [_stack, _floats, c_size_t]),
    "vaelib_stack_set_parameters": (_status, [_stack, _floats, c_size_t]),
    "vaelib_stack_add_classifier": (_status, [_stack, c_size_t]),
    "vaelib_stack_set_class_names": (_status, [_stack, c_char_p, POINTER(c_char_p), c_size_t]),
    "vaelib_stack_class_names": (
        _status,
        [_stack, POINTER(c_char_p), POINTER(POINTER(c_char_p)), POINTER(c_size_t)],
    ),
    "vaelib_stack_free": (None, [_stack]),
    "vaelib_stack_pretrain": (_status, [_stack, _dataset, POINTER(TrainingConfig), StackProgressFunction, c_void_p]),
    "vaelib_stack_finetune": (
        _status,
        [_stack, _dataset, _dataset, c_int, POINTER(TrainingConfig), StackProgressFunction, c_void_p],
    ),
    "vaelib_stack_cancel": (_status, [_stack]),
    "vaelib_stack_training_config": (_status, [_stack, c_int, POINTER(TrainingConfig)]),
    "vaelib_stack_history_count": (_status, [_stack, POINTER(c_size_t)]),
    "vaelib_stack_history_get": (_status, [_stack, c_size_t, POINTER(StackRecord)]),
    "vaelib_stack_corrupt": (_status, [_stack, _dataset, c_size_t, c_uint64, c_size_t, _floats, c_size_t]),
    "vaelib_stack_encode": (_status, [_stack, _dataset, c_size_t, _floats, c_size_t]),
    "vaelib_stack_decode": (_status, [_stack, _dataset, c_size_t, _floats, c_size_t]),
    "vaelib_stack_reconstruct": (_status, [_stack, _dataset, c_size_t, _floats, c_size_t]),
    "vaelib_stack_reconstruction_error": (_status, [_stack, _dataset, c_size_t, _doubles, c_size_t]),
    "vaelib_stack_predict_probabilities": (_status, [_stack, _dataset, _floats, c_size_t]),
    "vaelib_stack_predict": (_status, [_stack, _dataset, POINTER(c_int64), c_size_t]),
    "vaelib_stack_filters": (_status, [_stack, c_size_t, _floats, c_size_t]),
    "vaelib_stack_sample": (_status, [_stack, _dataset, c_uint64, _floats, c_size_t]),
    "vaelib_encode_to": (_status, [_model, _dataset, _writer, c_char_p, c_char_p, ProgressFunction, c_void_p]),
    "vaelib_decode_to": (_status, [_model, _dataset, _writer, c_char_p, c_char_p, ProgressFunction, c_void_p]),
    "vaelib_reconstruct_to": (
        _status,
        [_model, _dataset, c_int, c_uint64, _writer, c_char_p, ProgressFunction, c_void_p],
    ),
    "vaelib_stack_encode_to": (_status, [_stack, _dataset, c_size_t, _writer, c_char_p, ProgressFunction, c_void_p]),
    "vaelib_stack_reconstruct_to": (
        _status,
        [_stack, _dataset, c_size_t, _writer, c_char_p, ProgressFunction, c_void_p],
    ),
    "vaelib_stack_predict_probabilities_to": (
        _status,
        [_stack, _dataset, _writer, c_char_p, ProgressFunction, c_void_p],
    ),
    "vaelib_trainer_create": (_status, [_model, POINTER(TrainingConfig), c_size_t, POINTER(_trainer)]),
    "vaelib_stack_trainer_create": (
        _status,
        [_stack, c_int, c_size_t, c_size_t, POINTER(TrainingConfig), c_size_t, POINTER(_trainer)],
    ),
    "vaelib_trainer_step": (_status, [_trainer, _dataset, POINTER(StepResult)]),
    "vaelib_trainer_compute_gradients": (_status, [_trainer, _dataset, POINTER(StepResult)]),
    "vaelib_trainer_apply_gradients": (_status, [_trainer]),
    "vaelib_trainer_parameters": (_status, [_trainer, POINTER(_floats), POINTER(c_size_t)]),
    "vaelib_trainer_gradients": (_status, [_trainer, POINTER(_floats), POINTER(c_size_t)]),
    "vaelib_trainer_free": (None, [_trainer]),
}


def _declare(library: ctypes.CDLL) -> ctypes.CDLL:
    for name, (result, arguments) in FUNCTIONS.items():
        function = getattr(library, name)
        function.restype, function.argtypes = result, arguments
    return library


library = _declare(load_library())


def call(name: str, *arguments: Any, path: str | None = None) -> None:
    """Calls a function that returns a status, passes on its warnings, and raises its error.

    ``path`` is a file or folder that must exist for the call to work: a missing one becomes a FileNotFoundError.
    """
    status = getattr(library, name)(*arguments)
    lines = library.vaelib_last_warning().decode().splitlines()
    error = error_for_status(status, library.vaelib_last_error().decode(), path) if status != 0 else None
    try:
        for line in lines:
            warnings.warn(line, VaelibWarning, stacklevel=caller_depth())
    finally:
        if error is not None:
            raise error


def text(value: str | bytes) -> bytes:
    """A string as the library takes it. C ends a string at its first NUL, so one inside is refused."""
    encoded = value.encode() if isinstance(value, str) else value
    if b"\0" in encoded:
        raise ValueError(f"embedded null character in {value!r}")
    return encoded
