"""The commands of ``python -m vaelib``, one module each.

A module's name is the command's, the first line of its docstring what the list of commands says, the rest what
``--help`` adds. ``configure(parser)`` adds the options, ``run(arguments)`` does the work; what it raises is printed.
"""

from types import ModuleType

from vaelib.commands import convert, info, report, verify

COMMANDS: tuple[ModuleType, ...] = (convert, info, report, verify)
