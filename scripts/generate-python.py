#!/usr/bin/env python3
"""Writes what the Python package has from elsewhere, so that a hyper-parameter has one definition.

The C interface, ``_c/header.py``, comes from the C header. The constructors of the estimators, and other arguments that
are hyper-parameters, come from the list of hyper-parameters inside the built library: what stands between the lines
``# from the library: ...`` and ``# end``.

usage: scripts/generate-python.py [--check]

With ``--check`` nothing is written: the exit status is 1 if something differs from what would be.
"""

from __future__ import annotations

import argparse
import ast
import re
import subprocess
import sys
import types
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from vaelib._c.parameters import Parameter

REPOSITORY = Path(__file__).resolve().parents[1]
HEADER = REPOSITORY / "include" / "vaelib.h"
PACKAGE = REPOSITORY / "bindings" / "python" / "vaelib"
DECLARATIONS = PACKAGE / "_c" / "header.py"
WITH_PARAMETERS = ("vae.py", "vae_bounds.py", "vae_imputation.py", "autoencoder.py", "classifier.py", "regressor.py")
ESTIMATORS = [PACKAGE / "models" / name for name in WITH_PARAMETERS]

SCALARS = {
    "int": "c_int",
    "size_t": "c_size_t",
    "uint64_t": "c_uint64",
    "int64_t": "c_int64",
    "ptrdiff_t": "c_ssize_t",
    "float": "c_float",
    "double": "c_double",
}
#: Python's type for each type of hyper-parameter.
ANNOTATIONS = {
    "count": "int",
    "flag": "bool",
    "real": "float",
    "automatic count": "int | str",
    "automatic real": "float | str",
    "choice": "str",
    "widths": "Sequence[int]",
    "optional widths": "Sequence[int] | None",
}
POINTERS = ("c_char", "c_char_p", "c_void_p")


def class_name(name: str) -> str:
    """vaelib_vae_config as VAEConfig."""
    words = name.removeprefix("vaelib_").split("_")
    return "".join("VAE" if word == "vae" else word.capitalize() for word in words)


def groups(pattern: str, text: str) -> tuple[str, ...]:
    """The groups of a pattern that matches the whole text."""
    match = re.fullmatch(pattern, text, re.DOTALL)
    if match is None:
        raise SystemExit(f"not as scripts/generate-python.py expects it: {text[:120]!r}")
    return match.groups()


class Header:
    """The C header, read without its comments."""

    def __init__(self, text: str) -> None:
        self.text = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
        self.abi = groups(r".*#define VAELIB_ABI_VERSION (\d+)\n.*", self.text)[0]
        self.enumerations = dict(re.findall(r"typedef enum (vaelib_\w+) \{(.*?)\} \1;", self.text, re.DOTALL))
        self.structures = dict(re.findall(r"typedef struct (vaelib_\w+) \{(.*?)\} \1;", self.text, re.DOTALL))
        self.handles = re.findall(r"typedef struct (vaelib_\w+) \1;", self.text)
        self.callbacks = re.findall(r"typedef (\w+) \(\*(vaelib_\w+)\)\(([^)]*)\);", self.text)
        pattern = r"^((?:const )?\w+ \*?)(vaelib_\w+)\(([^;{}]*?)\);"
        self.functions = re.findall(pattern, self.text, re.MULTILINE | re.DOTALL)

    def type_of(self, declaration: str) -> str:
        """The ctypes type of a C type such as ``const vaelib_array *``."""
        stars = declaration.count("*")
        name = declaration.replace("*", "").replace("const", "").strip()
        if (name, stars) == ("void", 0):
            return "None"
        if name in ("void", "char"):
            result, stars = f"c_{name}_p", stars - 1
        elif name in self.enumerations:
            result = "c_int"
        else:
            result = SCALARS.get(name) or class_name(name)
        return "POINTER(" * stars + result + ")" * stars

    def parameters(self, text: str) -> list[str]:
        """The types of a function's parameters."""
        parameters = [] if text.strip() == "void" else text.split(",")
        return [self.type_of(re.sub(r"\w+\s*$", "", parameter.strip())) for parameter in parameters]

    def fields(self, body: str) -> list[tuple[str, str]]:
        """The names and types of a structure's fields."""
        fields = []
        for declaration in re.findall(r"([^;]+);", body):
            kind, name, size = groups(r"(.*?)(\w+)(?:\[(\d+)\])?", " ".join(declaration.split()))
            element = "c_char" if kind.strip() == "char" else self.type_of(kind)
            fields.append((name, f"{element} * {size}" if size else element))
        return fields

    def in_order(self, *names: str) -> list[str]:
        """These names in the order in which the header has them."""
        return [name for name in dict.fromkeys(re.findall(r"vaelib_\w+", self.text)) if name in names]


