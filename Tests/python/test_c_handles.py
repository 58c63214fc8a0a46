"""Every function of the header with good arguments, NULL, and handles that are freed or of another kind."""

import ctypes
from ctypes import POINTER, byref, c_char_p, c_void_p, cast

import numpy as np
import pytest
from c_interface import (
    ARGUMENT,
    COLUMNS,
    FIT,
    HANDLE,
    OK,
    PRETRAINING,
    X,
    dataset,
    floats,
    good_calls,
    make,
    new_trainer,
    refused,
    vae_config,
    writer,
)
from vaelib._c import header
from vaelib._c.header import FUNCTIONS
from vaelib._c.library import library

FREE = {
    header.Dataset: "vaelib_dataset_free",
    header.Model: "vaelib_model_free",
    header.Trainer: "vaelib_trainer_free",
    header.Writer: "vaelib_writer_free",
}
HANDLE_TYPES = tuple(POINTER(kind) for kind in FREE)
IN_FILES = {
    *("vaelib_dataset_open", "vaelib_dataset_list", "vaelib_dataset_read_labels", "vaelib_writer_create"),
    *("vaelib_model_save", "vaelib_model_load", "vaelib_checkpoint_describe", "vaelib_file_verify"),
}
CALLS = [
    name for name, (result, arguments) in FUNCTIONS.items()
    if result is ctypes.c_int and arguments and name not in IN_FILES
]  # fmt: skip
#: Parameters that may be NULL, by position.
NULLABLE = {
    "vaelib_array_init": {1},
    "vaelib_dataset_from_array": {1},
    "vaelib_dataset_from_csr": {1},
    "vaelib_dataset_relabel": {1},
    "vaelib_dataset_with_weights": {1},
    "vaelib_vae_fit": {2, 4, 5},
    "vaelib_vae_encode": {3},
    "vaelib_vae_decode": {2, 4},
    "vaelib_vae_encode_rows": {4},
    "vaelib_vae_decode_rows": {3, 5},
    "vaelib_vae_decode_sample": {2},
    "vaelib_vae_sample": {2},
    "vaelib_vae_draw_manifold": {2},
    "vaelib_vae_estimate_elbo": {2, 3, 4, 6, 7},
    "vaelib_vae_estimate_log_likelihood": {2, 3, 4, 6},
    "vaelib_vae_estimate_column_terms": {2, 3, 4},
    "vaelib_vae_impute": {2, 3, 4},
    "vaelib_vae_impute_to": {2, 5, 6},
    "vaelib_stack_pretrain": {3, 4},
    "vaelib_stack_finetune": {2, 5, 6},
    "vaelib_vae_encode_to": {3, 4, 5, 6},
    "vaelib_vae_decode_to": {2, 5, 6, 7},
    "vaelib_vae_reconstruct_to": {6, 7},
    "vaelib_stack_encode_to": {5, 6},
    "vaelib_stack_reconstruct_to": {5, 6},
    "vaelib_stack_predict_probabilities_to": {4, 5},
    "vaelib_stack_predict_targets_to": {4, 5},
    "vaelib_trainer_step": {2},
    "vaelib_trainer_compute_gradients": {2, 3},
}


#: Every function, and those that take a model of either kind for both.
CASES = [
    (name, kind) for name in CALLS for kind in (("vae", "stack") if name.startswith("vaelib_model_") else ("vae",))
]


def prepared(handles, kind):
    """Good calls, once there is a history to read, and gradients to apply."""
    calls = good_calls(handles, kind)
    for earlier in ("vaelib_vae_fit", "vaelib_trainer_compute_gradients"):
        assert getattr(library, earlier)(*calls[earlier]) == OK, library.vaelib_last_error()
    return good_calls(handles, kind)


def test_every_function_has_a_good_call(handles):
    assert set(good_calls(handles)) == set(CALLS)


@pytest.mark.parametrize(("name", "kind"), CASES)
def test_good_arguments(handles, name, kind):
    assert getattr(library, name)(*prepared(handles, kind)[name]) == OK, library.vaelib_last_error()


@pytest.mark.parametrize(("name", "kind"), CASES)
def test_null_for_every_pointer(handles, name, kind):
    prepared(handles, kind)
    for position, type_ in enumerate(FUNCTIONS[name][1]):
        arguments = good_calls(handles, kind)[name]
        if not hasattr(type_, "contents") and type_ not in (c_void_p, c_char_p, header.ProgressFn):
            continue
        if position in NULLABLE.get(name, ()):
            continue
        arguments[position] = None
        refused(name, arguments, HANDLE if type_ in HANDLE_TYPES else ARGUMENT)


@pytest.mark.parametrize(("name", "kind"), CASES)
def test_handles_of_another_kind_and_freed_ones(handles, name, kind, tmp_path):
    for position, type_ in enumerate(FUNCTIONS[name][1]):
        if type_ not in HANDLE_TYPES or position in NULLABLE.get(name, ()):
            continue
        wrong = handles["dataset" if type_ is not POINTER(header.Dataset) else "vae"]
        arguments = good_calls(handles, kind)[name]
        arguments[position] = cast(wrong, type_)
        refused(name, arguments, HANDLE)
        freed = {
            header.Dataset: dataset,
            header.Model: lambda: make(header.Model, "vaelib_vae_create", byref(vae_config())),
            header.Trainer: lambda: new_trainer(handles["vae"]),
            header.Writer: lambda: writer(tmp_path),
        }[type_._type_]()
        getattr(library, FREE[type_._type_])(freed)
        arguments[position] = freed
        refused(name, arguments, HANDLE)


OF_ONE_KIND = [
    name
    for name, (_, arguments) in FUNCTIONS.items()
    if name.startswith(("vaelib_vae_", "vaelib_stack_")) and arguments[0] is POINTER(header.Model)
]


@pytest.mark.parametrize("name", OF_ONE_KIND)
def test_models_of_the_other_kind(handles, name):
    arguments = good_calls(handles)[name]
    own, other = ("vae", "stack") if name.startswith("vaelib_vae_") else ("stack", "vae")
    arguments[0] = handles[other]
    message = refused(name, arguments, HANDLE)
    assert own in message
    assert other in message


@pytest.mark.parametrize("kind", FREE)
def test_freeing_null_and_twice(kind):
    free = getattr(library, FREE[kind])
    free(None)
    handle = dataset()
    library.vaelib_dataset_free(handle)
    free(cast(handle, POINTER(kind)))
    library.vaelib_dataset_free(handle)


@pytest.mark.parametrize(("kind", "phase"), [("vae", FIT), ("bare stack", PRETRAINING)])
def test_a_model_freed_under_its_trainer_stays_alive(handles, kind, phase):
    model = make(header.Model, "vaelib_model_copy", handles[kind])
    trainer = new_trainer(model, phase)
    library.vaelib_model_free(model)
    assert library.vaelib_trainer_step(trainer, handles["dataset"], None) == OK
    library.vaelib_trainer_free(trainer)


def test_slices_outlive_their_dataset():
    whole = dataset()
    part = make(header.Dataset, "vaelib_dataset_slice", whole, 2, 3)
    library.vaelib_dataset_free(whole)
    values = floats(3 * COLUMNS)
    assert library.vaelib_dataset_read(part, values, 3 * COLUMNS) == OK
    np.testing.assert_array_equal(np.frombuffer(values, dtype=np.float32).reshape(3, COLUMNS), X[2:5])
    library.vaelib_dataset_free(part)
