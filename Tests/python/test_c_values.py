"""The header's functions with values that cannot be: each gets its status and a message, and nothing is harmed."""

import ctypes
import math
import threading
from ctypes import POINTER, byref, c_float, c_size_t

import pytest
from c_interface import (
    ARGUMENT,
    COLUMNS,
    DATA,
    HANDLE,
    MEMORY,
    OK,
    ROWS,
    X,
    dataset,
    evaluation_config,
    floats,
    good_calls,
    imputation_config,
    refused,
    vae_config,
)
from vaelib._c import header
from vaelib._c.library import library


@pytest.mark.parametrize(
    "fields",
    [
        {"data_dim": 0}, {"data_dim": 2**63}, {"latent_dim": 2**40}, {"hidden": None, "hidden_count": 1},
        {"hidden_count": 2**40}, {"activation": None}, {"activation": b""}, {"activation": b"\xff\xfe"},
    ],
)  # fmt: skip
def test_architectures_that_cannot_be(fields):
    status = library.vaelib_vae_create(byref(vae_config(**fields)), byref(POINTER(header.Model)()))
    assert status in (ARGUMENT, MEMORY)
    assert next(iter(fields)).split("_")[0] in library.vaelib_last_error().decode()


def test_choices_that_are_none(handles):
    calls = good_calls(handles)
    for name, position in (("vaelib_vae_reconstruct", 2), ("vaelib_vae_sample", 3)):
        calls[name][position] = 5
        refused(name, calls[name], ARGUMENT, "5")
    refused("vaelib_threads_set", [257], ARGUMENT, "257")
    refused("vaelib_dataset_read_labels", [handles["dataset"], (ctypes.c_int64 * ROWS)(), ROWS], ARGUMENT, "label")
    calls["vaelib_vae_encode"][2] = None
    refused("vaelib_vae_encode", calls["vaelib_vae_encode"], ARGUMENT)
    calls["vaelib_vae_estimate_elbo"][5] = None
    refused("vaelib_vae_estimate_elbo", calls["vaelib_vae_estimate_elbo"], ARGUMENT)
    calls["vaelib_vae_decode"][4] = floats(ROWS * COLUMNS)
    refused("vaelib_vae_decode", calls["vaelib_vae_decode"], ARGUMENT, "variance")


@pytest.mark.parametrize("fields", [{"samples": 0}, {"estimator": b"x"}, {"binarization": None}, {"struct_size": 3}])
def test_bad_evaluations(handles, fields):
    arguments = good_calls(handles)["vaelib_vae_estimate_elbo"]
    arguments[2] = byref(evaluation_config(**fields))
    refused("vaelib_vae_estimate_elbo", arguments, ARGUMENT, next(iter(fields)))


@pytest.mark.parametrize(
    "fields",
    [{"samples": 1}, {"method": b"x"}, {"estimate": None}, {"imputations": 0}, {"imputations": 2}, {"struct_size": 3}],
)
def test_bad_imputations(handles, fields):
    arguments = good_calls(handles)["vaelib_vae_impute"]
    arguments[2] = byref(imputation_config(**fields))
    refused("vaelib_vae_impute", arguments, ARGUMENT, next(iter(fields)))


def test_imputation_needs_a_model_for_it(handles):
    arguments = good_calls(handles)["vaelib_vae_impute"]
    arguments[0] = handles["vae"]
    refused("vaelib_vae_impute", arguments, ARGUMENT, "missing")


def test_gradients_that_are_not_finite_are_not_applied(handles):
    refused("vaelib_trainer_apply_gradients", [handles["trainer"], 0], ARGUMENT, "compute")
    assert library.vaelib_trainer_compute_gradients(handles["trainer"], handles["dataset"], None, None) == OK
    pointer, count = POINTER(c_float)(), c_size_t()
    assert library.vaelib_trainer_get_gradients(handles["trainer"], byref(pointer), byref(count)) == OK
    before = floats(count.value)
    library.vaelib_model_get_parameters(handles["vae"], before, count.value)
    pointer[3] = math.nan
    refused("vaelib_trainer_apply_gradients", [handles["trainer"], 0], 9)
    after = floats(count.value)
    library.vaelib_model_get_parameters(handles["vae"], after, count.value)
    assert bytes(before) == bytes(after)


def test_data_of_the_wrong_width(handles):
    narrow = dataset(X[:, 1:])
    for name, position in (
        ("vaelib_vae_fit", 1),
        ("vaelib_vae_fit", 2),
        ("vaelib_vae_encode", 1),
        ("vaelib_trainer_step", 1),
    ):
        arguments = good_calls(handles)[name]
        arguments[position] = narrow
        message = refused(name, arguments, DATA)
        assert "3" in message
        assert "4" in message
    library.vaelib_dataset_free(narrow)


def test_files_with_null_and_odd_names(handles):
    new = POINTER(header.Dataset)()
    refused("vaelib_dataset_open", [None, b"x", None, byref(new)], ARGUMENT)
    refused("vaelib_dataset_open", [b"x.h5", None, None, byref(new)], ARGUMENT)
    refused(
        "vaelib_dataset_open", [b"", b"x", None, byref(new)], library.vaelib_dataset_open(b"", b"x", None, byref(new))
    )
    refused("vaelib_model_save", [handles["vae"], None], ARGUMENT)
    refused("vaelib_model_save", [None, b"x.h5"], HANDLE)
    refused("vaelib_model_load", [None, 0, byref(POINTER(header.Model)())], ARGUMENT)
    refused("vaelib_model_load", [b"x.h5", 0, None], ARGUMENT)
    refused("vaelib_dataset_read_labels", [None, (ctypes.c_int64 * ROWS)(), ROWS], HANDLE)


def test_names_of_statuses():
    assert library.vaelib_status_name(4) == b"VAELIB_BUSY"
    assert library.vaelib_status_name(0) == b"VAELIB_OK"
    assert library.vaelib_status_name(11) == library.vaelib_status_name(-1) == b"unknown status"


def test_the_last_error_belongs_to_its_thread():

    refused("vaelib_threads_set", [999], ARGUMENT, "999")
    seen = []
    thread = threading.Thread(target=lambda: seen.append(library.vaelib_last_error()))
    thread.start()
    thread.join()
    assert seen == [b""]
    assert library.vaelib_threads_set(0) == OK
    assert b"999" in library.vaelib_last_error()
