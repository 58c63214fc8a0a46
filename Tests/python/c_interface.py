"""What the tests of the C interface share: a good call of every function, to be spoilt one argument at a time."""

import ctypes
import os
from ctypes import POINTER, byref, c_char_p, c_double, c_float, c_int64, c_size_t, c_void_p, cast

import numpy as np
import pytest
from vaelib._c import header
from vaelib._c.arrays import array_view
from vaelib._c.calls import sized
from vaelib._c.library import library

OK, ARGUMENT, HANDLE, MEMORY, DATA = 0, 1, 2, 3, 8
NO_CALLBACK = header.ProgressFn()
ROWS, COLUMNS, LATENT, CLASSES, TARGETS = 6, 4, 2, 2, 3
LABELS = np.array([0, 1, 1, 0, 1, 0])
Y = np.random.RandomState(1).normal(size=(ROWS, TARGETS)).astype(np.float32)
WEIGHTS = np.array([[1], [0], [2.5], [1], [0.5], [3]])
PRETRAINING, SUPERVISED, FIT = (header.PHASE[name] for name in ("pretraining", "supervised", "fit"))
FLOAT32 = header.DTYPE["float32"]
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
    return make(header.Dataset, "vaelib_dataset_from_array", byref(array_view(array)), None)


def csr_of(array=X):
    """A view of a dense array as a sparse matrix that has all its numbers, and the arrays that it looks into."""
    rows, columns = array.shape
    indices, indptr = np.tile(np.arange(columns), rows), np.arange(rows + 1) * columns
    arrays = (np.ascontiguousarray(array), indices, indptr)
    view, types = sized(header.Csr), (FLOAT32, header.DTYPE["int64"])
    view.data, view.indices, view.indptr = (each.ctypes.data for each in arrays)
    view.dtype, view.index_dtype, view.rows, view.columns = *types, rows, columns
    view.entries, view.scale = array.size, 1
    view.arrays = arrays
    return view


def labelled(labels=LABELS, array=X):
    """A dataset with labels."""
    column = np.ascontiguousarray(labels)[:, np.newaxis]
    views = (array_view(array[: len(labels)]), array_view(column))
    return make(header.Dataset, "vaelib_dataset_from_array", byref(views[0]), byref(views[1])), column


def with_targets(examples, targets, head=b"gaussian"):
    """A dataset with targets."""
    return make(header.Dataset, "vaelib_dataset_with_targets", examples, targets, head)


def layer_configs(count=1, **fields):
    """Layers of LATENT units."""
    layers = (header.LayerConfig * count)()
    for layer in layers:
        layer.struct_size = ctypes.sizeof(header.LayerConfig)
        assert library.vaelib_layer_config_init(byref(layer)) == OK
        layer.width, layer.loss = LATENT, b"cross_entropy"
        for name, value in fields.items():
            setattr(layer, name, value)
    return layers


def stack_config(configs=None, **fields):
    """A stack of these layers."""
    config = sized(header.StackConfig)
    assert library.vaelib_stack_config_init(byref(config)) == OK
    layers = layer_configs() if configs is None else configs
    config.data_dim, config.layers, config.layer_count = COLUMNS, layers, len(layers)
    for name, value in fields.items():
        setattr(config, name, value)
    return config


def vae_config(**fields):
    config = sized(header.VAEConfig)
    assert library.vaelib_vae_config_init(byref(config)) == OK
    config.data_dim, config.latent_dim = COLUMNS, LATENT
    widths = (c_size_t * 1)(3)
    config.hidden, config.hidden_count = cast(widths, POINTER(c_size_t)), 1
    config.likelihood = b"bernoulli"
    for name, value in fields.items():
        setattr(config, name, value)
    return config


def column_groups(**fields):
    """One group of all columns."""
    groups = (header.ColumnGroup * 1)(sized(header.ColumnGroup))
    assert library.vaelib_column_group_init(groups) == OK
    groups[0].columns = COLUMNS
    for name, value in fields.items():
        setattr(groups[0], name, value)
    return groups


def training_config(**fields):
    config = sized(header.TrainingConfig)
    assert library.vaelib_training_config_init(byref(config)) == OK
    config.epochs = 1
    for name, value in fields.items():
        setattr(config, name, value)
    return config


