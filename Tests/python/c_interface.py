"""What the tests of the C interface share: a good call of every function, to be spoilt one argument at a time."""

from ctypes import POINTER, byref, c_double, c_float, c_size_t, cast

import numpy as np
import pytest
from vaelib import _structures as structures
from vaelib._arrays import array_view
from vaelib._native import library

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


def refused(name, arguments, status, text=""):
    """Calls, and expects this status with a message that names the function's subject."""
    assert getattr(library, name)(*arguments) == status, library.vaelib_last_error()
    message = library.vaelib_last_error().decode()
    assert len(message) > 10, message
    assert text in message, message
    return message
