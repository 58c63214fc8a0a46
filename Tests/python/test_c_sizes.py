"""The header's functions with wrong counts, sizes, indices and views: nothing outside the buffers is touched."""

import ctypes
import math
from ctypes import POINTER, byref, cast

import pytest
from c_interface import (
    ARGUMENT,
    COLUMNS,
    OK,
    ROWS,
    X,
    good_calls,
    layer_configs,
    refused,
    stack_config,
    training_config,
    vae_config,
)
from vaelib._c import header
from vaelib._c.arrays import array_view
from vaelib._c.calls import sized
from vaelib._c.library import library

SIZED = [
    *("vaelib_dataset_read", "vaelib_model_get_parameters", "vaelib_model_set_parameters", "vaelib_model_get_history"),
    *("vaelib_vae_encode", "vaelib_vae_encode_sample", "vaelib_vae_decode", "vaelib_vae_decode_sample"),
    *("vaelib_vae_reconstruct", "vaelib_vae_sample", "vaelib_vae_interpolate", "vaelib_vae_draw_manifold"),
    *("vaelib_vae_estimate_elbo", "vaelib_vae_estimate_log_likelihood", "vaelib_vae_estimate_column_terms"),
    *("vaelib_stack_corrupt", "vaelib_stack_encode"),
    *("vaelib_stack_decode", "vaelib_stack_reconstruct", "vaelib_stack_compute_reconstruction_error"),
    *("vaelib_stack_predict", "vaelib_stack_predict_probabilities", "vaelib_stack_get_filters", "vaelib_stack_sample"),
    *("vaelib_vae_encode_rows", "vaelib_vae_decode_rows", "vaelib_stack_encode_rows"),
    *("vaelib_stack_predict_probabilities_rows", "vaelib_stack_set_class_names"),
    *("vaelib_stack_predict_targets", "vaelib_stack_predict_targets_rows", "vaelib_dataset_read_weights"),
    *("vaelib_model_set_column_names", "vaelib_model_set_column_types", "vaelib_vae_set_category_names"),
]


@pytest.mark.parametrize("name", SIZED)
def test_wrong_counts_name_both_numbers(handles, name):
    # A history may have grown since the caller asked for its length: fewer epochs are not an error.
    for change in (1, 2**62) if name == "vaelib_model_get_history" else (-1, 1, 2**62):
        arguments = good_calls(handles, "stack")[name]  # which has a history
        expected = arguments[-1]
        arguments[-1] = expected + change
        message = refused(name, arguments, ARGUMENT)
        assert str(expected) in message
        assert str(expected + change) in message


QUERIES_OF_A_LAYER = (
    *("vaelib_stack_corrupt", "vaelib_stack_encode", "vaelib_stack_decode", "vaelib_stack_reconstruct"),
    "vaelib_stack_compute_reconstruction_error",
)
RECEIVING = [
    ("vaelib_parameter_describe", header.Parameter),
    ("vaelib_dataset_describe", header.DatasetInfo),
    ("vaelib_model_describe", header.ModelInfo),
    ("vaelib_model_describe_tensor", header.Tensor),
    ("vaelib_model_get_training_config", header.TrainingConfig),
    ("vaelib_vae_get_config", header.VAEConfig),
    ("vaelib_stack_get_config", header.StackConfig),
    ("vaelib_writer_config_init", header.WriterConfig),
    ("vaelib_layer_config_init", header.LayerConfig),
    ("vaelib_column_group_init", header.ColumnGroup),
    ("vaelib_stack_config_init", header.StackConfig),
    ("vaelib_batch_place_init", header.BatchPlace),
    ("vaelib_trainer_step", header.Metrics),
    ("vaelib_trainer_compute_gradients", header.Metrics),
]