def evaluation_config(**fields):
    config = sized(header.EvaluationConfig)
    assert library.vaelib_evaluation_config_init(byref(config)) == OK
    for name, value in fields.items():
        setattr(config, name, value)
    return config


def imputation_config(**fields):
    config = sized(header.ImputationConfig)
    assert library.vaelib_imputation_config_init(byref(config)) == OK
    for name, value in fields.items():
        setattr(config, name, value)
    return config


def writer_config(**fields):
    config = sized(header.WriterConfig)
    assert library.vaelib_writer_config_init(byref(config)) == OK
    for name, value in fields.items():
        setattr(config, name, value)
    return config


def writer(folder):
    """A writer with a dataset "x" of COLUMNS columns that has rows."""
    made = make(header.Writer, "vaelib_writer_create", os.fsencode(folder / "written.h5"))
    shape = (c_size_t * 1)(COLUMNS)
    config = writer_config(shape=cast(shape, POINTER(c_size_t)), shape_count=1)
    assert library.vaelib_writer_add(made, b"x", byref(config)) == OK
    assert library.vaelib_writer_append(made, b"x", byref(array_view(X))) == OK
    return made


@pytest.fixture
def handles(tmp_path):
    """Sets with and without labels or targets, latents, VAEs, a trainer, a writer, stacks with and without heads."""
    model = make(header.Model, "vaelib_vae_create", byref(vae_config()))
    stack = make(header.Model, "vaelib_stack_create", byref(stack_config()))
    with_labels, column = labelled()
    training = (SUPERVISED, byref(training_config()), NO_CALLBACK, None)
    assert library.vaelib_stack_finetune(stack, with_labels, None, *training) == OK, library.vaelib_last_error()
    plain, targets = dataset(), dataset(Y)
    measured = with_targets(plain, targets)
    weighted = make(header.Dataset, "vaelib_dataset_with_weights", plain, byref(array_view(WEIGHTS)))
    regressor = make(header.Model, "vaelib_stack_create", byref(stack_config()))
    assert library.vaelib_stack_finetune(regressor, measured, None, *training) == OK, library.vaelib_last_error()
    made = {
        "dataset": plain,
        "targets": targets,
        "measured": measured,
        "weighted": weighted,
        "regressor": regressor,
        "labelled": with_labels,
        "column": column,
        "stack": stack,
        "bare stack": make(header.Model, "vaelib_stack_create", byref(stack_config())),
        "latents": dataset(np.zeros((ROWS, LATENT), dtype=np.float32)),
        "vae": model,
        "with gaps": make(header.Model, "vaelib_vae_create", byref(vae_config(missing=b"ignore"))),
        "gaussian": make(header.Model, "vaelib_vae_create", byref(vae_config(likelihood=b"gaussian"))),
        "trainer": new_trainer(model),
        "writer": writer(tmp_path),
    }
    yield made
    library.vaelib_writer_free(made["writer"])
    library.vaelib_trainer_free(made["trainer"])
    for model in ("vae", "with gaps", "gaussian", "stack", "regressor", "bare stack"):
        library.vaelib_model_free(made[model])
    for data in ("labelled", "measured", "weighted", "targets", "dataset", "latents"):
        library.vaelib_dataset_free(made[data])


def new_trainer(model, phase=FIT, layer=0, **fields):
    return make(header.Trainer, "vaelib_trainer_create", model, phase, layer, byref(training_config(**fields)), 10)


def good_calls(handles, kind="vae"):
    """One good call of every function that returns a status: name -> arguments. ``kind`` is the model they take."""
    return {
        **good_data_calls(handles),
        **good_model_calls(handles[kind]),
        **good_vae_calls(handles),
        **good_stack_calls(handles),
        **good_trainer_calls(handles),
    }


def new_dataset():
    return byref(POINTER(header.Dataset)())


