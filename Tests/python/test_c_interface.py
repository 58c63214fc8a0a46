"""Every function of the header with bad arguments: each gets its status and a message, and nothing is harmed."""

import ctypes
import math
from ctypes import POINTER, byref, c_double, c_float, c_size_t, c_void_p, cast

import numpy as np
import pytest
from vaelib import _structures as structures
from vaelib._arrays import array_view
from vaelib._native import FUNCTIONS, library

OK, ARGUMENT, HANDLE, MEMORY, DATA = 0, 1, 2, 3, 8
NO_CALLBACK = structures.ProgressFunction()
ROWS, COLUMNS, LATENT = 6, 4, 2
X = (np.random.RandomState(0).uniform(size=(ROWS, COLUMNS)) < 0.5).astype(np.float32)


def floats(count):
    return (c_float * count)()


def doubles(count):
    return (c_double * count)()


def make(kind, name, *arguments):
    """A handle from the function that makes one."""
    handle = POINTER(kind)()
    assert getattr(library, name)(*arguments, byref(handle)) == OK, library.vaelib_last_error()
    return handle


def dataset(array=X):
    return make(structures.DatasetHandle, "vaelib_dataset_from_array", byref(array_view(array)), None)


def vae_config(**fields):
    config = structures.sized(structures.VAEConfig)
    assert library.vaelib_vae_config_init(byref(config)) == OK
    config.data_dim, config.latent_dim = COLUMNS, LATENT
    widths = (c_size_t * 1)(3)
    config.hidden, config.hidden_count = cast(widths, POINTER(c_size_t)), 1
    for name, value in fields.items():
        setattr(config, name, value)
    return config


def training_config(**fields):
    config = structures.sized(structures.TrainingConfig)
    assert library.vaelib_training_config_init(byref(config)) == OK
    config.epochs = 1
    for name, value in fields.items():
        setattr(config, name, value)
    return config


def evaluation_config(**fields):
    config = structures.sized(structures.EvaluationConfig)
    assert library.vaelib_evaluation_config_init(byref(config)) == OK
    for name, value in fields.items():
        setattr(config, name, value)
    return config


@pytest.fixture
def handles():
    """A dataset, a set of latents, a model and a trainer."""
    model = make(structures.ModelHandle, "vaelib_model_create", byref(vae_config()))
    made = {
        "dataset": dataset(),
        "latents": dataset(np.zeros((ROWS, LATENT), dtype=np.float32)),
        "model": model,
        "trainer": make(structures.TrainerHandle, "vaelib_trainer_create", model, byref(training_config()), 10),
    }
    yield made
    library.vaelib_trainer_free(made["trainer"])
    library.vaelib_model_free(made["model"])
    library.vaelib_dataset_free(made["dataset"])
    library.vaelib_dataset_free(made["latents"])


