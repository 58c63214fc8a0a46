"""Stacks through the C interface with architectures, labels and phases that cannot be."""

import math
from ctypes import POINTER, byref, c_int64

import numpy as np
import pytest
from c_interface import (
    ARGUMENT,
    CLASSES,
    COLUMNS,
    DATA,
    FIT,
    MEMORY,
    NO_CALLBACK,
    OK,
    PRETRAINING,
    ROWS,
    SUPERVISED,
    X,
    dataset,
    floats,
    good_calls,
    labelled,
    layer_configs,
    make,
    new_trainer,
    refused,
    stack_config,
    training_config,
)
from vaelib._c import header
from vaelib._c.calls import sized
from vaelib._c.library import library

UNSUPERVISED = header.PHASE["unsupervised"]


@pytest.fixture
def fresh():
    """A stack without a classifier."""
    stack = make(header.Model, "vaelib_stack_create", byref(stack_config()))
    yield stack
    library.vaelib_model_free(stack)


def created(config):
    return library.vaelib_stack_create(byref(config), byref(POINTER(header.Model)()))


@pytest.mark.parametrize(
    "fields",
    [
        {"corruption_level": 1.01}, {"corruption_level": -0.1}, {"corruption_level": math.nan},
        {"corruption_level": 1.5, "corruption": b"salt_and_pepper"}, {"corruption_level": math.inf},
        {"corruption_level": 2.0, "corruption": b"independent_masking"},
        {"corruption_level": -1.0, "corruption": b"gaussian"}, {"corruption_low": math.nan},
        {"corruption_range": b"some"},
        {"corruption_range": None}, {"corruption": b"rain"}, {"corruption": None}, {"loss": b"hinge"},
        {"activation": b"maxout"}, {"tied": 2},
        {"corrupted_weight": -1.0}, {"untouched_weight": math.inf}, {"weight_l1": -1.0}, {"weight_l2": math.nan},
        {"sparsity_target": 0.0}, {"sparsity_target": 1.0}, {"sparsity_weight": -1.0}, {"contraction_weight": -1.0},
        {"learning_rate": -0.1}, {"sparsity_weight": 1.0, "activation": b"tanh"},
        {"width": 0}, {"width": 2**40}, {"width": 2**63},
    ],
)  # fmt: skip
def test_layers_that_cannot_be(fields):
    assert created(stack_config(layer_configs(**fields))) in (ARGUMENT, MEMORY)
    assert next(iter(fields)) in library.vaelib_last_error().decode()


@pytest.mark.parametrize("level", [0.0, 1.0])
def test_the_ends_of_the_proportion_are_allowed(level):
    for kind in (b"masking", b"independent_masking", b"salt_and_pepper"):
        handle = make(
            header.Model,
            "vaelib_stack_create",
            byref(stack_config(layer_configs(corruption_level=level, corruption=kind))),
        )
        library.vaelib_model_free(handle)


@pytest.mark.parametrize(
    "fields", [{"data_dim": 0}, {"data_dim": 2**63}, {"layers": None}, {"layer_count": 0}, {"initializer": b"zeros"}]
)
def test_stacks_that_cannot_be(fields):
    assert created(stack_config(**fields)) == ARGUMENT
    assert next(iter(fields)).split("_")[0] in library.vaelib_last_error().decode()


def test_cross_entropy_needs_codes_from_0_to_1_below():
    layers = layer_configs(2)
    layers[0].activation = b"tanh"
    assert created(stack_config(layers)) == ARGUMENT
    message = library.vaelib_last_error().decode()
    assert "layer 1" in message
    assert "squared_error" in message


def finetune(stack, data, validation=None, phase=SUPERVISED, **fields):
    return ["vaelib_stack_finetune",
            [stack, data, validation, phase, byref(training_config(**fields)), NO_CALLBACK, None]]  # fmt: skip


@pytest.mark.parametrize(
    ("labels", "text"),
    [([0, 1, -1, 0, 1, 0], "-1"), ([0, 1, 3, 0, 1, 0], "2"), ([1, 1, 2, 1, 2, 2], "0"), ([0] * 6, "two classes")],
    ids=["negative", "gap", "not from 0", "one class"],
)
def test_labels_that_are_no_classes(fresh, labels, text):
    data, _kept = labelled(np.array(labels))
    refused(*finetune(fresh, data), DATA, text)
    info = sized(header.ModelInfo)
    assert library.vaelib_model_describe(fresh, byref(info)) == OK
    assert info.output_count == 0
    library.vaelib_dataset_free(data)


def test_labels_that_the_classifier_does_not_know(handles):
    data, _kept = labelled(np.array([0, 1, 2, 0, 1, 2]))
    refused(*finetune(handles["stack"], data), DATA, "label 2 at row 2")
    refused(*finetune(handles["stack"], handles["labelled"], data), DATA, "label 2 at row 2")
    library.vaelib_dataset_free(data)


def test_labels_that_are_missing(fresh, handles):
    refused(*finetune(fresh, handles["dataset"]), ARGUMENT, "labels")
    refused(*finetune(fresh, handles["labelled"], handles["dataset"]), ARGUMENT, "labels")