def numbers_of(name: str, body: str) -> list[str]:
    """An enumeration as a dictionary: its constants' names without what they have in common, and their numbers."""
    values = re.findall(r"(VAELIB_\w+) = (\d+)", body)
    own = f"VAELIB_{name.removeprefix('vaelib_').removesuffix('_kind').upper()}_"
    prefix = own if all(key.startswith(own) for key, _ in values) else "VAELIB_"
    lines = [f'    "{key.removeprefix(prefix).lower()}": {value},' for key, value in values]
    constant = name.removeprefix("vaelib_").upper()
    return [f"#: {name}.", f"{constant} = {{", *lines, "}"]


def declarations(header: Header) -> str:
    """The module ``_c/header.py``."""
    lines = [
        '"""The C header: its enumerations, structures and functions, in its order.',
        "",
        "Written by scripts/generate-python.py; changes belong into include/vaelib.h.",
        '"""',
        "",
        "from __future__ import annotations",
        "",
        "import ctypes",
        "from ctypes import (",
        *(f"    {name}," for name in ["CFUNCTYPE", "POINTER", *sorted([*SCALARS.values(), *POINTERS])]),
        ")",
        "from typing import Any, ClassVar",
        "",
        "#: VAELIB_ABI_VERSION.",
        f"ABI_VERSION = {header.abi}",
    ]
    for name, body in header.enumerations.items():
        lines += ["", *numbers_of(name, body)]
    for name in header.handles:
        lines += ["", "", f"class {class_name(name)}(ctypes.Structure):", f'    """{name}, opaque."""']
    callbacks = {name: (result, arguments) for result, name, arguments in header.callbacks}
    for name in header.in_order(*header.structures, *callbacks):
        if name in callbacks:
            result, arguments = callbacks[name]
            types = ", ".join([header.type_of(result), *header.parameters(arguments)])
            lines += ["", "", f"#: {name}.", f"{class_name(name)} = CFUNCTYPE({types})"]
            continue
        fields = [f'        ("{field}", {kind}),' for field, kind in header.fields(header.structures[name])]
        lines += ["", "", f"class {class_name(name)}(ctypes.Structure):", f'    """{name}."""', ""]
        lines += [f'    c_name: ClassVar[str] = "{name}"', "    _fields_ = [", *fields, "    ]"]
    lines += ["", "", "#: name: (result type, argument types)", "FUNCTIONS: dict[str, tuple[Any, list[Any]]] = {"]
    for result, name, arguments in header.functions:
        parameters = ", ".join(header.parameters(arguments))
        lines.append(f'    "{name}": ({header.type_of(result)}, [{parameters}]),')
    return "\n".join([*lines, "}", ""])


def literal(parameter: Parameter) -> str:
    """The default of a parameter as Python writes it."""
    text = parameter.default
    if parameter.type == "choice" or text == "auto":
        return f'"{text}"'
    if parameter.type == "optional widths":
        return "None"
    if parameter.type == "widths":
        return repr(tuple(int(width) for width in text.split(",") if width.strip()))
    if parameter.type == "flag":
        return str(text == "1")
    return repr(int(text) if parameter.type.endswith("count") else float(text))


def annotation(parameter: Parameter, per_layer: bool) -> str:
    """The type of a parameter; where each layer may have its own, one value for all layers or one for each."""
    kind = ANNOTATIONS[parameter.type]
    return f"{kind} | Sequence[{kind}]" if per_layer or parameter.group == "layer" else kind


