"""What the tests of the C interface share: a good call of every function, to be spoilt one argument at a time."""

import ctypes
import os
from ctypes import POINTER, byref, c_char_p, c_double, c_float, c_int64, c_size_t, cast

import numpy as np
import pytest
from vaelib import _stack_structures as stacks
from vaelib import _structures as structures
from vaelib._arrays import array_view
from vaelib._native import library

OK, ARGUMENT, HANDLE, MEMORY, DATA = 0, 1, 2, 3, 8
NO_CALLBACK = structures.ProgressFunction()
NO_STACK_CALLBACK = stacks.StackProgressFunction()
ROWS, COLUMNS, LATENT, CLASSES = 6, 4, 2, 2
LABELS = np.array([0, 1, 1, 0, 1, 0])
PRETRAINING, SUPERVISED = stacks.PHASES["pretraining"], stacks.PHASES["supervised"]
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


def labelled(labels=LABELS, array=X):
    """A dataset with labels."""
    column = np.ascontiguousarray(labels)[:, np.newaxis]
    views = (array_view(array[: len(labels)]), array_view(column))
    return make(structures.DatasetHandle, "vaelib_dataset_from_array", byref(views[0]), byref(views[1])), column


def layer_configs(count=1, **fields):
    """Layers of LATENT units."""
    layers = (stacks.LayerConfig * count)()
    for layer in layers:
        layer.struct_size = ctypes.sizeof(stacks.LayerConfig)
        assert library.vaelib_layer_config_init(byref(layer)) == OK
        layer.width = LATENT
        for name, value in fields.items():
            setattr(layer, name, value)
    return layers


def stack_config(configs=None, **fields):
    """A stack of these layers."""
    config = structures.sized(stacks.StackConfig)
    assert library.vaelib_stack_config_init(byref(config)) == OK
    layers = layer_configs() if configs is None else configs
    config.data_dim, config.layers, config.layer_count = COLUMNS, layers, len(layers)
    for name, value in fields.items():
        setattr(config, name, value)
    return config


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


def writer_config(**fields):
    config = structures.sized(structures.WriterConfig)
    assert library.vaelib_writer_config_init(byref(config)) == OK
    for name, value in fields.items():
        setattr(config, name, value)
    return config


def writer(folder):
    """A writer with a dataset "x" of COLUMNS columns that has rows."""
    made = make(structures.WriterHandle, "vaelib_writer_create", os.fsencode(folder / "written.h5"))
    shape = (c_size_t * 1)(COLUMNS)
    config = writer_config(shape=cast(shape, POINTER(c_size_t)), shape_count=1)
    assert library.vaelib_writer_add(made, b"x", byref(config)) == OK
    assert library.vaelib_writer_append(made, b"x", byref(array_view(X))) == OK
    return made


@pytest.fixture
def handles(tmp_path):
    """Sets with and without labels, latents, a model, a trainer, a writer, a stack with a classifier, one without."""
    model = make(structures.ModelHandle, "vaelib_model_create", byref(vae_config()))
    stack = make(stacks.StackHandle, "vaelib_stack_create", byref(stack_config()))
    with_labels, column = labelled()
    training = (SUPERVISED, byref(training_config()), NO_STACK_CALLBACK, None)
    assert library.vaelib_stack_finetune(stack, with_labels, None, *training) == OK, library.vaelib_last_error()
    made = {
        "dataset": dataset(),
        "labelled": with_labels,
        "column": column,
        "stack": stack,
        "bare stack": make(stacks.StackHandle, "vaelib_stack_create", byref(stack_config())),
        "latents": dataset(np.zeros((ROWS, LATENT), dtype=np.float32)),
        "model": model,
        "trainer": make(structures.TrainerHandle, "vaelib_trainer_create", model, byref(training_config()), 10),
        "writer": writer(tmp_path),
    }
    yield made
    library.vaelib_writer_free(made["writer"])
    library.vaelib_trainer_free(made["trainer"])
    library.vaelib_model_free(made["model"])
    library.vaelib_stack_free(made["stack"])
    library.vaelib_stack_free(made["bare stack"])
    library.vaelib_dataset_free(made["labelled"])
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
    w = handles["writer"]
    return {
        "vaelib_set_threads": [0],
        "vaelib_parameter_describe": [0, byref(sized[structures.Parameter])],
        "vaelib_array_init": [byref(array_view(X)), X.ctypes.data, structures.FLOAT32, ROWS, COLUMNS],
        "vaelib_dataset_options_init": [byref(structures.sized(structures.DatasetOptions))],
        "vaelib_dataset_from_array": [byref(array_view(X)), None, byref(new[structures.DatasetHandle])],
        "vaelib_dataset_slice": [d, 1, 2, byref(new[structures.DatasetHandle])],
        "vaelib_dataset_select": [d, (c_size_t * 2)(1, 0), 2, byref(new[structures.DatasetHandle])],
        "vaelib_dataset_concatenate": [
            (POINTER(structures.DatasetHandle) * 2)(d, d), 2, byref(new[structures.DatasetHandle]),
        ],
        "vaelib_dataset_relabel": [d, None, byref(new[structures.DatasetHandle])],
        "vaelib_dataset_split": [d, 0.5, 1, 0, *(byref(POINTER(structures.DatasetHandle)()) for _ in range(2))],
        "vaelib_dataset_describe": [d, byref(sized[structures.DatasetInfo])],
        "vaelib_dataset_read": [d, wide, ROWS * COLUMNS],
        "vaelib_writer_config_init": [byref(structures.sized(structures.WriterConfig))],
        "vaelib_writer_add": [w, b"y", byref(writer_config())],
        "vaelib_writer_append": [w, b"x", byref(array_view(X))],
        "vaelib_writer_finish": [w],
        "vaelib_vae_config_init": [byref(structures.sized(structures.VAEConfig))],
        "vaelib_model_create": [byref(vae_config()), byref(new[trained])],
        "vaelib_model_copy": [m, byref(new[trained])],
        "vaelib_model_describe": [m, byref(sized[structures.ModelInfo])],
        "vaelib_model_config": [m, byref(sized[structures.VAEConfig])],
        "vaelib_model_tensor": [m, 0, byref(sized[structures.Tensor])],
        "vaelib_model_get_parameters": [m, numbers, parameters],
        "vaelib_model_set_parameters": [m, numbers, parameters],
        "vaelib_checkpoint_config_init": [byref(structures.sized(structures.CheckpointConfig))],
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
        "vaelib_encode_to": [m, d, w, b"mean", b"log_variance", NO_CALLBACK, None],
        "vaelib_decode_to": [m, z, w, b"decoded", None, NO_CALLBACK, None],
        "vaelib_reconstruct_to": [m, d, 1, 1, w, b"reconstructed", NO_CALLBACK, None],
        **good_stack_calls(handles),
        "vaelib_trainer_create": [m, byref(training_config()), 10, byref(new[structures.TrainerHandle])],
        "vaelib_trainer_step": [t, d, byref(sized[structures.StepResult])],
        "vaelib_trainer_compute_gradients": [t, d, None],
        "vaelib_trainer_apply_gradients": [t],
        "vaelib_trainer_parameters": [t, byref(pointer), byref(count)],
        "vaelib_trainer_gradients": [t, byref(pointer), byref(count)],
    }  # fmt: skip


