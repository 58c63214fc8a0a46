"""The library's list of hyper-parameters: what the header and the phases of training make of it."""

import ctypes
import inspect
from ctypes import POINTER, byref

import pytest
import vaelib
from c_interface import (
    ARGUMENT,
    NO_CALLBACK,
    OK,
    evaluation_config,
    new_trainer,
    refused,
    training_config,
)
from vaelib._c import header
from vaelib._c.calls import defaults
from vaelib._c.library import library
from vaelib._c.parameters import PARAMETERS, allowed, parameters_of
from vaelib.models.fine_tuning import FINETUNE_PARAMETERS

CONFIGURATIONS = {
    "vae": header.VAEConfig,
    "training": header.TrainingConfig,
    "stack": header.StackConfig,
    "layer": header.LayerConfig,
    "evaluation": header.EvaluationConfig,
    "imputation": header.ImputationConfig,
    "column_group": header.ColumnGroup,
}
#: The fields that are no hyper-parameters.
OTHER_FIELDS = {
    "training": ["checkpoint"],
    "stack": ["layers", "layer_count"],
    "vae": ["column_groups", "column_group_count"],
}
#: The model of c_interface that each phase trains.
MODELS = {"pretraining": "bare stack", "supervised": "stack", "unsupervised": "bare stack", "fit": "vae"}


def fields_of(group):
    """The fields that the list asks for: lists of widths have a count too."""
    fields = []
    for each in PARAMETERS:
        if each.group == group:
            fields += [each.name, f"{each.name}_count"] if each.type.endswith("widths") else [each.name]
    return fields


def changed(parameter):
    """A value that is allowed and not the default."""
    if parameter.type == "choice":
        return next(name for name in parameter.allowed.split(", ") if name != parameter.default).encode()
    if parameter.type.endswith("real"):
        return 0.25
    if parameter.type == "automatic count":
        return 1
    return int(parameter.default) + 1


@pytest.mark.parametrize("group", CONFIGURATIONS)
def test_the_fields_of_a_configuration_are_the_parameters_of_its_group(group):
    fields = [name for name, _ in CONFIGURATIONS[group]._fields_]
    assert sorted(fields) == sorted(["struct_size", *fields_of(group), *OTHER_FIELDS.get(group, [])])


@pytest.mark.parametrize("group", CONFIGURATIONS)
def test_every_field_of_a_configuration_has_8_bytes(group):
    """The library finds a field by its number."""
    structure = CONFIGURATIONS[group]
    assert ctypes.sizeof(structure) == 8 * len(structure._fields_)
    for index, (name, kind) in enumerate(structure._fields_):
        assert (getattr(structure, name).offset, ctypes.sizeof(kind)) == (8 * index, 8), name


def test_the_list_has_no_other_groups():
    assert {each.group for each in PARAMETERS} == set(CONFIGURATIONS)


@pytest.mark.parametrize("group", CONFIGURATIONS)
def test_listed_defaults_are_those_of_the_configuration(group):
    config = defaults(CONFIGURATIONS[group])
    for each in PARAMETERS:
        if each.group != group:
            continue
        value = getattr(config, each.name)
        if each.type == "choice":
            assert value.decode() == each.default
        elif each.type == "widths":
            assert value[: getattr(config, f"{each.name}_count")] == [int(width) for width in each.default.split(", ")]
        elif each.type == "optional widths":
            assert not value
        elif each.default == "auto":
            assert value == {"automatic count": 2**64 - 1, "automatic real": -1.0}[each.type]
        else:
            assert value == float(each.default or 0)


def test_phases_belong_to_training():
    for each in PARAMETERS:
        assert bool(each.phases) == (each.group == "training")
        assert set(each.phases) <= set(MODELS)


@pytest.mark.parametrize("phase", MODELS)
@pytest.mark.parametrize(
    "parameter", [each for each in PARAMETERS if each.group == "training"], ids=lambda each: each.name
)
def test_a_parameter_may_change_in_its_phases_and_in_no_others(handles, parameter, phase):
    model = "with gaps" if (phase, parameter.name) == ("fit", "hide_fraction") else MODELS[phase]
    model, number = handles[model], header.PHASE[phase]
    fields = {parameter.name: changed(parameter)}
    if phase in parameter.phases:
        library.vaelib_trainer_free(new_trainer(model, number, **fields))
        return
    if parameter.name == "monitor":
        pytest.skip("both of its values are allowed everywhere: earlier files have the other one")
    trainer = byref(POINTER(header.Trainer)())
    arguments = [model, number, 0, byref(training_config(**fields)), 10, trainer]
    message = refused("vaelib_trainer_create", arguments, ARGUMENT, f"{parameter.name} is ")
    assert "leave it at" in message


@pytest.mark.parametrize(
    ("name", "value"),
    [("samples", 0), ("estimator", b"none of these"), ("binarization", b"none of these"), ("common_noise", 2)],
)
def test_an_evaluation_refuses_what_its_parameters_do_not_allow(handles, name, value):
    config = evaluation_config(**{name: value})
    rows = (ctypes.c_double * 6)()
    arguments = [handles["vae"], handles["dataset"], byref(config), NO_CALLBACK, None, rows, None, None, 6]
    refused("vaelib_vae_estimate_elbo", arguments, ARGUMENT, f"{name} is ")
    assert allowed("evaluation", name) in library.vaelib_last_error().decode()
    arguments[2] = byref(evaluation_config())
    assert library.vaelib_vae_estimate_elbo(*arguments) == OK


def test_imputation_takes_its_defaults_and_values_from_the_list():
    for each in parameters_of("imputation"):
        default = inspect.signature(vaelib.VAE.impute).parameters[each.name].default
        assert str(default) == each.default
        assert inspect.signature(vaelib.VAE.impute_to_file).parameters[each.name].default == default
        assert f"{each.name} : {each.allowed}" in vaelib.VAE.impute.__doc__


def test_elbo_takes_its_defaults_and_values_from_the_list():
    default = next(each.default for each in PARAMETERS if (each.group, each.name) == ("evaluation", "samples"))
    assert inspect.signature(vaelib.VAE.elbo).parameters["samples"].default == int(default)
    for name in ("samples", "estimator", "binarization"):
        assert f"{name} : {allowed('evaluation', name)}" in vaelib.VAE.elbo.__doc__


@pytest.mark.parametrize("estimator", [vaelib.StackedDenoisingAutoencoder, vaelib.StackedDenoisingClassifier])
def test_fine_tuning_has_what_it_may_have_otherwise(estimator):
    own = [name for name in estimator().get_params() if name.startswith("finetune_")]
    assert sorted(own) == sorted(f"finetune_{name}" for name in ("epochs", *FINETUNE_PARAMETERS))
    assert ", ".join(f"finetune_{name}" for name in FINETUNE_PARAMETERS) in estimator.__doc__