def arguments_for(words: list[str], parameters: list[Parameter], taken: set[str]) -> list[str]:
    """The arguments that the words of a line ``# from the library: ...`` stand for.

    "vae.latent_dim" is a parameter, "training.epochs=pretrain_epochs" one under another name, "stack.*" are all of a
    group that no other word has, "layer.*" those that the package's ``LAYER_PARAMETERS`` name, "training.*[fit]" those
    for a phase, "training.learning_rate/layer" takes one for each layer too, "layer.activation:relu" has a default of
    its own, and "finetune_*" are those that fine-tuning may have otherwise than pretraining.
    """
    from vaelib.models.layers import LAYER_PARAMETERS

    names = {
        f"{each.group}.{each.name}": each
        for each in parameters
        if each.is_given_by_users and (each.group != "layer" or each.name in LAYER_PARAMETERS)
    }
    result = []
    for word in words:
        if word == "finetune_*":
            result += finetuning_arguments(names)
            continue
        pattern = r"([\w.*]+)(?:\[(\w+)\])?(?:=(\w+))?(?::(\w+))?(/layer)?"
        name, phase, alias, default, per_layer = groups(pattern, word)
        matching = [each for each in names if each == name or (name.endswith(".*") and each.startswith(name[:-1]))]
        if phase is not None:
            matching = [each for each in matching if phase in names[each].phases]
        if not matching:
            raise SystemExit(f"the library has no hyper-parameter {word}")
        if name.endswith(".*"):
            matching = [each for each in matching if each not in taken]
        taken |= set(matching)
        for each in matching:
            parameter = names[each] if default is None else names[each]._replace(default=default)
            kind = annotation(parameter, per_layer is not None)
            result.append(f"{alias or parameter.name}: {kind} = {literal(parameter)},")
    return result


def finetuning_arguments(names: dict[str, Parameter]) -> list[str]:
    """The arguments ``finetune_...``; None is what pretraining has."""
    from vaelib.models.fine_tuning import FINETUNE_PARAMETERS

    kinds = {name: annotation(names[f"training.{name}"], per_layer=False) for name in FINETUNE_PARAMETERS}
    return [f"finetune_{name}: {kind} | None = None," for name, kind in kinds.items()]


def constructor(path: Path, parameters: list[Parameter]) -> str:
    """A module of an estimator with the generated parts of its constructor or of other signatures."""
    taken: set[str] = set()

    def signature(match: re.Match[str]) -> str:
        lines = arguments_for(match["words"].replace("#", " ").split(), parameters, taken)
        return match["begin"] + "".join(f"{match['indent']}{line}\n" for line in lines) + match["end"]

    words = r"(?P<words>[^\n]*(?:\n +#   [^\n]*)*)"
    block = rf"(?P<begin>(?P<indent> +)# from the library: {words}\n)(?:.*?)(?P<end> +# end\n)"
    text = re.sub(block, signature, path.read_text(), flags=re.DOTALL)

    def body(match: re.Match[str]) -> str:
        return match["begin"] + "".join(f"        self.{name} = {name}\n" for name in arguments) + match["end"]

    block = r"(?P<begin> +# every argument as it was given\n)(?:.*?)(?P<end> +# end\n)"
    if re.search(block, text, re.DOTALL) is None:
        return text
    arguments = arguments_of(text)
    return re.sub(block, body, text, flags=re.DOTALL)


def arguments_of(text: str) -> list[str]:
    """The names of the arguments of the only ``__init__`` in a module."""
    functions = [each for each in ast.walk(ast.parse(text)) if isinstance(each, ast.FunctionDef)]
    arguments = next(each for each in functions if each.name == "__init__").args
    return [each.arg for each in [*arguments.args, *arguments.kwonlyargs] if each.arg != "self"]


def formatted(text: str) -> str:
    """The text as ruff lays it out."""
    ruff = [sys.executable, "-m", "ruff", "format", "--quiet", "--stdin-filename", str(DECLARATIONS), "-"]
    return subprocess.run(ruff, input=text, capture_output=True, text=True, check=True, cwd=REPOSITORY).stdout


def main() -> int:
    """Writes or compares; the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--check", action="store_true", help="write nothing; fail if something would change")
    check = parser.parse_args().check
    differing = []

    def put(path: Path, text: str) -> None:
        new = formatted(text)
        if not path.exists() or path.read_text() != new:
            differing.append(str(path.relative_to(REPOSITORY)))
            if not check:
                path.write_text(new)

    put(DECLARATIONS, declarations(Header(HEADER.read_text())))
    # The package without its estimators, which may not be in order yet.
    package = types.ModuleType("vaelib")
    package.__path__ = [str(PACKAGE)]
    sys.modules["vaelib"] = package
    from vaelib._c.parameters import PARAMETERS

    for path in ESTIMATORS:
        put(path, constructor(path, list(PARAMETERS)))
    for name in differing:
        print(f"{name} {'differs from what scripts/generate-python.py writes' if check else 'was written'}")
    return int(check and bool(differing))


if __name__ == "__main__":
    sys.exit(main())