def good_stack_calls(handles):
    """The same of the functions of stacks."""
    s, d, z, y = (handles[kind] for kind in ("stack", "dataset", "latents", "labelled"))
    new = POINTER(stacks.StackHandle)()
    info = structures.sized(stacks.StackInfo)
    assert library.vaelib_stack_describe(s, byref(info)) == OK
    parameters = info.parameter_count
    numbers, wide, double = floats(parameters), floats(ROWS * COLUMNS), doubles(ROWS)
    code, classes = floats(ROWS * LATENT), (c_int64 * ROWS)()
    count, layer = c_size_t(), layer_configs()[0]
    config = stack_config()
    training = [byref(training_config()), NO_STACK_CALLBACK, None]
    trainer = [byref(training_config()), 10, byref(POINTER(structures.TrainerHandle)())]
    return {
        "vaelib_layer_config_init": [byref(layer)],
        "vaelib_stack_config_init": [byref(structures.sized(stacks.StackConfig))],
        "vaelib_stack_create": [byref(config), byref(new)],
        "vaelib_stack_copy": [s, byref(new)],
        "vaelib_stack_describe": [s, byref(info)],
        "vaelib_stack_get_config": [s, byref(structures.sized(stacks.StackConfig))],
        "vaelib_stack_tensor": [s, 0, byref(structures.sized(structures.Tensor))],
        "vaelib_stack_get_parameters": [s, numbers, parameters],
        "vaelib_stack_set_parameters": [s, numbers, parameters],
        "vaelib_stack_add_classifier": [handles["bare stack"], CLASSES],
        "vaelib_stack_set_class_names": [s, b"text", (c_char_p * CLASSES)(b"no", b"yes"), CLASSES],
        "vaelib_stack_class_names": [s, byref(c_char_p()), byref(POINTER(c_char_p)()), byref(count)],
        "vaelib_stack_training_config": [s, SUPERVISED, byref(structures.sized(structures.TrainingConfig))],
        "vaelib_stack_pretrain": [s, d, *training],
        "vaelib_stack_finetune": [s, y, None, SUPERVISED, *training],
        "vaelib_stack_cancel": [s],
        "vaelib_stack_history_count": [s, byref(count)],
        "vaelib_stack_history_get": [s, 0, byref(structures.sized(stacks.StackRecord))],
        "vaelib_stack_corrupt": [s, d, 0, 1, 1, wide, ROWS * COLUMNS],
        "vaelib_stack_encode": [s, d, 0, code, ROWS * LATENT],
        "vaelib_stack_decode": [s, z, 0, wide, ROWS * COLUMNS],
        "vaelib_stack_reconstruct": [s, d, 0, wide, ROWS * COLUMNS],
        "vaelib_stack_reconstruction_error": [s, d, 0, double, ROWS],
        "vaelib_stack_predict_probabilities": [s, d, floats(ROWS * CLASSES), ROWS * CLASSES],
        "vaelib_stack_predict": [s, d, classes, ROWS],
        "vaelib_stack_filters": [s, 0, floats(LATENT * COLUMNS), LATENT * COLUMNS],
        "vaelib_stack_sample": [s, d, 1, wide, ROWS * COLUMNS],
        "vaelib_stack_encode_to": [s, d, 0, handles["writer"], b"code", NO_CALLBACK, None],
        "vaelib_stack_reconstruct_to": [s, d, 0, handles["writer"], b"out", NO_CALLBACK, None],
        "vaelib_stack_predict_probabilities_to": [s, d, handles["writer"], b"p", NO_CALLBACK, None],
        "vaelib_stack_trainer_create": [s, PRETRAINING, 0, 0, *trainer],
    }  # fmt: skip


def refused(name, arguments, status, text=""):
    """Calls, and expects this status with a message that names the function's subject."""
    assert getattr(library, name)(*arguments) == status, library.vaelib_last_error()
    message = library.vaelib_last_error().decode()
    assert len(message) > 10, message
    assert text in message, message
    return message