def test_labels_of_the_wrong_length():
    views = [sized(header.Array) for _ in range(2)]
    labels = np.zeros((ROWS - 1, 1), dtype=np.int64)
    arguments = (X.ctypes.data, header.DTYPE["float32"], ROWS, COLUMNS)
    assert library.vaelib_array_init(byref(views[0]), *arguments) == OK
    assert library.vaelib_array_init(byref(views[1]), labels.ctypes.data, header.DTYPE["int64"], ROWS - 1, 1) == OK
    new = POINTER(header.Dataset)()
    refused("vaelib_dataset_from_array", [byref(views[0]), byref(views[1]), byref(new)], ARGUMENT, str(ROWS - 1))


def test_predicting_before_fine_tuning(fresh, handles):
    classes = (c_int64 * ROWS)()
    refused("vaelib_stack_predict", [fresh, handles["dataset"], classes, ROWS], ARGUMENT, "fine-tune")
    numbers = floats(ROWS * CLASSES)
    arguments = [fresh, handles["dataset"], numbers, ROWS * CLASSES]
    refused("vaelib_stack_predict_probabilities", arguments, ARGUMENT, "fine-tune")


def test_phases_that_are_none(fresh, handles):
    refused(*finetune(fresh, handles["labelled"], phase=PRETRAINING), ARGUMENT)
    refused(*finetune(fresh, handles["labelled"], phase=9), ARGUMENT, "9")
    for model, phase in ((fresh, -1), (fresh, FIT), (fresh, header.PHASE["query"]), (handles["vae"], PRETRAINING)):
        arguments = [model, phase, 0, byref(training_config()), 10, byref(POINTER(header.Trainer)())]
        refused("vaelib_trainer_create", arguments, ARGUMENT)


def test_supervised_trainers_need_a_head_and_labels(fresh, handles):
    arguments = [fresh, SUPERVISED, 0, byref(training_config()), 10, byref(POINTER(header.Trainer)())]
    refused("vaelib_trainer_create", arguments, ARGUMENT, "no head yet")
    assert library.vaelib_stack_add_head(fresh, b"softmax", CLASSES) == OK
    trainer = new_trainer(fresh, SUPERVISED)
    refused("vaelib_trainer_step", [trainer, handles["dataset"], None], ARGUMENT, "label")
    out_of_range, _kept = labelled(np.array([0, 1, 2, 0, 1, 0]))
    refused("vaelib_trainer_step", [trainer, out_of_range, None], DATA, "label 2")
    assert library.vaelib_trainer_step(trainer, handles["labelled"], None) == OK
    library.vaelib_trainer_free(trainer)
    library.vaelib_dataset_free(out_of_range)


@pytest.mark.parametrize(
    "fields",
    [
        {"estimator": b"monte_carlo"}, {"samples": 2}, {"beta": 0.5}, {"kl_warmup_epochs": 1.0},
        {"binarization": b"dynamic"}, {"dropout": 0.25}, {"patience": 1},
    ],
)  # fmt: skip
def test_pretraining_with_parameters_of_other_trainings(fresh, handles, fields):
    arguments = [fresh, handles["dataset"], byref(training_config(**fields)), NO_CALLBACK, None]
    refused("vaelib_stack_pretrain", arguments, ARGUMENT, next(iter(fields)))


@pytest.mark.parametrize("fields", [{"dropout": 1.0}, {"dropout": -0.1}, {"dropout": math.nan}, {"patience": 1}])
def test_fine_tuning_with_bad_parameters(fresh, handles, fields):
    refused(*finetune(fresh, handles["labelled"], **fields), ARGUMENT, next(iter(fields)))


def test_dropout_is_for_labels(fresh, handles):
    refused(*finetune(fresh, handles["dataset"], phase=UNSUPERVISED, dropout=0.25), ARGUMENT, "dropout")
    arguments = good_calls(handles)["vaelib_vae_fit"]
    arguments[3] = byref(training_config(dropout=0.25))
    refused("vaelib_vae_fit", arguments, ARGUMENT, "dropout")


def test_cross_entropy_needs_data_from_0_to_1(fresh):
    for value in (-0.5, 1.5, math.nan, math.inf):
        wrong = X.copy()
        wrong[4, 2] = value
        data = dataset(wrong)
        arguments = [fresh, data, byref(training_config()), NO_CALLBACK, None]
        refused("vaelib_stack_pretrain", arguments, DATA, "row 4")
        library.vaelib_dataset_free(data)


def test_data_of_the_wrong_width(fresh, handles):
    narrow = dataset(X[:, 1:])
    for name in ("vaelib_stack_pretrain", "vaelib_stack_encode", "vaelib_stack_predict", "vaelib_stack_sample"):
        arguments = good_calls(handles)[name]
        arguments[1] = narrow
        message = refused(name, arguments, DATA)
        assert "3" in message
        assert "4" in message
    library.vaelib_dataset_free(narrow)


def test_sampling_needs_sigmoid_codes(handles):
    config = stack_config(layer_configs(activation=b"tanh"))
    stack = make(header.Model, "vaelib_stack_create", byref(config))
    arguments = [stack, handles["dataset"], 1, floats(ROWS * COLUMNS), ROWS * COLUMNS]
    refused("vaelib_stack_sample", arguments, ARGUMENT, "sigmoid")
    library.vaelib_model_free(stack)


def test_the_architecture_comes_back(fresh):
    config = sized(header.StackConfig)
    assert library.vaelib_stack_get_config(fresh, byref(config)) == OK
    assert (config.data_dim, config.layer_count, config.layers[0].width) == (COLUMNS, 1, 2)
    assert config.layers[0].struct_size == sized(header.LayerConfig).struct_size
    assert config.layers[0].corruption == b"masking"