def good_data_calls(handles):
    """Those of threads, parameters, arrays, datasets and writers."""
    d, w = handles["dataset"], handles["writer"]
    return {
        "vaelib_threads_set": [0],
        "vaelib_profiling_set": [0],
        "vaelib_parameter_describe": [0, byref(sized(header.Parameter))],
        "vaelib_array_init": [byref(array_view(X)), X.ctypes.data, FLOAT32, ROWS, COLUMNS],
        "vaelib_dataset_options_init": [byref(sized(header.DatasetOptions))],
        "vaelib_dataset_from_array": [byref(array_view(X)), None, new_dataset()],
        "vaelib_dataset_from_csr": [byref(csr_of()), None, new_dataset()],
        "vaelib_dataset_slice": [d, 1, 2, new_dataset()],
        "vaelib_dataset_select": [d, (c_size_t * 2)(1, 0), 2, new_dataset()],
        "vaelib_dataset_concatenate": [(POINTER(header.Dataset) * 2)(d, d), 2, new_dataset()],
        "vaelib_dataset_relabel": [d, None, new_dataset()],
        "vaelib_dataset_with_targets": [d, handles["targets"], b"gaussian", new_dataset()],
        "vaelib_dataset_with_weights": [d, byref(array_view(WEIGHTS)), new_dataset()],
        "vaelib_dataset_read_weights": [handles["weighted"], floats(ROWS), ROWS],
        "vaelib_dataset_with_columns": [d, handles["targets"], new_dataset()],
        "vaelib_dataset_split": [d, 0.5, 1, 0, new_dataset(), new_dataset()],
        "vaelib_dataset_describe": [d, byref(sized(header.DatasetInfo))],
        "vaelib_dataset_get_class_names": [d, byref(c_char_p()), byref(POINTER(c_char_p)()), byref(c_size_t())],
        "vaelib_dataset_read": [d, floats(ROWS * COLUMNS), ROWS * COLUMNS],
        "vaelib_writer_config_init": [byref(sized(header.WriterConfig))],
        "vaelib_writer_add": [w, b"y", byref(writer_config())],
        "vaelib_writer_append": [w, b"x", byref(array_view(X))],
        "vaelib_writer_finish": [w],
    }


def good_model_calls(m):
    """Those that take a model of either kind, and the configurations of training."""
    info = sized(header.ModelInfo)
    assert library.vaelib_model_describe(m, byref(info)) == OK
    parameters, epochs = info.parameter_count, info.history_epochs
    content, size = c_void_p(), c_size_t()
    assert library.vaelib_model_save_to_memory(m, byref(content), byref(size)) == OK
    stored = ctypes.create_string_buffer(ctypes.string_at(content, size.value), size.value)
    library.vaelib_memory_free(content)
    return {
        "vaelib_model_kind": [m, byref(c_char_p())],
        "vaelib_model_describe": [m, byref(sized(header.ModelInfo))],
        "vaelib_model_copy": [m, byref(POINTER(header.Model)())],
        "vaelib_model_save_to_memory": [m, byref(c_void_p()), byref(c_size_t())],
        "vaelib_model_load_from_memory": [cast(stored, c_void_p), size.value, byref(POINTER(header.Model)())],
        "vaelib_model_describe_tensor": [m, 0, byref(sized(header.Tensor))],
        "vaelib_model_get_parameters": [m, floats(parameters), parameters],
        "vaelib_model_set_parameters": [m, floats(parameters), parameters],
        "vaelib_model_set_column_names": [m, b"text", (c_char_p * COLUMNS)(b"a", b"b", b"c", b"d"), COLUMNS],
        "vaelib_model_get_column_names": [m, byref(c_char_p()), byref(POINTER(c_char_p)()), byref(c_size_t())],
        "vaelib_model_set_column_types": [m, (c_char_p * COLUMNS)(b"real", b"", b"real", b"real"), COLUMNS],
        "vaelib_model_get_column_types": [m, byref(POINTER(c_char_p)()), byref(c_size_t())],
        "vaelib_model_cancel": [m],
        "vaelib_model_recover": [m],
        "vaelib_model_get_training_config": [
            m,
            FIT if info.kind == b"vae" else SUPERVISED,
            byref(sized(header.TrainingConfig)),
        ],
        "vaelib_model_describe_history": [m, 0, byref(sized(header.HistoryColumn))],
        "vaelib_model_get_history": [m, b"loss", doubles(epochs), epochs],
        "vaelib_checkpoint_config_init": [byref(sized(header.CheckpointConfig))],
        "vaelib_training_config_init": [byref(sized(header.TrainingConfig))],
        "vaelib_evaluation_config_init": [byref(sized(header.EvaluationConfig))],
        "vaelib_batch_place_init": [byref(sized(header.BatchPlace))],
    }