def good_calls(handles):
    """One good call of every function that returns a status: name -> arguments."""
    d, z, m, t = (handles[kind] for kind in ("dataset", "latents", "model", "trainer"))
    new = {
        kind: POINTER(kind)() for kind in (structures.DatasetHandle, structures.ModelHandle, structures.TrainerHandle)
    }
    sized = {kind: structures.sized(kind) for kind in (
        structures.Parameter, structures.DatasetInfo, structures.ModelInfo, structures.VAEConfig,
        structures.Tensor, structures.HistoryRecord, structures.TrainingConfig, structures.StepResult)}  # fmt: skip
    info = structures.sized(structures.ModelInfo)
    assert library.vaelib_model_describe(m, byref(info)) == OK
    parameters = info.parameter_count
    numbers, wide, double = floats(parameters), floats(ROWS * COLUMNS), doubles(ROWS)
    latent, pointer, count = floats(ROWS * LATENT), POINTER(c_float)(), c_size_t()
    trained = structures.ModelHandle
    return {
        "vaelib_set_threads": [0],
        "vaelib_parameter_describe": [0, byref(sized[structures.Parameter])],
        "vaelib_array_init": [byref(array_view(X)), X.ctypes.data, structures.FLOAT32, ROWS, COLUMNS],
        "vaelib_dataset_options_init": [byref(structures.sized(structures.DatasetOptions))],
        "vaelib_dataset_from_array": [byref(array_view(X)), None, byref(new[structures.DatasetHandle])],
        "vaelib_dataset_slice": [d, 1, 2, byref(new[structures.DatasetHandle])],
        "vaelib_dataset_describe": [d, byref(sized[structures.DatasetInfo])],
        "vaelib_dataset_read": [d, wide, ROWS * COLUMNS],
        "vaelib_vae_config_init": [byref(structures.sized(structures.VAEConfig))],
        "vaelib_model_create": [byref(vae_config()), byref(new[trained])],
        "vaelib_model_copy": [m, byref(new[trained])],
        "vaelib_model_describe": [m, byref(sized[structures.ModelInfo])],
        "vaelib_model_config": [m, byref(sized[structures.VAEConfig])],
        "vaelib_model_tensor": [m, 0, byref(sized[structures.Tensor])],
        "vaelib_model_get_parameters": [m, numbers, parameters],
        "vaelib_model_set_parameters": [m, numbers, parameters],
        "vaelib_training_config_init": [byref(structures.sized(structures.TrainingConfig))],
        "vaelib_fit": [m, d, None, byref(training_config()), NO_CALLBACK, None],
        "vaelib_cancel": [m],
        "vaelib_history_count": [m, byref(count)],
        "vaelib_history_get": [m, 0, byref(sized[structures.HistoryRecord])],
        "vaelib_model_training_config": [m, byref(sized[structures.TrainingConfig])],
        "vaelib_encode": [m, d, latent, None, ROWS * LATENT],
        "vaelib_encode_sample": [m, d, 1, latent, ROWS * LATENT],
        "vaelib_decode": [m, z, wide, None, ROWS * COLUMNS],
        "vaelib_decode_sample": [m, z, 1, wide, ROWS * COLUMNS],
        "vaelib_reconstruct": [m, d, 1, 1, wide, ROWS * COLUMNS],
        "vaelib_sample": [m, ROWS, 1, 1, wide, ROWS * COLUMNS],
        "vaelib_evaluation_config_init": [byref(structures.sized(structures.EvaluationConfig))],
        "vaelib_elbo": [m, d, None, NO_CALLBACK, None, double, None, None, ROWS],
        "vaelib_log_likelihood": [m, d, byref(evaluation_config()), NO_CALLBACK, None, double, None, ROWS],
        "vaelib_interpolate": [m, d, 0, 1, ROWS, wide, ROWS * COLUMNS],
        "vaelib_manifold": [m, 2, wide, 4 * COLUMNS],
        "vaelib_trainer_create": [m, byref(training_config()), 10, byref(new[structures.TrainerHandle])],
        "vaelib_trainer_step": [t, d, byref(sized[structures.StepResult])],
        "vaelib_trainer_compute_gradients": [t, d, None],
        "vaelib_trainer_apply_gradients": [t],
        "vaelib_trainer_parameters": [t, byref(pointer), byref(count)],
        "vaelib_trainer_gradients": [t, byref(pointer), byref(count)],
    }  # fmt: skip


#: Parameters that may be NULL, by position.
NULLABLE = {
    "vaelib_array_init": {1},
    "vaelib_dataset_from_array": {1},
    "vaelib_fit": {2, 4, 5},
    "vaelib_encode": {3},
    "vaelib_decode": {3},
    "vaelib_elbo": {2, 3, 4, 6, 7},
    "vaelib_log_likelihood": {2, 3, 4, 6},
    "vaelib_trainer_step": {2},
    "vaelib_trainer_compute_gradients": {2},
}
HANDLE_TYPES = tuple(
    POINTER(kind) for kind in (structures.DatasetHandle, structures.ModelHandle, structures.TrainerHandle)
)
FREE = {
    structures.DatasetHandle: "vaelib_dataset_free",
    structures.ModelHandle: "vaelib_model_free",
    structures.TrainerHandle: "vaelib_trainer_free",
}
IN_FILES = {"vaelib_dataset_open", "vaelib_model_save", "vaelib_model_load", "vaelib_dataset_labels"}
CALLS = [
    name for name, (result, arguments) in FUNCTIONS.items()
    if result is ctypes.c_int and arguments and name not in IN_FILES
]  # fmt: skip


def refused(name, arguments, status, text=""):
    """Calls, and expects this status with a message that names the function's subject."""
    assert getattr(library, name)(*arguments) == status, library.vaelib_last_error()
    message = library.vaelib_last_error().decode()
    assert len(message) > 10
    assert text in message
    return message


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
        if not hasattr(kind, "contents") and kind not in (c_void_p, structures.ProgressFunction):
            continue
        if position in NULLABLE.get(name, ()):
            continue
        arguments[position] = None
        refused(name, arguments, HANDLE if kind in HANDLE_TYPES else ARGUMENT)


