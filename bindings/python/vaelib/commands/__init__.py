"""The commands of ``vaelib``, one module each.

A module's name is the command's. The first line of its docstring is what the list of commands says; the rest, examples
first, what ``--help`` adds. ``configure(parser)`` adds the options, ``run(arguments)`` does the work and returns the
exit status, None for 0; what it raises is printed.
"""

#: All commands, under the headings of the list of them.
COMMANDS: dict[str, tuple[str, ...]] = {
    "learn from data": ("train", "pretrain", "finetune"),
    "ask a model": (
        "score",
        "outliers",
        "predict",
        "impute",
        "sample",
        "encode",
        "decode",
        "reconstruct",
        "denoise",
        "plot",
        "report",
    ),
    "files": ("info", "verify", "convert"),
    "the command line": ("completion", "man"),
}
