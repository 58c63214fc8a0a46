"""Messages that are made for Python, in the words of the command line."""

from __future__ import annotations

import re

#: What the messages of the package say, and what a user of the command line types instead.
_WORDS = (
    (r'\(missing "ignore"\)', "(vaelib train --missing ignore)"),
    (r"make it with missing ignore or indicate, and train it again", "train it again with --missing ignore"),
    (
        r"Leave the column out, make numbers of it, or name it in columns=\[\(\"categorical\", \[\.\.\.\]\)\]",
        "Leave the column out with --drop-columns, or say --column-likelihood COLUMN=categorical",
    ),
    (
        r"; add columns that are, or set condition to 0 in one of the groups",
        ": leave a column out of --condition-columns",
    ),
    (r"\. A column of dtype category lists all that there may be, whether the rows of training have them or not", ""),
    (r"set resume to 0 \(in Python False\) to start", "remove that file to start"),
    (
        r"give its shape, as shape=\(height, width\) or, for colours, shape=\(height, width, 3\)",
        "give its shape, as in --shape 28x20, or --shape 32x32x3 in colours",
    ),
    (r"vaelib\.open_dataset reads it as it is", "every command reads it as it is"),
)


def in_words_of_options(error: BaseException) -> str:
    """The message of an error; of a file that cannot be opened its name and the reason."""
    if type(error).__module__ == "builtins" and isinstance(error, OSError) and error.filename is not None:
        return f'"{error.filename}": {(error.strerror or "cannot be read").lower()}'
    text = str(error)
    for python, words in _WORDS:
        text = re.sub(python, words, text)
    return text