@pytest.mark.parametrize("name", CALLS)
def test_handles_of_another_kind_and_freed_ones(handles, name):
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
            POINTER(structures.TrainerHandle): lambda: make(
                structures.TrainerHandle, "vaelib_trainer_create", handles["model"], byref(training_config()), 10
            ),
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


SIZED = {
    "vaelib_dataset_read": -1,
    "vaelib_model_get_parameters": -1,
    "vaelib_model_set_parameters": -1,
    "vaelib_encode": -1,
    "vaelib_encode_sample": -1,
    "vaelib_decode": -1,
    "vaelib_decode_sample": -1,
    "vaelib_reconstruct": -1,
    "vaelib_sample": -1,
    "vaelib_elbo": -1,
    "vaelib_log_likelihood": -1,
    "vaelib_interpolate": -1,
    "vaelib_manifold": -1,
}


@pytest.mark.parametrize("name", SIZED)
def test_wrong_counts_name_both_numbers(handles, name):
    for change in (-1, 1, 2**62):
        arguments = good_calls(handles)[name]
        expected = arguments[-1]
        arguments[-1] = expected + change
        message = refused(name, arguments, ARGUMENT)
        assert str(expected) in message
        assert str(expected + change) in message


RECEIVING = [
    ("vaelib_parameter_describe", structures.Parameter),
    ("vaelib_dataset_describe", structures.DatasetInfo),
    ("vaelib_model_describe", structures.ModelInfo),
    ("vaelib_model_config", structures.VAEConfig),
    ("vaelib_model_tensor", structures.Tensor),
    ("vaelib_model_training_config", structures.TrainingConfig),
    ("vaelib_trainer_step", structures.StepResult),
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
            "vaelib_model_create",
            [byref(vae_config(struct_size=size)), byref(POINTER(structures.ModelHandle)())],
            ARGUMENT,
            "struct_size",
        )
        arguments = good_calls(handles)["vaelib_fit"]
        arguments[3] = byref(training_config(struct_size=size))
        refused("vaelib_fit", arguments, ARGUMENT, "struct_size")


def test_indices_out_of_range(handles):
    calls = good_calls(handles)
    for name, position, index in (
        ("vaelib_parameter_describe", 0, library.vaelib_parameter_count()),
        ("vaelib_model_tensor", 1, 8),
        ("vaelib_history_get", 1, 0),
    ):
        for number in (index, 2**64 - 1):
            calls[name][position] = number
            refused(name, calls[name], ARGUMENT)
    for first, rows in ((0, 0), (0, 7), (6, 1), (2, 2**64 - 1), (2**64 - 1, 2)):
        refused("vaelib_dataset_slice", [handles["dataset"], first, rows, calls["vaelib_dataset_slice"][3]], ARGUMENT)
    for start, stop, steps in ((6, 0, 2), (0, 2**63, 2), (0, 1, 1), (0, 1, 0), (0, 1, 2**63)):
        arguments = calls["vaelib_interpolate"]
        arguments[2:5] = start, stop, steps
        refused("vaelib_interpolate", arguments, ARGUMENT)


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
    refused("vaelib_dataset_from_array", [byref(view), None, byref(POINTER(structures.DatasetHandle)())], ARGUMENT)


def test_array_init():
    view = structures.sized(structures.Array)
    assert library.vaelib_array_init(byref(view), X.ctypes.data, structures.FLOAT32, ROWS, COLUMNS) == OK
    expected = array_view(X)
    for name, _ in structures.Array._fields_:
        assert getattr(view, name) == getattr(expected, name), name
    for arguments in ((structures.FLOAT64, 2**61, 2), (structures.UINT8, 2**33, 2**33), (9, 1, 1)):
        refused("vaelib_array_init", [byref(view), None, *arguments], ARGUMENT)


@pytest.mark.parametrize(
    "fields",
    [
        {"data_dim": 0}, {"data_dim": 2**63}, {"latent_dim": 2**40}, {"hidden": None, "hidden_count": 1},
        {"hidden_count": 2**40}, {"activation": None}, {"activation": b""}, {"activation": b"\xff\xfe"},
    ],
)  # fmt: skip
def test_architectures_that_cannot_be(fields):
    status = library.vaelib_model_create(byref(vae_config(**fields)), byref(POINTER(structures.ModelHandle)()))
    assert status in (ARGUMENT, MEMORY)
    assert next(iter(fields)).split("_")[0] in library.vaelib_last_error().decode()