def good_vae_calls(handles):
    """Those of variational auto-encoders."""
    d, z, m, w = (handles[kind] for kind in ("dataset", "latents", "vae", "writer"))
    wide, latent, double = floats(ROWS * COLUMNS), floats(ROWS * LATENT), doubles(ROWS)
    return {
        "vaelib_vae_config_init": [byref(sized(header.VAEConfig))],
        "vaelib_vae_config_resolve": [byref(vae_config(likelihood=b"auto")), d],
        "vaelib_column_group_init": [byref(sized(header.ColumnGroup))],
        "vaelib_column_groups_resolve": [column_groups(), 1, d],
        "vaelib_model_standardize": [handles["gaussian"], d],
        "vaelib_vae_create": [byref(vae_config()), byref(POINTER(header.Model)())],
        "vaelib_vae_get_config": [m, byref(sized(header.VAEConfig))],
        "vaelib_vae_set_category_names": [m, 1, b"text", (c_char_p * 2)(b"no", b"yes"), 2],
        "vaelib_vae_get_category_names": [m, 1, byref(c_char_p()), byref(POINTER(c_char_p)()), byref(c_size_t())],
        "vaelib_vae_fit": [m, d, None, byref(training_config()), NO_CALLBACK, None],
        "vaelib_vae_encode": [m, d, latent, None, ROWS * LATENT],
        "vaelib_vae_encode_sample": [m, d, 1, latent, ROWS * LATENT],
        "vaelib_vae_decode": [m, z, None, wide, None, ROWS * COLUMNS],
        "vaelib_vae_decode_sample": [m, z, None, 1, wide, ROWS * COLUMNS],
        "vaelib_vae_reconstruct": [m, d, 1, 1, wide, ROWS * COLUMNS],
        "vaelib_vae_sample": [m, ROWS, None, 1, 1, wide, ROWS * COLUMNS],
        "vaelib_vae_estimate_elbo": [m, d, None, NO_CALLBACK, None, double, None, None, ROWS],
        "vaelib_vae_estimate_log_likelihood": [m, d, byref(evaluation_config()), NO_CALLBACK, None, double, None, ROWS],
        "vaelib_vae_estimate_column_terms": [m, d, None, NO_CALLBACK, None, doubles(ROWS * COLUMNS), ROWS * COLUMNS],
        "vaelib_imputation_config_init": [byref(sized(header.ImputationConfig))],
        "vaelib_vae_impute": [handles["with gaps"], d, None, NO_CALLBACK, None, wide, ROWS * COLUMNS],
        "vaelib_vae_impute_to": [handles["with gaps"], d, None, w, b"completed", NO_CALLBACK, None],
        "vaelib_vae_interpolate": [m, d, 0, 1, ROWS, wide, ROWS * COLUMNS],
        "vaelib_vae_draw_manifold": [m, 2, None, wide, 4 * COLUMNS],
        "vaelib_vae_encode_rows": [m, floats(ROWS * COLUMNS), ROWS, latent, None, ROWS * LATENT],
        "vaelib_vae_decode_rows": [m, floats(ROWS * LATENT), ROWS, None, wide, None, ROWS * COLUMNS],
        "vaelib_vae_encode_to": [m, d, w, b"mean", b"log_variance", NO_CALLBACK, None],
        "vaelib_vae_decode_to": [m, z, None, w, b"decoded", None, NO_CALLBACK, None],
        "vaelib_vae_reconstruct_to": [m, d, 1, 1, w, b"reconstructed", NO_CALLBACK, None],
    }