@pytest.mark.parametrize(("name", "structure"), RECEIVING)
def test_results_in_structures_of_other_sizes(handles, name, structure):
    arguments = good_calls(handles)[name]
    for size in (0, 1, 2**63):
        arguments[-1] = byref(structure(struct_size=size))
        refused(name, arguments, ARGUMENT, "struct_size")

    class Longer(ctypes.Structure):
        _fields_ = [("known", structure), ("tail", ctypes.c_uint64)]

    longer = Longer()
    longer.known.struct_size = ctypes.sizeof(Longer)
    longer.tail = 7
    arguments[-1] = cast(byref(longer), POINTER(structure))
    assert getattr(library, name)(*arguments) == OK, library.vaelib_last_error()


def test_configurations_of_other_sizes(handles):
    for size in (0, 7):
        refused(
            "vaelib_vae_create",
            [byref(vae_config(struct_size=size)), byref(POINTER(header.Model)())],
            ARGUMENT,
            "struct_size",
        )
        arguments = good_calls(handles)["vaelib_vae_fit"]
        arguments[3] = byref(training_config(struct_size=size))
        refused("vaelib_vae_fit", arguments, ARGUMENT, "struct_size")
        for bad in (stack_config(struct_size=size), stack_config(layer_configs(struct_size=size))):
            new = POINTER(header.Model)()
            refused("vaelib_stack_create", [byref(bad), byref(new)], ARGUMENT, "struct_size")


def test_indices_out_of_range(handles):
    calls = good_calls(handles)
    for name, position, index in (
        ("vaelib_parameter_describe", 0, library.vaelib_parameter_count()),
        ("vaelib_model_describe_tensor", 1, 8),
        ("vaelib_model_describe_history", 1, 20),
        *((name, 2, 1) for name in QUERIES_OF_A_LAYER),
        ("vaelib_stack_encode_rows", 3, 1),
        ("vaelib_stack_get_filters", 1, 1),
        ("vaelib_trainer_create", 2, 1),
    ):
        for number in (index, 2**64 - 1):
            calls[name][position] = number
            refused(name, calls[name], ARGUMENT)
    for first, rows in ((0, 0), (0, 7), (6, 1), (2, 2**64 - 1), (2**64 - 1, 2)):
        refused("vaelib_dataset_slice", [handles["dataset"], first, rows, calls["vaelib_dataset_slice"][3]], ARGUMENT)
    for start, stop, steps in ((6, 0, 2), (0, 2**63, 2), (0, 1, 1), (0, 1, 0), (0, 1, 2**63)):
        arguments = calls["vaelib_vae_interpolate"]
        arguments[2:5] = start, stop, steps
        refused("vaelib_vae_interpolate", arguments, ARGUMENT)


@pytest.mark.parametrize(
    "fields",
    [
        {"rows": 0}, {"columns": 0}, {"rows": ROWS + 1}, {"columns": COLUMNS + 1}, {"rows": 2**63}, {"columns": 2**61},
        {"row_stride": -16}, {"row_stride": 17}, {"row_stride": 2**62}, {"column_stride": -(2**63)},
        {"offset": 1}, {"offset": 2**64 - 1}, {"buffer_bytes": 0}, {"buffer_bytes": ROWS * COLUMNS * 4 - 1},
        {"buffer": None}, {"dtype": 7}, {"dtype": -1}, {"struct_size": 0}, {"scale": math.nan}, {"shift": math.inf},
    ],
)  # fmt: skip
def test_views_that_are_no_matrices_inside_their_buffer(fields):
    view = array_view(X)
    for name, value in fields.items():
        setattr(view, name, value)
    refused("vaelib_dataset_from_array", [byref(view), None, byref(POINTER(header.Dataset)())], ARGUMENT)


def test_array_init():
    view = sized(header.Array)
    assert library.vaelib_array_init(byref(view), X.ctypes.data, header.DTYPE["float32"], ROWS, COLUMNS) == OK
    expected = array_view(X)
    for name, _ in header.Array._fields_:
        assert getattr(view, name) == getattr(expected, name), name
    for arguments in ((header.DTYPE["float64"], 2**61, 2), (header.DTYPE["uint8"], 2**33, 2**33), (9, 1, 1)):
        refused("vaelib_array_init", [byref(view), None, *arguments], ARGUMENT)