def test_choices_that_are_none(handles):
    calls = good_calls(handles)
    for name, position in (("vaelib_reconstruct", 2), ("vaelib_sample", 2)):
        calls[name][position] = 5
        refused(name, calls[name], ARGUMENT, "5")
    refused("vaelib_set_threads", [257], ARGUMENT, "257")
    refused("vaelib_dataset_labels", [handles["dataset"], (ctypes.c_int64 * ROWS)(), ROWS], ARGUMENT, "label")
    calls["vaelib_encode"][2] = None
    refused("vaelib_encode", calls["vaelib_encode"], ARGUMENT)
    calls["vaelib_elbo"][5] = None
    refused("vaelib_elbo", calls["vaelib_elbo"], ARGUMENT)
    calls["vaelib_decode"][3] = floats(ROWS * COLUMNS)
    refused("vaelib_decode", calls["vaelib_decode"], ARGUMENT, "variance")


@pytest.mark.parametrize("fields", [{"samples": 0}, {"estimator": b"x"}, {"binarization": None}, {"struct_size": 3}])
def test_bad_evaluations(handles, fields):
    arguments = good_calls(handles)["vaelib_elbo"]
    arguments[2] = byref(evaluation_config(**fields))
    refused("vaelib_elbo", arguments, ARGUMENT, next(iter(fields)))


def test_gradients_that_are_not_finite_are_not_applied(handles):
    refused("vaelib_trainer_apply_gradients", [handles["trainer"]], ARGUMENT, "compute")
    assert library.vaelib_trainer_compute_gradients(handles["trainer"], handles["dataset"], None) == OK
    pointer, count = POINTER(c_float)(), c_size_t()
    assert library.vaelib_trainer_gradients(handles["trainer"], byref(pointer), byref(count)) == OK
    before = floats(count.value)
    library.vaelib_model_get_parameters(handles["model"], before, count.value)
    pointer[3] = math.nan
    refused("vaelib_trainer_apply_gradients", [handles["trainer"]], 9)
    after = floats(count.value)
    library.vaelib_model_get_parameters(handles["model"], after, count.value)
    assert bytes(before) == bytes(after)


def test_data_of_the_wrong_width(handles):
    narrow = dataset(X[:, 1:])
    for name, position in (("vaelib_fit", 1), ("vaelib_fit", 2), ("vaelib_encode", 1), ("vaelib_trainer_step", 1)):
        arguments = good_calls(handles)[name]
        arguments[position] = narrow
        message = refused(name, arguments, DATA)
        assert "3" in message
        assert "4" in message
    library.vaelib_dataset_free(narrow)


def test_files_with_null_and_odd_names(handles):
    new = POINTER(structures.DatasetHandle)()
    refused("vaelib_dataset_open", [None, b"x", None, byref(new)], ARGUMENT)
    refused("vaelib_dataset_open", [b"x.h5", None, None, byref(new)], ARGUMENT)
    refused(
        "vaelib_dataset_open", [b"", b"x", None, byref(new)], library.vaelib_dataset_open(b"", b"x", None, byref(new))
    )
    refused("vaelib_model_save", [handles["model"], None], ARGUMENT)
    refused("vaelib_model_save", [None, b"x.h5"], HANDLE)
    refused("vaelib_model_load", [None, byref(POINTER(structures.ModelHandle)())], ARGUMENT)
    refused("vaelib_model_load", [b"x.h5", None], ARGUMENT)
    refused("vaelib_dataset_labels", [None, (ctypes.c_int64 * ROWS)(), ROWS], HANDLE)


def test_names_of_statuses():
    assert library.vaelib_status_name(4) == b"VAELIB_BUSY"
    assert library.vaelib_status_name(0) == b"VAELIB_OK"
    assert library.vaelib_status_name(11) == library.vaelib_status_name(-1) == b"unknown status"


def test_the_last_error_belongs_to_its_thread():
    import threading

    refused("vaelib_set_threads", [999], ARGUMENT, "999")
    seen = []
    thread = threading.Thread(target=lambda: seen.append(library.vaelib_last_error()))
    thread.start()
    thread.join()
    assert seen == [b""]
    assert library.vaelib_set_threads(0) == OK
    assert b"999" in library.vaelib_last_error()


def test_a_model_freed_under_its_trainer_stays_alive():
    model = make(structures.ModelHandle, "vaelib_model_create", byref(vae_config()))
    trainer = make(structures.TrainerHandle, "vaelib_trainer_create", model, byref(training_config()), 10)
    data = dataset()
    library.vaelib_model_free(model)
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