def good_stack_calls(handles):
    """Those of stacks."""
    r, numbers = handles["regressor"], floats(ROWS * TARGETS)
    s, d, z, y, w = (handles[kind] for kind in ("stack", "dataset", "latents", "labelled", "writer"))
    wide, double = floats(ROWS * COLUMNS), doubles(ROWS)
    training = [byref(training_config()), NO_CALLBACK, None]
    return {
        "vaelib_layer_config_init": [byref(layer_configs()[0])],
        "vaelib_layer_config_resolve": [byref(layer_configs(loss=b"auto")[0]), handles["dataset"]],
        "vaelib_stack_config_init": [byref(sized(header.StackConfig))],
        "vaelib_stack_create": [byref(stack_config()), byref(POINTER(header.Model)())],
        "vaelib_stack_get_config": [s, byref(sized(header.StackConfig))],
        "vaelib_stack_add_head": [handles["bare stack"], b"softmax", CLASSES],
        "vaelib_stack_set_class_names": [s, b"text", (c_char_p * CLASSES)(b"no", b"yes"), CLASSES],
        "vaelib_stack_get_class_names": [s, byref(c_char_p()), byref(POINTER(c_char_p)()), byref(c_size_t())],
        "vaelib_stack_pretrain": [s, d, *training],
        "vaelib_stack_finetune": [s, y, None, SUPERVISED, *training],
        "vaelib_stack_corrupt": [s, d, 0, 1, 1, wide, ROWS * COLUMNS],
        "vaelib_stack_encode": [s, d, 0, floats(ROWS * LATENT), ROWS * LATENT],
        "vaelib_stack_decode": [s, z, 0, wide, ROWS * COLUMNS],
        "vaelib_stack_reconstruct": [s, d, 0, wide, ROWS * COLUMNS],
        "vaelib_stack_compute_reconstruction_error": [s, d, 0, double, ROWS],
        "vaelib_stack_predict_probabilities": [s, d, floats(ROWS * CLASSES), ROWS * CLASSES],
        "vaelib_stack_predict": [s, d, (c_int64 * ROWS)(), ROWS],
        "vaelib_stack_predict_targets": [r, d, numbers, ROWS * TARGETS],
        "vaelib_stack_predict_targets_rows": [r, floats(ROWS * COLUMNS), ROWS, numbers, ROWS * TARGETS],
        "vaelib_stack_predict_targets_to": [r, d, w, b"t", NO_CALLBACK, None],
        "vaelib_stack_get_filters": [s, 0, floats(LATENT * COLUMNS), LATENT * COLUMNS],
        "vaelib_stack_sample": [s, d, 1, wide, ROWS * COLUMNS],
        "vaelib_stack_encode_rows": [s, floats(ROWS * COLUMNS), ROWS, 0, floats(ROWS * LATENT), ROWS * LATENT],
        "vaelib_stack_predict_probabilities_rows": [
            s,
            floats(ROWS * COLUMNS),
            ROWS,
            floats(ROWS * CLASSES),
            ROWS * CLASSES,
        ],
        "vaelib_stack_encode_to": [s, d, 0, w, b"code", NO_CALLBACK, None],
        "vaelib_stack_reconstruct_to": [s, d, 0, w, b"out", NO_CALLBACK, None],
        "vaelib_stack_predict_probabilities_to": [s, d, w, b"p", NO_CALLBACK, None],
    }


def good_trainer_calls(handles):
    """Those of trainers."""
    t, d, m = (handles[kind] for kind in ("trainer", "dataset", "vae"))
    pointer, count = POINTER(c_float)(), c_size_t()
    place = sized(header.BatchPlace)
    assert library.vaelib_batch_place_init(byref(place)) == OK
    return {
        "vaelib_trainer_create": [m, FIT, 0, byref(training_config()), 10, byref(POINTER(header.Trainer)())],
        "vaelib_trainer_step": [t, d, byref(sized(header.Metrics))],
        "vaelib_trainer_compute_gradients": [t, d, byref(place), byref(sized(header.Metrics))],
        "vaelib_trainer_apply_gradients": [t, 0],
        "vaelib_trainer_get_parameters": [t, byref(pointer), byref(count)],
        "vaelib_trainer_get_gradients": [t, byref(pointer), byref(count)],
    }


def refused(name, arguments, status, text=""):
    """Calls, and expects this status with a message that names the function's subject."""
    assert getattr(library, name)(*arguments) == status, library.vaelib_last_error()
    message = library.vaelib_last_error().decode()
    assert len(message) > 10, message
    assert text in message, message
    return message
