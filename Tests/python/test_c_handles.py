"""Every function of the header with good arguments, NULL, and handles that are freed or of another kind."""

import ctypes
from ctypes import POINTER, byref, c_void_p, cast

import numpy as np
import pytest
from c_interface import (
    ARGUMENT,
    COLUMNS,
    HANDLE,
    OK,
    PRETRAINING,
    X,
    dataset,
    floats,
    good_calls,
    make,
    refused,
    stack_config,
    training_config,
    vae_config,
    writer,
)
from vaelib import _stack_structures as stacks
from vaelib import _structures as structures
from vaelib._native import FUNCTIONS, library

FREE = {
    stacks.StackHandle: "vaelib_stack_free",
    structures.DatasetHandle: "vaelib_dataset_free",
    structures.ModelHandle: "vaelib_model_free",
    structures.TrainerHandle: "vaelib_trainer_free",
    structures.WriterHandle: "vaelib_writer_free",
}
HANDLE_TYPES = tuple(POINTER(kind) for kind in FREE)
CALLBACKS = (structures.ProgressFunction, stacks.StackProgressFunction)
IN_FILES = {
    *("vaelib_dataset_open", "vaelib_model_save", "vaelib_model_load", "vaelib_dataset_labels"),
    *("vaelib_stack_save", "vaelib_stack_load", "vaelib_dataset_names", "vaelib_writer_create"),
    *("vaelib_checkpoint_describe", "vaelib_file_verify"),
}
CALLS = [
    name for name, (result, arguments) in FUNCTIONS.items()
    if result is ctypes.c_int and arguments and name not in IN_FILES
]  # fmt: skip
#: Parameters that may be NULL, by position.
NULLABLE = {
    "vaelib_array_init": {1},
    "vaelib_dataset_from_array": {1},
    "vaelib_dataset_relabel": {1},
    "vaelib_fit": {2, 4, 5},
    "vaelib_encode": {3},
    "vaelib_decode": {3},
    "vaelib_elbo": {2, 3, 4, 6, 7},
    "vaelib_log_likelihood": {2, 3, 4, 6},
    "vaelib_stack_pretrain": {3, 4},
    "vaelib_stack_finetune": {2, 5, 6},
    "vaelib_encode_to": {5, 6},
    "vaelib_decode_to": {5, 6},
    "vaelib_reconstruct_to": {6, 7},
    "vaelib_stack_encode_to": {5, 6},
    "vaelib_stack_reconstruct_to": {5, 6},
    "vaelib_stack_predict_probabilities_to": {4, 5},
    "vaelib_trainer_step": {2},
    "vaelib_trainer_compute_gradients": {2},
}


@pytest.mark.parametrize("name", CALLS)
def test_good_arguments(handles, name):
    calls = good_calls(handles)
    for earlier in ("vaelib_fit", "vaelib_trainer_compute_gradients"):  # history to read, gradients to apply
        assert getattr(library, earlier)(*calls[earlier]) == OK, library.vaelib_last_error()
    assert getattr(library, name)(*calls[name]) == OK, library.vaelib_last_error()


@pytest.mark.parametrize("name", CALLS)
def test_null_for_every_pointer(handles, name):
    for position, kind in enumerate(FUNCTIONS[name][1]):
        arguments = good_calls(handles)[name]
        if not hasattr(kind, "contents") and kind not in (c_void_p, *CALLBACKS):
            continue
        if position in NULLABLE.get(name, ()):
            continue
        arguments[position] = None
        refused(name, arguments, HANDLE if kind in HANDLE_TYPES else ARGUMENT)


@pytest.mark.parametrize("name", CALLS)
def test_handles_of_another_kind_and_freed_ones(handles, name, tmp_path):
    for position, kind in enumerate(FUNCTIONS[name][1]):
        if kind not in HANDLE_TYPES or position in NULLABLE.get(name, ()):
            continue
        wrong = handles["dataset" if kind is not POINTER(structures.DatasetHandle) else "model"]
        arguments = good_calls(handles)[name]
        arguments[position] = cast(wrong, kind)
        refused(name, arguments, HANDLE)
        freed = {
            POINTER(structures.DatasetHandle): dataset,
            POINTER(structures.ModelHandle): lambda: make(
                structures.ModelHandle, "vaelib_model_create", byref(vae_config())
            ),
            POINTER(stacks.StackHandle): lambda: make(stacks.StackHandle, "vaelib_stack_create", byref(stack_config())),
            POINTER(structures.TrainerHandle): lambda: make(
                structures.TrainerHandle, "vaelib_trainer_create", handles["model"], byref(training_config()), 10
            ),
            POINTER(structures.WriterHandle): lambda: writer(tmp_path),
        }[kind]()
        getattr(library, FREE[kind._type_])(freed)
        arguments[position] = freed
        refused(name, arguments, HANDLE)


@pytest.mark.parametrize("kind", FREE)
def test_freeing_null_and_twice(kind):
    free = getattr(library, FREE[kind])
    free(None)
    handle = dataset()
    library.vaelib_dataset_free(handle)
    free(cast(handle, POINTER(kind)))
    library.vaelib_dataset_free(handle)


def test_a_model_freed_under_its_trainer_stays_alive():
    model = make(structures.ModelHandle, "vaelib_model_create", byref(vae_config()))
    trainer = make(structures.TrainerHandle, "vaelib_trainer_create", model, byref(training_config()), 10)
    data = dataset()
    library.vaelib_model_free(model)
    assert library.vaelib_trainer_step(trainer, data, None) == OK
    library.vaelib_trainer_free(trainer)
    library.vaelib_dataset_free(data)


def test_a_stack_freed_under_its_trainer_stays_alive():
    stack = make(stacks.StackHandle, "vaelib_stack_create", byref(stack_config()))
    arguments = (stack, PRETRAINING, 0, 0, byref(training_config()), 10)
    trainer = make(structures.TrainerHandle, "vaelib_stack_trainer_create", *arguments)
    data = dataset()
    library.vaelib_stack_free(stack)
    assert library.vaelib_trainer_step(trainer, data, None) == OK
    library.vaelib_trainer_free(trainer)
    library.vaelib_dataset_free(data)


def test_slices_outlive_their_dataset():
    whole = dataset()
    part = make(structures.DatasetHandle, "vaelib_dataset_slice", whole, 2, 3)
    library.vaelib_dataset_free(whole)
    values = floats(3 * COLUMNS)
    assert library.vaelib_dataset_read(part, values, 3 * COLUMNS) == OK
    np.testing.assert_array_equal(np.frombuffer(values, dtype=np.float32).reshape(3, COLUMNS), X[2:5])
    library.vaelib_dataset_free(part)
