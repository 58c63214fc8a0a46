"""The ctypes declarations against the header: functions, argument types, structures, numbers."""

import ctypes
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import vaelib._stack_structures as stacks
import vaelib._structures as structures
from vaelib import _errors, _library
from vaelib._native import FUNCTIONS

HEADER = Path(__file__).resolve().parents[2] / "include" / "vaelib.h"
TEXT = re.sub(r"/\*.*?\*/", "", HEADER.read_text(), flags=re.DOTALL)

SCALARS = {
    "int": ctypes.c_int,
    "size_t": ctypes.c_size_t,
    "uint64_t": ctypes.c_uint64,
    "int64_t": ctypes.c_int64,
    "ptrdiff_t": ctypes.c_ssize_t,
    "float": ctypes.c_float,
    "double": ctypes.c_double,
    "vaelib_status": ctypes.c_int,
    "vaelib_dtype": ctypes.c_int,
    "vaelib_choice": ctypes.c_int,
    "vaelib_progress_kind": ctypes.c_int,
    "vaelib_progress_fn": structures.ProgressFunction,
    "vaelib_phase": ctypes.c_int,
    "vaelib_stack_progress_fn": stacks.StackProgressFunction,
}
STRUCTURES = {
    "vaelib_parameter": structures.Parameter,
    "vaelib_array": structures.Array,
    "vaelib_dataset_options": structures.DatasetOptions,
    "vaelib_dataset_info": structures.DatasetInfo,
    "vaelib_writer_config": structures.WriterConfig,
    "vaelib_file_report": structures.FileReport,
    "vaelib_vae_config": structures.VAEConfig,
    "vaelib_model_info": structures.ModelInfo,
    "vaelib_tensor": structures.Tensor,
    "vaelib_checkpoint_config": structures.CheckpointConfig,
    "vaelib_checkpoint_info": structures.CheckpointInfo,
    "vaelib_training_config": structures.TrainingConfig,
    "vaelib_history_record": structures.HistoryRecord,
    "vaelib_progress": structures.Progress,
    "vaelib_evaluation_config": structures.EvaluationConfig,
    "vaelib_step_result": structures.StepResult,
    "vaelib_layer_config": stacks.LayerConfig,
    "vaelib_stack_config": stacks.StackConfig,
    "vaelib_stack_info": stacks.StackInfo,
    "vaelib_stack_record": stacks.StackRecord,
    "vaelib_stack_progress": stacks.StackProgress,
}
HANDLES = {
    "vaelib_dataset": structures.DatasetHandle,
    "vaelib_writer": structures.WriterHandle,
    "vaelib_model": structures.ModelHandle,
    "vaelib_stack": stacks.StackHandle,
    "vaelib_trainer": structures.TrainerHandle,
}


def ctype(declaration):
    """The ctypes type of a C type such as ``const vaelib_array *``."""
    stars = declaration.count("*")
    name = declaration.replace("*", "").replace("const", "").strip()
    if (name, stars) == ("void", 1):
        return ctypes.c_void_p
    if (name, stars) == ("void", 0):
        return None
    if name == "char":
        name, stars = "const char *", stars - 1
    result = {"const char *": ctypes.c_char_p, **SCALARS, **STRUCTURES, **HANDLES}[name]
    for _ in range(stars):
        result = ctypes.POINTER(result)
    return result


def parse_functions():
    pattern = re.compile(r"^((?:const )?\w+ \*?)(vaelib_\w+)\(([^;{}]*?)\);", re.MULTILINE | re.DOTALL)
    functions = {}
    for result, name, arguments in pattern.findall(TEXT):
        parameters = [] if arguments.strip() == "void" else arguments.split(",")
        types = [ctype(re.sub(r"\w+\s*$", "", parameter.strip())) for parameter in parameters]
        functions[name] = (ctype(result), types)
    return functions


def test_every_function_is_declared_as_in_the_header():
    expected = parse_functions()
    assert len(expected) > 50
    assert list(FUNCTIONS) == list(expected)
    for name, declaration in expected.items():
        assert FUNCTIONS[name] == declaration, name


def test_every_structure_of_the_header_is_known():
    declared = set(re.findall(r"typedef struct (vaelib_\w+)", TEXT))
    assert declared == set(STRUCTURES) | set(HANDLES)


def test_structures_are_laid_out_as_the_compiler_does(tmp_path):
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None:
        pytest.skip("no C compiler")
    lines = ["#include <stdio.h>", "#include <stddef.h>", f'#include "{HEADER}"', "int main(void) {"]
    expected = []
    for name, structure in STRUCTURES.items():
        lines.append(f'printf("{name} %zu\\n", sizeof({name}));')
        expected.append(f"{name} {ctypes.sizeof(structure)}")
        for field, kind in structure._fields_:
            member = f"(({name} *)0)->{field}"
            lines.append(f'printf("{name}.{field} %zu %zu\\n", offsetof({name}, {field}), sizeof({member}));')
            expected.append(f"{name}.{field} {getattr(structure, field).offset} {ctypes.sizeof(kind)}")
    source = tmp_path / "probe.c"
    source.write_text("\n".join([*lines, "return 0;", "}"]))
    subprocess.run([compiler, "-std=c99", "-Wall", "-Werror", str(source), "-o", str(tmp_path / "probe")], check=True)
    output = subprocess.run([str(tmp_path / "probe")], check=True, capture_output=True, text=True).stdout
    assert output.splitlines() == expected


def test_structures_have_the_fields_of_the_header_and_no_others():
    for name, structure in STRUCTURES.items():
        body = re.search(r"typedef struct " + name + r" \{(.*?)\} " + name + ";", TEXT, re.DOTALL).group(1)
        fields = re.findall(r"(\w+)(?:\[\d+\])?;", body)
        assert [field for field, _ in structure._fields_] == fields, name


def enumeration(name):
    body = re.search(r"typedef enum " + name + r" \{(.*?)\}", TEXT, re.DOTALL).group(1)
    return {key: int(value) for key, value in re.findall(r"(VAELIB_\w+) = (\d+)", body)}


def test_numbers_of_enumerations():
    statuses = enumeration("vaelib_status")
    assert sorted(statuses.values()) == [0, *_errors._ERRORS]
    assert enumeration("vaelib_dtype") == {
        "VAELIB_" + name: getattr(structures, name)
        for name in ("UINT8", "INT8", "INT16", "INT32", "INT64", "FLOAT32", "FLOAT64")
    }
    assert enumeration("vaelib_choice") == {"VAELIB_" + key.upper(): value for key, value in structures.CHOICES.items()}
    assert enumeration("vaelib_phase") == {"VAELIB_" + key.upper(): value for key, value in stacks.PHASES.items()}
    assert enumeration("vaelib_progress_kind") == {
        "VAELIB_PROGRESS_STEP": structures.PROGRESS_STEP,
        "VAELIB_PROGRESS_EPOCH": structures.PROGRESS_EPOCH,
    }


def test_versions_agree():
    import vaelib

    assert int(re.search(r"VAELIB_ABI_VERSION (\d+)", HEADER.read_text()).group(1)) == _library.ABI_VERSION
    assert re.search(r'VAELIB_VERSION "([^"]+)"', HEADER.read_text()).group(1) == vaelib.__version__
    project = (HEADER.parents[1] / "bindings" / "python" / "pyproject.toml").read_text()
    assert f'version = "{vaelib.__version__}"' in project
